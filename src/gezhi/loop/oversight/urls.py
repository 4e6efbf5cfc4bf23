"""Addresses of oversight."""

from django.urls import path

from gezhi.loop.oversight.pages import callbacks, hangups, supervision

urlpatterns = [
    path("desk/callbacks/", callbacks.page, name="callbacks"),
    path("desk/callbacks/next/", callbacks.following, name="callbacks_next"),
    path("desk/supervision/", supervision.page, name="supervision"),
    path("desk/supervision/export.csv", supervision.export, name="supervision_export"),
    path("desk/hangups/", hangups.page, name="hangups"),
    path("desk/hangups/review/", hangups.review, name="hangups_review"),
    path("desk/hangups/export.csv", hangups.export, name="hangups_export"),
    path("hangups/", hangups.public, name="hangups_public"),
]
