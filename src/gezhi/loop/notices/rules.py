"""Who hears of what: from a step of the workflow to kinds of notices and their audiences; names in a note."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = (
    "dispatched", "handed", "returned", "replied", "redo", "appeal", "task", "supervised", "mention", "link", "field",
    "called", "soon", "late",
)  # fmt: skip
BOUNCED = "bounced"  # about the mailbox itself; nobody may switch it off
WHILE = ("dispatched", "handed", "returned", "replied", "redo", "appeal")  # told only while the case still stands so
STAGE_VERBS = {
    "accept": "case.accept", "dispatch": "case.dispatch", "phone": "case.phone", "sign": "case.sign",
    "contact": "case.reply", "handle": "case.reply", "reply": "case.review_pass", "verify": "case.callback",
    "adjudicate": "case.adjudicate", "task": "case.task_done",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """A kind, and who hears of it: people by key, or whoever holds a verb (or a role) that covers the unit.

    `owner`: the person who has the case comes in place of the unit's people.
    """

    kind: str
    verb: str = ""
    role: str = ""
    unit: int | None = None
    users: tuple[int, ...] = ()
    owner: bool = False


def heard(told: Mapping[str, Any], desk: int) -> list[Heard]:
    """What one step tells to whom.

    >>> heard({"move": "dispatch", "source": "accepted", "state": "dispatched", "lead": 7, "assisting": [8]}, 1)
    [Heard(kind='dispatched', verb='case.sign', role='', unit=7, users=(), owner=False), \
Heard(kind='task', verb='case.task_done', role='', unit=8, users=(), owner=False)]
    >>> [one.kind for one in heard({"move": "sign", "source": "dispatched", "state": "handling", "lead": 7}, 1)]
    []
    """
    found = _by_state(told, desk)
    lead = told.get("lead")
    units = [*told.get("assisting", ()), *([told["unit"]] if told["move"] == "task" and told.get("unit") else [])]
    found += [Heard("task", "case.task_done", unit=unit) for unit in dict.fromkeys(units)]
    match told["move"]:
        case "transfer":
            found.append(Heard("handed", users=(int(str(told["user"]).rpartition(":")[2]),)))
        case "field_find":
            found.append(Heard("field", users=(int(str(told["user"]).rpartition(":")[2]),)))
        case "supervise":
            found.append(Heard("supervised", "case.reply", unit=lead or desk, owner=True))
        case "note":
            found.append(Heard("mention", users=tuple(told.get("mentions", ()))))
        case "escalate":
            found += [Heard("called", role=role, unit=lead or desk) for role in told.get("roles", ())]
    return [one for one in found if one.users or one.unit]


def _by_state(told: Mapping[str, Any], desk: int) -> list[Heard]:
    """What the state that was reached asks of somebody else."""
    move, lead, changed = told["move"], told.get("lead"), told["source"] != told["state"]
    if move in ("redo", "callback", "rate") and told["state"] in ("dispatched", "accepted") and changed:
        to_unit = told["state"] == "dispatched"
        return [Heard("redo", "case.sign" if to_unit else "case.dispatch", unit=lead if to_unit else desk)]
    if move == "appeal":
        return [Heard("appeal", "case.dispatch", unit=desk)]
    if told["state"] == "dispatched" and (changed or move == "relead"):
        return [Heard("dispatched", "case.sign", unit=lead)]
    if move == "return":
        return [Heard("returned", "case.adjudicate", unit=desk)]
    if move == "reply":
        return [Heard("replied", "case.review_pass", unit=lead)]
    return []


def mentioned(text: str, names: Mapping[str, int]) -> list[int]:
    """The people whom a note calls by @; the longest name that fits wins, letters count alike in any case.

    >>> mentioned("请@刘洁 和 @HUGO看", {"刘": 1, "刘洁": 2, "hugo": 3}), mentioned("a@b.cn", {"x": 1})
    ([2, 3], [])
    """
    found = []
    known = sorted(((name.lower(), key) for name, key in names.items() if name), key=lambda pair: -len(pair[0]))
    for match in re.finditer("[@\uff20]", text):
        rest = text[match.end() :].lower()
        found += [key for name, key in known if rest.startswith(name)][:1]
    return list(dict.fromkeys(found))


def wanted(users: Iterable[int], kind: str, unwanted: Mapping[int, Iterable[str]]) -> list[int]:
    """Those who want to hear of this kind."""
    return [user for user in dict.fromkeys(users) if kind not in unwanted.get(user, ())]
