"""Addresses of documents, under /desk/documents/."""

from django.urls import path

from gezhi.loop.documents.pages import cases, reports, templates

urlpatterns = [
    path("", templates.index, name="documents"),
    path("try/", cases.try_, name="document_try"),
    path("reports/", reports.index, name="reports"),
    path("reports/<str:kind>/", reports.page, name="report_page"),
    path("reports/<str:kind>/file/", reports.file, name="report_file"),
    path("case/<uuid:case_id>/", cases.of_case, name="document_case"),
    path("case/<uuid:case_id>/<str:kind>/", cases.make, name="document_make"),
    path("<str:kind>/put/", templates.put, name="document_put"),
    path("<str:kind>/<int:version>/", templates.template, name="document_template"),
    path("<str:kind>/<int:version>/choose/", templates.choose, name="document_choose"),
    path("<str:kind>/<int:version>/try/", templates.trial, name="document_trial"),
]
