"""Addresses of saved views."""

from django.urls import path

from gezhi.loop.views import pages

urlpatterns = [
    path("desk/views/", pages.page, name="views"),
    path("desk/views/counts/", pages.counted, name="views_counts"),
    path("desk/views/keep/", pages.keep, name="view_keep"),
    path("desk/views/<int:key>/", pages.change, name="view_change"),
]
