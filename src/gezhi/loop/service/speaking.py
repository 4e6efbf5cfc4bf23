"""Whether a case is answered, or about to be, without anybody having spoken with the person."""

from gezhi.loop.models import Case
from gezhi.loop.rules import spoken
from gezhi.loop.store import reading as store
from gezhi.loop.store.rows import running_of


def unspoken(case: Case) -> bool:
    """Whether first contact is due, or its limit ended, with no contact on record; of an anonymous case never."""
    if case.anonymous:
        return False
    steps = store.steps(case)
    undone = [step.facts["of"] for step in steps if step.move == "undo"]
    return spoken.unspoken([running_of(row) for row in store.clocks(case)], steps, undone)
