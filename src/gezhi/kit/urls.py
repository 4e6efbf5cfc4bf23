"""Addresses that every page uses."""

from django.urls import path

from gezhi.kit import pages

urlpatterns = [path("looks/", pages.looks, name="looks")]
