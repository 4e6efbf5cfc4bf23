"""The workflow of a case as one literal table: from where, by whom, to where, with what, and what its clocks do."""

from dataclasses import dataclass

from gezhi.loop.rules.words import ENDED, OPEN


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a move asks for. `public` texts are read by the citizen; texts are sealed, codes are not."""

    name: str
    kind: str  # text | code | codes | unit | units | matter | area | user | case | int | bool | date | time | scores
    required: bool = False
    choices: str = ""  # name of the code list
    public: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the workflow.

    `who` names the relations that may act: desk (a unit of the case's desk), lead (the unit in charge), task (a unit
    with an open assisting task), requester (the citizen), system (a room acting by itself), decider (as desk, but
    never the person who asked), instructed (a unit that a leader's instruction names and that has not fed back), field
    (who asks for a look at the place, and who was asked: `gezhi.loop.field` holds the tasks and their rights).
    `clocks` are operations in order: start:stage, stop:stage, pause:reason, resume, extend, finish (all that still
    run). "=" as a target keeps the state, "<" goes back to where the move that is taken
    back came from. `undoable` is for how many minutes the same person may take the move back, as long as nothing
    followed it and nobody else has read of it; 0: never, since its words or its effect have left the house.
    """

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    who: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    guards: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    public: bool = False  # the step is shown on the citizen's page
    undoable: int = 0


F = Field
CLASSIFY = (F("matter", "matter"), F("kind", "code", choices="kind"), F("urgency", "int"), F("area", "area"))
REASON = F("reason", "text", required=True)
NOTE = F("note", "text")
PUBLIC_REPLY = F("public_reply", "text", public=True)  # where it is given, the citizen reads it and not the reply
REPLY = F("reply", "text", required=True, public=True)
RATING = (
    F("satisfaction", "code", required=True, choices="satisfaction"),
    F("solved", "code", choices="solved"),
    F("scores", "scores"),
    F("words", "text"),
    F("for_unit", "text"),
)
ACTIVE = ("dispatched", "handling", "waiting", "suspended")
TASKED = (*ACTIVE, "returned", "replied")
UNDECIDED = ("received", "accepted", *ACTIVE, "returned")
INSTRUCTED = ("accepted", *ACTIVE, "returned", "replied")  # once the answer is out, the case is reopened first
SHORT = 10  # minutes in which a slip is noticed

