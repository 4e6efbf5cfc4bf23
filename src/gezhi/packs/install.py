"""The first rows of a new installation: the matters, words and limits of the bundled pack of citizen requests."""

from datetime import datetime

from gezhi.packs import store
from gezhi.packs.service import load_pack
from gezhi.trust.rules import Actor

FIRST = "citizen-requests"


def install(*, now: datetime) -> None:
    """Load the pack where none is in force; a newer version of it waits until the office loads it."""
    if not store.in_force():
        load_pack(FIRST, actor=Actor.system("packs"), now=now)
