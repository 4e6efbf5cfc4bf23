"""The table of rules: read out of the code list of the packs, changed for this office alone."""

from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.models import CodeItem
from gezhi.loop.retention.rules import DEEDS, KEEP, LEAST, Rule, fault_of
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.rules.words import ENDED, KINDS
from gezhi.loop.store import content as contents
from gezhi.loop.store.content import content
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb

LIST = "retention"
LISTS = ("states", "kinds", "matters", "channels")
EDITED = ("what", "do", "after", "unit", "duty", *LISTS)


def rule_of(item: CodeItem) -> Rule:
    """One row of the code list as a rule."""
    extra = item.extra
    return Rule(
        code=item.code, what=str(extra.get("what", "")), do=str(extra.get("do", KEEP)),
        after=int(extra.get("after") or 0), unit=str(extra.get("unit") or "year"),
        duty=bool(extra.get("duty")), verified=item.verified,
        **{name: tuple(extra.get(name) or ()) for name in LISTS},
    )  # fmt: skip


def rows_in_force() -> list[CodeItem]:
    """The rows as they stand, this office's own in the place of the pack's."""
    return list(content().codes.get(LIST, {}).values())


def rules_in_force() -> list[Rule]:
    """The rules that hold; a row that says nothing that can be done is left out, and the page shows why."""
    return [rule for rule in map(rule_of, rows_in_force()) if not fault_of(rule)]


@verb("retention.edit")
def edit_rule(code: str, values: dict[str, Any], *, actor: Actor, now: datetime) -> Rule:
    """Change a rule of the pack for this office, or add one; it holds for plans made from now on.

    `values`: what, do, after, unit, duty, states, kinds, matters, channels; name_zh, name_en, basis_zh, basis_en,
    source, verified. Refuses retention-rule (422, why=what | deed | after | short | code | name | scope | source).
    """
    require(actor, "retention.edit")
    rule, row = _checked(code, values)
    alone(f"code:{LIST}")
    before = content().codes.get(LIST, {}).get(code)
    CodeItem.objects.filter(list=LIST, pack="local", code=code).delete()
    extra = {**(before.extra if before is not None else {}), **{name: rule.plain()[name] for name in EDITED}}
    extra |= {name: row[name] for name in ("basis_zh", "basis_en")}
    CodeItem.objects.create(
        list=LIST, pack="local", version="1", code=code, position=before.position if before is not None else 900,
        name_zh=row["name_zh"], name_en=row["name_en"], source=row["source"], verified=rule.verified, extra=extra,
    )  # fmt: skip
    told = rule.plain()
    record(
        "retention.edit", "retention_rule", code, actor=actor, body={name: told[name] for name in (*EDITED, "verified")}
    )
    contents.forget()
    return rule


def _checked(code: str, values: dict[str, Any]) -> tuple[Rule, dict[str, str]]:
    rule = Rule(
        code=code, what=str(values.get("what", "")), do=str(values.get("do", "")), after=_number(values.get("after")),
        unit=str(values.get("unit", "")), duty=bool(values.get("duty")), verified=bool(values.get("verified")),
        **{name: tuple(values.get(name) or ()) for name in LISTS},
    )  # fmt: skip
    row = {name: checked_text(name, str(values.get(name) or "")).strip()
           for name in ("name_zh", "name_en", "basis_zh", "basis_en", "source")}  # fmt: skip
    fault = _fault(rule, row)
    if fault:
        facts = {"least": LEAST.get(rule.what, 0), "what": rule.what[:20]}
        raise Refused("retention-rule", status=422, field=FIELD_OF.get(fault, "after"), why=fault, **facts)
    return rule, row


FIELD_OF = {"what": "what", "deed": "do", "after": "after", "short": "after", "code": "code", "name": "name_zh",
            "source": "source", "scope": "matters"}  # fmt: skip
WIDTHS = {"name_zh": 120, "name_en": 160, "basis_zh": 300, "basis_en": 400, "source": 200}


def _fault(rule: Rule, row: dict[str, str]) -> str:
    if not (rule.code.replace("_", "").isalnum() and rule.code.isascii() and len(rule.code) <= 40):
        return "code"
    if not row["name_zh"] or any(len(row[name]) > most for name, most in WIDTHS.items()):
        return "name"
    if rule.verified and not row["source"]:
        return "source"  # who says so, and where it was read
    kept = content()
    known = (
        set(rule.states) <= {*ENDED, "dormant"} and set(rule.kinds) <= set(KINDS)
        and set(rule.matters) <= set(kept.matters) and set(rule.channels) <= set(kept.codes.get("channel", {}))
    )  # fmt: skip
    return fault_of(rule) if known or rule.what not in DEEDS else "scope"


def _number(value: Any) -> int:
    text = str(value or "0").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
