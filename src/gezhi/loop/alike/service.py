"""What others call: cases like a text or like a case, repeats of an answered one, several merged in one act."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.alike import store
from gezhi.loop.alike.rules.measure import Pair, Pool, by_kind, count_words, measured, scores
from gezhi.loop.alike.rules.probes import LIMIT, probes
from gezhi.loop.alike.rules.score import SHOWN, SURE, Likeness, compare
from gezhi.loop.alike.rules.words import Told, told
from gezhi.loop.models import Case
from gezhi.loop.rules.words import OPEN
from gezhi.loop.service.following import reply_texts
from gezhi.loop.service.moving import move
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible, visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

WINDOW, REPEAT = timedelta(days=30), timedelta(days=180)  # unless the code list `similar` says otherwise
MERGEABLE = ("received", "accepted", "dispatched", "handling")
ANSWERED = ("closed", "declined", "verifying")
PUBLIC = ("accepted", "dispatched", "handling", "replied")  # open cases that citizens hear of
FEWEST = 2  # words that can be compared; less finds anything
STALE, GROWN = timedelta(hours=20), 1.5  # words are counted anew after this time, or when so many more cases are there


@dataclass(frozen=True, slots=True)
class Alike:
    """A case with how alike it is and why."""

    case: Case
    score: float
    reasons: tuple[tuple[str, int, int], ...] = ()
    person: bool = False  # reported by the same person
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """What was found, best first; `common` where the words stand in too many cases to look for."""

    rows: list[Alike]
    common: bool = False


def asked(
    text: str, *, place: str = "", object_: str = "", matter: str = "", area: str = "", now: datetime,
    point: tuple[float, float] | None = None,
) -> Told:  # fmt: skip
    """What is typed, ready to be compared with cases."""
    path = content().matter_path(matter)
    return told(text, place=place, object_=object_, matter=path, area=area, point=point, at=now)


def near(
    sought: Told, *, actor: Actor, now: datetime, states: Sequence[str] = OPEN, least: float | None = None,
    most: int = 5, within: timedelta | None = None, beside: Iterable[UUID] = (), dormant: bool = False,
) -> Near:  # fmt: skip
    """Cases of the last days that are like this, of those whose words the reader may have compared."""
    if len(sought.words) < FEWEST:
        return Near([])
    least = store.threshold("shown", SHOWN) if least is None else least
    since, beside = now - (within or store.window("duplicate", WINDOW)), set(beside)
    shares, _ = store.shares()
    questions = probes(sought, shares, store.rows_in(since, now))
    found = store.hits(questions, since, now)
    if found.late or not questions:
        return Near([], common=True)
    rows = store.readable(actor).filter(state__in=states, received_at__gte=since, received_at__lte=now)
    rows = rows if dormant else rows.filter(dormant=False)
    left = [key for key in found.keys if key not in beside]
    alike = []
    for case, other in store.candidates(rows, left, LIMIT):
        likeness: Likeness = compare(sought, other, shares)
        if likeness.score >= least:
            alike.append(Alike(case, likeness.score, likeness.reasons))
    return Near(sorted(alike, key=lambda each: -each.score)[:most])


def near_case(
    case: Case, *, actor: Actor, now: datetime, states: Sequence[str] = OPEN, least: float | None = None, most: int = 8
) -> Near:
    """Cases like a case, found by its search words alone: nothing that a person wrote is opened.

    What a person found to differ from it is left out.
    """
    beside = [case.pk, *different_from(case)]
    return near(store.told_of(case), actor=actor, now=now, states=states, least=least, most=most, beside=beside)


def different_from(case: Case) -> list[UUID]:
    """The cases that a person found to differ from one."""
    return [row.two_id if row.one_id == case.pk else row.one_id for row in store.differing(case.pk)]


def near_public(text: str, *, place: str, area: str, now: datetime, within: timedelta, most: int) -> list[Case]:
    """Open cases that a citizen may hear of, by matter, place, time and state: nothing confidential, no complaint
    about an office, and surely the same.
    """
    sought = asked(text, place=place, area=area, now=now)
    system = Actor.system("loop")
    found = near(sought, actor=system, now=now, states=PUBLIC, least=sure(), most=most * 4, within=within)
    rows = [each.case for each in found.rows if _may_be_told(each.case) and (not area or each.case.area == area)]
    return rows[:most]


def sure() -> float:
    """From which likeness on lists mark a case and citizens hear of one."""
    return store.threshold("sure", SURE)


def _may_be_told(case: Case) -> bool:
    return bool(case.matter) and not case.confidential and case.complained_id is None and case.kind != "report"


# ---- repeats 重复诉求


def repeats_of(case: Case, *, actor: Actor, now: datetime, most: int = 5) -> list[Alike]:
    """Answered cases that this one may repeat: of the same person, or of the same problem; nothing is decided here."""
    since = case.received_at - store.window("repeat", REPEAT)
    rows = store.readable(actor).filter(state__in=ANSWERED, received_at__gte=since, received_at__lt=case.received_at)
    others = different_from(case)
    rows = rows.exclude(pk__in=others)
    shares, _ = store.shares()
    sought = store.told_of(case)
    own = store.of_person(rows, case).select_related("lead", "requester", "words").order_by("-received_at")[: most * 2]
    by_key = {}
    for each in own:
        likeness = compare(sought, store.told_of(each), shares)
        by_key[each.pk] = Alike(each, max(likeness.score, 0.0), likeness.reasons, person=True)
    like = near(
        sought, actor=actor, now=case.received_at, states=ANSWERED, within=case.received_at - since, dormant=True,
        beside=[case.pk, *by_key, *others], most=most,
    )  # fmt: skip
    found = [*by_key.values(), *like.rows]
    found.sort(key=lambda each: (-(each.score + (0.3 if each.person else 0)), -each.case.received_at.timestamp()))
    times = store.answered_at(each.case.pk for each in found[:most])
    return [replace(each, answered_at=times.get(each.case.pk) or each.case.closed_at) for each in found[:most]]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The case that a repeat repeats: when and how it was answered; its words only for who may read them."""

    case: Case
    answered_at: datetime | None
    reply: str = ""
    readable: bool = False


