"""Whose a batch is: who started it, and who may take back what was imported for its desk."""

from django.db.models import Q

from gezhi.kernel.errors import Refused
from gezhi.loop.importing import store
from gezhi.loop.models import Batch
from gezhi.trust.rules import Actor, allowed

LONGEST = 2**31 - 1


def own(actor: Actor, batch: Batch) -> bool:
    return actor.kind == "user" and str(batch.created_by_id) == actor.id


def sees(actor: Actor, batch: Batch) -> bool:
    """Whether somebody may know of a batch and of the rows it refused, which hold names and phones."""
    path = batch.desk.path if batch.desk else ""
    return own(actor, batch) or allowed(actor, "import.undo", unit_paths=[path], matter="", area_path="") is not None


def batch_for(actor: Actor, batch_id: int, *, lock: bool = False) -> Batch:
    """A batch that this person may know of; any other as if it were not there."""
    batch = store.batch_of(batch_id, lock=lock) if 0 < batch_id <= LONGEST else None
    if batch is None or not sees(actor, batch):
        raise Refused("batch-unknown", status=404, batch=batch_id)
    return batch


def seen_by(actor: Actor) -> Q:
    """The batches of `sees`, for a list."""
    wide = [grant for grant in actor.grants_for("import.undo") if not grant.matter and not grant.area_path]
    rows = Q(created_by=int(actor.id)) if actor.kind == "user" else Q(pk__in=[])
    for grant in wide:
        if not grant.unit_path:
            return Q()
        rows |= Q(desk__path__descends=grant.unit_path)
    return rows
