"""The health page: what `gezhi check` finds, how far the ledger is, what runs; for who may edit settings."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

import gezhi
from gezhi.kernel.errors import Refused
from gezhi.kit import checkup, navigation
from gezhi.kit.navigation import Item
from gezhi.trust import service

PLACE = "/office/health/"


def health(request: HttpRequest) -> HttpResponse:
    """Findings first, then figures; the page is made new at each look."""
    service.require(service.actor_from_request(request), "settings.edit")
    now = datetime.now(UTC)
    found = checkup.findings(now)
    context = {"findings": found, "serious": any(item.serious for item in found), "figures": figures(), "now": now}
    return render(request, "web/health.html", context)


def figures() -> list[tuple[str, str]]:
    """Name and value of what an administrator wants to read to whoever helps him."""
    ledger = service.ledger_status()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
    nightly = sorted(settings.CONFIG.backups.glob("nightly-*.gezhi"))
    return [
        (gettext("Version of Gezhi"), gezhi.__version__),
        (gettext("Version of PostgreSQL"), version),
        (gettext("Size of the database"), size),
        (gettext("Records in the ledger"), str(ledger["sequence"])),
        (gettext("Oldest unsealed record, in seconds"), str(round(ledger["oldest_unsealed_seconds"]))),
        (gettext("Public key of the ledger"), ledger["public_key"]),
        (gettext("Last nightly backup"), nightly[-1].name if nightly else "–"),
    ]


def sections(request: HttpRequest) -> Iterator[Item]:
    """The link to this page for those who may open it."""
    try:
        actor = service.actor_from_request(request)
    except Refused:
        return
    if actor.grants_for("settings.edit"):
        yield Item(gettext("Health"), PLACE, 870, icon="circle-check", place="menu")


navigation.offer("web", sections)