def earlier(case_id: str, *, actor: Actor) -> Earlier | None:
    """The answered case that a person confirmed this to repeat, with its answer where the reader may read it."""
    case = Case.objects.select_related("lead", "requester").filter(pk=case_id).first() if case_id else None
    if case is None:
        return None
    times = store.answered_at([case.pk])
    may = store.readable(actor).filter(pk=case.pk).exists()
    return Earlier(case, times.get(case.pk) or case.closed_at, answer_of(case) if may else "", may)


def answer_of(case: Case) -> str:
    """The words of the newest answer of a case that the reader may read."""
    return reply_texts(case).get("reply", "") if case.requester.wrapped_key is not None else ""


# ---- not the same


@verb("case.merge")
def differ(case_id: UUID | str, other_id: UUID | str, *, undo: bool = False, actor: Actor, now: datetime) -> None:
    """Say by name that two cases are not the same, or take that back; neither is offered for the other meanwhile.

    Raises case-not-found (404), not-allowed (403), field-invalid (422) for a case beside itself.
    """
    case, other = get_visible(actor, case_id), get_visible(actor, other_id)
    for each in (case, other):
        kept = content()
        require(actor, "case.merge", unit_paths=[each.desk.path], matter=kept.matter_path(each.matter),
                area_path=kept.area_path(each.area))  # fmt: skip
    if case.pk == other.pk or actor.kind != "user":
        raise Refused("field-invalid", status=422, field="other", value=other.number)
    row = store.held_pair(case.pk, other.pk)
    if undo == (row is None):
        unchanged()
        return
    if row is not None:
        row.undone_at, row.undone_by_id = now, int(actor.id)
        row.save(update_fields=["undone_at", "undone_by"])
        suggest(case.pk, now=now)
        suggest(other.pk, now=now)
    elif store.insert_pair(case.pk, other.pk, said_at=now, said_by_id=int(actor.id)):
        store.no_longer_like(case.pk, other.pk)
    else:
        unchanged()
        return
    record("case.differ", "case", case.pk, actor=actor, body={"other": str(other.pk), "undo": undo})


# ---- several merged in one act


@dataclass(frozen=True, slots=True)
class Merging:
    """What came of it: numbers merged, and those refused with the reason."""

    done: list[str]
    refused: list[tuple[str, Refused]]


