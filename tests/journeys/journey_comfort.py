"""Screens of a day's comfort: several cases at once and what came of it, saved views, notices and what to hear of."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from journey_office import ROOT, Office, now
from playwright.sync_api import Page

from gezhi.loop.models import Case
from gezhi.loop.notices.service import keep_wish, mark_bounced
from gezhi.loop.views import service as views
from gezhi.trust.service import deliver_pending

VIEWS = ("待派路灯", "夜间噪声", "hugo@linjiang.example")


def told(office: Office) -> None:
    """Two views, one of them the unit's; notices of what was furnished; a mailbox from which letters come back."""
    dora, hugo = office.actor("dora"), office.actor("hugo")
    view = views.keep(VIEWS[0], {"tab": "to_dispatch", "matter": "010404"}, actor=dora, now=now())
    views.keep(VIEWS[1], {"tab": "open", "words": "施工"}, actor=dora, now=now())
    views.share(view.pk, on=True, actor=dora, now=now())
    views.begin_with(view.pk, actor=dora, now=now())
    keep_wish(["supplement"], "daily", VIEWS[2], actor=hugo, now=now())
    deliver_pending(now() + timedelta(days=1))
    mark_bounced(office.users["hugo"].pk, "550", actor=ROOT, now=now())


def comfort_screens(
    office: Office, case: Mapping[str, str]
) -> Iterator[tuple[str, str, str, Callable[[Page], None] | None]]:
    """Name, reader and address of each screen, and what is done before it is looked at."""
    told(office)
    chosen = "".join(f"&case={case[name]}" for name in ("dispatched", "handling", "closed"))
    query = f"list=tab%3Dopen{chosen}"
    kept = str(Case.objects.get(pk=case["dispatched"]).pk)
    rows: list[tuple[str, str, str, Any]] = [
        ("views", "dora", "/desk/views/", None), ("notices", "hugo", "/desk/notices/", None),
        ("notices-wishes", "hugo", "/desk/notices/wishes/", None), ("bulk", "dora", f"/desk/bulk/chase/?{query}", None),
        ("bulk-result", "dora", f"/desk/bulk/chase/?list=tab%3Dopen&case={kept}", _sent),
        ("worklist-picked", "dora", "/desk/?tab=open", _picked), ("worklist-view", "dora", "/desk/", _keeping),
    ]  # fmt: skip
    yield from rows


def _sent(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#move-form .actions button").last.click()


def _picked(page: Page) -> None:
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)


def _keeping(page: Page) -> None:
    page.locator("details.keep summary").click()
    page.locator("#view-name").wait_for()
