"""Hints on an answer before it goes out: what it lacks or promises too lightly, with the sentence; never a bar."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gezhi.kit.text import normal, tokens
from gezhi.loop.replies.rules.patterns import compiled
from gezhi.loop.rules.redact import PERSONAL

SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
BLANK = re.compile(r"【(?!\d+】)[^】\n]{1,40}】")  # 【2016】 is the year of a document
GREETING = re.compile(
    r"^(?:尊敬的|亲爱的|网友)?[^，。,\n]{0,14}?(?:您好|你好|hello|dear [a-z]+)[!！，,。：:\s]*", re.IGNORECASE
)
SPOKEN = "。！？!?；;，,、"  # what stands before and after the words of a sentence
SHOWN = 120  # characters of a sentence that a hint cites
MOST = 3  # sentences cited by one rule


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as the packs and the office have it; `rule` names the function that judges."""

    code: str
    rule: str
    pattern: str = ""
    unless: str = ""
    outcomes: tuple[str, ...] = ()
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with what it answers: the request, the outcome, names that must not stand in it, the ready texts."""

    text: str
    request: str = ""
    outcome: str = ""
    names: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """What a rule found: the sentence that calls for it, empty where the whole answer does."""

    code: str
    sentence: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


def sentences(text: str) -> list[str]:
    r"""The sentences of a text.

    >>> sentences("您好，收到。请问何时修？\n明天；后天")
    ['您好，收到。', '请问何时修？', '明天；', '后天']
    """
    return [found.strip() for found in SENTENCE.findall(text) if found.strip()]


def check(answer: Answer, rules: Sequence[Rule]) -> list[Hint]:
    """Every hint, open fields first, then in the order of the rules; none for an answer that is not written yet."""
    if not answer.text.strip():
        return []
    found: list[Hint] = []
    for rule in sorted(rules, key=lambda one: one.rule != "blank"):
        if rule.outcomes and answer.outcome not in rule.outcomes:
            continue
        found += [Hint(rule.code, said[:SHOWN], facts) for said, facts in RULES[rule.rule](answer, rule)[:MOST]]
    return found


Found = list[tuple[str, Mapping[str, object]]]


def _has(answer: Answer, rule: Rule) -> Found:
    """A sentence in which the pattern stands, unless another stands beside it."""
    pattern, unless = compiled(rule.pattern), compiled(rule.unless)
    if pattern is None:
        return []
    return [
        (said, {"word": match[0]})
        for said in sentences(answer.text)
        if (match := pattern.search(said)) and not (unless and unless.search(said))
    ]


def _alone(answer: Answer, rule: Rule) -> Found:
    """A sentence in which the pattern stands, where the other stands nowhere in the answer."""
    unless = compiled(rule.unless)
    if unless is not None and unless.search(answer.text):
        return []
    return _has(answer, rule)


def _unexplained(answer: Answer, rule: Rule) -> Found:
    """A short form that the answer nowhere explains: in brackets after it, or before it as the short form of a name."""
    pattern, unless, seen = compiled(rule.pattern), compiled(rule.unless), set()
    found: Found = []
    for said in sentences(answer.text) if pattern else ():
        for match in pattern.finditer(said) if pattern else ():
            word = match[0]
            explained = re.search(
                rf"{re.escape(word)}[”\"]?[（(]|[（(](?:以下简称|下称|简称)?[“\"]?{re.escape(word)}", answer.text
            )
            if word in seen or explained or (unless and unless.fullmatch(word)):
                continue
            seen.add(word)
            found.append((said, {"word": word}))
    return found


def _lacks(answer: Answer, rule: Rule) -> Found:
    """The whole answer, in which none of the patterns stands."""
    pattern = compiled(rule.pattern)
    return [] if pattern is None or pattern.search(answer.text) else [("", {})]


def _asked(answer: Answer, rule: Rule) -> Found:
    """A question of the request of whose telling words too few come back in the answer.

    A question ends with its mark and has a word that asks; what only vents anger is left to `unless`. Where one
    question is all that was said, the answer is to it, in whatever words.

    >>> rule = Rule("asked", "asked", pattern="吗|何时|怎么", amount=1)
    >>> told = Answer("路灯已于11月20日修复。", "书院路路灯何时修好？另外公交怎么改线了？")
    >>> [said for said, _ in _asked(told, rule)]
    ['另外公交怎么改线了？']
    >>> _asked(Answer("到辖区派出所办。", "养犬证怎么办？"), rule)
    []
    """
    if len(sentences(answer.request)) == 1:
        return []
    marks, vents, said = compiled(rule.pattern), compiled(rule.unless), set(tokens(answer.text))
    found: Found = []
    for one in sentences(answer.request) if marks else ():
        asks = (
            one.endswith(("?", "？")) and marks is not None and marks.search(one) and not (vents and vents.search(one))
        )
        telling = {word for word in tokens(marks.sub(" ", normal(one)) if marks else "") if len(word) > 1}
        if asks and len(telling) > 2 * rule.amount and len(telling & said) < rule.amount:
            found.append((one, {}))
    return found


def _identity(answer: Answer, rule: Rule) -> Found:
    """A sentence with the number of a person, or with one of the names that are the requester's."""
    unless = compiled(rule.unless)
    return [
        (PERSONAL.sub("***", said), {})
        for said in sentences(answer.text)
        if (_personal(said) or any(name in said for name in answer.names if len(name) > 1))
        and not (unless and unless.search(said))
    ]


def _personal(said: str) -> bool:
    """Mobile, identity and mail numbers are a person's; a fixed line is an office's."""
    return any(not match[0].startswith(("0", "０")) for match in PERSONAL.finditer(said))


def _short(answer: Answer, rule: Rule) -> Found:
    """Fewer characters than an answer of substance has, the greeting left out; a ready text filled in is one."""
    words = re.sub(rf"[\s{SPOKEN}]", "", GREETING.sub("", answer.text.strip()))
    if len(words) >= rule.amount or any(_is_filled(answer.text, ready) for ready in answer.ready):
        return []
    return [("", {"length": len(words), "least": rule.amount})]


def _is_filled(text: str, ready: str) -> bool:
    """Whether a text is this ready text with something in each of its fields.

    >>> ready = "【路名】的坑已于【日期】修补。"
    >>> said = ("青年路的坑已于5日修补。", "的坑已于5日修补。", "【路名】的坑已于5日修补。")
    >>> [_is_filled(text, ready) for text in said]
    [True, False, False]
    """
    if BLANK.search(text):
        return False
    return re.fullmatch(r"[^\n]{1,60}?".join(map(re.escape, BLANK.split(ready.strip()))), text.strip()) is not None


def _blank(answer: Answer, rule: Rule) -> Found:
    """A field of a ready text that nobody has filled in."""
    return [(said, {"word": match[0]}) for said in sentences(answer.text) if (match := BLANK.search(said))]


RULES: Mapping[str, Callable[[Answer, Rule], Found]] = {
    "asked": _asked, "lacks": _lacks, "has": _has, "alone": _alone, "unexplained": _unexplained, "identity": _identity,
    "short": _short, "blank": _blank,
}  # fmt: skip
