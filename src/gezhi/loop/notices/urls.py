"""Addresses of notices."""

from django.urls import path

from gezhi.loop.notices import pages

urlpatterns = [
    path("desk/notices/", pages.page, name="notices"),
    path("desk/notices/count/", pages.count, name="notices_count"),
    path("desk/notices/read/", pages.read, name="notices_read"),
    path("desk/notices/wishes/", pages.wishes, name="notices_wishes"),
    path("desk/notices/mailbox/", pages.confirm, name="notices_mailbox"),
]
