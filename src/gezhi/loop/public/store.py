"""Queries of what is public: what everybody may see now, what waits for the desk, what shows itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from gezhi.kit.text import index_text, query_text
from gezhi.loop.models import Attachment, Case, PublicCase, PublicPhoto, PublicRule, Step
from gezhi.loop.public.rules.showing import NEVER_KINDS, NEVER_STATES, Rule
from gezhi.loop.store import behalf
from gezhi.loop.store.below import areas
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

WITH = ("case__requester", "case__desk", "case__lead", "case__complained", "decided_by")
PAGE = 20
QUEUE = 50
BATCH = 200
TABS = ("waiting", "shown", "withheld")
VERB = "public.decide"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for among the public cases; empty means everything."""

    words: str = ""
    matter: str = ""
    area: str = ""
    state: str = ""
    page: int = 1


def shown() -> QuerySet[PublicCase]:
    """What everybody may see this moment, whatever was decided earlier: the case as it stands has the last word.

    A case that became confidential, a report against somebody, withdrawn, void or joined to another is gone with the
    act that made it so, one whose requester was erased with the key, and one of a matter that is off with the rule.
    """
    rows = PublicCase.objects.filter(state="shown", words__isnull=False, case__confidential=False, case__dormant=False,
                                     case__requester__wrapped_key__isnull=False)  # fmt: skip
    rows = rows.exclude(case__kind__in=NEVER_KINDS).exclude(case__state__in=NEVER_STATES)
    return rows.exclude(case__matter__in=switched_off()).select_related("case__requester", "case__lead")


def switched_off() -> list[str]:
    """The matters whose cases are not shown."""
    kept = content()
    if not any(rule.mode == "off" for rule in kept.showings):
        return []
    return [code for code in (*kept.matters, "") if kept.showing(code).mode == "off"]


def found(wish: Wish) -> QuerySet[PublicCase]:
    """The public cases that fit a wish, the newest change first."""
    rows = shown()
    if wish.words:
        rows = rows.filter(search=SearchQuery(query_text(wish.words) or "'-'", config="simple", search_type="raw"))
    if wish.matter:
        rows = rows.filter(case__matter__startswith=wish.matter)
    if wish.area:
        rows = rows.filter(case__area__in=areas_in(wish.area))
    if wish.state == "open":
        rows = rows.exclude(case__state__in=("verifying", "closed", "declined"))
    elif wish.state == "answered":
        rows = rows.filter(case__state="verifying")
    elif wish.state == "closed":
        rows = rows.filter(case__state__in=("closed", "declined"))
    return rows.order_by("-changed_at", "-pk")


def areas_in(code: str) -> list[str]:
    """The codes of an area and of everything in it."""
    row = areas().filter(pk=code).first()
    return list(areas().filter(path__descends=row.path).values_list("pk", flat=True)) if row is not None else []


def by_slug(slug: str) -> PublicCase | None:
    """One public case by its address."""
    return shown().filter(slug=slug).first()


def photos_of(entries: Iterable[PublicCase]) -> dict[UUID, list[PublicPhoto]]:
    """The photos of some entries whose sources are still kept, in one statement."""
    made: dict[UUID, list[PublicPhoto]] = {}
    rows = PublicPhoto.objects.filter(entry__in=list(entries), source__isnull=False, source__public=True)
    for row in rows.order_by("allowed_at", "pk"):
        made.setdefault(row.entry_id, []).append(row)
    return made


def entry_of(case: UUID | str, *, lock: bool = False) -> PublicCase | None:
    rows = PublicCase.objects.select_related(*WITH)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return rows.filter(case_id=case).first()


def locked(key: UUID | str) -> PublicCase | None:
    rows = PublicCase.objects.select_for_update(of=("self",)).select_related(*WITH)
    return rows.filter(pk=key).first()


def one(actor: Actor, key: UUID | str) -> PublicCase | None:
    """An entry of a case for which the actor may decide."""
    return PublicCase.objects.filter(case__in=visible(actor, VERB), pk=key).select_related(*WITH).first()


