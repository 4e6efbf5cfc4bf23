"""A refusal's sentence without Django: the command line must say what is wrong even where nothing else starts."""

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager

from gezhi.kernel.errors import Refused
from gezhi.kit.config import config
from gezhi.kit.messages.catalogues import CHINESE, ENGLISH, po_file, rooms


def spoken(default: str) -> str:
    """The catalogue for the language of the terminal: Chinese or English where it says so, else the office's own."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "").lower()
    language = "zh" if said.startswith("zh") else "en" if said.startswith("en") else default
    return CHINESE if language.startswith("zh") else ENGLISH


@contextmanager
def speaking() -> Iterator[None]:
    """What a command prints by Django's translations is in the language of the terminal, as its refusals are."""
    from django.utils import translation

    with translation.override("zh-hans" if spoken(config().language) == CHINESE else "en"):
        yield


def sentence(refused: Refused, language: str) -> str:
    """What to read, from the first room that knows the code; the code with its facts where none does."""
    for room in rooms():
        file = po_file(room, language).with_suffix(".mo")
        if file.exists():
            with file.open("rb") as opened:
                text = gettext.GNUTranslations(opened).pgettext("refusal", refused.code)
            if text != refused.code:
                try:
                    return text % refused.facts
                except (KeyError, TypeError, ValueError):
                    return f"{text} ({refused})"
    return str(refused)
