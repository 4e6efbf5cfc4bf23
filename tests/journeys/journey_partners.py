"""Screens of partners: one in touch, one that does not answer, pieces that were taken, refused and wait."""

import base64
from datetime import timedelta

from journey_office import Office, now

from gezhi.loop.models import Partner
from gezhi.loop.partners import service
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.rules import Actor
from gezhi.trust.service import deliver_pending

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two characters").decode()
NOWHERE = "http://127.0.0.1:9/in"  # nothing listens at port 9


def partner_screens(office: Office) -> list[tuple[str, str, str]]:
    """Name, reader and address of each screen."""
    system = Actor.system("tests")
    for code, name, url in (("county", "县级平台", ""), ("water", "市水务集团工单系统", NOWHERE)):
        wish = Wish(code, "webhook", name, name_en=f"{code} platform", wishes={"url": url}, secrets={"secret": SECRET})
        service.put_partner(wish, actor=system, now=now())
    county = Partner.objects.get(code="county")
    service.take_in(county, "m-1", "case.create", {"number": "X-2026-001", "text": "书院路路灯不亮。"}, now=now())
    service.take_in(county, "m-2", "case.supplement", {"number": "X-2026-404", "words": "还是不亮"}, now=now())
    office.receive("自来水发黄，有异味。", matter="010404", kind="complaint")
    deliver_pending(now())
    service.deliver(now() + timedelta(seconds=1))
    return [
        ("partners", "sam", "/desk/partners/"), ("partner-silent", "sam", "/desk/partners/water/"),
        ("partner", "sam", "/desk/partners/county/"), ("partner-edit", "sam", "/desk/partners/county/edit/"),
        ("partner-new", "sam", "/desk/partners/new/webhook/"),
    ]  # fmt: skip
