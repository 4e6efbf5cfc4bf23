"""Addresses of partners: their door, and the pages of the desk."""

from django.urls import path

from gezhi.loop.partners import door, pages
from gezhi.loop.partners.kinds.mail import pages as mail
from gezhi.loop.partners.kinds.upstream import pages as upstream

urlpatterns = [
    path("api/partners/<slug:code>/events", door.events, name="partner_events"),
    path("desk/letters/", mail.index, name="letters"),
    path("desk/letters/<int:key>/", mail.one, name="letter"),
    path("desk/partners/", pages.index, name="partners"),
    path("desk/partners/new/<slug:kind>/", pages.new, name="partner_new"),
    path("desk/partners/<slug:code>/", pages.one, name="partner"),
    path("desk/partners/<slug:code>/edit/", pages.edit, name="partner_edit"),
    path("desk/partners/<slug:code>/reconcile/", upstream.comparison, name="partner_reconcile"),
    path("desk/partners/<slug:code>/reply-sheet/", upstream.reply_sheet, name="partner_sheet"),
    path("desk/partners/<slug:code>/switch/", pages.switch, name="partner_switch"),
    path("desk/partners/<slug:code>/<int:key>/again/", pages.again, name="piece_again"),
]
