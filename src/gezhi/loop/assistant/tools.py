"""The tools: four at first, the rest by groups; each calls the same verbs with the person's own rights.

What is done is recorded in the person's name and marked as done by an assistant; who asked is never shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.http import plain, sentence
from gezhi.loop import service
from gezhi.loop.assistant import reading
from gezhi.loop.assistant.protocol import Dialogue, Message
from gezhi.loop.assistant.rules import (
    CASE,
    ENDING,
    GROUP_OF,
    GROUPS,
    KEY,
    OFFERED,
    PREFIX,
    Schema,
    closed,
    fault,
    move_schema,
)
from gezhi.loop.rules.tabs import BY_NAME, LIGHTS
from gezhi.loop.rules.words import KINDS
from gezhi.loop.service.values import FIXED
from gezhi.loop.store import worklist
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import acting_via

VIA = "assistant"
TEXT: Schema = {"type": "string", "maxLength": 200}
CODE: Schema = {"type": "string", "maxLength": 20}
FIND = closed({
    "words": {**TEXT, "description": "Words of the story, or a number of ours or theirs"},
    "tab": {"type": "string", "enum": list(BY_NAME)}, "light": {"type": "string", "enum": ["", *LIGHTS]},
    "matter": CODE, "area": CODE, "channel": CODE, "kind": {"type": "string", "enum": ["", *KINDS]},
    "unit": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "urgency": {"type": "integer", "minimum": 1, "maximum": 4},
    "order": {"type": "string", "enum": list(worklist.ORDERS)},
    "page": {"type": "integer", "minimum": 1, "maximum": 10_000},
})  # fmt: skip
UNLOCK = closed({"groups": {
    "type": "array", "items": {"type": "string", "enum": list(GROUPS)}, "maxItems": len(GROUPS),
}}, ["groups"])  # fmt: skip
CREATE = closed({
    "text": {"type": "string", "minLength": 1, "maxLength": 20_000}, "title": TEXT,
    "place": {"type": "string", "maxLength": 500}, "object": TEXT, "occurred": TEXT,
    "kind": {"type": "string", "enum": list(KINDS)}, "matter": CODE, "area": CODE, "channel": CODE,
    "urgency": {"type": "integer", "minimum": 1, "maximum": 4},
    "name": {"type": "string", "maxLength": 100, "description": "Who asks; sealed on receipt"},
    "phone": {"type": "string", "maxLength": 40, "description": "Sealed on receipt"},
    "confidential": {"type": "boolean"}, "key": KEY,
}, ["text"])  # fmt: skip
HINTS = closed({"case": CASE, "reply": {"type": "string", "minLength": 1, "maxLength": 20_000},
                "outcome": {"type": "string", "enum": list(FIXED["outcome"])}}, ["case", "reply"])  # fmt: skip
READY = closed({"words": TEXT, "matter": CODE, "kind": {"type": "string", "enum": list(KINDS)}})
WHY = closed({"matter": CODE, "area": CODE}, ["matter"])
MATTERS = closed({"words": {**TEXT, "minLength": 1}}, ["words"])
UNITS = closed({"words": TEXT})


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what it takes, which right makes it worth showing, and what it does."""

    name: str
    schema: Schema
    run: Callable[["Toolbox", dict[str, Any]], dict[str, Any]]
    group: str = ""
    right: str = "case.read"
    reads: bool = True
    ends: bool = False


