"""Every place in the code where something is suggested, drawn, weighed or counted about requests, by its code.

The texts stand in the pack (algorithms.csv) under the same codes; a test holds the two together, and asks of each part
of the loop whether it has an entry here or a reason in NONE.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

KINDS = ("learned", "rule", "lot", "formula")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism: how it works, the function that does it, and the figures of it that are public."""

    code: str
    kind: str
    function: str
    figures: str = ""  # triage_matter | triage_unit | none


MECHANISMS = (
    Mechanism("triage", "learned", "gezhi.loop.triage.service.advising.advise", "triage_matter"),
    Mechanism("triage_unit", "learned", "gezhi.loop.triage.service.advising._units", "triage_unit"),
    Mechanism("similar", "rule", "gezhi.loop.alike.service.near"),
    Mechanism("repeat", "rule", "gezhi.loop.alike.service.repeats_of"),
    Mechanism("callback_lot", "lot", "gezhi.loop.oversight.drawing.sample_of"),
    Mechanism("escalation", "rule", "gezhi.loop.service.escalating.escalate_due"),
    Mechanism("danger", "rule", "gezhi.loop.rules.questions.dangerous"),
    Mechanism("scores", "formula", "gezhi.loop.scores.rules.engine.score"),
    Mechanism("masking", "rule", "gezhi.loop.rules.redact.redact"),
    Mechanism("nuisance", "rule", "gezhi.loop.marks.store.lowered"),
    Mechanism("reply_hints", "rule", "gezhi.loop.replies.rules.check.check"),
    Mechanism("township", "rule", "gezhi.loop.duties.rules.fitting"),
    Mechanism("precedents", "rule", "gezhi.loop.joint.precedents.near"),
    Mechanism("publication", "rule", "gezhi.loop.public.service.publishing.publish"),
    Mechanism("retention", "rule", "gezhi.loop.retention.store.due"),
)
# parts of the loop that weigh and suggest nothing, each with the reason
NONE: Mapping[str, str] = MappingProxyType(
    {
        "assistant": "offers the product's verbs to a named person's assistant, weighs nothing",
        "channels": "limits and sign-offs that a table gives a channel",
        "calls": "shows and counts calls, orders nothing by person",
        "documents": "fills templates with what stands in a case",
        "field": "lists tasks and visits by the day they are due",
        "importing": "brings rows in as they are",
        "links": "hands work to people by name, weighs nothing",
        "instructions": "lists what leaders asked for by its day",
        "intake": "keeps drafts; its suggestions are those of triage and similar",
        "movein": "brings cases of another product in as they are",
        "notices": "tells people of steps",
        "open311": "the same cases in the words of a standard",
        "partners": "carries pieces to other systems by a table of names",
        "person": "shows what is held",
        "reach": "tells people of steps in the words of the office",
        "register": "this register",
        "views": "filters that a person saved",
    }
)
