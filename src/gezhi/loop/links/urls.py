"""Addresses of links: for people of the office under a case, for the person without an account under /l/."""

from django.urls import path

from gezhi.loop.links.pages import desk, listing
from gezhi.loop.links.pages import person as outside

person = [
    path("l/<str:token>/", outside.page, name="link"),
    path("l/<str:token>/files/<uuid:file_id>/", outside.file, name="link_file"),
    path("l/<str:token>/<slug:act>/", outside.act, name="link_act"),
]
listed = [path("desk/links/", listing.index, name="links")]
urlpatterns = [
    path("new/", desk.new, name="case_link_new"),
    path("<uuid:key>/", desk.page, name="case_link"),
    path("<uuid:key>/files/<uuid:file_id>/", desk.file, name="case_link_file"),
    path("<uuid:key>/<slug:act>/", desk.act, name="case_link_act"),
]
