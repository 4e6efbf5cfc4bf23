"""Addresses of the intake."""

from django.urls import path

from gezhi.loop.intake.pages import drafts, pastes

urlpatterns = [
    path("desk/call/draft/", drafts.save, name="call_draft"),
    path("desk/call/draft/drop/", drafts.drop, name="call_draft_drop"),
    path("desk/call/draft/offered/", drafts.offered, name="call_drafts"),
    path("desk/intake/", pastes.index, name="intake"),
    path("desk/intake/look/", pastes.look, name="intake_look"),
    path("desk/intake/<uuid:paste_id>/", pastes.page, name="intake_paste"),
    path("desk/intake/draft/<uuid:draft_id>/near/", pastes.near, name="intake_near"),
    path("desk/intake/picture/<uuid:picture_id>/", pastes.picture, name="intake_picture"),
]