def merge_many(
    main: UUID | str, others: Sequence[UUID | str], reason: str, *, actor: Actor, now: datetime, key: str = ""
) -> Merging:
    """Merge several cases into one main case, each by the move `merge` with the same reason.

    What is refused is told by number, the rest stands. Raises case-not-found where the main case may not be read.
    """
    get_visible(actor, main)
    rows = {str(case.pk): case for case in visible(actor).filter(pk__in=list(others))}
    done, refused = [], []
    for other in dict.fromkeys(str(each) for each in others):
        case = rows.get(other)
        if case is None or other == str(main):
            continue
        data = {"main": str(main), **({"note": reason} if reason else {})}
        try:
            with transaction.atomic():
                moved = move(other, "merge", data, actor=actor, now=now, key=f"{key}:{case.number}" if key else "")
            done.append(moved.number)
        except Refused as why:
            refused.append((case.number, why))
    return Merging(done, refused)


# ---- the worker


def suggest(case_id: UUID | str, *, now: datetime) -> list[Alike]:
    """Keep what a case that just came in is like, so that lists can mark it; doing it twice says it anew."""
    case = store.case_with_words(case_id)
    if case is None or case.state not in MERGEABLE or case.dormant:
        return []
    found = near_case(case, actor=Actor.system("loop"), now=max(now, case.received_at), least=sure(), most=5).rows
    desks = {each.case.pk: each.case.desk_id for each in found}
    found = [each for each in found if not each.case.confidential or desks[each.case.pk] == case.desk_id]
    store.keep(case, now, [[str(each.case.pk), round(each.score, 3), list(each.reasons)] for each in found])
    return found


def count_when_due(now: datetime) -> bool:
    """Count anew how common words are, each night and whenever the number of cases has grown by half."""
    before = store.counted()
    cases = store.total()
    if before is not None and now - before.made_at < STALE and cases <= max(before.total, 20) * GROWN:
        return False
    store.count_words(now)
    return True


# ---- a labelled file


def score_file(path: Path, columns: dict[str, str], half: str = "") -> dict[str, Any]:
    """Precision at recall of the product's own questions and scores on a file of labelled pairs."""
    pairs = read_pairs(path, columns, half)
    cases = [case for pair in pairs for case in (pair.one, pair.two)]
    pool = Pool(cases, count_words({id(case): case for case in cases}.values()))
    given = scores(pairs, pool)
    result = measured([pair.same for pair in pairs], given)
    result["kinds"] = by_kind(pairs, given, result["at"]["0.8"]["threshold"])
    result["asked"] = {"shown": SHOWN, "sure": SURE}  # without a database no pack is asked
    return result


def read_pairs(path: Path, columns: dict[str, str], half: str) -> list[Pair]:
    """The pairs of a CSV file; raises similar-column where a column is missing, similar-label where a label is."""
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8-sig", newline="") as file
    ):
        reader = csv.DictReader(file)
        missing = [columns[name] for name in ("a", "b", "label") if columns[name] not in (reader.fieldnames or ())]
        if missing:
            found = ", ".join(reader.fieldnames or ())[:200]
            raise Refused("similar-column", status=422, column=missing[0], found=found)
        known: dict[tuple[str, ...], Told] = {}
        rows = [row for row in reader if not half or row.get("half") == half]
        return [_pair(row, columns, known, line) for line, row in enumerate(rows, 2)]


def _pair(row: dict[str, str], columns: dict[str, str], known: dict[tuple[str, ...], Told], line: int) -> Pair:
    label = (row[columns["label"]] or "").strip().lower()
    if label not in ("0", "1", "yes", "no", "true", "false"):
        raise Refused("similar-label", status=422, line=line, value=label[:40])
    sides = []
    for side in ("a", "b"):
        cell = tuple((row.get(name) or "").strip() for name in (
            columns[side], f"place_{side}", f"object_{side}", f"at_{side}"))  # fmt: skip
        if cell not in known:
            text, place, object_, at = cell
            known[cell] = told(text, place=place, object_=object_, at=_moment(at))
        sides.append(known[cell])
    return Pair(sides[0], sides[1], label in ("1", "yes", "true"), (row.get("kind") or "").strip())


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.astimezone()
