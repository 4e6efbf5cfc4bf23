"""What a careful colleague asks before a form goes out: open blanks, no matter, questions not put, words lost."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gezhi.loop.replies.rules.check import BLANK
from gezhi.loop.rules.moves import Move

URGENT = 3  # from this urgency on nothing holds up a dispatch
DISPATCHES = ("dispatch", "accept")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One finding: its code, the field of the form that it is about, and the blank or the question it names."""

    code: str  # blank, no-matter, not-asked, not-kept, no-contact
    field: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is to be ended; `unasked` are the fields and words of required questions without an answer."""

    ending: str
    kind: str = ""
    text: str = ""
    reply: str = ""
    matter: str = ""
    unit: str = ""
    urgency: int = 1
    unasked: Sequence[tuple[str, str]] = ()


def blanks(name: str, text: str) -> list[Doubt]:
    """The open blanks of a text that the citizen will read, each once.

    >>> [doubt.words for doubt in blanks("reply", "您反映的【地点】【地点】已于【日期】修复，见【2016】3号。")]
    ['【地点】', '【日期】']
    """
    return [Doubt("blank", name, found) for found in dict.fromkeys(BLANK.findall(text))]


def of_call(call: Call) -> list[Doubt]:
    """What should be asked before a call is ended so. What is refused anyway, as an empty answer, is asked nothing.

    The questions of a matter serve the unit that will act: a plain question answered at once is not held up by them.

    >>> [doubt.code for doubt in of_call(Call("answer", reply="请于【日期】前来。"))]
    ['blank', 'no-matter']
    >>> of_call(Call("dispatch", matter="0101", unit="7", urgency=4, unasked=[("q-1", "几盏？")]))
    []
    """
    unasked = [Doubt("not-asked", field, words) for field, words in call.unasked]
    if call.ending == "answer" and call.reply.strip():
        matter = [] if call.matter else [Doubt("no-matter", "matter")]
        return [*blanks("reply", call.reply), *matter, *([] if call.kind == "consult" else unasked)]
    if call.ending in DISPATCHES and call.urgency < URGENT:
        return unasked if call.unit or call.ending == "accept" else []
    if call.ending.startswith("none:") and call.text.strip():
        return [Doubt("not-kept", "text")]
    return []


def of_move(move: Move, data: Mapping[str, object], *, unspoken: bool = False) -> list[Doubt]:
    """Open blanks in the words of a move that the citizen reads; where the public has words of its own, in those.

    `unspoken` says that nobody has tried to speak with the person: asked once, where the result is to go out.

    >>> from gezhi.loop.rules.moves import BY_NAME
    >>> [one.code for one in of_move(BY_NAME["reply"], {"reply": "已修好。", "outcome": "solved"}, unspoken=True)]
    ['no-contact']
    >>> of_move(BY_NAME["reply"], {"reply": "费用【金额】。"})[0].words, of_move(BY_NAME["note"], {"note": "【金额】"})
    ('【金额】', [])
    """
    public = [one.name for one in move.fields if one.public and one.kind == "text" and data.get(one.name)]
    names = ["public_reply"] if "public_reply" in public else public
    whole = data.get("reply") and data.get("outcome")  # what is refused anyway is asked nothing
    unsaid = [Doubt("no-contact", "reply")] if unspoken and move.name == "reply" and whole else []
    return [*(doubt for name in names for doubt in blanks(name, str(data[name]))), *unsaid]


def digest(doubts: Sequence[Doubt]) -> str:
    """What a form carries to say: these findings, and no others, are meant so."""
    told = json.dumps(sorted((one.code, one.field, one.words) for one in doubts), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
