"""Texts for people: compile the rooms' .po files, check that nothing lacks a translation, make the pseudo-language.

`python -m gezhi.kit.messages compile | check | pseudo`
"""

from gezhi.kit.messages.check import Fault, faults
from gezhi.kit.messages.compile import compile_all, make_pseudo

__all__ = ["Fault", "compile_all", "faults", "make_pseudo"]