class Toolbox:
    """The tools of one person, now."""

    def __init__(self, actor: Actor, now: datetime, language: str) -> None:
        self.actor, self.now, self.language = actor, now, actor.language or language
        self.dialogue = Dialogue("")
        self.call_id = ""

    def listed(self, groups: frozenset[str]) -> list[Message]:
        """The four of the beginning, and of the unlocked groups those that this person has some right to."""
        with translation.override(self.language):
            return [shown(tool) for tool in all_tools().values() if self.open(tool, groups)]

    def open(self, tool: Tool, groups: frozenset[str]) -> bool:
        """Whether a tool is shown and may be called."""
        return not tool.group or (tool.group in groups and bool(self.actor.grants_for(tool.right)))

    def call(self, name: str, arguments: Mapping[str, Any], *, dialogue: Dialogue, call_id: str) -> Message | None:
        """The result of a tool; None where no such tool is unlocked for this person."""
        tool = all_tools().get(name)
        if tool is None or not self.open(tool, dialogue.groups):
            return None
        self.dialogue, self.call_id = dialogue, call_id
        with translation.override(self.language), acting_via(VIA):
            wrong = fault(tool.schema, arguments)
            if wrong:
                return refusal(Refused("argument-wrong", status=422, argument=wrong, tool=name))
            try:
                return said(tool.run(self, dict(arguments)))
            except Refused as refused:
                return refusal(refused)

    def key(self, given: str) -> str:
        """The idempotency key of this call: the one given, else the call's own, so that a repeat is done once."""
        return f"mcp:{given}" if given else f"mcp:{self.dialogue.key}:{self.call_id}"[:150]

    def case_id(self, given: str) -> UUID:
        """The case of an id or a number; what may not be read is not there."""
        try:
            return UUID(given)
        except ValueError:
            found = list(worklist.of_number(self.actor, given)[:2])
        if len(found) != 1:
            raise Refused("case-not-found", status=404)
        return UUID(str(found[0].pk))


def said(value: dict[str, Any]) -> Message:
    """A result as text and as structure."""
    whole = reading.as_json(value)
    return {"content": [{"type": "text", "text": reading.dumps(whole)}], "structuredContent": whole, "isError": False}


def refusal(refused: Refused) -> Message:
    """A refusal as the assistant reads it: the code, the sentence that says how to mend it, the facts."""
    body = {"code": refused.code, "message": sentence(refused), "status": refused.status,
            "facts": {name: plain(value) for name, value in refused.facts.items()}}  # fmt: skip
    return {"content": [{"type": "text", "text": f"{refused.code}: {body['message']}"}], "structuredContent": body,
            "isError": True}  # fmt: skip


def shown(tool: Tool) -> Message:
    """A tool as tools/list gives it."""
    about = pgettext("tool", tool.name) if not tool.name.startswith(PREFIX) else _about(tool.name.removeprefix(PREFIX))
    notes = {"title": title(tool), "readOnlyHint": tool.reads, "destructiveHint": tool.ends, "idempotentHint": True,
             "openWorldHint": False}  # fmt: skip
    return {"name": tool.name, "title": title(tool), "description": about, "inputSchema": tool.schema,
            "annotations": notes}  # fmt: skip


def title(tool: Tool) -> str:
    """What people call it."""
    if tool.name.startswith(PREFIX):
        return pgettext("move", tool.name.removeprefix(PREFIX))
    return pgettext("tool title", tool.name)


def _about(move: str) -> str:
    row = OFFERED[move]
    states = gettext(", ").join(pgettext("state", state) for state in row.sources)
    told = gettext("Makes the move “%(move)s” on a case that is: %(states)s.")
    how = gettext("Read the case first and give its `last` as `seen`.")
    return f"{told % {'move': pgettext('move', move), 'states': states}} {how}"


def all_tools() -> dict[str, Tool]:
    """Every tool by name; the moves are made from the workflow table and the code lists in force."""
    tools = [*FIRST, *FIXED_TOOLS]
    kept = content()
    codes = {name: list(items) for name, items in kept.codes.items()} | {
        name: list(held) for name, held in FIXED.items()
    }
    tools += [
        Tool(f"{PREFIX}{name}", move_schema(row, codes), _mover(name), GROUP_OF[name], f"case.{name}", reads=False,
             ends=name in ENDING)
        for name, row in OFFERED.items()
    ]  # fmt: skip
    return {tool.name: tool for tool in tools}


