"""Screens of retention and of a person's own page: a list some years ahead, a case kept, a request that waits."""

from collections.abc import Callable
from datetime import timedelta

from journey_office import Office, now
from playwright.sync_api import Page

from gezhi.loop.models import Case
from gezhi.loop.person import service as person
from gezhi.loop.retention import service
from gezhi.loop.service import case_token
from gezhi.loop.triage.service import refresh, say_of_newest
from gezhi.trust.service import citizen_actor

WORDS = ("不是三天，是三十天。", "（2026）赣01行初3号", "林晓燕", "0004321", "4321")


def privacy_screens(office: Office, closed: str) -> list[tuple[str, str, str, Callable[[Page], None] | None]]:
    """Name, reader and address of each screen, and what is done before it is looked at."""
    service.put_hold(Case.objects.get(pk=closed).number, "lawsuit", WORDS[1], actor=office.actor("sue"), now=now())
    plan = service.make_plan(actor=office.actor("sec"), now=now() + timedelta(days=4 * 366))
    mine = office.receive("书院路路灯三天不亮。", name=WORDS[2], phone="13900004321", matter="010404", kind="complaint")
    case = Case.objects.select_related("requester").get(pk=mine)
    seen = person.scope(case, proven=True)
    citizen = citizen_actor(str(case.requester_id), kind="citizen")
    person.ask(seen, "correct", {"words": WORDS[0]}, [], actor=citizen, now=now())
    asked = person.ask(seen, "erase", {}, [], actor=citizen, now=now())
    say_of_newest(50)
    refresh()
    own = f"/f/{case_token(mine)}/mine/"
    return [
        ("mine-closed", "", own, None), ("mine", "", own, _prove),
        ("person-requests", "sec", "/desk/person/", None), ("person-request", "sec", f"/desk/person/{asked.pk}/", None),
        ("retention", "sec", "/desk/retention/", None), ("retention-plan", "sam", f"/desk/retention/{plan.pk}/", None),
        ("retention-numbers", "sec", f"/desk/retention/{plan.pk}/identity_general/", None),
        ("retention-rules", "sec", "/desk/retention/rules/", None),
        ("retention-rule", "sec", "/desk/retention/rules/identity_general/", None),
        ("retention-holds", "sue", "/desk/retention/holds/", None), ("model", "eva", "/desk/model/", None),
        ("algorithms", "", "/algorithms/", None), ("privacy", "", "/privacy/", None),
    ]  # fmt: skip


def _prove(page: Page) -> None:
    page.fill("#f-digits", WORDS[4])
    page.locator("form[action$='prove/'] button").click()
    page.locator("form[action$='copy/']").wait_for(state="attached")
