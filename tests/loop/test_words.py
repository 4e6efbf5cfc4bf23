"""Every code that a case can carry has its words in both languages; codes chosen at run time no other check can see."""

import pytest

from gezhi.kit.messages.catalogues import CHINESE, ENGLISH, entries
from gezhi.loop.rules import words
from gezhi.loop.rules.moves import ASKS, MOVES
from gezhi.loop.rules.tabs import LIGHTS, TABS
from gezhi.loop.service.registering import ENDINGS
from gezhi.loop.service.values import FIXED
from gezhi.loop.store.worklist import ORDERS

CODES = {
    "state": words.STATES,
    "citizen-state": words.STATES,
    "move": [move.name for move in MOVES],
    "step": [move.name for move in MOVES],
    "field": sorted({field.name for move in MOVES for field in move.fields}),
    "urgency": list(words.URGENCY_WORDS.values()),
    "dimension": words.DIMENSIONS,
    "score": ["1", "2", "3", "4", "5"],
    "stage": words.STAGES,
    "confidentiality": words.CONFIDENTIALITY,
    "pending": sorted(set(ASKS.values())),
    "amount": FIXED["limit_unit"],
    "ending": ENDINGS,
    "tab": [tab.name for tab in TABS],
    "light": LIGHTS,
    "order": list(ORDERS),
    **FIXED,
}


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
@pytest.mark.parametrize("context", CODES)
def test_every_code_has_its_words(context, language):
    said = entries(language)
    assert [code for code in CODES[context] if (context, code) not in said] == []
