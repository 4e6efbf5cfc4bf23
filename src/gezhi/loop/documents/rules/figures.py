"""What a report counts, as data: the figures, the rates made of them, and by what they are broken down.

A figure counts events of one `event` that carry all of `needs` and, where `some` is given, one of those. Events are
what the scores count, by the same rules, so that a figure and the score's measure of the same name are equal.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One count of a period."""

    code: str
    zh: str
    en: str
    event: str
    needs: frozenset[str] = frozenset()
    some: frozenset[str] = frozenset()

    def counts(self, event: str, facts: Collection[str]) -> bool:
        """Whether an event with these facts counts here.

        >>> FIGURES["closed_imported"].counts("closed", {"imported"}), FIGURES["solved"].counts("opinion", {"partly"})
        (True, False)
        """
        return event == self.event and self.needs <= set(facts) and (not self.some or bool(self.some & set(facts)))


@dataclass(frozen=True, slots=True)
class Rate:
    """One figure taken of another."""

    code: str
    zh: str
    en: str
    top: str
    of: str


ANSWERED = frozenset({"solved", "partly", "unsolved"})
RATED = frozenset({"satisfied", "basic", "dissatisfied"})


def _figure(code: str, zh: str, en: str, event: str, needs: str = "", *, some: frozenset[str] = frozenset()) -> Figure:
    return Figure(code, zh, en, event, frozenset(needs.split()), some)


CASES = (
    _figure("received", "受理", "Received", "received"),
    _figure("received_imported", "受理中由历史数据导入", "Received: brought by an import", "received", "imported"),
    _figure("closed", "办结", "Closed", "closed"),
    _figure("closed_imported", "办结中由历史数据导入", "Closed: brought closed by an import", "closed", "imported"),
    _figure("direct", "直接答复办结", "Closed by the desk itself", "closed", "direct"),
    _figure("open", "截止时在办", "Open at the cut-off", "open"),
    _figure("overdue", "截止时超期在办", "Overdue at the cut-off", "open", "overdue"),
    _figure("handle_due", "应处置（到期或办毕）", "Handling due", "handle"),
    _figure("handle_in_time", "按时处置", "Handled in time", "handle", "in_time"),
    _figure("returns", "退单", "Returned", "return"),
    _figure("returns_upheld", "退单成立", "Returns upheld", "ruling", "upheld"),
    _figure("returns_rejected", "退单驳回", "Returns rejected", "ruling", "rejected"),
    _figure("redos", "返工重办", "Done again", "redo"),
    _figure("attempts", "回访次数", "Call-back attempts", "attempt"),
    _figure("contacted", "回访接通", "Call-backs that reached somebody", "attempt", "contacted"),
    _figure("asked_solved", "有效回访（是否解决）", "Valid answers: solved or not", "opinion", some=ANSWERED),
    _figure("solved", "已解决", "Solved", "opinion", "solved"),
    _figure("partly", "部分解决", "Partly solved", "opinion", "partly"),
    _figure("unsolved", "未解决", "Unsolved", "opinion", "unsolved"),
    _figure("asked_satisfied", "有效回访（是否满意）", "Valid answers: satisfied or not", "opinion", some=RATED),
    _figure("satisfied", "满意", "Satisfied", "opinion", "satisfied"),
    _figure("basic", "基本满意", "Basically satisfied", "opinion", "basic"),
    _figure("dissatisfied", "不满意", "Dissatisfied", "opinion", "dissatisfied"),
    _figure("supervised", "督办", "Supervised", "supervise"),
    _figure("chased", "催办", "Chased", "chase"),
    _figure("postponed", "批准延期", "Postponed", "postpone", "approved"),
    _figure("hung_up", "批准挂账", "Suspended", "hangup", "approved"),
    _figure("critical", "特急件派出", "Critical cases sent out", "critical"),
    _figure("phone_kept", "特急件已留电话记录", "Critical cases with a telephone log", "critical", "logged"),
    _figure("phone_reached", "特急件电话已接通", "Critical cases whose unit was reached", "critical", "phoned"),
)  # fmt: skip
CALLS = (
    _figure("calls_offered", "来电", "Calls offered", "call"),
    _figure("calls_answered", "接通", "Calls answered", "call", "answered"),
    _figure("calls_fast", "15秒内接通", "Answered in 15 s", "call", "fast"),
    _figure("calls_abandoned", "未接", "Calls abandoned", "call", "missed"),
)
FIGURES: Mapping[str, Figure] = {one.code: one for one in (*CASES, *CALLS)}
RATES: Mapping[str, Rate] = {
    one.code: one
    for one in (
        Rate("on_time", "按时处置率", "Handled in time", "handle_in_time", "handle_due"),
        Rate("solved_rate", "解决率", "Solution rate", "solved", "asked_solved"),
        Rate("satisfied_rate", "满意率（不含基本满意）", "Satisfaction rate", "satisfied", "asked_satisfied"),
        Rate("contacted_rate", "回访接通率", "Call-backs that reached somebody", "contacted", "attempts"),
        Rate("redo_rate", "返工率", "Done again", "redos", "closed"),
        Rate("phone_rate", "特急件电话记录率", "Telephone logs kept", "phone_kept", "critical"),
        Rate("answered_rate", "接通率", "Calls answered", "calls_answered", "calls_offered"),
        Rate("fast_rate", "15秒接通率", "Answered in 15 s", "calls_fast", "calls_offered"),
        Rate("abandoned_rate", "呼损率", "Calls abandoned", "calls_abandoned", "calls_offered"),
    )
}  # fmt: skip

