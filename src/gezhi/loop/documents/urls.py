"""Addresses of documents, under /desk/documents/."""

from django.urls import path

from gezhi.loop.documents import pages

urlpatterns = [
    path("", pages.index, name="documents"),
    path("try/", pages.try_, name="document_try"),
    path("case/<uuid:case_id>/", pages.of_case, name="document_case"),
    path("case/<uuid:case_id>/<str:kind>/", pages.make, name="document_make"),
    path("<str:kind>/put/", pages.put, name="document_put"),
    path("<str:kind>/<int:version>/", pages.template, name="document_template"),
    path("<str:kind>/<int:version>/choose/", pages.choose, name="document_choose"),
]
