"""A platform above ours as people see it: beside the case, as a form, and as the comparison of a day."""

import sys
from pathlib import Path

import pytest
from journey_office import now
from journey_site import hindrances, overflow

from gezhi.loop.models import Case, Partner
from gezhi.loop.partners import service
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.rules import Actor
from gezhi.trust.service import deliver_pending

sys.path.append(str(Path(__file__).parents[1] / "loop"))
from fake_platform import TOKEN, running

SYSTEM = Actor.system("tests")
SIZES = [("zh-hans", 390), ("zh-hans", 1440), ("en", 1440)]


@pytest.fixture
def platform(site):
    """The province's platform with two cases of ours, one of them worked on, and one that never came."""
    with running(now()) as (made, url):
        wish = Wish("province", "upstream", "省12345平台", "Province", channel="upstream", source="province",
                    wishes={"mapping": "platform-http.toml", "place": url}, secrets={"token": TOKEN})  # fmt: skip
        partner = service.put_partner(wish, actor=SYSTEM, now=now())
        for number in ("SH2026-0001", "SH2026-0002"):
            made.write(number, content="书院路路灯不亮。", categoryName="市政照明", status="已交办",
                       limitTime=made.shown(made.now.replace(microsecond=0)))  # fmt: skip
        service.fetch_from(Partner.objects.select_related("keeper", "desk").get(pk=partner.pk), now=now())
        key = str(Case.objects.get(external_number="SH2026-0001").pk)
        site.office.to("handling", key)
        deliver_pending(now())
        service.deliver(now())
        made.write("SH2026-0003", content="没有送到的一件", status="已交办")
        yield made, key


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_the_platform_is_seen_beside_the_case_and_on_its_own_pages(site, platform, language, width, tmp_path):
    made, key = platform
    day = made.orders["SH2026-0001"]["day"]
    size = {"width": width, "height": 900}
    page = site.page("dora", language=language, size=size)
    site.open(page, f"/desk/{key}/")
    beside = page.locator("#partners")
    assert "SH2026-0001" in beside.inner_text()
    assert "办理中" in beside.inner_text()
    look(page, tmp_path / "case.png")
    page = site.page("sam", language=language, size=size)
    site.open(page, f"/desk/partners/province/reconcile/?day={day}")
    assert page.locator("p.code").inner_text() == "SH2026-0003"
    look(page, tmp_path / "reconcile.png")
    site.open(page, "/desk/partners/province/edit/")
    assert page.input_value("[name=token]") == ""
    look(page, tmp_path / "edit.png")
    assert not site.faults


def look(page, path):
    page.screenshot(path=path, full_page=True)
    assert overflow(page) <= 0, path.name
    assert not hindrances(page), path.name
