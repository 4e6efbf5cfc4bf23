"""Addresses of the register."""

from django.urls import path

from gezhi.loop.register import pages

urlpatterns = [
    path("algorithms/", pages.page, name="algorithms"),
    path("algorithms.json", pages.machine, name="algorithms_json"),
]