# by what `received` is broken down, and what stands beside a unit
SHARES: Mapping[str, tuple[str, str]] = {
    "channels": ("来源渠道", "channel"), "kinds": ("诉求类型", "kind of request"),
    "matters": ("一级事项", "first-level matter"), "areas": ("区域", "area"),
}  # fmt: skip
OF_UNIT = (
    "received", "closed", "open", "overdue", "handle_due", "handle_in_time", "returns", "redos", "supervised",
    "asked_solved", "solved", "asked_satisfied", "satisfied",
)  # fmt: skip
RATES_OF_UNIT = ("on_time", "solved_rate", "satisfied_rate")
IN_UNITS = ("received", "closed", "open", "overdue", "on_time", "returns", "redos", "solved_rate", "satisfied_rate")
TOP = 10

SHORT = {
    "open": ("在办", "Open"), "overdue": ("超期", "Overdue"), "on_time": ("按时率", "In time"),
    "redos": ("返工", "Again"), "solved_rate": ("解决率", "Solved"), "satisfied_rate": ("满意率", "Satisfied"),
    "handle_due": ("应处置", "Due"), "handle_in_time": ("按时处置", "In time"),
    "asked_solved": ("问解决", "Asked: solved"), "asked_satisfied": ("问满意", "Asked: satisfied"),
}  # fmt: skip


def name_of(code: str, *, chinese: bool, short: bool = False) -> str:
    """A figure or rate as people call it; in narrow columns shorter."""
    one = FIGURES.get(code) or RATES[code]
    zh, en = SHORT.get(code, (one.zh, one.en)) if short else (one.zh, one.en)
    return zh if chinese else en


ABOUT = {
    "": ("", ""), "before": ("：上期", ": the period before"), "change": ("：环比", ": against the period before"),
    "last_year": ("：去年同期", ": same period of last year"),
    "year_change": ("：同比", ": against the same period of last year"),
}  # fmt: skip
COMPARED = ("before", "change", "last_year", "year_change")


def placeholders() -> dict[str, tuple[str, str]]:
    """Every name that a template of a period report may use, with its meaning."""
    return dict([*_singles(), *_lists()])


def _singles() -> Iterator[tuple[str, tuple[str, str]]]:
    for one in FIGURES.values():
        for part in ("n", *COMPARED):
            zh, en = ABOUT[part if part != "n" else ""]
            yield f"{one.code}.{part}", (one.zh + zh, one.en + en)
    for rate in RATES.values():
        yield f"{rate.code}.top", (f"{rate.zh}：分子", f"{rate.en}: counted")
        yield f"{rate.code}.of", (f"{rate.zh}：分母", f"{rate.en}: counted of")
        for part in ("rate", *COMPARED):
            zh, en = ABOUT[part if part != "rate" else ""]
            yield f"{rate.code}.{part}", (rate.zh + zh, rate.en + en)


def _lists() -> Iterator[tuple[str, tuple[str, str]]]:
    for name, (zh, en) in SHARES.items():
        yield from _row(name, f"受理按{zh}", f"received by {en}")
    for name, (zh, en) in {"top": ("受理最多的事项", "most frequent matters"),
                           "rises": ("上升最多的事项", "matters that rose most")}.items():  # fmt: skip
        yield f"{name}[].no", (f"{zh}：名次", f"{en}: place")
        yield f"{name}[].more", (f"{zh}：比上期多几件", f"{en}: how many more than before")
        yield from _row(name, zh, en)
    yield "units[].name", ("各单位：名称", "units: name")
    yield "units[].code", ("各单位：代码", "units: code")
    for code in OF_UNIT:
        yield f"units[].{code}", (f"各单位：{FIGURES[code].zh}", f"units: {FIGURES[code].en}")
    for code in RATES_OF_UNIT:
        yield f"units[].{code}", (f"各单位：{RATES[code].zh}", f"units: {RATES[code].en}")


def _row(name: str, zh: str, en: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for part, (told, said) in {
        "name": ("名称", "name"), "code": ("代码", "code"), "n": ("件数", "how many"),
        "share": ("占受理的比例", "share of received"),
    }.items():  # fmt: skip
        yield f"{name}[].{part}", (f"{zh}：{told}", f"{en}: {said}")
    for part in COMPARED:
        told, said = ABOUT[part]
        yield f"{name}[].{part}", (zh + told, en + said)
