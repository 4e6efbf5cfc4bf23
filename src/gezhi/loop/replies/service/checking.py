"""Hints on an answer by the rules in force: what the packs say, and what the office changed."""

from dataclasses import dataclass

from gezhi.kit.text import pick
from gezhi.loop.models import Case, ReplyCheck
from gezhi.loop.replies.rules.check import Answer, Rule, check
from gezhi.loop.store.content import Content
from gezhi.trust.service import identity_of, open_text


@dataclass(frozen=True, slots=True)
class Said:
    """One hint in words."""

    code: str
    title: str
    hint: str
    sentence: str
    word: str
    verified: bool
    rule: str = ""


def rule_of(row: ReplyCheck) -> Rule:
    """The row as the rules weigh it: patterns of both languages, since an answer may be in either."""
    return Rule(
        code=row.code, rule=row.rule, pattern=f"{row.pattern_zh}\n{row.pattern_en}",
        unless=f"{row.unless_zh}\n{row.unless_en}", outcomes=tuple(row.outcomes), amount=row.amount or 0,
    )  # fmt: skip


def hints(
    kept: Content, text: str, *, language: str, request: str = "", outcome: str = "", names: tuple[str, ...] = ()
) -> list[Said]:
    """What the rules say of an answer, each with the sentence that calls for it."""
    rows = {row.code: row for row in kept.checks.values() if not row.off}
    ready = tuple(said for row in kept.replies.values() for said in (row.text_zh, row.text_en) if said)
    found = check(Answer(text, request, outcome, names, ready), [rule_of(row) for row in rows.values()])
    return [
        Said(
            code=hint.code, title=pick(rows[hint.code], "title", language),
            hint=pick(rows[hint.code], "hint", language),
            sentence=hint.sentence, word=str(hint.facts.get("word", "")), verified=rows[hint.code].verified,
            rule=rows[hint.code].rule,
        )
        for hint in found
    ]  # fmt: skip


def request_of(case: Case) -> str:
    """The words of a request, to be compared with its answer."""
    story = open_text(case.requester, case.story)
    title, text = str(story.get("title", "")), str(story.get("text", ""))
    return text if title.rstrip("…") in text else f"{title}\n{text}"


def names_of(case: Case) -> tuple[str, ...]:
    """What must not stand in an answer that others read; asked for only on behalf of who may know it anyway."""
    if case.requester.wrapped_key is None:
        return ()
    identity = identity_of(case.requester)
    return tuple(identity[name] for name in ("name", "phone", "id_no", "address") if identity.get(name))
