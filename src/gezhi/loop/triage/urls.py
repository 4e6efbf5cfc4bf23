"""Addresses of the model page."""

from django.urls import path

from gezhi.loop.triage import pages

urlpatterns = [
    path("", pages.page, name="model"),
    path("refresh/", pages.refresh, name="model_refresh"),
    path("use/", pages.use, name="model_use"),
    path("cases/", pages.cases, name="model_cases"),
]
