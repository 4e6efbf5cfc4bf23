"""Addresses of the replies, under /desk/replies/."""

from django.urls import path

from gezhi.loop.replies import pages

urlpatterns = [
    path("", pages.index, name="replies"),
    path("edit/", pages.edit, name="reply_edit"),
    path("take-back/", pages.take_back, name="reply_take_back"),
    path("check/", pages.check, name="reply_check"),
    path("find/", pages.find, name="reply_find"),
    path("try/", pages.try_, name="reply_try"),
]
