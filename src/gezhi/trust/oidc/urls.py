"""Addresses of coming in by the provider, and of the page where it is set up."""

from django.urls import path

from gezhi.trust.oidc.pages import coming, office

urlpatterns = [
    path("sign-in/oidc/", coming.start, name="oidc_start"),
    path("sign-in/oidc/back/", coming.back, name="oidc_back"),
    path("sign-in/oidc/leave/", coming.leave, name="oidc_leave"),
    path("sign-in/oidc/logout/", coming.logout, name="oidc_logout"),
    path("account/connect/", coming.connect, name="oidc_connect"),
    path("office/sign-in/", office.page, name="oidc"),
    path("office/sign-in/provider/", office.provider, name="oidc_provider"),
    path("office/sign-in/probe/", office.probe, name="oidc_probe"),
    path("office/sign-in/rules/", office.add, name="oidc_rule_new"),
    path("office/sign-in/rules/<int:key>/drop/", office.drop, name="oidc_rule_drop"),
    path("office/sign-in/try/", office.dry_run, name="oidc_try"),
]
