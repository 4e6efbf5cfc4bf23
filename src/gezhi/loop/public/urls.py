"""Addresses of what is public, and of the desk's queue for it."""

from django.urls import path

from gezhi.loop.public.pages import desk, embed, feeds, figures, lists, own, rules

citizen = [path("f/<str:token>/public/", own.page, name="own_public")]
urlpatterns = [
    path("public/", lists.index, name="public"),
    path("public/feed.atom", feeds.listed, name="public_feed"),
    path("public/figures/", figures.page, name="public_figures"),
    path("public/figures.csv", figures.sheet, name="public_figures_csv"),
    path("public/figures.json", figures.machine, name="public_figures_json"),
    path("public/<slug:slug>/", lists.page, name="public_case"),
    path("public/<slug:slug>/feed.atom", feeds.case, name="public_case_feed"),
    path("public/<slug:slug>/photos/<uuid:key>/", lists.picture, name="public_photo"),
    path("embed/report/", embed.page, name="embed_report"),
    path("embed/questions/", embed.questions, name="embed_questions"),
    path("desk/public/", desk.index, name="public_queue"),
    path("desk/public/rules/", rules.index, name="public_rules"),
    path("desk/public/rules/edit/", rules.edit, name="public_rule_edit"),
    path("desk/public/<uuid:key>/", desk.page, name="public_review"),
]
