"""Ready texts: which suit what was said, their fields filled from what is known of the case."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gezhi.kit.text import tokens

KINDS = ("reply", "article")
FIELD = re.compile(r"【([^】\n]{1,40})】")
BEFORE_A_DAY = re.compile(r"【日期】前|by 【date】", re.IGNORECASE)
NAMES: Mapping[str, str] = {
    "编号": "number", "工单编号": "number", "number": "number", "单位": "unit", "承办单位": "unit", "unit": "unit",
    "事项": "matter", "matter": "matter", "地点": "place", "place": "place", "时限": "limit", "limit": "limit",
}  # fmt: skip
STOPS = frozenset(tokens("您好 反映 的问 问题 已于 进行 我们 您的 请问 什么 怎么 可以 需要 如何 是否"))
ENOUGH = 1.2  # below it what two texts have in common is chance
SOON = 30  # days before its review or expiry a text is marked


@dataclass(frozen=True, slots=True)
class Text:
    """A ready text in one language, as it is compared."""

    code: str
    matter: str
    title: str
    body: str
    kind: str = "reply"


def suiting(texts: Iterable[Text], said: str, path: str, most: int) -> list[str]:
    """Codes of the texts that suit what was said and the matter (its dotted path), the best first.

    >>> all_ = [Text("light", "0104", "路灯修复", "路灯已修复"), Text("hi", "", "已收到", "已登记"),
    ...         Text("night", "1101", "夜间施工有规定吗", "22时至次日6时禁止", "article")]
    >>> suiting(all_, "昨晚夜间施工吵得睡不着", "", 3), suiting(all_, "", "01.0104.010404", 3)
    (['night'], ['light', 'hi'])
    """
    words = {word for word in tokens(said) if len(word) > 1 and word not in STOPS}
    parts = path.split(".") if path else []
    ranked = []
    for text in texts:
        near = parts.index(text.matter) + 1 if text.matter in parts else 0
        if text.matter and parts and not near:
            continue
        score = _common(words, text) + 2.0 * near
        if score >= ENOUGH or (parts and not text.matter and text.kind == "reply"):
            ranked.append((-score, text.code))
    return [code for _, code in sorted(ranked, key=lambda pair: pair[0])[:most]]


def _common(words: set[str], text: Text) -> float:
    """How much a text has in common with what was said: a word of its title counts for three of its body."""
    title = {word for word in tokens(text.title) if len(word) > 1} - STOPS
    body = {word for word in tokens(text.body) if len(word) > 1} - STOPS - title
    return 1.0 * len(words & title) + 0.35 * len(words & body)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the fields that are known; what is not known stays in its brackets, where the hints find it.

    >>> filled("编号【编号】由【单位】办理，计划【日期】前答复，请带【材料】。", {"number": "LJ-1", "due": "11月25日"})
    '编号LJ-1由【单位】办理，计划11月25日前答复，请带【材料】。'
    """
    if values.get("due"):
        text = BEFORE_A_DAY.sub(lambda found: _day(found[0], values["due"]), text)
    return FIELD.sub(lambda found: values.get(NAMES.get(found[1].strip().lower(), ""), "") or found[0], text)


def _day(said: str, due: str) -> str:
    return f"{due}前" if said.endswith("前") else f"by {due}"


def standing(review_on: date | None, valid_to: date | None, today: date) -> str:
    """How a text stands: expired, due for review, soon, or good.

    >>> day = date(2026, 3, 2)
    >>> [standing(*pair, day) for pair in ((None, date(2026, 3, 1)), (date(2026, 3, 2), None), (None, date(2026, 3, 9)),
    ...                                    (None, None))]
    ['expired', 'review', 'soon', 'good']
    """
    if valid_to is not None and valid_to < today:
        return "expired"
    if review_on is not None and review_on <= today:
        return "review"
    ends = [day for day in (review_on, valid_to) if day is not None]
    return "soon" if ends and (min(ends) - today).days <= SOON else "good"
