"""Addresses of work in the field: the phone under /field/, the desk under /desk/field/."""

from django.urls import path

from gezhi.loop.field.pages import desk, doors, phone, plans, shell

urlpatterns = [
    path("field/", phone.home, name="field"),
    path("field/tasks/<uuid:key>/", phone.task, name="field_task"),
    path("field/patrol/", phone.patrol, name="field_patrol"),
    path("field/visits/", phone.visits, name="field_visits"),
    path("field/visits/<uuid:key>/", phone.place, name="field_place"),
    path("field/visits/<uuid:key>/phone/", phone.phone, name="field_phone"),
    path("field/month/", plans.own_month, name="field_month"),
    path("field/state.json", doors.state, name="field_state"),
    path("field/pass.json", doors.pass_, name="field_pass"),
    path("field/parts/<str:key>/", doors.part, name="field_part"),
    path("field/send/", doors.send, name="field_send"),
    path("field/sw.js", shell.worker, name="field_worker"),
    path("field/manifest.webmanifest", shell.manifest, name="field_manifest"),
    path("field/shell/", shell.shell, name="field_shell"),
    path("desk/field/", desk.index, name="field_asked"),
    path("desk/field/ask/<uuid:case_id>/", desk.ask, name="field_ask"),
    path("desk/field/cancel/<uuid:key>/", desk.cancel, name="field_cancel"),
    path("desk/field/visits/", plans.index, name="field_plans"),
    path("desk/field/visits/<uuid:key>/close/", plans.close, name="field_close"),
    path("desk/field/month/<int:user>/", plans.month, name="field_worker_month"),
]
