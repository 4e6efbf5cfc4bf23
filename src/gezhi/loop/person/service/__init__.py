"""What pages call: proof of a person, what is held, requests and their decision, the copy to take along."""

from gezhi.loop.person.service.asking import ask, correct_identity, withdraw
from gezhi.loop.person.service.deciding import decide
from gezhi.loop.person.service.knowing import Held, held_on, obstacles
from gezhi.loop.person.service.proving import provable, prove, scope
from gezhi.loop.person.service.taking import copy_of

__all__ = [
    "Held",
    "ask",
    "copy_of",
    "correct_identity",
    "decide",
    "held_on",
    "obstacles",
    "provable",
    "prove",
    "scope",
    "withdraw",
]
