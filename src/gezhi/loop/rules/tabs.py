"""The tabs of a worklist: which states each holds, and whose verbs make it worth showing."""

from collections.abc import Iterable
from dataclasses import dataclass

from gezhi.loop.rules.words import ENDED, OPEN


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. `verbs` are the moves that people who need this tab may make; `special` narrows it further."""

    name: str
    states: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    special: str = ""  # mine | assisting | pending | supervised | instructed | called


TABS: tuple[Tab, ...] = (
    Tab("to_accept", ("received",), ("accept", "answer")),
    Tab("to_dispatch", ("accepted",), ("dispatch",)),
    Tab("to_sign", ("dispatched",), ("sign", "dispatch")),
    Tab("mine", ("handling", "waiting", "suspended"), ("reply",), "mine"),
    Tab("handling", ("handling",), ("reply", "dispatch", "supervise")),
    Tab("waiting", ("waiting", "suspended"), ("reply", "dispatch", "supervise")),
    Tab("assisting", ("handling", "waiting", "suspended", "returned", "replied"), ("task_done",), "assisting"),
    Tab("to_adjudicate", ("returned",), ("adjudicate",)),
    Tab("to_decide", ("handling", "received", "accepted", "dispatched"), ("postpone_decide", "void_decide"), "pending"),
    Tab("to_review", ("replied",), ("review_pass",)),
    Tab("to_call_back", ("verifying",), ("callback",)),
    Tab("supervised", OPEN, ("supervise", "supervise_answer"), "supervised"),
    Tab("instructed", (*OPEN, "closed"), ("instruct", "instruct_ask", "instruct_answer"), "instructed"),
    Tab("escalated", OPEN, ("supervise", "review_pass", "dispatch", "accept", "callback", "reply"), "called"),
    Tab("open", OPEN, ("read",)),
    Tab("ended", ENDED, ("read",)),
)
BY_NAME = {tab.name: tab for tab in TABS}
LIGHTS = ("late", "soon", "today", "paused")


def tabs_for(verbs: Iterable[str]) -> list[Tab]:
    """The tabs worth showing to somebody with these verbs ("case." left off), work first.

    >>> [tab.name for tab in tabs_for({"read", "sign", "reply", "task_done"})]
    ['to_sign', 'mine', 'handling', 'waiting', 'assisting', 'escalated', 'open', 'ended']
    """
    held = set(verbs)
    return [tab for tab in TABS if held & set(tab.verbs)]
