"""What `gezhi check` looks at here: the files of the models on the desk."""

from collections.abc import Iterator
from datetime import datetime

from gezhi.kernel.errors import Refused
from gezhi.kit.checkup import Finding, looks_at
from gezhi.loop.triage import store
from gezhi.loop.triage.service import load_model


@looks_at("triage")
def models(now: datetime) -> Iterator[Finding]:
    """Without its file a model is passed over and keywords speak alone: work goes on, but worse than it should."""
    del now
    for row in store.in_use().values():
        try:
            load_model(row)
        except Refused as fault:
            yield Finding("triage-file", model=row.pk, target=row.target, why=fault.facts.get("why", ""))
