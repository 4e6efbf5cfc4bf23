"""Addresses of partners: their door, and the pages of the desk."""

from django.urls import path

from gezhi.loop.partners import door, pages

urlpatterns = [
    path("api/partners/<slug:code>/events", door.events, name="partner_events"),
    path("desk/partners/", pages.index, name="partners"),
    path("desk/partners/new/<slug:kind>/", pages.new, name="partner_new"),
    path("desk/partners/<slug:code>/", pages.one, name="partner"),
    path("desk/partners/<slug:code>/edit/", pages.edit, name="partner_edit"),
    path("desk/partners/<slug:code>/switch/", pages.switch, name="partner_switch"),
    path("desk/partners/<slug:code>/<int:key>/again/", pages.again, name="piece_again"),
]
