"""Texts for people: compile the rooms' .po files, check that nothing lacks a translation, make the pseudo-language.

`python -m gezhi.kit.messages compile | check | pseudo`
"""

from gezhi.kit.messages.check import Finding, findings
from gezhi.kit.messages.compile import compile_all, make_pseudo

__all__ = ["Finding", "compile_all", "findings", "make_pseudo"]
