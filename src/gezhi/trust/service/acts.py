"""What makes an act of a function: one transaction, at least one ledger record, a ledger that is being sealed."""

import functools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.trust.rules import Actor
from gezhi.trust.rules.chain import canonical_json
from gezhi.trust.service.sealing import keyed_hash
from gezhi.trust.store import acts as store

P = ParamSpec("P")
R = TypeVar("R")

VERBS: set[str] = set()  # every verb that some room defines
STALE_LOOK = 30.0  # seconds for which a fresh ledger is taken to be fresh
KEY_LENGTH = 200


class NoRecordError(RuntimeError):
    """An act that changed something and told the ledger nothing; a fault of the program, never of the user."""


@dataclass(slots=True)
class Act:
    """The act that is running in this thread."""

    name: str
    records: int = 0
    unchanged: bool = False


_current: ContextVar[Act | None] = ContextVar("gezhi_act", default=None)
_via: ContextVar[str] = ContextVar("gezhi_via", default="")
_fresh_until = [0.0]


def verb(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an act: it takes `actor=` and `now=`, runs in one transaction, and writes to the ledger.

    Called from within another act it joins that act's transaction; there a failure undoes the whole act, unless the
    caller opened a savepoint (`transaction.atomic()`) around the call.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        if function.__module__.startswith("gezhi."):  # a test's own verbs are no verbs of the product
            VERBS.add(name)

        @functools.wraps(function)
        def act(*args: P.args, **kwargs: P.kwargs) -> R:
            if _current.get() is not None:
                with transaction.atomic(savepoint=False):
                    return function(*args, **kwargs)
            _check_arguments(name, kwargs)
            refuse_stale()
            return _outermost(Act(name), lambda: function(*args, **kwargs))

        return act

    return wrap


def _check_arguments(name: str, kwargs: Mapping[str, Any]) -> None:
    now = kwargs.get("now")
    if not isinstance(kwargs.get("actor"), Actor) or not isinstance(now, datetime) or now.tzinfo is None:
        raise TypeError(f"{name} needs actor= and an aware now=")


def _outermost(act: Act, run: Callable[[], R]) -> R:
    mark = _current.set(act)
    try:
        with transaction.atomic():
            result = run()
            if not act.records and not act.unchanged:
                raise NoRecordError(f"{act.name} wrote no ledger record")
    finally:
        _current.reset(mark)
    return result


def unchanged() -> None:
    """Say that the running act changed nothing (a repeat, an import row already there), so that no record is due."""
    act = _current.get()
    if act is not None:
        act.unchanged = True


def refuse_stale() -> None:
    """Refuse to act when records have waited too long for their seal; looked up every half minute while fresh."""
    if time.monotonic() < _fresh_until[0]:
        return
    age = store.oldest_unsealed_seconds()
    limit = float(settings.GEZHI_SEAL_LIMIT)
    if age > limit:
        raise Refused("ledger-stale", status=503, hours=round(age / 3600, 1), limit=round(limit / 3600, 1))
    _fresh_until[0] = time.monotonic() + min(STALE_LOOK, limit - age)


def look_again() -> None:
    """Forget that the ledger was fresh."""
    _fresh_until[0] = 0.0


def record(
    act: str,
    subject_kind: str,
    subject_id: object,
    *,
    actor: Actor,
    body: Mapping[str, Any] | None = None,
    event: tuple[str, Mapping[str, Any]] | None = None,
) -> UUID:
    """Write one ledger record in the current act: codes, ids, times and digests only, never words of a person.

    `event` is a topic and its payload, published about the same subject in the same round trip.
    """
    if event is None:
        (key,) = record_many([(act, subject_kind, subject_id, body or {})], actor=actor)
        return key
    running = _running()
    key, subject = uuid7(), str(subject_id)
    topic, payload = event
    store.insert_record_and_event(
        (key, actor.kind, actor.id, act, subject_kind, subject, _marked(body)),
        (topic, 1, subject_kind, subject, canonical_json(payload)),
    )
    running.records += 1
    return key


@contextmanager
def acting_via(means: str) -> Iterator[None]:
    """Whatever is done within is marked in the ledger as done by these means, in the name of the person who acts."""
    mark = _via.set(means)
    try:
        yield
    finally:
        _via.reset(mark)


def via() -> str:
    """By which means the present act is done; empty for a person's own hands."""
    return _via.get()


def _marked(body: Mapping[str, Any] | None) -> str:
    means = _via.get()
    return canonical_json({**(body or {}), "via": means} if means else body or {})


def _running() -> Act:
    running = _current.get()
    if running is None or not connection.in_atomic_block:
        raise NoRecordError("a ledger record is written within an act only")
    return running


def record_many(rows: Iterable[tuple[str, str, object, Mapping[str, Any]]], *, actor: Actor) -> list[UUID]:
    """Several ledger records (act, subject kind, subject id, body) in one round trip."""
    running = _running()
    keyed = [
        (uuid7(), actor.kind, actor.id, act, kind, str(subject), _marked(body)) for act, kind, subject, body in rows
    ]
    if keyed:
        store.insert_records(keyed)
    running.records += len(keyed)
    return [row[0] for row in keyed]


def once(
    actor: Actor, key: str, act: str, result: Mapping[str, Any] | None = None, *, content: object = None
) -> dict[str, Any] | None:
    """Claim an idempotency key within the act: None the first time, afterwards the result of the first time.

    Two requests with one key at once: the second waits for the first, then gets its result. Give `result` when it is
    known in advance (one statement in all), or call `remember` before the act ends. An empty key claims nothing.
    With `content` the key is bound to what was sent: the same key with other content is refused, or it would be lost.
    """
    if not key:
        return None
    if len(key) > KEY_LENGTH or not key.isprintable():
        raise Refused("key-malformed", status=422, longest=KEY_LENGTH)
    bound = act if content is None else f"{act}#{_mark(content)}"
    if store.claim_key(actor.key, key, bound, None if result is None else canonical_json(result)):
        return None
    before, kept = store.key_result(actor.key, key)
    if before != bound:
        raise Refused("key-reused", key=key, act=before.partition("#")[0])
    unchanged()
    prior: dict[str, Any] = json.loads(kept) if kept else {}
    return prior


def _mark(content: object) -> str:
    """A keyed hash of what was sent: the words themselves are never kept with a key."""
    plain = json.dumps(content, ensure_ascii=True, sort_keys=True, default=str)
    return (keyed_hash("content", plain) or b"").hex()[:24]


def remember(actor: Actor, key: str, result: Mapping[str, Any]) -> None:
    """Keep the result of the running act under its key."""
    if key:
        store.set_key_result(actor.key, key, canonical_json(result))
