"""What the journeys find already done of what is public: a case with a photo, answered, looked at and shown."""

import re
from collections.abc import Callable
from typing import Any

from journey_office import Office, now
from playwright.sync_api import Page

from gezhi.loop import service
from gezhi.loop.models import PublicCase
from gezhi.loop.public.service import deciding, publishing
from gezhi.loop.public.service.photos import Wish
from gezhi.loop.service import case_token
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.service.behalf import behalf_token
from gezhi.loop.service.carrying import report_with
from gezhi.trust.service import citizen_actor

TEXT = "我叫王小明，住书院路45号3单元301，门口的路灯三天不亮，电话13812346207，老人晚上不敢出门。"
MEANT = "王桂兰"
WORDS = (TEXT, "书院路 45 号", MEANT, "王小明", "门口的路灯三天不亮", "书院路", "解放路")


def answered(office: Office, photo: Incoming | None = None, **more: Any) -> str:
    """A case of a street light that has been answered, with its entry in the queue."""
    given = {"name": "王小明", "phone": "13812346207", "place": "书院路 45 号", "channel": "web", **more}
    visitor = citizen_actor("web", kind="link", language="zh-hans")
    report = service.Report(text=TEXT, **given)
    case = report_with(report, [photo] if photo else [], actor=visitor, now=now()).moved.case
    office.to("verifying", case)
    publishing.look(case, now=now())
    return case


def shown(office: Office, photo: Incoming | None = None) -> PublicCase:
    """The same, shown to everybody with its photo."""
    case = answered(office, photo)
    looked = deciding.opened(PublicCase.objects.get(case=case).pk, actor=office.actor("dora"))
    from gezhi.loop.public import store

    wishes = [Wish(str(file.pk), [(55.0, 10.0, 30.0, 40.0)]) for file in store.photos_on(looked.entry.case_id)]
    return deciding.allow(looked.entry.pk, looked.words, wishes, actor=office.actor("dora"), now=now())


def public_screens(
    office: Office, photo: Callable[[], Incoming]
) -> list[tuple[str, str, str, Callable[[Page], None] | None]]:
    """Name, reader and address of each screen, and what is done before it is looked at."""
    entry, waiting = shown(office, photo()), answered(office, photo())
    family = {"behalf": "parent", "behalf_name": MEANT, "behalf_phone": "13900005678"}
    meant = answered(office, **family)
    review = PublicCase.objects.get(case=waiting).pk
    return [
        ("public-list", "", "/public/", None), ("public-case", "", f"/public/{entry.slug}/", None),
        ("public-figures", "", "/public/figures/", None),
        ("public-own", "", f"/f/{case_token(entry.case_id)}/public/", None),
        ("public-none", "", "/public/?q=zzzz", None), ("behalf", "", f"/f/{behalf_token(meant)}/", None),
        ("behalf-own", "", f"/f/{case_token(meant)}/", None),
        ("public-queue", "dora", "/desk/public/", None), ("public-review", "dora", f"/desk/public/{review}/", None),
        ("public-rules", "dora", "/desk/public/rules/", None),
        ("public-rule", "dora", "/desk/public/rules/edit/?matter=0104", None),
    ]  # fmt: skip


def digits(page: Page) -> list[str]:
    """Long numbers and doors that a page tells."""
    return re.findall(r"1\d{10}|301|45号", page.inner_text("main"))
