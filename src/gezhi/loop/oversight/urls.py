"""Addresses of oversight."""

from django.urls import path

from gezhi.loop.oversight.pages import callbacks, supervision

urlpatterns = [
    path("desk/callbacks/", callbacks.page, name="callbacks"),
    path("desk/callbacks/next/", callbacks.following, name="callbacks_next"),
    path("desk/supervision/", supervision.page, name="supervision"),
    path("desk/supervision/export.csv", supervision.export, name="supervision_export"),
]
