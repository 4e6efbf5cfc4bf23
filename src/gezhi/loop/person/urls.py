"""Addresses of a person's own page and of the desk that decides what people ask."""

from django.urls import path

from gezhi.loop.person.pages import desk, notice, own

citizen = [
    path("privacy/", notice.page, name="privacy"),
    path("f/<str:token>/mine/", own.page, name="mine"),
    path("f/<str:token>/mine/prove/", own.prove, name="mine_prove"),
    path("f/<str:token>/mine/correct/", own.correct, name="mine_correct"),
    path("f/<str:token>/mine/ask/<slug:kind>/", own.ask, name="mine_ask"),
    path("f/<str:token>/mine/copy/", own.copy, name="mine_copy"),
    path("f/<str:token>/mine/withdraw/<uuid:key>/", own.withdraw, name="mine_withdraw"),
]
urlpatterns = [
    path("", desk.index, name="person_requests"),
    path("<uuid:key>/", desk.page, name="person_request"),
]
