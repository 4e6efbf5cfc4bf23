"""The life of a model: trained on the office's own decisions or a file, measured, put on the desk by a separate act."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Sheet, read_tables
from gezhi.loop.models import TriageModel
from gezhi.loop.store.content import content
from gezhi.loop.triage import store
from gezhi.loop.triage.rules import archive
from gezhi.loop.triage.rules.keywords import Keywords
from gezhi.loop.triage.rules.model import Model
from gezhi.loop.triage.rules.scoring import score
from gezhi.loop.triage.rules.training import MOST_ROWS, Example, train
from gezhi.loop.triage.service import advising
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

TARGETS = ("matter", "unit")
ENOUGH_NEW = 200  # cases closed since the last model that are worth another one
OWN = ("title", "text", "object")


def train_own(*, actor: Actor, now: datetime, targets: Sequence[str] = TARGETS) -> list[TriageModel]:
    """Train on the deployment's own closed cases: the matter they ended with, and the unit that dealt with them.

    A correction on the way counts, because the last word does. Raises Refused not-allowed (403), triage-too-few (422).
    """
    require(actor, "triage.train")
    learnt = _own_examples()
    made = []
    for target in targets:
        keywords = Keywords(store.keywords()) if target == "matter" else None
        model = train(learnt[target], columns=OWN, created_at=now, keywords=keywords)
        made.append(register(model, target, actor=actor, now=now))
    return made


def learn_again(*, actor: Actor, now: datetime) -> list[TriageModel]:
    """Train on the own cases where enough was decided since the last model; a person puts the outcome on the desk."""
    last = store.models().first()
    if store.decided_since(last.created_at if last else None) < ENOUGH_NEW:
        return []
    return train_own(actor=actor, now=now)


def _own_examples() -> dict[str, list[Example]]:
    cases = list(own_cases())
    return {
        "matter": [case.matter_example() for case in cases],
        "unit": [case.unit_example() for case in cases if case.unit],
    }


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A closed case as an example: its words, how it ended, and where it was sent at first."""

    fields: tuple[str, ...]
    area: str
    matter: str
    unit: str
    first_unit: str

    def matter_example(self) -> Example:
        return Example(self.fields, self.matter)

    def unit_example(self) -> Example:
        return Example(self.fields, self.unit, advising.area_facts(self.area))


def own_cases() -> Iterator[OwnCase]:
    """The deployment's closed cases whose matter is still known, oldest first; the newest where there are too many."""
    known = content().matters
    for case in store.decided(MOST_ROWS):
        if case.matter in known:
            yield OwnCase(
                tuple(advising.fields_of(case)), case.area, case.matter, case.lead.code if case.lead else "",
                case.first_unit.code if case.first_unit else "",
            )  # fmt: skip


def train_file(
    path: Path | str, *, texts: Sequence[str], label: str, actor: Actor, now: datetime, target: str = "matter"
) -> TriageModel:
    """Train on a file, one decided request a row. Raises Refused sheet-…, triage-no-column, triage-too-few (422)."""
    require(actor, "triage.train")
    if target not in TARGETS:
        raise Refused("triage-target-unknown", status=422, target=target, known=", ".join(TARGETS))
    model = train(list(examples_in(path, texts, label)), columns=texts, created_at=now)
    return register(model, target, actor=actor, now=now)


@verb("triage.train")
def register(model: Model, target: str, *, actor: Actor, now: datetime) -> TriageModel:
    """Keep a trained model: its file, its row, its record in the ledger. It is not on the desk yet."""
    require(actor, "triage.train")
    digest = archive.digest_of(model)
    store.write_file(digest, archive.dump(model))
    row = store.insert_model(
        created_at=now, created_by_id=int(actor.id) if actor.kind == "user" else None, target=target, digest=digest,
        rows=model.rows, classes=len(model.labels), columns=list(model.columns), quality=dict(model.quality),
    )  # fmt: skip
    body = {"target": target, "digest": digest, "rows": model.rows, "classes": len(model.labels)}
    record("triage.train", "triage", row.pk, actor=actor, body=body)
    return row


