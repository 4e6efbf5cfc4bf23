"""A world for demo tales without a database: units and people of the pack, limits that are easy to read."""

import csv
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gezhi.kernel.calendar import from_rows
from gezhi.loop.rules.channels import ChannelRule
from gezhi.packs.demo.city import unit_rows
from gezhi.packs.demo.scenes import Stage
from gezhi.packs.demo.tales import Cast, Duties, Party, World
from gezhi.packs.demo.texts import FOLDER, Writer
from gezhi.packs.demo.year import Span, Teller, leave_open
from gezhi.trust.rules import Actor

END = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LIMITS = {"accept": (2, "hour"), "dispatch": (2, "hour"), "sign": (4, "workhour"), "contact": (24, "hour"),
          "handle": (5, "workday"), "return": (1, "workday"), "adjudicate": (1, "workday")}  # fmt: skip


def matters():
    with (FOLDER.parent / "citizen-requests" / "matters.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def rules():
    """What each channel of the pack asks of an answer."""
    with (FOLDER.parent / "citizen-requests" / "channels.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["code"]: ChannelRule(int(row["sign_offs"] or 0), row["sign_role"], row["public_reply"] == "yes")
            for row in csv.DictReader(file)
        }


def person(number):
    return Actor("user", str(number), f"p{number}", number, "", (), "")


def cast(language):
    side = "name_en" if language == "en" else "name_zh"
    parties = {
        row["code"]: Party(row["code"], n, row[side], (person(n * 10 + 1), person(n * 10 + 2)), person(n * 10))
        for n, row in enumerate(unit_rows(), 1)
    }
    desk = [[person(base + n) for n in range(3)] for base in (9000, 9100, 9200, 9300, 9400, 9500)]
    return Cast(parties, *desk)


def year(language, cases, seed=7, end=END):
    """All tales of a year, and the writer that counted their texts."""
    rng = Random(seed)
    writer = Writer(rng, language)
    duties = Duties(
        from_rows([]), lambda matter, area: ("urban_management", ["housing", "police"]),
        lambda stage, **case: LIMITS.get(stage), lambda matter: matter, lambda matter: matter, lambda codes: ["x"],
        rules().__getitem__,
    )  # fmt: skip
    world = World(rng, writer, Stage(rng, writer, ZONE), cast(language), duties)
    tales = Teller(world, Span(end - timedelta(days=365), end, ZONE), language).tell(cases)
    leave_open(tales, end, rng)
    return tales, writer
