"""Addresses of GeoReport v2: the form stands behind the last dot."""

from django.urls import re_path

from gezhi.loop.open311 import pages

BASE = "open311/v2/"
FORM = r"\.(?P<form>[a-z]+)$"
NUMBER = r"(?P<number>[^/?#]{1,80})"

urlpatterns = [
    re_path(rf"^{BASE}services{FORM}", pages.services, name="open311_services"),
    re_path(rf"^{BASE}services/(?P<code>[^/]{{1,40}}){FORM}", pages.service, name="open311_service"),
    re_path(rf"^{BASE}requests{FORM}", pages.requests, name="open311_requests"),
    re_path(rf"^{BASE}requests/{NUMBER}{FORM}", pages.single, name="open311_request"),
    re_path(rf"^{BASE}tokens/(?P<token>[^/]{{1,80}}){FORM}", pages.token, name="open311_token"),
    re_path(rf"^{BASE}servicerequestupdates{FORM}", pages.updates, name="open311_updates"),
    re_path(rf"^open311/(?:v2/)?discovery{FORM}", pages.discovery, name="open311_discovery"),
    re_path(rf"^{BASE}(?P<rest>.*?)(?:\.(?P<form>xml|json))?$", pages.nothing, name="open311_nothing"),
]
