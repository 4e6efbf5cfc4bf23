"""What others call: suggestions for a text or a case, and the life of models."""

from gezhi.loop.triage.service.advising import (
    Advice,
    Desk,
    UnitCandidate,
    advise,
    advise_case,
    forget,
    panel,
    said_of,
    say_of_newest,
    suggest,
    together,
)
from gezhi.loop.triage.service.judging import Judged, judged, refresh
from gezhi.loop.triage.service.learning import (
    examples_in,
    learn_again,
    load_model,
    register,
    score_file,
    train_file,
    train_own,
    use,
)

__all__ = [
    "Advice",
    "Desk",
    "Judged",
    "UnitCandidate",
    "advise",
    "advise_case",
    "examples_in",
    "forget",
    "judged",
    "learn_again",
    "load_model",
    "panel",
    "refresh",
    "register",
    "said_of",
    "say_of_newest",
    "score_file",
    "suggest",
    "together",
    "train_file",
    "train_own",
    "use",
]
