"""Addresses of the texts that go out to citizens."""

from django.urls import path

from gezhi.loop.reach.pages import desk

urlpatterns = [
    path("desk/tellings/", desk.index, name="tellings"),
    path("desk/tellings/<slug:code>/", desk.edit, name="telling"),
    path("desk/tellings/<slug:code>/back/", desk.back, name="telling_back"),
]
