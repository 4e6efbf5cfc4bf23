"""What is done with each class of data. Every deed takes keys and gives back digests of files that may be free now."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.alike.rules.words import indexed
from gezhi.loop.models import (
    Attachment,
    Batch,
    BatchReject,
    Call,
    CallEvent,
    Case,
    Handover,
    Link,
    LinkFile,
    LinkNote,
    NoCase,
    NuisanceMark,
    PersonRequest,
    RetentionHold,
    ScoreAppeal,
    ScoreExclusion,
    StepText,
)
from gezhi.loop.rules.redact import without
from gezhi.loop.store import behalf, below, erasing
from gezhi.trust.rules import Actor
from gezhi.trust.service import erase, identity_of, open_text, seal_text, strip

Deed = Callable[[Sequence[str], Actor, datetime], set[str]]
SUBJECTS = {"calls": "call", "no_cases": "no_case", "rejects": "batch", "handovers": "handover",
            "links": "link"}  # fmt: skip


def forget_case(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    """Destroy the keys of these cases' requesters; files, search words and calls follow by the event of it."""
    rows = Case.objects.filter(pk__in=keys)
    for person in rows.values_list("requester", flat=True).distinct().order_by("requester"):
        with _unless_erased():
            erase(person, actor=actor, now=now)
    rows.update(lon=None, lat=None)
    return set()


@contextmanager
def _unless_erased() -> Iterator[None]:
    """Passes over who was erased meanwhile; every other refusal goes on."""
    try:
        yield
    except Refused as refused:
        if refused.code != "requester-erased":
            raise


