"""The register as it stands: texts of the pack, and what the running system says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gezhi.kit.text import pick
from gezhi.loop.models import CodeItem
from gezhi.loop.register.mechanisms import MECHANISMS, Mechanism
from gezhi.loop.store.content import content
from gezhi.loop.triage import store as triage_store
from gezhi.loop.triage.rules.judging import Rate
from gezhi.loop.triage.service import judged
from gezhi.trust.rules import Actor

LIST = "algorithm"
TEXTS = ("purpose", "decides", "data", "basis", "unit", "limits", "object")
TARGETS = {"triage_matter": "matter", "triage_unit": "unit"}
LEAST = 30  # decided cases under which no figure is published: a share of few says nothing and may point at somebody


@dataclass(frozen=True, slots=True)
class Live:
    """What the running system adds: which version speaks since when, and how often people followed it."""

    version: str
    since: datetime | None
    decided: int
    right: Rate | None
    unsure: Rate | None


@dataclass(frozen=True, slots=True)
class Entry:
    mechanism: Mechanism
    item: CodeItem
    live: Live


def entries(now: datetime) -> Iterator[Entry]:
    """Every mechanism that has texts, in the order of the pack."""
    known = {mechanism.code: mechanism for mechanism in MECHANISMS}
    models = triage_store.in_use()
    for code, item in content().codes.get(LIST, {}).items():
        if code in known:
            yield Entry(known[code], item, _live(known[code], item, models, now))


def _live(mechanism: Mechanism, item: CodeItem, models: dict[str, Any], now: datetime) -> Live:
    version = f"{item.pack} {item.version}"
    target = TARGETS.get(mechanism.figures)
    if target is None:
        return Live(version, None, 0, None, None)
    whole = judged(target, actor=Actor.system("loop"), now=now).whole
    model = models.get(target)
    version = f"{version} · {model.digest[:12]}" if model is not None else version
    since = model.used_at if model is not None else None
    if whole.decided < LEAST:
        return Live(version, since, whole.decided, None, None)
    unsure = Rate(whole.filled.of - whole.filled.right, whole.filled.of)
    return Live(version, since, whole.decided, whole.accuracy, unsure)


def as_json(now: datetime) -> list[dict[str, Any]]:
    """The register in both languages, for machines."""
    return [
        {
            "code": entry.mechanism.code, "kind": entry.mechanism.kind,
            **{language: {"name": pick(entry.item, "name", language),
                          **{name: pick(entry.item.extra, name, language) for name in TEXTS}}
               for language in ("zh", "en")},
            "in_use_since": entry.item.extra.get("since", ""), "version": entry.live.version,
            "model_since": entry.live.since.isoformat() if entry.live.since else None,
            "figures": _figures(entry.live), "source": entry.item.source, "verified": entry.item.verified,
        }
        for entry in entries(now)
    ]  # fmt: skip


def _figures(live: Live) -> dict[str, Any] | None:
    if live.right is None or live.unsure is None:
        return None
    return {
        "decided": live.decided, "first_right": live.right.share, "first_right_interval": live.right.interval,
        "not_sure": live.unsure.share,
    }  # fmt: skip
