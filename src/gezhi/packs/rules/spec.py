"""Which tables a pack may bring and which columns each has: the one description of the format.

A column is text unless `kind` says otherwise; `names` are the pairs that need Chinese and should have English.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gezhi.kernel.calendar import UNITS
from gezhi.loop.duties.rules import KINDS as DUTY_KINDS
from gezhi.loop.public.rules.showing import MODES, SINCE
from gezhi.loop.reach.rules.texts import WAYS
from gezhi.loop.register.mechanisms import MECHANISMS
from gezhi.loop.replies.rules.check import RULES as REPLY_RULES
from gezhi.loop.replies.rules.texts import KINDS as READY_TEXTS
from gezhi.loop.retention.rules import DEEDS as RETENTION
from gezhi.loop.retention.rules import UNITS as RETENTION_UNITS
from gezhi.loop.rules.questions import STOPS
from gezhi.loop.rules.words import DIMENSIONS, KINDS, OUTCOMES, STAGES
from gezhi.loop.scores.rules.definition import BETTER, NOTHING_DUE
from gezhi.loop.scores.rules.definition import UNITS as FIGURE_UNITS
from gezhi.loop.scores.rules.events import EVENTS

DATED = ("instruct",)  # due on the day that a leader sets, so no limit holds
ALGORITHMS = tuple(mechanism.code for mechanism in MECHANISMS)
LIMIT_STAGES = (*(stage for stage in STAGES if stage not in DATED), "return", "ringback")
SPECIAL_STAGES = ("phone",)  # limits for some cases only: no general row is needed
LADDER_STAGES = ("hangup",)  # climbed by the days between two reviews, no limit of its own
SCORE_STAGES = ("appeal", "rectify")  # limits that no case runs: an appeal of a score, putting a poor rating right
ROLES = ("operator", "dispatcher", "handler", "unit_lead", "supervisor", "callback", "evaluator",
         "leader")  # fmt: skip
QUESTIONS = ("text", "number", "date", "datetime", "choice", "choices")
UNIT_KINDS = ("city", "district", "bureau", "street", "community", "centre", "company", "other")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `kind` is text, int, number, bool, date, choice, list, words, matter or unit (comma list: units)."""

    name: str
    kind: str = "text"
    required: bool = False
    most: int = 300  # characters, as wide as the table in the database
    choices: tuple[str, ...] = ()
    least: float = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `key` tells rows apart, `names` are bilingual, `code_list` is the list that its rows go to."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    names: tuple[str, ...] = ()
    code_list: str = ""
    codes: tuple[str, ...] = ()  # the codes that the loop itself relies on: no other, none missing
    extra: tuple[str, ...] = ()  # columns of a code list that go to `extra`

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


C = Column
COMMON = (C("source", most=200), C("verified", "bool"), C("valid_from", "date"), C("valid_to", "date"))


def _both(name: str, zh: int, en: int, *, required: bool = True) -> tuple[Column, Column]:
    return C(f"{name}_zh", required=required, most=zh), C(f"{name}_en", most=en)


def _codes(
    code_list: str, *more: Column, codes: tuple[str, ...] = (), names: tuple[str, ...] = ("name", "hint")
) -> Table:
    columns = (C("code", required=True, most=40), *_both("name", 120, 160), *_both("hint", 300, 400, required=False))
    extra = ("hint_zh", "hint_en", *(column.name for column in more))
    return Table((*columns, *more, *COMMON), ("code",), names, code_list, codes, extra)


_STEPS = tuple(c for n in range(1, 6) for c in _both(f"step{n}", 60, 90))

