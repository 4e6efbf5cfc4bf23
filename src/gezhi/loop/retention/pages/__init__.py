"""Pages of retention: lists of what is due with their release, the rules, what is held."""

from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.loop.pages import common
from gezhi.loop.retention.rules import KEEP, Rule

ADDRESS = "/desk/retention/"
READ = "retention.read"


def tabs(current: str) -> list[dict[str, Any]]:
    """The three views."""
    said = {"": gettext("What is due"), "rules/": gettext("Rules"), "holds/": gettext("Kept for a reason")}
    return [{"label": label, "url": f"{ADDRESS}{part}", "count": None, "current": part == current}
            for part, label in said.items()]  # fmt: skip


def crumbs(last: str) -> list[dict[str, str]]:
    return [{"label": gettext("Retention"), "url": ADDRESS}, {"label": last, "url": ""}]


def what_words(rule: Rule) -> str:
    """Which class of data, in words."""
    return pgettext("retention-what", rule.what)


def deed_words(rule: Rule) -> str:
    """What is done with it and when."""
    if rule.do == KEEP:
        return pgettext("retention-do", KEEP)
    return f"{pgettext('retention-do', rule.do)} · {length_words(rule.after, rule.unit)}"


def length_words(after: int, unit: str) -> str:
    """How long after the end.

    >>> length_words(3, "year") in ("3 years", "3年")
    True
    """
    said = {"day": gettext("%(n)s days"), "month": gettext("%(n)s months"), "year": gettext("%(n)s years")}
    return said.get(unit, f"%(n)s {unit}") % {"n": after}


def scope_words(rule: Rule, kept: Any) -> str:
    """Which cases are meant; empty where all that ended are."""
    parts = [
        *(pgettext("retention-state", code) if code == "dormant" else common.word("state", code)
          for code in rule.states),
        *(common.word("kind", code) for code in rule.kinds),
        *(common.matter_name(kept, code) for code in rule.matters),
        *(common.code_name(kept, "channel", code) for code in rule.channels),
    ]  # fmt: skip
    return gettext(", ").join(part for part in parts if part)


def person_name(row: Any) -> str:
    return str(row.display_name) if row is not None else gettext("the command line")
