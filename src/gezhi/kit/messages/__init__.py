"""Texts for people: compile the rooms' .po files, check that nothing lacks a translation, make the pseudo-language.

`python -m gezhi.kit.messages compile | check | pseudo`
"""

from gezhi.kit.messages.compile import compile_all, make_pseudo

__all__ = ["compile_all", "make_pseudo"]
