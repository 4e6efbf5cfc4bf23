"""The Model Context Protocol 2025-06-18, server's side: JSON-RPC 2.0, the handshake, tools listed, called and unlocked.

Nothing here knows of HTTP or of cases: messages come in, messages go out, tools are given by whoever talks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

VERSION = "2025-06-18"
PARSE, INVALID, UNKNOWN_METHOD, BAD_PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
LIST_CHANGED = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
LONGEST_ID = 80
Message = dict[str, Any]


class Toolbox(Protocol):
    """The tools of one person in one dialogue."""

    def listed(self, groups: frozenset[str]) -> list[Message]:
        """The tools that this person may use, with the groups that were unlocked."""

    def call(self, name: str, arguments: Mapping[str, Any], *, dialogue: "Dialogue", call_id: str) -> Message | None:
        """The result of a tool, refusals as `isError`; None where no tool of this name is unlocked."""


@dataclass(slots=True)
class Dialogue:
    """One session of an assistant: whether it has shaken hands, and what it has unlocked."""

    key: str
    ready: bool = False
    groups: frozenset[str] = frozenset()


def error(code: int, text: str, call_id: Any = None) -> Message:
    """An answer that says what was wrong with a message."""
    return {"jsonrpc": "2.0", "id": call_id, "error": {"code": code, "message": text}}


def result(call_id: Any, value: Any) -> Message:
    """An answer."""
    return {"jsonrpc": "2.0", "id": call_id, "result": value}


@dataclass(frozen=True, slots=True)
class Side:
    """Our side of a dialogue: its state, the tools of the person, what the server says of itself."""

    dialogue: Dialogue
    tools: Toolbox
    about: Mapping[str, Any]


def answers(message: Any, side: Side) -> list[Message]:
    """What to send for one message: nothing for a notification, the answer, before it what the client must know."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return [error(INVALID, "One JSON-RPC 2.0 message is expected; batches are not part of this protocol.")]
    if "method" not in message and ("result" in message or "error" in message):
        return []  # an answer to something; nothing is ever asked here
    method, params = message.get("method"), message.get("params", {})
    if not isinstance(method, str) or not isinstance(params, dict):
        return [error(INVALID, "`method` is a text, `params` an object.")]
    if "id" not in message:
        side.dialogue.ready = side.dialogue.ready or method == "notifications/initialized"
        return []
    call_id = message["id"]
    if isinstance(call_id, bool) or not isinstance(call_id, str | int) or len(str(call_id)) > LONGEST_ID:
        return [error(INVALID, "`id` is a short text or a whole number.")]
    return _asked(method, params, call_id, side)


def _asked(method: str, params: Message, call_id: str | int, side: Side) -> list[Message]:
    match method:
        case "ping":
            return [result(call_id, {})]
        case "initialize":
            return [_greeted(params, call_id, side)]
        case "tools/list" | "tools/call" if not side.dialogue.ready:
            return [error(INVALID, "Say initialize and notifications/initialized first.", call_id)]
        case "tools/list":
            return [result(call_id, {"tools": side.tools.listed(side.dialogue.groups)})]
        case "tools/call":
            return _called(params, call_id, side.dialogue, side.tools)
        case _:
            return [error(UNKNOWN_METHOD, f"There is no method {method[:60]} here.", call_id)]


def _greeted(params: Message, call_id: str | int, side: Side) -> Message:
    """The handshake; whoever speaks another version is told ours and decides."""
    if not isinstance(params.get("protocolVersion"), str):
        return error(BAD_PARAMS, "`protocolVersion` is a text.", call_id)
    side.dialogue.groups = frozenset()
    can = {"tools": {"listChanged": True}}
    return result(call_id, {"protocolVersion": VERSION, "capabilities": can, **side.about})


def _called(params: Message, call_id: str | int, dialogue: Dialogue, tools: Toolbox) -> list[Message]:
    name, arguments = params.get("name"), params.get("arguments", {})
    if not isinstance(name, str) or not isinstance(arguments, dict):
        return [error(BAD_PARAMS, "`name` is a text, `arguments` an object.", call_id)]
    before = dialogue.groups
    found = tools.call(name, arguments, dialogue=dialogue, call_id=str(call_id))
    if found is None:
        return [error(BAD_PARAMS, f"Unknown tool: {name[:60]}. unlock_tools shows more.", call_id)]
    return [*([LIST_CHANGED] if dialogue.groups != before else []), result(call_id, found)]
