"""Addresses of marks: for the desk under /desk/marks/, for the person under the link of a case."""

from django.urls import path

from gezhi.loop.marks.pages import desk, own

citizen = [path("f/<str:token>/mark/", own.page, name="mark")]
urlpatterns = [
    path("", desk.index, name="marks"),
    path("new/<uuid:case_id>/", desk.new, name="mark_new"),
    path("<uuid:key>/<slug:act>/", desk.act, name="mark_act"),
]