def _mover(name: str) -> Callable[[Toolbox, dict[str, Any]], dict[str, Any]]:
    def run(box: Toolbox, given: dict[str, Any]) -> dict[str, Any]:
        case, seen, key = box.case_id(given.pop("case")), given.pop("seen"), given.pop("key", "")
        done = service.move(case, name, given, actor=box.actor, now=box.now, seen=seen, key=box.key(key),
                            content_of_key=given)  # fmt: skip
        return {**done.as_dict(), "repeated": done.repeated, "state_words": pgettext("state", done.state)}

    return run


def _find(box: Toolbox, given: dict[str, Any]) -> dict[str, Any]:
    return reading.find(box.actor, worklist.Wish(**given), box.now)


def _read(box: Toolbox, given: dict[str, Any]) -> dict[str, Any]:
    return reading.case(box.case_id(given["case"]), box.actor, box.now, box.dialogue.groups)


def _can(box: Toolbox, given: dict[str, Any]) -> dict[str, Any]:
    groups = []
    for name in GROUPS:
        tools = [tool.name for tool in all_tools().values() if tool.group == name and box.actor.grants_for(tool.right)]
        if tools:
            groups.append({"group": name, "title": pgettext("tool group", name), "tools": tools,
                           "unlocked": name in box.dialogue.groups})  # fmt: skip
    found: dict[str, Any] = {**reading.person(box.actor), "groups": groups}
    if "case" in given:
        found["case"] = reading.offers(box.case_id(given["case"]), box.actor, box.now, box.dialogue.groups)
    return found


def _unlock(box: Toolbox, given: dict[str, Any]) -> dict[str, Any]:
    """Opens groups in which this person has some right; a group without any stays shut, and is named."""
    wanted = frozenset(given["groups"])
    useful = {tool.group for tool in all_tools().values() if tool.group and box.actor.grants_for(tool.right)}
    for name in sorted(wanted - useful):
        raise Refused("tools-not-yours", status=403, group=name)
    box.dialogue.groups |= wanted
    names = [tool.name for tool in all_tools().values() if tool.group in wanted and box.open(tool, box.dialogue.groups)]
    return {"unlocked": sorted(box.dialogue.groups), "tools": names}


def _create(box: Toolbox, given: dict[str, Any]) -> dict[str, Any]:
    key = box.key(given.pop("key", ""))
    done = service.receive(service.Report(**given), actor=box.actor, now=box.now, key=key, content_of_key=given)
    return {**done.moved.as_dict(), "repeated": done.moved.repeated}  # the citizen's own secrets are not told


def _tool(
    name: str, schema: Schema, run: Any, group: str = "", right: str = "case.read", *, reads: bool = True
) -> Tool:
    return Tool(name, schema, run, group, right, reads=reads)


FIRST = (
    _tool("find_cases", FIND, _find),
    _tool("read_case", closed({"case": CASE}, ["case"]), _read),
    _tool("what_can_i_do", closed({"case": CASE}), _can),
    _tool("unlock_tools", UNLOCK, _unlock),
)
FIXED_TOOLS = (
    _tool("create_case", CREATE, _create, "intake", "case.create", reads=False),
    _tool("reply_hints", HINTS, lambda box, given: reading.hints(
        box.case_id(given["case"]), given["reply"], given.get("outcome", ""), box.actor, box.language), "replies"),
    _tool("ready_texts", READY, lambda box, given: reading.texts(box.now, box.language, **given), "replies"),
    _tool("why_this_unit", WHY, lambda _, given: reading.why(given["matter"], given.get("area", "")), "catalogue"),
    _tool("find_matters", MATTERS, lambda _, given: reading.matters(given["words"]), "catalogue"),
    _tool("list_units", UNITS, lambda _, given: reading.units(given.get("words", "")), "catalogue"),
    _tool("figures", closed({}), lambda box, _: reading.figures(box.actor, box.now), "figures"),
)  # fmt: skip
