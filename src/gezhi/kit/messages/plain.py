"""A refusal's sentence without Django: the command line must say what is wrong even where nothing else starts."""

import gettext
import os

from gezhi.kernel.errors import Refused
from gezhi.kit.messages.catalogues import CHINESE, ENGLISH, po_file, rooms


def spoken(default: str) -> str:
    """The catalogue for the language of the terminal: Chinese or English where it says so, else the office's own."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "").lower()
    language = "zh" if said.startswith("zh") else "en" if said.startswith("en") else default
    return CHINESE if language.startswith("zh") else ENGLISH


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
