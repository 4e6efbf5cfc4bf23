"""Addresses of working together."""

from django.urls import path

from gezhi.loop.joint import pages

urlpatterns = [
    path("desk/load/", pages.load, name="load"),
    path("desk/tasks/", pages.tasks, name="tasks"),
]
