"""Addresses of the room's pages."""

from django.urls import include, path

from gezhi.loop.assistant import talking as assistant
from gezhi.loop.calls.urls import urlpatterns as calls
from gezhi.loop.channels import pages as channels
from gezhi.loop.documents.urls import urlpatterns as documents
from gezhi.loop.duties.urls import urlpatterns as duties
from gezhi.loop.field.urls import urlpatterns as field
from gezhi.loop.instructions import pages as instructions
from gezhi.loop.intake.urls import urlpatterns as intake
from gezhi.loop.joint.urls import urlpatterns as joint
from gezhi.loop.links import urls as links
from gezhi.loop.marks import urls as marks
from gezhi.loop.movein.urls import urlpatterns as movein
from gezhi.loop.notices.urls import urlpatterns as notices
from gezhi.loop.open311.urls import urlpatterns as open311
from gezhi.loop.oversight.urls import urlpatterns as oversight
from gezhi.loop.pages import (
    alike,
    bulk,
    calendar,
    call,
    case,
    catalogue,
    citizen,
    exporting,
    follow,
    importing,
    matters,
    worklist,
)
from gezhi.loop.partners.urls import urlpatterns as partners
from gezhi.loop.person.urls import citizen as own_data
from gezhi.loop.person.urls import urlpatterns as person
from gezhi.loop.public.urls import citizen as own_public
from gezhi.loop.public.urls import urlpatterns as public
from gezhi.loop.reach.urls import citizen as own_reach
from gezhi.loop.reach.urls import urlpatterns as reach
from gezhi.loop.register.urls import urlpatterns as register
from gezhi.loop.replies.urls import urlpatterns as replies
from gezhi.loop.retention.urls import urlpatterns as retention
from gezhi.loop.scores.urls import urlpatterns as scores
from gezhi.loop.triage.urls import urlpatterns as model
from gezhi.loop.views.urls import urlpatterns as views

urlpatterns = [
    path("", citizen.home, name="home"),
    path("report/", citizen.report, name="report"),
    path("report/near/", citizen.near, name="near"),
    path("report/questions/", citizen.questions, name="report_questions"),
    path("report/<str:token>/", citizen.reported, name="reported"),
    path("follow/", citizen.lookup, name="lookup"),
    path("f/<str:token>/", follow.follow, name="follow"),
    path("f/<str:token>/rate/", follow.rate, name="rate"),
    path("f/<str:token>/who/", follow.who, name="who"),
    path("f/<str:token>/files/<uuid:file_id>/", follow.file, name="follow_file"),
    *own_data,
    *marks.citizen,
    *links.person,
    *links.listed,
    *own_public,
    *own_reach,
    path("f/<str:token>/<str:move>/", follow.act, name="follow_act"),
    path("mcp", assistant.door, name="mcp"),
    path("desk/", worklist.desk, name="desk"),
    path("desk/export.<str:kind>", exporting.export, name="export"),
    path("desk/call/", call.call, name="call"),
    path("desk/call/past/", call.past, name="call_past"),
    path("desk/call/suggest/", call.suggest, name="call_suggest"),
    path("desk/call/questions/", call.questions, name="call_questions"),
    *intake,
    *reach,
    path("desk/replies/", include(replies)),
    *calls,
    *partners,
    *oversight,
    *views,
    *notices,
    *joint,
    *movein,
    *open311,
    *duties,
    *field,
    path("desk/bulk/<str:move>/", bulk.bulk, name="bulk"),
    path("desk/catalogue/", catalogue.page, name="catalogue"),
    path("desk/catalogue/export.xlsx", catalogue.export, name="catalogue_export"),
    path("desk/catalogue/import/", catalogue.bring, name="catalogue_import"),
    path("desk/catalogue/row/", catalogue.row, name="catalogue_row"),
    path("desk/catalogue/try/", catalogue.try_, name="catalogue_try"),
    path("desk/catalogue/publish/", catalogue.publish, name="catalogue_publish"),
    path("desk/calendar/", calendar.page, name="calendar"),
    path("desk/calendar/fill/", calendar.fill, name="calendar_fill"),
    path("desk/calendar/hours/", calendar.hours, name="calendar_hours"),
    path("desk/channels/shares/", channels.by_month, name="channel_shares"),
    path("desk/channels/names/<int:key>/", channels.map_name, name="channel_name"),
    path("desk/channels/", channels.page, name="channels"),
    path("desk/channels/edit/", channels.edit, name="channel_edit"),
    path("desk/channels/export.csv", channels.export, name="channel_export"),
    path("desk/channels/import/", channels.bring, name="channel_import"),
    path("desk/instructions/", instructions.page, name="instructions"),
    path("desk/marks/", include(marks.urlpatterns)),
    path("desk/matters/", matters.page, name="matters"),
    path("desk/scores/", include(scores)),
    path("desk/documents/", include(documents)),
    path("desk/retention/", include(retention)),
    *register,
    *public,
    path("desk/model/", include(model)),
    path("desk/person/", include(person)),
    path("desk/matters/words/", matters.words, name="matter_words"),
    path("desk/matters/edit/", matters.edit, name="matter_edit"),
    path("desk/import/", importing.index, name="import"),
    path("desk/import/<int:batch_id>/", importing.page, name="import_batch"),
    path("desk/import/<int:batch_id>/map/", importing.settle, name="import_map"),
    path("desk/import/<int:batch_id>/save/", importing.save, name="import_save"),
    path("desk/import/<int:batch_id>/start/", importing.start, name="import_start"),
    path("desk/import/<int:batch_id>/undo/", importing.undo, name="import_undo"),
    path("desk/import/<int:batch_id>/rejects.xlsx", importing.rejects, name="import_rejects"),
    path("desk/<uuid:case_id>/", case.page, name="case"),
    path("desk/<uuid:case_id>/reveal/", case.reveal, name="reveal"),
    path("desk/<uuid:case_id>/files/<uuid:file_id>/", case.file, name="case_file"),
    path("desk/<uuid:case_id>/links/", include(links.urlpatterns)),
    path("desk/<uuid:case_id>/alike/", alike.page, name="alike"),
    path("desk/<uuid:case_id>/alike/differ/", alike.differ, name="alike_differ"),
    path("desk/<uuid:case_id>/<str:move>/", case.make, name="move"),
]
