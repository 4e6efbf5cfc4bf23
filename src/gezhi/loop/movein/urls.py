"""Addresses of moving in."""

from django.urls import path

from gezhi.loop.movein import pages

urlpatterns = [path("moved/<slug:system>/<path:old>", pages.moved, name="moved")]