# fmt: off
MOVES: tuple[Move, ...] = (
    # ---- intake
    Move("receive", ("",), ("received",), ("desk", "requester", "system"), clocks=("start:accept",), public=True),
    Move("adopt", ("received",), ("received",), ("desk",), (NOTE,), ("imported",), ("start:accept",)),
    Move("history", ("received",), ("closed",), ("desk", "system"),
         (F("reply", "text", public=True), F("outcome", "code", choices="outcome"),
          F("satisfaction", "code", choices="satisfaction"), F("solved", "code", choices="solved")),
         ("imported",)),
    Move("past", ("received",), ("=",), ("desk", "system"), (F("note", "text", required=True), F("shown", "bool")),
         ("imported",)),
    Move("refresh", ("received",), ("=",), ("desk", "system"), CLASSIFY, ("imported",)),
    Move("undo_import", ("received", "closed"), ("void",), ("desk", "system"), (), ("untouched-import",), ("finish",)),
    Move("answer", ("received", "accepted"), ("closed",), ("desk",),
         (*CLASSIFY, REPLY, F("outcome", "code", choices="outcome")),
         ("instruction-over", "no-sign-off", "another-judges"), ("finish",), public=True),
    Move("accept", ("received",), ("accepted",), ("desk",), (*CLASSIFY, NOTE), ("has-matter", "not-dormant"),
         ("stop:accept", "start:dispatch"), public=True, undoable=SHORT),
    Move("decline", ("received", "accepted"), ("declined",), ("desk",),
         (F("cause", "code", required=True, choices="decline_reason"), F("basis", "text", required=True),
          REPLY), ("instruction-over", "no-sign-off", "another-judges"), ("finish",), public=True),
    Move("dispatch", ("accepted",), ("dispatched",), ("desk",),
         (F("unit", "unit", required=True), F("assisting", "units"), F("urgency", "int"), NOTE),
         ("has-matter", "town-duty"),
         ("stop:dispatch", "start:phone", "start:sign", "start:contact", "start:handle"), public=True,
         undoable=SHORT),
    # ---- the unit in charge
    Move("sign", ("dispatched",), ("handling",), ("lead",), (NOTE,), (), ("stop:sign",), public=True),
    Move("return", ("dispatched", "handling"), ("returned",), ("lead",),
         (F("cause", "code", required=True, choices="return_reason"), F("basis", "text", required=True),
          F("proposed", "unit")), ("return-once", "return-not-final", "return-in-time"),
         ("stop:sign", "start:adjudicate")),
    Move("adjudicate", ("returned",), ("dispatched", "handling"), ("decider",),
         (F("ruling", "code", required=True, choices="ruling"), F("unit", "unit"), F("assisting", "units"),
          F("basis", "text", required=True), F("cites", "case"), F("precedent", "bool")),
         ("ruling-has-unit", "cites-precedent", "town-duty"), ("stop:adjudicate", "start:sign", "start:phone")),
    Move("change_lead", ("handling",), ("dispatched",), ("desk",),
         (F("unit", "unit", required=True), F("keep", "bool"), F("assisting", "units"), REASON,
          F("basis", "text", required=True)), ("lead-new", "nothing-pending", "town-duty"),
         ("stop:phone", "stop:contact", "start:phone", "start:sign", "start:contact"), public=True),
    Move("duty_allow", ("accepted", "dispatched", "handling", "returned"), ("=",), ("decider",),
         (F("unit", "unit", required=True), REASON), ("town-barred",)),
    Move("phone", ("dispatched", "handling", "waiting", "suspended"), ("=",), ("desk", "lead"),
         (F("answered", "bool", required=True), F("person", "text", required=True), F("number", "text"),
          F("at", "time"), F("words", "text")), ("critical",), ("stop:phone",)),
    Move("contact", ("handling",), ("=",), ("lead", "desk"),
         (F("reached", "code", required=True, choices="reached"), NOTE), (), ("stop:contact",), public=True),
    Move("note", ACTIVE, ("=",), ("lead", "desk", "task"), (F("note", "text", required=True), F("shown", "bool"))),
    Move("task", ("handling",), ("=",), ("lead", "desk"),
         (F("unit", "unit", required=True), F("ask", "text", required=True)), ("task-new", "town-duty"),
         ("start:task",), undoable=SHORT),
    Move("task_refuse", TASKED, ("=",), ("task",), (F("unit", "unit", required=True), REASON),
         ("task-open", "task-refused-once"), ("stop:task",)),
    Move("task_back", TASKED, ("=",), ("lead", "desk"), (F("unit", "unit", required=True), REASON), ("task-waits",),
         ("stop:task",)),
    Move("task_remind", TASKED, ("=",), ("lead", "desk"), (F("unit", "unit", required=True), NOTE), ("task-open",)),
    Move("task_done", TASKED, ("=",), ("task",),
         (F("unit", "unit", required=True), F("note", "text", required=True)),
         ("task-open",), ("stop:task",)),
    Move("ask", ("handling",), ("waiting",), ("lead", "desk"), (F("ask", "text", required=True, public=True),),
         (), ("pause:material",), public=True),
    Move("supply", ("waiting",), ("handling",), ("requester", "lead", "desk"), (F("words", "text", required=True),),
         (), ("resume",), public=True),
    Move("postpone_ask", ("handling",), ("=",), ("lead",),
         (F("cause", "code", required=True, choices="postpone_reason"), REASON,
          F("amount", "int", required=True), F("unit_of", "code", choices="limit_unit")),
         ("postpone-before-due", "postpone-count", "nothing-pending"), undoable=SHORT),
    Move("postpone_decide", ("handling",), ("=",), ("decider",),
         (F("approve", "bool", required=True), F("amount", "int"), NOTE), ("pending-postpone",), ("extend",)),
    Move("hangup_ask", ("handling",), ("=",), ("lead",),
         (F("cause", "code", required=True, choices="hangup_reason"), REASON, F("review_on", "date", required=True)),
         ("nothing-pending", "hangup-day"), undoable=SHORT),
    Move("hangup_decide", ("handling",), ("suspended", "handling"), ("decider",),
         (F("approve", "bool", required=True), NOTE), ("pending-hangup",), ("pause:hangup",)),
    Move("hangup_review", ("suspended",), ("suspended", "handling"), ("decider",),
         (F("keep", "bool", required=True), F("review_on", "date"), REASON), ("hangup-day",), ("resume",)),
    Move("resume", ("suspended",), ("handling",), ("lead", "desk"), (NOTE,), (), ("resume",), public=True),
    Move("transfer", ("dispatched", "handling"), ("=",), ("lead",), (F("user", "user", required=True), NOTE),
         ("colleague",), undoable=SHORT),
    Move("reply", ("handling",), ("replied",), ("lead",),
         (F("outcome", "code", required=True, choices="outcome"), REPLY, PUBLIC_REPLY, F("basis", "text")),
         ("tasks-done", "nothing-pending", "refusal-has-basis", "phoned", "supervision-answered"),
         ("stop:contact", "pause:review", "start:reply"), undoable=SHORT),
    # ---- review, call-back, rating
    Move("review_pass", ("replied",), ("verifying", "replied"), ("lead", "desk"), (NOTE, PUBLIC_REPLY),
         ("instruction-over", "another-signs", "signing-role", "public-reply"),
         ("stop:reply", "stop:handle", "start:verify"), public=True),
    Move("review_back", ("replied",), ("handling",), ("lead", "desk"), (REASON,), (), ("stop:reply", "resume")),
    Move("callback", ("verifying",), ("verifying", "closed", "dispatched"), ("desk",),
         (F("contacted", "bool", required=True), F("satisfaction", "code", choices="satisfaction"),
          F("solved", "code", choices="solved"), F("scores", "scores"), F("words", "text"), F("for_unit", "text")),
         ("callback-answered", "again-what"), ("stop:verify",)),
    Move("rate", ("verifying", "closed"), ("closed", "dispatched", "accepted"), ("requester",), RATING,
         ("rate-once", "rate-in-time", "again-what"), ("stop:verify",), public=True),
    Move("close", ("verifying",), ("closed",), ("desk",), (F("skipped", "code", choices="close_cause"), REASON),
         ("closable", "instruction-over", "supervision-over"), ("finish",), public=True),
    Move("redo", ("verifying", "closed"), ("dispatched", "accepted"), ("desk", "requester"), (REASON,),
         ("redo-in-time",), ("stop:verify",), public=True),
    # ---- the citizen's word, the desk's care
    Move("chase", OPEN, ("=",), ("requester", "desk"), (F("words", "text"),), (), (), public=True),
    Move("supplement", OPEN, ("=",), ("requester", "desk"), (F("words", "text", required=True),), (), (), public=True),
    Move("merge", ("received", "accepted", "dispatched", "handling"), ("merged",), ("desk",),
         (F("main", "case", required=True), NOTE),
         ("main-open", "nothing-pending", "no-secondaries", "instruction-over"), ("finish",), public=True),
    Move("split", ("merged",), ("accepted",), ("desk", "system"), (REASON,), (), ("start:dispatch",), public=True),
    Move("answered", ("merged",), ("closed",), ("system",), (), ("main-answered",), (), public=True),
    Move("repeat_mark", (*OPEN, "closed"), ("=",), ("desk",),
         (F("earlier", "case", required=True), F("why", "code", required=True, choices="repeat_reason"), NOTE),
         ("by-person", "not-repeat", "earlier-answered")),
    Move("repeat_clear", (*OPEN, "closed"), ("=",), ("desk",), (REASON,), ("by-person", "is-repeat")),
    Move("supervise", OPEN, ("=",), ("desk", "system"), (REASON, F("due", "date")), ("due-ahead",),
         ("stop:supervise", "start:supervise")),
    Move("supervise_answer", ("dispatched", "handling", "waiting", "suspended", "replied", "verifying", "closed"),
         ("=",), ("lead",), (F("note", "text", required=True),), ("supervised",), ("stop:supervise",)),
    Move("supervise_accept", (*OPEN, "closed"), ("=",), ("desk",), (NOTE,), ("supervision-decided",)),
    Move("supervise_back", OPEN, ("=",), ("desk",), (REASON, F("due", "date")),
         ("supervision-decided", "due-ahead"), ("start:supervise",)),
    Move("correct", UNDECIDED, ("=",), ("desk",), (*CLASSIFY, REASON), ("changes-something",),
         ("stop:phone", "start:phone"), undoable=SHORT),
    Move("escalate", OPEN, ("=",), ("system",),
         (F("stage", "code", required=True), F("level", "int", required=True), F("roles", "codes"), F("clock", "code"),
          F("reason", "code"), F("review_on", "date"))),
    Move("recalculate", OPEN, ("=",), ("desk", "system")),
    Move("succeed", (*OPEN, "merged"), ("=",), ("desk", "system"), public=True),
    Move("withdraw", UNDECIDED, ("withdrawn",), ("requester", "desk"), (F("reason", "text"),), (), ("finish",),
         public=True),
    Move("reopen", ("closed", "declined", "withdrawn"), ("accepted",), ("desk",), (REASON,), (), ("start:dispatch",),
         public=True),
    Move("appeal", ("closed", "declined"), ("accepted",), ("requester", "desk"), (REASON,), ("appeal-open",),
         ("start:dispatch",), public=True),
    Move("void_ask", UNDECIDED, ("=",), ("desk",), (F("cause", "code", required=True, choices="void_reason"), REASON),
         ("nothing-pending",), undoable=SHORT),
    Move("void_decide", UNDECIDED, ("void", "="), ("decider",), (F("approve", "bool", required=True), NOTE),
         ("pending-void", "instruction-over"), ("finish",)),
    # ---- a leader's instruction 领导批示; its own state is in `rules.instructions`
    Move("instruct_ask", INSTRUCTED, ("=",), ("desk", "lead"),
         (F("leader", "text", required=True), F("words", "text", required=True)), ("instruction-none",)),
    Move("instruct_review", INSTRUCTED, ("=",), ("decider",), (F("approve", "bool", required=True), NOTE),
         ("instruction-asked",)),
    Move("instruct", INSTRUCTED, ("=",), ("desk",),
         (F("words", "text", required=True), F("due", "date", required=True), F("units", "units"), F("leader", "text"),
          F("paper", "text")), ("instruction-named", "instruction-day"), ("stop:instruct", "start:instruct")),
    Move("instruct_answer", INSTRUCTED, ("=",), ("lead", "instructed"),
         (F("unit", "unit"), F("note", "text", required=True)), ("instruction-waiting",), ("stop:instruct",)),
    Move("instruct_back", INSTRUCTED, ("=",), ("desk",), (REASON, F("due", "date", required=True)),
         ("instruction-answered", "instruction-day"), ("start:instruct",)),
    Move("instruct_close", (*INSTRUCTED, "verifying", "closed"), ("=",), ("desk",), (NOTE,),
         ("instruction-answered",)),
    # ---- a look at the place 现场核实、核查, written by `gezhi.loop.field`; a finding that comes late is kept too
    Move("field_ask", OPEN, ("=",), ("field",), (F("unit", "unit", required=True), F("ask", "text", required=True))),
    Move("field_cancel", (*OPEN, *ENDED), ("=",), ("field",)),
    Move("field_find", (*OPEN, *ENDED), ("=",), ("field",), (F("note", "text"), F("shown", "bool"))),
    # ---- a slip taken back by who made it; what it undoes and restores is in its facts
    Move("undo", (*UNDECIDED, "replied"), ("<",), ("desk", "lead"), public=True),
)
# fmt: on

