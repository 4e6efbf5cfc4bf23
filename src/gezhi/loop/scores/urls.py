"""Addresses of the pages of scores, under /desk/scores/."""

from django.urls import path

from gezhi.loop.scores.pages import appeals, cases, exclusions, runs

urlpatterns = [
    path("", runs.index, name="scores"),
    path("new/", runs.new, name="score_new"),
    path("exclusions/", exclusions.index, name="score_exclusions"),
    path("exclusions/new/", exclusions.new, name="score_exclusion_new"),
    path("exclusions/<int:key>/decide/", exclusions.decide, name="score_exclusion_decide"),
    path("exclusions/<int:key>/undo/", exclusions.undo, name="score_exclusion_undo"),
    path("appeals/", appeals.index, name="score_appeals"),
    path("appeals/new/", appeals.new, name="score_appeal_new"),
    path("appeals/<int:key>/review/", appeals.review, name="score_review"),
    path("<int:run_id>/", runs.page, name="score_run"),
    path("<int:run_id>/cases/", cases.page, name="score_cases"),
    path("<int:run_id>/what-if/", runs.what_if, name="score_what_if"),
    path("<int:run_id>/export.<str:kind>", runs.export, name="score_export"),
    *(path(f"<int:run_id>/{what}/", runs.act, {"what": what}, name=f"score_{what}")
      for what in ("publish", "discard", "revise", "check", "stop")),
]  # fmt: skip
