"""What the grid workers of one street have before them: looks that the desk asked for, and visits, some made."""

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from django.apps import apps

from gezhi.loop.field.service import asking, lists, visiting
from gezhi.loop.field.service.steps import Where
from gezhi.packs.demo.city import FIELD
from gezhi.packs.demo.texts import places_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_for

if TYPE_CHECKING:
    from gezhi.packs.demo.desks import Desks

ASKS = (  # states of the case, what for, words
    (("received", "accepted", "dispatched"), "before",
     ("请到现场看看是否属实，拍远近各一张。", "Please see whether it is so; one photo from afar, one close.")),
    (("dispatched", "handling"), "before",
     ("请核实具体位置，看是否影响通行。", "Please find the exact spot and see whether it blocks the way.")),
    (("replied", "verifying"), "after",
     ("单位答复已整改，请到现场核查。", "The unit says it is mended; please look whether that is so.")),
)  # fmt: skip
KINDS = (("独居老人", "Lives alone"), ("残疾人家庭", "Household with a disabled person"), ("沿街商铺", "Shop"))
ROADS = (("南湖路", "Nanhu Road"), ("书院路", "Shuyuan Road"))
HOMES, EVERY = 9, (15, 30, 90)
VISITED = (("fine", 40.0), ("fine", 27.0), ("nobody", 25.0))  # results, and how many hours ago


def lay(desks: "Desks") -> None:
    """Looks and visits of the street, by the verbs that people use; nothing where the city has no such street."""
    unit = apps.get_model("trust", "Unit")._default_manager.filter(code=FIELD).first()
    people = list(apps.get_model("trust", "User")._default_manager.filter(username__startswith="grid").order_by("pk"))
    if unit is None or not people:
        return
    _ask(desks, unit, people)
    _list(desks, unit, people)
    _visit(desks, actor_for(people[0], desks.now))


def _ask(desks: "Desks", unit: Any, people: list[Any]) -> None:
    """Three looks: two for one person, one for whoever of the street goes first."""
    cases = apps.get_model("loop", "Case")._default_manager.filter(dormant=False).order_by("-received_at")
    taken: set[Any] = set()
    for number, (states, check, words) in enumerate(ASKS):
        case = cases.filter(state__in=states).exclude(pk__in=taken).select_related("requester").first()
        if case is None:
            continue
        taken.add(case.pk)
        whose = {"unit": unit.pk} if number == 1 else {"user": people[0].pk}
        wish = asking.Wish(
            check=check, words=desks.said(words), place=asking.start_of(case) or desks.said(ROADS[0]),
            due=desks.now + timedelta(hours=20 * (number + 1)), **whose,
        )  # fmt: skip
        asking.ask(case.pk, wish, actor=desks.world.cast.dispatchers[0], now=desks.before(minutes=50 - number))


def _list(desks: "Desks", unit: Any, people: list[Any]) -> None:
    """Households and shops of the street, as the sheet of its office names them."""
    rng, english = desks.world.rng, desks.world.writer.language == "en"
    families, given = places_of("surname"), places_of("given_f")
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["姓名", "地址", "电话", "类别", "走访周期", "下次走访", "网格员"])
    for number in range(HOMES):
        family, own = rng.choice(families), rng.choice(given)
        name = f"{own.en} {family.en}" if english else family.zh + own.zh
        road = desks.said(ROADS[number % len(ROADS)])
        address = f"{number * 4 + 2} {road}" if english else f"{road}{number * 4 + 2}号"
        due = desks.now + timedelta(days=number // 2 - 2)
        kind, every, who = desks.said(KINDS[number % len(KINDS)]), EVERY[number % 3], people[number % len(people)]
        sheet.writerow([name, address, f"1380000{number:04}", kind, every, f"{due:%Y-%m-%d}", who.username])
    lead = desks.world.cast.parties[FIELD].lead
    lists.bring(io.BytesIO(out.getvalue().encode()), unit.pk, actor=lead, now=desks.before(days=3))


def _visit(desks: "Desks", worker: Actor) -> None:
    """The first of them have been visited."""
    today = desks.now.astimezone(desks.world.stage.zone).date()
    for row, (result, hours) in zip(visiting.due_by(worker, today + timedelta(days=9)), VISITED, strict=False):
        said = visiting.Visit(result, where=Where({}, "not_offered"))
        visiting.visit(row.pk, said, actor=worker, now=desks.before(hours=hours), key=str(uuid5(row.pk, result)))
