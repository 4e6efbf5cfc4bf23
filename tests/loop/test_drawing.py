"""The drawing of the workflow: it shows every edge and no other, and every edge can be reached from the start."""

import re

from gezhi.loop.rules.drawing import START, page
from gezhi.loop.rules.moves import MOVES, edges
from gezhi.loop.rules.words import ENDED, OPEN, STATES

PAGE = page(lambda context, code: f"{context} {code}")
ARROW = re.compile(r"^    (\S+) --> (\S+) : (.+)$", re.MULTILINE)


def reachable(start, found):
    """Every state that the edges lead to from a start."""
    seen, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        for source, _, target in found:
            if source == here and target not in seen:
                seen.add(target)
                ahead.append(target)
    return seen


def drawn():
    """The edges that the diagrams show."""
    return {
        (source.replace(START, ""), move, target)
        for source, target, moves in ARROW.findall(PAGE)
        for move in moves.split(", ")
    }


def rows():
    """The cells of the table of moves, by the name of the move."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")
    ]
    return {row[0].strip("`"): row for row in cells if len(row) > 2}


def test_the_diagrams_show_every_edge_that_leads_on_and_no_other():
    assert drawn() == {edge for edge in edges() if edge[0] != edge[2]}
    assert len(ARROW.findall(PAGE)) == len({(source, target) for source, _, target in drawn()})


def test_the_table_holds_every_move_with_all_its_edges():
    found = rows()
    assert list(found) == [move.name for move in MOVES]
    told = set()
    for move in MOVES:
        sources, targets = found[move.name][2].split(", "), found[move.name][3].split(", ")
        told |= {
            (source.replace("(new)", ""), move.name, source if target == "(stays)" else target)
            for source in sources
            for target in targets
            if target != "(as before)"
        }
    assert told | {edge for edge in edges() if edge[1] == "undo"} == set(edges())


def test_only_what_may_be_taken_back_leads_back():
    found = rows()
    told = {
        (source if target == "(stays)" else target, "undo", source)
        for cells in found.values()
        if cells[9]
        for source in cells[2].split(", ")
        for target in cells[3].split(", ")
    }
    assert told == {edge for edge in edges() if edge[1] == "undo"}
    assert {name for name, cells in found.items() if cells[9]} == {
        "accept", "dispatch", "task", "postpone_ask", "hangup_ask", "transfer", "correct", "void_ask", "reply",
    }  # fmt: skip
    assert found["undo"][3] == "(as before)"


def test_every_edge_is_reachable_from_the_start():
    reached = reachable("", edges())
    assert reached - {""} == set(STATES)
    assert {source for source, _, _ in edges()} <= reached


def test_every_open_case_can_come_to_an_end():
    assert not {state for state in OPEN if not reachable(state, edges()) & set(ENDED)}


def test_every_state_has_its_words_in_a_diagram():
    assert not {state for state in STATES if f'state "state {state}" as {state}' not in PAGE}
