"""Ready texts: which suit what was said, their fields filled from what is known of the case."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gezhi.kit.text import tokens

KINDS = ("article", "answer", "reply", "notice", "refusal")  # answer: a question's, with fields; reply: a result
AT_ONCE: Mapping[str, tuple[str, ...]] = {"consult": ("article", "answer")}  # what may end a call, by kind of request
ALWAYS = ("article",)  # what helps with any other kind
ORDER: Mapping[str, tuple[str, ...]] = {"consult": ("article", "answer", "reply", "notice", "refusal")}
OTHERWISE = ("reply", "article", "notice", "refusal", "answer")
FIELD = re.compile(r"【([^】\n]{1,40})】")
BEFORE_A_DAY = re.compile(r"【日期】前|by 【date】", re.IGNORECASE)
NAMES: Mapping[str, str] = {
    "编号": "number", "工单编号": "number", "number": "number", "单位": "unit", "承办单位": "unit", "unit": "unit",
    "事项": "matter", "matter": "matter", "地点": "place", "place": "place", "时限": "limit", "limit": "limit",
    "前件编号": "earlier", "earlier number": "earlier",
}  # fmt: skip
STOPS = frozenset(
    tokens(
        "您好 反映 的问 问题 已于 进行 我们 您的 请问 什么 怎么 可以 需要 如何 是否 要带什么材料 怎么办 在哪里办"
        " 怎么申请 怎么补 找谁 几点 多久 多少 我想问 咨询 孩子 小孩 老人 家里"
    )
)
JOINTS = frozenset("么什怎哪吗呢吧的了要让请我您")  # a pair of signs with one of these joins two words
ENOUGH = 0.8  # below it what two texts have in common is chance
BESIDE = 0.5  # share of the best that another must reach to be offered beside it
NEAR = 0.5  # for each level that a text's matter shares with that of the request
BODY = 0.35  # a word of the body beside one of the title
FRAME = "answer"  # without a matter it is a frame that suits any question
SOON = 30  # days before its review or expiry a text is marked


@dataclass(frozen=True, slots=True)
class Text:
    """A ready text in one language, as it is compared."""

    code: str
    matter: str
    title: str
    body: str
    kind: str = "reply"


def suiting(texts: Iterable[Text], said: str, path: str, most: int, likely: str = "") -> list[str]:
    """Codes of the texts that suit what was said and the matter (its dotted path), the best first.

    A matter that a person chose rules out the texts of others; one that is merely `likely` puts its own first. Where
    something is said, a text has a word of it; a frame for any question comes last.

    >>> all_ = [Text("light", "0104", "路灯几点亮", "傍晚亮"), Text("any", "", "咨询答复", "关于【问题】", "answer"),
    ...         Text("night", "1101", "夜间施工有规定吗", "22时至次日6时禁止", "article")]
    >>> suiting(all_, "昨晚夜间施工吵得睡不着", "", 3), suiting(all_, "", "01.0104.010404", 3)
    (['night', 'any'], ['light', 'any'])
    """
    texts = list(texts)
    rare = _rarity(texts)
    words = telling(said)
    chosen, guessed = path.split(".") if path else [], likely.split(".") if likely else []
    ranked = []
    for text in texts:
        if text.matter and chosen and text.matter not in chosen:
            continue
        parts = chosen or guessed
        near = parts.index(text.matter) + 1 if text.matter in parts else 0
        common = _common(words, text, rare)
        score = common + NEAR * near if common or (near and not words) else 0.0
        frame = text.kind == FRAME and not text.matter
        if frame or score >= ENOUGH:
            ranked.append((frame, -score, text.code))
    least = BESIDE * max((-score for frame, score, _ in ranked if not frame), default=0.0)
    ranked = [one for one in ranked if one[0] or -one[1] >= least]
    return [code for *_, code in sorted(ranked, key=lambda one: one[:2])[:most]]


def telling(text: str) -> set[str]:
    """The words of a text by which it is known: none that any question has, none cut out of two words.

    >>> sorted(telling("办养犬证要什么材料"))
    ['养犬', '办养', '犬证']
    """
    return {word for word in tokens(text) if len(word) > 1 and word not in STOPS and not JOINTS & set(word)}


def _rarity(texts: Iterable[Text]) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """How telling a word is in titles and anywhere: one of many texts, as "apply" is, does not tell them apart."""
    texts = list(texts)
    titles = Counter(word for text in texts for word in set(tokens(text.title)))
    whole = Counter(word for text in texts for word in {*tokens(text.title), *tokens(text.body)})
    return {word: 1 / n for word, n in titles.items()}, {word: 1 / n for word, n in whole.items()}


def _common(words: set[str], text: Text, rare: tuple[Mapping[str, float], Mapping[str, float]]) -> float:
    """How much a text has in common with what was said: a word of its title counts for three of its body."""
    title = telling(text.title)
    body = telling(text.body) - title
    return sum(rare[0][word] for word in words & title) + BODY * sum(rare[1][word] for word in words & body)


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
