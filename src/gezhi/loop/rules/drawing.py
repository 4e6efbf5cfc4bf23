"""The workflow table as a page that people can read: two Mermaid diagrams, and a table with every move.

The words come from outside (`say`), so that this stays free of locale files.
"""

from collections.abc import Callable, Iterable

from gezhi.loop.rules.moves import MOVES, Field, Move, edges
from gezhi.loop.rules.words import STATES

Say = Callable[[str, str], str]  # context and code → words, such as "待受理 To accept"
ASIDE = ("declined", "merged", "withdrawn", "void")  # ends beside the way that a case should go
START = "[*]"
STAYS = {"=": "(stays)", "<": "(as before)"}

HEAD = """# Workflow 流程
<!-- Made by `make docs` from the product itself; do not edit. -->

One literal table, `gezhi.loop.rules.moves.MOVES`, decides what may happen to a case. A move that is not in it does not
exist. 工单的一切变动都出自这一张表；表里没有的操作，系统里就没有。

- **Who 谁能办.** *desk*: a post that covers the desk which took the case, or the unit in charge; *lead*: a post that
  covers the unit in charge; *task*: one that covers a unit with an open assisting task; *instructed*: one that covers
  a unit which a leader's instruction names and which has not fed back; *decider*: as desk, but never the person who
  asked or returned; *requester*: the citizen; *system*: the product itself; *field*: who asks for a look at the place,
  and who was asked for it. The post must grant `case.<move>`, for the
  matter and the area too ([permissions](permissions.md)).
- **Asks for 要填什么.** Bold fields are required. *public*: the citizen reads these words.
- **Guards 条件.** Each is a function in `gezhi.loop.rules.guards`; what it refuses is in the list of
  [refusals](refusals.md).
- **Clocks 时限.** `start`, `stop` and `pause` name a stage or a reason; `finish` stops whatever runs.
- **Seen 居民可见.** The step is shown on the citizen's page.
- **Undo 可撤销.** For so many minutes the person who made the move may take it back, as long as no other step followed
  and nobody who was told of it has opened the case or been written to. The undo is a step of its own that puts back
  what the move changed; no step is ever deleted. Where nothing stands, the words or the effect of the move have left
  the house or are a fact of their own (a signature, a note, an answer): another move mends it.
  限时内、由本人、且无人接手或看过才可撤销；撤销本身也是一步，原来的步骤一律保留。
"""


def page(say: Say) -> str:
    """The whole page.

    >>> "accepted --> dispatched" in page(lambda context, code: code)
    True
    """
    return "\n".join([
        HEAD,
        "## The way of a case 主线\n",
        diagram(say, (edge for edge in moving() if not aside(edge))),
        "## Leaving the way, and coming back 旁路\n",
        diagram(say, (edge for edge in moving() if aside(edge))),
        "## States 状态\n",
        table(("code", "words"), ((f"`{state}`", say("state", state)) for state in STATES)),
        "## Moves 操作\n",
        table(
            ("move", "words", "from", "to", "who", "asks for", "guards", "clocks", "seen", "undo"),
            (row(move, say) for move in MOVES),
        ),
    ])  # fmt: skip


def moving() -> Iterable[tuple[str, str, str]]:
    """The edges that lead to another state, or into the first."""
    return (edge for edge in edges() if edge[0] != edge[2])


def aside(edge: tuple[str, str, str]) -> bool:
    """Whether an edge leads to or from one of the ends beside the way."""
    return edge[0] in ASIDE or edge[2] in ASIDE


def diagram(say: Say, found: Iterable[tuple[str, str, str]]) -> str:
    """A Mermaid state diagram; moves between the same two states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, move, target in found:
        arrows.setdefault((source or START, target), []).append(move)
    used = {state for pair in arrows for state in pair}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{say("state", state)}" as {state}' for state in STATES if state in used]
    lines += [f"    {source} --> {target} : {', '.join(moves)}" for (source, target), moves in arrows.items()]
    return "\n".join([*lines, "```", ""])


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}", *(f"| {' | '.join(cells)} |" for cells in rows)]
    return "\n".join([*lines, ""])


def row(move: Move, say: Say) -> tuple[str, ...]:
    """One move in ten cells."""
    return (
        f"`{move.name}`",
        say("move", move.name),
        ", ".join(source or "(new)" for source in move.sources),
        ", ".join(STAYS.get(target, target) for target in move.targets),
        ", ".join(move.who),
        ", ".join(asked(field) for field in move.fields),
        ", ".join(move.guards),
        ", ".join(op.replace(":", " ") for op in move.clocks),
        "yes" if move.public else "",
        f"{move.undoable} min" if move.undoable else "",
    )


def asked(field: Field) -> str:
    """A field as a cell shows it.

    >>> asked(Field("reply", "text", required=True, public=True)), asked(Field("note", "text"))
    ('**reply** (public)', 'note')
    """
    name = f"**{field.name}**" if field.required else field.name
    return f"{name} (public)" if field.public else name
