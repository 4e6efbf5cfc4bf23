"""Addresses of the list of township duties."""

from django.urls import path

from gezhi.loop.duties import pages

urlpatterns = [
    path("desk/duties/", pages.page, name="duties"),
    path("desk/duties/import/", pages.bring, name="duties_import"),
    path("desk/duties/choose/", pages.choose, name="duties_choose"),
    path("desk/duties/export.xlsx", pages.export, name="duties_export"),
]
