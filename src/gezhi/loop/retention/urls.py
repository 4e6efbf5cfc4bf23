"""Addresses of retention."""

from django.urls import path

from gezhi.loop.retention.pages import holds, plans, rules

urlpatterns = [
    path("", plans.index, name="retention"),
    path("new/", plans.new, name="retention_new"),
    path("rules/", rules.index, name="retention_rules"),
    path("rules/new/", rules.edit, name="retention_rule_new"),
    path("rules/<slug:code>/", rules.edit, name="retention_rule"),
    path("holds/", holds.index, name="retention_holds"),
    path("holds/<uuid:key>/lift/", holds.lift, name="retention_lift"),
    path("<int:key>/", plans.page, name="retention_plan"),
    path("<int:key>/decide/", plans.decide, name="retention_decide"),
    path("<int:key>/calls.csv", plans.calls, name="retention_calls"),
    path("<int:key>/<slug:rule>/", plans.numbers, name="retention_numbers"),
]