def forget_identity(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    """Name, phone, numbers and address go, of the cases and of their calls; the texts stay readable."""
    calls = Call.objects.filter(case_id__in=keys)
    people = set(Case.objects.filter(pk__in=keys).values_list("requester", flat=True))
    strip(sorted(people | set(calls.values_list("requester", flat=True))), actor=actor, now=now)
    behalf.forget(people)
    PersonRequest.objects.filter(case_id__in=keys, kind="identity").update(words=None)  # a phone, a number of identity
    for event in (
        CallEvent.objects.filter(call__in=calls.values("pk")).exclude(sealed=None).select_related("call__requester")
    ):
        _without_numbers(event)
    return set()


def _without_numbers(event: CallEvent) -> None:
    """The recording of a call may stay longer than the number it was made with."""
    said = open_text(event.call.requester, bytes(event.sealed or b""))
    kept = {name: value for name, value in said.items() if name == "recording_url"}
    event.sealed, event.digest = (seal_text(event.call.requester, kept) if kept else None), None
    event.save(update_fields=["sealed", "digest"])


# ---- texts

SEALED: tuple[tuple[Any, str, str], ...] = (
    (StepText, "step__case", "sealed"), (Attachment, "case", "name"), (NuisanceMark, "case", "words"),
    (Link, "case", "words"), (LinkNote, "link__case", "words"), (LinkFile, "case", "name"),
    (ScoreExclusion, "case", "evidence"), (ScoreExclusion, "case", "words"), (ScoreAppeal, "case", "words"),
    (ScoreAppeal, "case", "answer"), (PersonRequest, "case", "words"), (PersonRequest, "case", "answer"),
    (RetentionHold, "case", "words"),
)  # fmt: skip


def redact_texts(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    """Numbers of persons and doors and own names go out of every text; the rest can still be read and searched.

    After the identity only names that a text itself gives away ("I am …") are found.
    """
    del actor, now
    for case in Case.objects.filter(pk__in=keys).select_related("requester"):
        name = identity_of(case.requester).get("name", "").strip()
        case.story = seal_text(case.requester, hidden(open_text(case.requester, case.story), name))
        case.save(update_fields=["story"])
        for model, way, column in SEALED:
            for row in model._default_manager.filter(**{way: case.pk}).exclude(**{column: None}):
                said = open_text(case.requester, bytes(getattr(row, column)))
                setattr(row, column, seal_text(case.requester, hidden(said, name)))
                row.save(update_fields=[column])
        index_again(case)
    return set()


def hidden(value: Any, name: str) -> Any:
    """A text, or texts in any order, without what says who it is.

    >>> hidden({"text": "我叫王小明,小明妈妈王小明,电话13800001234", "answers": {"a": ["6-2-301"]}}, "王小明")
    {'text': '我叫***,小明妈妈***,电话***', 'answers': {'a': ['**']}}
    """
    if isinstance(value, str):
        return without(value, name)
    if isinstance(value, dict):
        return {key: hidden(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [hidden(each, name) for each in value]
    return value


def index_again(case: Case) -> None:
    """The search words of a case out of what its story says now."""
    story = open_text(case.requester, case.story)
    point = (case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    words = indexed(
        title=str(story.get("title", "")), text=str(story.get("text", "")), place=str(story.get("place", "")),
        object_=str(story.get("object", "")), numbers=(case.number, case.external_number), at=case.received_at,
        point=point,
    )  # fmt: skip
    erasing.put_words(case.pk, words)


# ---- files, recordings, points


def drop_files(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    del actor, now
    digests: set[str] = set()
    for rows in (Attachment.objects.filter(case_id__in=keys), LinkFile.objects.filter(case_id__in=keys)):
        digests |= _digests(rows.values_list("digest", "original"))
        rows.delete()
    return digests


def drop_originals(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    """The picture as it is shown stays."""
    del actor, now
    digests: set[str] = set()
    for model in (Attachment, LinkFile):
        rows = model._default_manager.filter(case_id__in=keys).exclude(original="")
        digests |= _digests(rows.values_list("original"))
        rows.update(original="")
    return digests


def _digests(rows: Iterable[tuple[str, ...]]) -> set[str]:
    return {digest for row in rows for digest in row if digest}


def drop_recordings(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    """Number and recording of every call of a case. The bytes lie with the telephone system: see the list of a plan."""
    del actor, now
    rows = Call.objects.filter(case_id__in=keys)
    CallEvent.objects.filter(call__in=rows.values("pk")).update(sealed=None, digest=None)
    rows.update(recorded=False)
    return set()


def drop_points(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    del actor, now
    Attachment.objects.filter(case_id__in=keys).update(lon=None, lat=None)
    LinkFile.objects.filter(case_id__in=keys).update(lon=None, lat=None)
    Case.objects.filter(pk__in=keys).update(lon=None, lat=None)
    for case in Case.objects.filter(pk__in=keys, requester__erased_at=None).select_related("requester"):
        index_again(case)
    return set()


# ---- what belongs to no case


def forget_calls(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    for person in Call.objects.filter(pk__in=keys).values_list("requester", flat=True):
        with _unless_erased():
            erase(person, actor=actor, now=now)
    return set()


def forget_no_cases(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    for person in NoCase.objects.filter(pk__in=keys).values_list("requester", flat=True):
        if person is not None:
            with _unless_erased():
                erase(person, actor=actor, now=now)
    return set()


def drop_rejects(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    """The refused rows of an import, with the key they are sealed under; how many there were stays with the batch."""
    for batch in Batch.objects.filter(pk__in=keys):
        BatchReject.objects.filter(batch=batch).delete()
        keeper = batch.mapping.pop("keeper", None)
        for sealed in ("views", "missing"):
            batch.mapping.pop(sealed, None)
        batch.save(update_fields=["mapping"])
        if keeper and below.requesters().filter(pk=keeper, erased_at=None).exists():
            erase(UUID(keeper), actor=actor, now=now)
    return set()


def drop_handovers(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    del actor, now
    Handover.objects.filter(pk__in=keys).update(words="")
    return set()


def forget_links(keys: Sequence[str], actor: Actor, now: datetime) -> set[str]:
    """Name and phone of people who worked by a link; what they wrote goes with the case."""
    from gezhi.loop.links.service.ending import forget_people

    del actor, now
    return forget_people(keys)


DO: dict[str, Deed] = {
    "case": forget_case, "identity": forget_identity, "texts": redact_texts, "files": drop_files,
    "originals": drop_originals, "recordings": drop_recordings, "point": drop_points, "calls": forget_calls,
    "no_cases": forget_no_cases, "rejects": drop_rejects, "handovers": drop_handovers, "links": forget_links,
}  # fmt: skip
