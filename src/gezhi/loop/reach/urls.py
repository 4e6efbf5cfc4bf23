"""Addresses of the texts that go out to citizens, of how one wishes to be told, and of finding one's requests."""

from django.urls import path

from gezhi.loop.reach.pages import desk, own, phone

citizen = [path("f/<str:token>/reach/", own.page, name="reach")]
urlpatterns = [
    path("follow/phone/", phone.page, name="follow_phone"),
    path("desk/tellings/", desk.index, name="tellings"),
    path("desk/tellings/<slug:code>/", desk.edit, name="telling"),
    path("desk/tellings/<slug:code>/back/", desk.back, name="telling_back"),
]
