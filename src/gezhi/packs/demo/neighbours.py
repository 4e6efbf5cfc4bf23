"""The systems beside ours: a company that sends and takes pieces, a county whose sheet lies there, the city's app."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings

from gezhi.kit.sheets import write_xlsx
from gezhi.loop.open311.rules import posting
from gezhi.loop.open311.service import taking
from gezhi.loop.partners import service as partners
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.service import move
from gezhi.packs.demo.city import DESK
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, actor_for, create_user, grant_post

if TYPE_CHECKING:
    from gezhi.packs.demo.desks import Desks

WATER, COUNTY = "water", "county"
THEIR_ADDRESS = "https://orders.water.example/gezhi"
NUMBER, LOST = "S-0217", "S-0198"
WATER_CASE = {
    "text": ("滨河小区三栋自来水发黄有异味，水务公司查过管网无破损，请协调住建部门检查二次供水水箱。",
             "Tap water in Building 3 of Binhe Garden is yellow. The mains are sound; please look at the tank."),
    "place": ("滨河小区三栋", "Building 3, Binhe Garden"), "name": ("水务公司客服", "Water company desk"),
}  # fmt: skip
SHEET_DAYS = (5, 7, 3)  # until when the county wants each
SHEET = ("类型", "工单编号", "标题", "诉求内容", "地址", "诉求类型", "来电人", "联系电话", "办结时限", "状态")
ROWS = (
    (
        "X-0091",
        "新桥栏杆断裂",
        "新桥的栏杆断了一段，孩子上学要从上面走，很危险。",
        "新桥",
        "投诉",
        "赵女士",
        "10012340001",
    ),
    ("X-0092", "村口垃圾未清", "村口的垃圾桶满了一个星期没有人来收。", "村口", "投诉", "钱先生", "10012340002"),
    ("X-0093", "咨询低保申请", "想了解低保申请要哪些材料，到哪里办。", "镇政府", "咨询", "孙先生", "10012340003"),
)
APP = "cityapp"
SERVICE = "010404"
POSTED = {
    "address_string": ("南湖路二十号门前", "in front of 20 Nanhu Road"),
    "description": (
        "门前的路灯坏了两天，夜里看不清台阶。",
        "The lamp in front of the door has been dark for two days.",
    ),
}
OUTSIDE = 2  # cases that come from neighbours, beside those of the year


class Desk(BaseHTTPRequestHandler):
    """Their side of the wire for as long as the demo is made: takes what comes but the third piece."""

    taken = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        Desk.taken += 1
        self.send_response(410 if Desk.taken == 3 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[str]:
    """Their address on this machine."""
    Desk.taken = 0
    server = HTTPServer(("127.0.0.1", 0), Desk)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lay(desks: "Desks") -> None:
    """All of them."""
    _county(desks)
    _water(desks)
    _app(desks)


def _water(desks: "Desks") -> None:
    """A case of theirs, what they heard of it, one piece that they would not have, and one that we could not place."""
    actor, at = Actor.system("packs"), desks.before(days=2)
    secret = {"secret": f"whsec_{secrets.token_urlsafe(32)}"}

    def wish(url: str) -> Wish:
        return Wish(WATER, "webhook", "市水务公司", name_en="Water Company", source="water",
                    wishes={"url": url, "only_own": True}, secrets=secret)  # fmt: skip

    with listening() as url:
        partner = partners.put_partner(wish(url), actor=actor, now=at)
        said = {name: desks.said(value) for name, value in WATER_CASE.items()}
        body = {**said, "number": NUMBER, "matter": "010504", "kind": "help"}
        taken = partners.take_in(partner, "w-1", "case.create", body, now=at)
        case, party = str(taken.piece.case_id), desks.world.cast.parties["housing"]
        steps: list[tuple[str, Actor, dict[str, Any]]] = [
            ("accept", desks.world.cast.operators[0], {}),
            ("dispatch", desks.world.cast.dispatchers[0], {"unit": party.key}),
            ("sign", party.handlers[0], {}),
        ]
        for number, (name, who, data) in enumerate(steps, 1):
            move(case, name, data, actor=who, now=at + timedelta(minutes=20 * number))
        lost = {"number": LOST, "words": desks.said(("用户又来电催问。", "The customer has called again."))}
        partners.take_in(partner, "w-2", "case.supplement", lost, now=desks.before(hours=5))
        log = logging.getLogger("gezhi.loop.partners")
        log.setLevel(logging.CRITICAL)  # the piece that they refuse is meant to be refused
        partners.deliver(max(desks.now, _heard(case)))
        log.setLevel(logging.NOTSET)
    partners.put_partner(wish(THEIR_ADDRESS), actor=actor, now=desks.now)


def _heard(case: Any) -> datetime:
    """What happened to a case is told to its partners now, and when; the worker finds it told when it comes by."""
    rows = apps.get_model("trust", "Outbox")._default_manager.filter(subject_id=str(case)).order_by("pk")
    for row in rows:
        partners.hear(Event(row.pk, row.topic, row.version, row.subject_kind, row.subject_id, row.payload,
                            row.published_at))  # fmt: skip
    return max(row.published_at for row in rows)


def _county(desks: "Desks") -> None:
    """A folder that the county shares with us; its sheet of today lies in it, to be taken in within five minutes."""
    folder = Path(settings.GEZHI_DATA) / "county"
    (folder / "in").mkdir(parents=True, exist_ok=True)
    zone = ZoneInfo(settings.TIME_ZONE)
    rows = [
        ["派单", *row, f"{(desks.now + timedelta(days=days)).astimezone(zone):%Y-%m-%d} 18:00", "已交办"]
        for row, days in zip(ROWS, SHEET_DAYS, strict=True)
    ]
    write_xlsx(folder / "in" / f"county-{desks.now.astimezone(zone):%Y%m%d}.xlsx", ("1", list(SHEET), rows))
    wish = Wish(COUNTY, "upstream", "县级平台", name_en="County platform",
                wishes={"mapping": "county-folder.toml", "place": str(folder)})  # fmt: skip
    partners.put_partner(wish, actor=Actor.system("packs"), now=desks.before(days=20))


def _app(desks: "Desks") -> None:
    """A request that came by Open311 from the city's own app."""
    system, since = Actor.system("packs"), desks.before(days=30)
    user = create_user(APP, desks.said(("城市服务应用", "City app")), unit=DESK, actor=system, now=since)
    grant_post(APP, "partner", DESK, actor=system, now=since)
    fields = {"service_code": [SERVICE], **{name: [desks.said(words)] for name, words in POSTED.items()}}
    actor, at = actor_for(user, desks.now), desks.before(minutes=35)
    tongue = "en" if desks.world.writer.language == "en" else "zh-hans"
    report = taking.report_of(fields, actor=actor, zone=ZoneInfo(settings.TIME_ZONE), language=tongue)
    taking.post_request(report, posting.person(fields), [], actor=actor, now=at)