TABLES: Mapping[str, Table] = {
    "matters": Table(
        (C("code", required=True, most=20), C("parent", most=20), C("level", "int", required=True, least=1),
         *_both("name", 80, 120), *_both("hint", 300, 400, required=False), *COMMON),
        ("code",), ("name", "hint"),
    ),
    "keywords": Table(
        (C("matter_code", "matter", required=True), C("keyword", required=True, most=60),
         C("weight", "number", required=True), *COMMON),
        ("matter_code", "keyword"),
    ),
    "catalogue": Table(
        (C("matter", "matter", required=True), C("area", most=12), C("lead", "unit", required=True),
         C("assisting", "units"), C("fallback", "unit"), *_both("basis", 300, 400, required=False),
         C("verified", "bool"), C("source", most=200)),
        ("matter", "area"), ("basis",),
    ),
    "duties": Table(
        (C("code", required=True, most=40), C("kind", "choice", required=True, choices=DUTY_KINDS),
         C("position", "int", required=True), *_both("name", 200, 300), C("matter", "matter"), C("keywords", "words"),
         C("unit", "unit", most=60), C("lead", "unit", most=60), *_both("basis", 300, 400, required=False), *COMMON),
        ("code",), ("name", "basis"),
    ),
    "limits": Table(
        (C("stage", "choice", required=True, choices=(*LIMIT_STAGES, *SCORE_STAGES)), C("label", most=40),
         *_both("label", 60, 80, required=False), C("matter", "matter"), C("area", most=12),
         C("kind", "choice", choices=KINDS), C("urgency", "int", least=1),
         C("channel", most=20), C("amount", "int", required=True, least=1),
         C("unit", "choice", required=True, choices=UNITS), *COMMON),
        ("stage", "label", "matter", "area", "kind", "urgency", "channel"), ("label",),
    ),
    "escalation": Table(
        (C("stage", "choice", choices=(*STAGES, *LADDER_STAGES)), C("urgency", "int", least=1),
         C("level", "int", required=True, least=1),
         C("share", "int", required=True, least=1), C("role", "choice", required=True, choices=ROLES), *COMMON),
        ("stage", "urgency", "level"),
    ),
    "office_hours": Table(
        (C("start", required=True, most=5), C("end", required=True, most=5), C("periods", required=True, most=100),
         *COMMON),
        ("start",),
    ),
    "questions": Table(
        (C("code", required=True, most=40), C("matter", "matter", required=True), C("position", "int", required=True),
         C("type", "choice", required=True, choices=QUESTIONS), C("required", "bool"), *_both("text", 200, 300),
         C("options", most=600), C("stop_on", most=40), *_both("stop", 300, 400, required=False),
         C("stop_kind", "choice", choices=STOPS), C("stop_to", most=300), C("ask_if", most=81),
         C("least", most=20), C("most", most=20), *COMMON),
        ("code",), ("text", "stop"),
    ),
    "public_rules": Table(
        (C("matter", "matter"), C("mode", "choice", required=True, choices=MODES),
         C("since", "choice", required=True, choices=SINCE), C("days", "int"), *COMMON),
        ("matter",),
    ),
    "replies": Table(
        (C("code", required=True, most=40), C("kind", "choice", choices=READY_TEXTS), C("matter", "matter"),
         *_both("title", 120, 160), *_both("text", 2000, 3000), *_both("basis", 300, 400, required=False),
         C("owner", "unit"), C("review_on", "date"), *COMMON),
        ("code",), ("title", "text", "basis"),
    ),
    "reply_checks": Table(
        (C("code", required=True, most=40), C("rule", "choice", required=True, choices=tuple(REPLY_RULES)),
         *_both("title", 120, 160), *_both("hint", 300, 400), *_both("pattern", 2000, 2000, required=False),
         *_both("unless", 2000, 2000, required=False), C("outcomes", "list"), C("amount", "int"), C("off", "bool"),
         *COMMON),
        ("code",), ("title", "hint"),
    ),
    "units": Table(
        (C("code", required=True, most=50), C("parent", most=50),
         C("kind", "choice", required=True, choices=UNIT_KINDS), *_both("name", 100, 200), C("area", most=12)),
        ("code",), ("name",),
    ),
    "channels": _codes(
        "channel", C("sign_offs", "int"), C("sign_role", "choice", choices=ROLES), C("public_reply", "bool")
    ),
    "channel_names": _codes("channel_name", C("channel", required=True, most=20), names=("name",)),
    "tellings": _codes(
        "telling", C("way", "choice", required=True, choices=WAYS), C("moves", "list", required=True),
        C("matter", "matter"), *_both("subject", 120, 160, required=False), *_both("text", 2000, 3000),
        C("off", "bool"),
        names=("name", "subject", "text"),
    ),
    "kinds": _codes("kind", codes=KINDS),
    "urgencies": _codes("urgency", C("call_first", "bool"), codes=("1", "2", "3", "4")),
    "outcomes": _codes("outcome", C("needs_basis", "bool"), codes=OUTCOMES),
    "decline_reasons": _codes("decline_reason", *_both("basis", 300, 400), names=("name", "hint", "basis")),
    "return_reasons": _codes("return_reason", C("needs_unit", "bool")),
    "pause_reasons": _codes("pause_reason", C("stops_clock", "bool"), codes=("material", "hangup", "review")),
    "postpone_reasons": _codes("postpone_reason"),
    "hangup_reasons": _codes("hangup_reason", C("review_days", "int", least=1), C("most_days", "int", least=1)),
    "void_reasons": _codes("void_reason"),
    "rating": _codes(
        "rating", *_both("question", 120, 160), *_STEPS, codes=DIMENSIONS,
        names=("name", "question", *(f"step{n}" for n in range(1, 6))),
    ),
    "exclusion_reasons": _codes("exclusion_reason"),
    "measures": Table(
        (C("code", required=True, most=40), C("event", "choice", required=True, choices=EVENTS),
         C("condition", most=300), *_both("name", 120, 160), *COMMON),
        ("code",), ("name",),
    ),
    "score_sets": Table(
        (C("code", required=True, most=40), C("position", "int"), *_both("name", 120, 160), C("params"),
         C("nothing_due", "choice", choices=NOTHING_DUE), C("shrink", most=20), *COMMON),
        ("code",), ("name",),
    ),
    "indicators": Table(
        (C("set", required=True, most=40), C("code", required=True, most=40), C("position", "int"),
         *_both("name", 120, 160), C("formula", required=True, most=300), C("params"),
         C("unit", "choice", choices=FIGURE_UNITS), C("better", "choice", choices=BETTER), C("full", most=100),
         C("marks", most=300), *COMMON),
        ("set", "code"), ("name",),
    ),
    "score_groups": Table(
        (C("code", required=True, most=40), C("position", "int"), *_both("name", 120, 160), C("sets", "list"),
         C("kinds", "list"), C("units", "list"), C("params"), *COMMON),
        ("code",), ("name",),
    ),
    "bands": Table(
        (C("code", required=True, most=40), *_both("name", 120, 160), C("sets", "list"),
         C("least", required=True, most=20), *COMMON),
        ("code",), ("name",),
    ),
    "call_center": _codes(
        "call_center", C("seconds", "int", required=True, least=1), codes=("answer_within",), names=("name",)
    ),
    "similar": _codes(
        "similar", C("amount", "int", required=True, least=1), codes=("duplicate", "repeat", "shown", "sure"),
        names=("name",),
    ),
    "callback_plan": _codes(
        "callback_plan", C("amount", "int", required=True), names=("name",),
        codes=("complaint", "urgent", "redo", "supervised", "random", "tries", "again", "outside"),
    ),
    "import_mappings": _codes(
        "import_mapping", C("columns", required=True, most=2000), C("zone", most=40), C("numbers_of", most=40),
        C("words", most=2000),
    ),
    "retention": _codes(
        "retention", C("what", "choice", required=True, choices=tuple(RETENTION)),
        C("do", "choice", required=True, choices=("erase", "redact", "delete", "keep")), C("after", "int", least=1),
        C("unit", "choice", choices=RETENTION_UNITS), C("duty", "bool"), C("states", "list"), C("kinds", "list"),
        C("matters", "list"), C("channels", "list"), *_both("basis", 300, 400, required=False),
        names=("name", "hint", "basis"),
    ),
    "hold_reasons": _codes("hold_reason"),
    "algorithms": _codes(
        "algorithm", *_both("purpose", 300, 400), *_both("decides", 300, 400), *_both("data", 300, 400),
        *_both("basis", 300, 400), *_both("unit", 120, 160), *_both("limits", 300, 400), *_both("object", 300, 400),
        C("since", required=True, most=10), codes=ALGORITHMS,
        names=("name", "purpose", "decides", "data", "basis", "unit", "limits", "object"),
    ),
    "drift_bands": _codes("drift_band", C("least", "number", required=True), codes=("calm", "watch", "act")),
    "person_requests": _codes(
        "person_request", C("days", "int", required=True, least=1), codes=("correct", "identity", "erase")
    ),
    "no_case_reasons": _codes("no_case"),
    "drafts": _codes(
        "drafts", C("days", "int", required=True, least=1), codes=("typed", "pasted"), names=("name",)
    ),
    "patrol_matters": _codes("patrol_matter", C("matter", "matter", required=True)),
    "nuisance_reasons": _codes("nuisance_reason"),
    "nuisance": _codes("nuisance", C("amount", "int", required=True, least=1), codes=("days",), names=("name",)),
    "number": _codes("number", C("area", most=12), codes=("pattern",), names=("name",)),
}  # fmt: skip

