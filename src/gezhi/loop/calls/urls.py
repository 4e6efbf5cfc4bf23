"""Addresses of the telephone part."""

from django.urls import path

from gezhi.loop.calls.pages import desk, door, figures, ring, shifts

urlpatterns = [
    path("api/cti/events", door.events, name="cti_events"),
    path("desk/calls/", desk.page, name="calls"),
    path("desk/calls/ring/", ring.start, name="ring"),
    path("desk/calls/ring/<str:token>/", ring.watch, name="ring_watch"),
    path("desk/calls/list/", figures.behind, name="calls_list"),
    path("desk/calls/figures/", figures.page, name="calls_figures"),
    path("desk/calls/figures.csv", figures.export, name="calls_export"),
    path("desk/calls/missed/<uuid:ringback_id>/back/", desk.back, name="ring_back"),
    path("desk/calls/missed/<uuid:ringback_id>/try/", desk.note, name="ring_try"),
    path("desk/calls/case/<uuid:case_id>/", desk.dial, name="dial"),
    path("desk/calls/recording/<str:token>/", desk.recording, name="recording"),
    path("desk/calls/<uuid:call_id>/listen/", desk.hearing, name="listen"),
    path("desk/shifts/", shifts.page, name="shifts"),
    path("desk/shifts/entry/", shifts.entry, name="shift_entry"),
    path("desk/shifts/copy/", shifts.copy, name="shift_copy"),
    path("desk/shifts/shift/", shifts.shift, name="shift"),
    path("desk/shifts/telephone/", shifts.extension, name="telephone"),
    path("desk/shifts/handover/", shifts.write, name="handover_write"),
    path("desk/shifts/handover/<int:key>/", shifts.handover, name="handover"),
    path("desk/shifts/handover/<int:key>/take/", shifts.take, name="handover_take"),
]
