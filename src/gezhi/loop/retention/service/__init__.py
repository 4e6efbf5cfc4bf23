"""What others call: the rules in force, plans, their release and run, holds."""

from gezhi.loop.retention.service.holding import lift_hold, put_hold
from gezhi.loop.retention.service.planning import (
    ask_plan,
    count_plan,
    decide_plan,
    described,
    make_plan,
    note_calls,
)
from gezhi.loop.retention.service.ruling import edit_rule, rules_in_force
from gezhi.loop.retention.service.running import run_plan, work

__all__ = [
    "ask_plan",
    "count_plan",
    "decide_plan",
    "described",
    "edit_rule",
    "lift_hold",
    "make_plan",
    "note_calls",
    "put_hold",
    "rules_in_force",
    "run_plan",
    "work",
]