BY_NAME: dict[str, Move] = {move.name: move for move in MOVES}
DECISIONS = {"postpone_decide": "postpone", "hangup_decide": "hangup", "void_decide": "void"}
ASKS = {"postpone_ask": "postpone", "hangup_ask": "hangup", "void_ask": "void"}
FIELD_MOVES = ("field_ask", "field_cancel", "field_find")  # made by the sub-room that holds the tasks
HOME_MOVES = (  # no button on the case page
    "receive", "past", "refresh", "history", "undo_import", "answered", "escalate", "recalculate", "succeed", "undo",
    *FIELD_MOVES,
)  # fmt: skip


BACK: frozenset[tuple[str, str]] = frozenset(
    (source if target == "=" else target, source)
    for move in MOVES
    if move.undoable
    for source in move.sources
    for target in move.targets
)  # from where to where a move that was taken back leads


def moves_from(state: str) -> tuple[Move, ...]:
    """The rows that start in `state`, in the order of the table.

    >>> [move.name for move in moves_from("replied")][:4]
    ['task_refuse', 'task_back', 'task_remind', 'task_done']
    """
    return tuple(move for move in MOVES if state in move.sources)


def edges() -> tuple[tuple[str, str, str], ...]:
    """Every (state, move, next state) that the table allows, "=" resolved; what the drawing and the tests walk.

    >>> ("handling", "note", "handling") in edges()
    True
    """
    ahead = tuple(
        (source, move.name, source if target == "=" else target)
        for move in MOVES
        for source in move.sources
        for target in move.targets
        if target != "<"
    )
    return ahead + tuple((source, "undo", target) for source, target in sorted(BACK))