def queue(actor: Actor, tab: str) -> QuerySet[PublicCase]:
    """The entries of one tab that the actor may decide on; what waits the longest first."""
    rows = PublicCase.objects.filter(case__in=visible(actor, VERB)).select_related(*WITH)
    rows = (
        rows.exclude(case__state__in=NEVER_STATES).exclude(case__kind__in=NEVER_KINDS).exclude(case__confidential=True)
    )
    rows = rows.filter(case__requester__wrapped_key__isnull=False).exclude(case__matter__in=switched_off())
    if tab == "waiting":
        return rows.filter(Q(state="waiting") | Q(state="shown", fresh=True)).order_by("created_at", "pk")
    return rows.filter(state=tab).order_by("-changed_at", "pk")


def due(now: datetime) -> list[UUID]:
    """The entries whose time to show themselves has come."""
    rows = PublicCase.objects.filter(Q(state="waiting") | Q(state="shown", fresh=True), due_at__lte=now)
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:BATCH])


def unlooked(since: datetime) -> list[UUID]:
    """Cases that moved lately and have no entry yet: what a lost message or a new rule has left out."""
    rows = Case.objects.filter(received_at__gte=since, confidential=False, dormant=False)
    rows = rows.exclude(kind__in=NEVER_KINDS).exclude(state__in=NEVER_STATES)
    rows = rows.filter(~Exists(PublicCase.objects.filter(case=OuterRef("pk"))))
    return list(rows.order_by("received_at").values_list("pk", flat=True)[:BATCH])


def put_words(entry: PublicCase, *texts: str) -> None:
    """The search words of an entry: of the text that is shown and nothing else; none where nothing is shown."""
    given = SearchVector(Value(index_text(*texts)), config="simple") if texts else None
    PublicCase.objects.filter(pk=entry.pk).update(search=given)


def photos_on(case: UUID) -> list[Attachment]:
    """The pictures of a case that the requester may see, which alone may come before the public."""
    rows = Attachment.objects.filter(case=case, kind="image", public=True)
    return list(rows.order_by("created_at", "pk"))


def drop_photos(entries: Iterable[UUID]) -> list[str]:
    """Take the photos of some entries away; the digests of their copies."""
    rows = PublicPhoto.objects.filter(entry__in=list(entries))
    digests = list(rows.values_list("digest", flat=True))
    rows.delete()
    return digests


def entries_of_requester(requester: str) -> list[UUID]:
    return list(PublicCase.objects.filter(case__requester__id=requester).values_list("pk", flat=True))


def forget(requester: str) -> list[str]:
    """Drop everything public of an erased person; the digests of the photos."""
    keys = entries_of_requester(requester)
    digests = drop_photos(keys)
    PublicCase.objects.filter(pk__in=keys).delete()
    behalf.forget([requester])
    return digests


def set_rule(rule: Rule) -> None:
    """The office's own rule of a matter."""
    PublicRule.objects.filter(pack="local", matter=rule.matter).delete()
    PublicRule.objects.create(
        pack="local", version="1", matter=rule.matter, mode=rule.mode, since=rule.since, days=rule.days,
        verified=rule.verified, source=rule.source,
    )  # fmt: skip


def drop_rule(matter: str) -> int:
    """The pack's rule holds again."""
    return PublicRule.objects.filter(pack="local", matter=matter).delete()[0]


_ANSWERED = """
SELECT w.w, c.matter, count(*) FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) AS w(w, since, until)
JOIN loop_step s ON s.acted_at >= w.since AND s.acted_at < w.until
JOIN loop_case c ON c.id = s.case_id AND c.state <> 'void' AND NOT c.dormant
WHERE s.move IN ('answer', 'decline', 'answered') OR (s.move = 'review_pass' AND s.target = 'verifying')
GROUP BY 1, 2
"""


def answered(windows: Sequence[tuple[datetime, datetime]]) -> list[tuple[int, str, int]]:
    """How many answers went out in each window, by matter, counted from the steps."""
    with connection.cursor() as cursor:
        since, until = [one for one, _ in windows], [one for _, one in windows]
        cursor.execute(_ANSWERED, [list(range(len(windows))), since, until])
        rows: list[Any] = cursor.fetchall()
    return [(window, matter, count) for window, matter, count in rows]


def public_steps(case: UUID, moves: Iterable[str]) -> list[Step]:
    """The steps of a case that its requester sees as well, in order."""
    return list(Step.objects.filter(case=case, move__in=list(moves)).order_by("no"))