@verb("triage.use")
def use(model_id: int | None, *, actor: Actor, now: datetime, target: str = "matter") -> TriageModel | None:
    """Put a model on the desk, or none (keywords and catalogue speak alone).

    Raises Refused triage-model-unknown (404), triage-model-broken, triage-labels-unknown(labels, count) where the model
    speaks of matters or units that this deployment does not have.
    """
    require(actor, "triage.use")
    row = None
    if model_id is not None:
        row = store.models().filter(pk=model_id).first()
        if row is None:
            raise Refused("triage-model-unknown", status=404, model=model_id)
        target = row.target
        _check_labels(load_model(row), target)
    before = store.in_use().get(target)
    if before == row:
        unchanged()
        return row
    store.put_in_use(target, row, now, int(actor.id) if actor.kind == "user" else None)
    advising.forget()
    body = {"target": target, "digest": row.digest if row else None, "before": before.pk if before else None}
    record("triage.use", "triage", row.pk if row else 0, actor=actor, body=body)
    return row


def _check_labels(model: Model, target: str) -> None:
    known: Any = store.units_by_code(model.labels)
    if target == "matter":
        known = advising.codes_of(model.labels, content())
    unknown = [label for label in model.labels if label not in known]
    if unknown:
        raise Refused("triage-labels-unknown", labels="、".join(unknown[:5]), count=len(unknown), target=target)


def load_model(row: TriageModel) -> Model:
    """The model of a row. Raises Refused triage-model-broken when its file is missing, cut or another's."""
    try:
        model = archive.load(store.file_of(row.digest).read_bytes())
    except FileNotFoundError as fault:
        raise Refused("triage-model-broken", status=422, why="missing") from fault
    if archive.digest_of(model) != row.digest:
        raise Refused("triage-model-broken", status=422, why="digest")
    return model


def score_file(
    path: Path | str, *, texts: Sequence[str], label: str, model: str = "", target: str = "matter"
) -> dict[str, Any]:
    """The figures of a model on a file: the one named by number or path, else the one trained last.

    Raises Refused triage-no-model, triage-model-unknown (404), triage-model-broken, triage-nothing-to-score (422).
    """
    found = score(_named(model, target), ((row.fields, row.label) for row in examples_in(path, texts, label)))
    if not found["n"]:
        raise Refused("triage-nothing-to-score", status=422, label=label)
    return found


def _named(name: str, target: str) -> Model:
    if name and not name.isdigit():
        try:
            return archive.load(Path(name).read_bytes())
        except OSError as fault:
            raise Refused("triage-model-broken", status=422, why=type(fault).__name__) from fault
    rows = store.models().filter(pk=int(name)) if name else store.models().filter(target=target)
    row = rows.first()
    if row is None:
        raise Refused("triage-model-unknown", status=404, model=name) if name else Refused("triage-no-model")
    return load_model(row)


def examples_in(path: Path | str, texts: Sequence[str], label: str) -> Iterator[Example]:
    """The rows of a file that have words and a label, whatever kind of table it is."""
    wanted = {*texts, label}
    headers: list[str] = []
    used = False
    for sheet in read_tables(Path(path), known=lambda name: name.strip() in wanted):
        header = [name.strip() for name in sheet.header]
        headers += header
        if wanted <= set(header):
            used = True
            yield from _examples(sheet, [header.index(name) for name in texts], header.index(label))
        else:
            deque(sheet.rows, maxlen=0)  # a sheet must be read to its end before the next
    if not used:
        missing = sorted(wanted - set(headers)) or sorted(wanted)
        found = "、".join(dict.fromkeys(headers))
        raise Refused("triage-no-column", status=422, column="、".join(missing), found=found)


def _examples(sheet: Sheet, texts: Sequence[int], label: int) -> Iterator[Example]:
    for row in sheet.rows:
        fields = tuple(_text(row.cells, at) for at in texts)
        name = _text(row.cells, label).strip()
        if not row.problem and name and any(field.strip() for field in fields):
            yield Example(fields, name)


def _text(cells: Sequence[Any], at: int) -> str:
    value = cells[at] if at < len(cells) else None
    return "" if value is None else str(value)
