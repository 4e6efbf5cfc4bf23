"""Letters, texts to citizens and names of channels as people see them, on a telephone and at a desk."""

import sys
from pathlib import Path

import pytest
from journey_office import now
from journey_site import hindrances, overflow

from gezhi.loop.channels import names
from gezhi.loop.models import Case, CodeItem, Partner, Piece
from gezhi.loop.partners import service
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.store import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import deliver_pending

sys.path.append(str(Path(__file__).parents[1] / "loop"))
from mail_hand import Box, letter

SYSTEM = Actor.system("tests")
SIZES = [("zh-hans", 390), ("zh-hans", 1440), ("en", 1440)]


@pytest.fixture
def post(site, settings, tmp_path):
    """A mailbox with a letter that waits for a person, a case that came by mail and was told, a name to map."""
    settings.GEZHI_DATA = tmp_path
    box = Box(tmp_path / "box")
    if not CodeItem.objects.filter(list="telling").exists():
        extra = {"way": "mail", "moves": ["receive"], "subject_zh": "已收到", "text_zh": "编号{number} {link}"}
        row = {"list": "telling", "code": "received-mail", "name_zh": "已收到（邮件）", "name_en": "Received (mail)"}
        CodeItem.objects.create(**row, pack="test", extra=extra)
        content.forget()
    wishes = {"box": f"maildir:{box.place}", "address": "12345@city.example"}
    wish = Wish("mail", "mail", "邮箱", "Mailbox", wishes=wishes)
    service.put_partner(wish, actor=SYSTEM, now=now())
    box.lay(letter())
    box.lay(letter(mark="two@example.cn", text="自动回复", Precedence="bulk", subject="我在休假"))
    service.fetch_from(Partner.objects.select_related("keeper", "desk").get(code="mail"), now=now())
    deliver_pending(now())
    service.deliver(now())
    names.note_unknown({"飞鸽传书": 3}, source="county", now=now())
    return str(Case.objects.get(source="mail").pk), Piece.objects.get(state="refused").pk


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_pages_of_letters_texts_and_names(site, post, language, width, request):
    case, key = post
    page = site.page("dora", language=language, size={"width": width, "height": 900})
    shots = request.config.getoption("basetemp", None)
    paths = ("/desk/letters/", f"/desk/letters/{key}/", "/desk/tellings/", "/desk/tellings/received-mail/",
             "/desk/channels/", "/desk/channels/shares/", f"/desk/{case}/", "/report/")  # fmt: skip
    for number, path in enumerate(paths):
        site.open(page, path)
        if shots:
            page.screenshot(path=f"{shots}-{language}-{width}-{number}.png", full_page=True)
        assert hindrances(page) == [], path
        assert overflow(page) <= 0, path
