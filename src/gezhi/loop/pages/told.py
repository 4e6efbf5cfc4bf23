"""Lines of the citizen's page beyond the present state: why the promise moved, another round, earlier answers."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from gezhi.kit.moments import long_day
from gezhi.loop.pages import common
from gezhi.loop.rules.words import ENDED
from gezhi.loop.service.citizens import CitizenView, PublicEntry
from gezhi.loop.store.content import Content

ANSWERS = ("review_pass", "answer", "decline", "answered", "history")
SEEN = 6  # files under an answer


def again_words(shown: CitizenView) -> str:
    """That the case is handled once more, until there is a new answer."""
    if shown.case.round < 2 or shown.case.state in (*ENDED, "verifying"):
        return ""
    said = {"n": shown.case.round}
    if shown.began in ("rate", "callback"):  # both are the citizen's own word
        return gettext("You were not satisfied; it is being handled again (round %(n)s).") % said
    if shown.began == "appeal":
        return gettext("You objected; it is being looked at anew, and nobody judges his own word (round %(n)s).") % said
    return gettext("It is being handled again (round %(n)s).") % said


def changes_of(shown: CitizenView, kept: Content) -> list[str]:
    """Why the promised day is another one than before, one line each; nothing once there is an answer."""
    if shown.case.state in (*ENDED, "verifying"):
        return []
    today, said = timezone.localtime(common.now()).date(), []
    for change in shown.changes:
        facts = {
            "day": long_day(change.day, today) if change.day else "",
            "cause": common.code_name(kept, "postpone_reason", change.cause),
            "until": long_day(timezone.localtime(change.until).date(), today) if change.until else "",
        }  # fmt: skip
        if change.day:
            said.append(gettext("Working days around %(day)s have changed; the limit was worked out anew.") % facts)
        elif facts["until"]:
            said.append(gettext("An extension was approved, until %(until)s. Reason: %(cause)s.") % facts)
        else:
            said.append(gettext("An extension was approved. Reason: %(cause)s.") % facts)
    return said


def answers_of(shown: CitizenView, token: str) -> list[dict[str, Any]]:
    """Every answer that went out, the newest first."""
    return [
        answer(entry, shown, token)
        for entry in reversed(shown.entries)
        if entry.move in ANSWERS and entry.texts.get("reply")
    ]


def answer(entry: PublicEntry, shown: CitizenView, token: str) -> dict[str, Any]:
    """One answer with its files, for `loop/parts/answer.html`."""
    keys = shown.given.get(entry.key, [])
    files = [file for file in shown.files if file.step_id in keys]
    return {
        "text": entry.texts["reply"], "unit": common.named(shown.case.lead) or common.named(entry.unit),
        "at": entry.acted_at, "outcome_words": "",
        "files": common.files_of(files[-SEEN:], f"/f/{token}/files/", shown.case),
    }  # fmt: skip