TEMPLATES = ("units",)  # brought only when asked for: a real office has units of its own

EXAMPLES: Mapping[str, Table] = {
    "matters": Table(
        (C("text", required=True, most=600), C("matter", "matter", required=True), C("top", "int", least=1)), ("text",)
    ),
    "units": Table(
        (C("matter", "matter", required=True), C("area", most=12), C("lead", "unit", required=True),
         C("assisting", "units")),
        ("matter", "area"),
    ),
    "due": Table(
        (C("matter", "matter", required=True), C("kind", "choice", required=True, choices=KINDS),
         C("urgency", "int", required=True, least=1), C("stage", "choice", required=True, choices=LIMIT_STAGES),
         C("channel", most=20), C("label", most=40), C("start", required=True, most=16),
         C("due", required=True, most=16), C("why", most=200)),
        ("matter", "kind", "urgency", "stage", "channel", "label", "start"),
    ),
}  # fmt: skip

QUALITY = (
    "matters-three-levels", "hints-on-every-leaf", "english-complete", "keywords-on-every-leaf", "duty-for-every-leaf",
    "duty-names-its-basis", "limit-for-every-stage", "limits-name-their-source", "legal-basis-checked",
    "forms-stop-for-danger", "replies-for-every-outcome", "rating-words-on-every-step", "examples-pass",
    "reviewed-by-practitioner", "statutory-values-verified", "licence-clear",
)  # fmt: skip
