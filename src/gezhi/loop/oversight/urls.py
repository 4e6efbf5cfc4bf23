"""Addresses of oversight."""

from django.urls import path

from gezhi.loop.oversight.pages import callbacks

urlpatterns = [
    path("desk/callbacks/", callbacks.page, name="callbacks"),
    path("desk/callbacks/next/", callbacks.following, name="callbacks_next"),
]
