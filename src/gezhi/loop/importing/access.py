"""Who may import for which desk; whose a batch is, and who may take back what was imported."""

from typing import Any

from django.db.models import Q

from gezhi.kernel.errors import Refused
from gezhi.loop.importing import store
from gezhi.loop.models import Batch
from gezhi.trust.rules import Actor, allowed
from gezhi.trust.service import require

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


def desk_for(actor: Actor) -> Any:
    """The desk that takes imported cases, the actor being allowed to import for it."""
    desk = store.desk_of(actor.unit_id)
    if desk is None:
        raise Refused("no-units")
    require(actor, "import.run", unit_paths=[desk.path])
    return desk


def desk_of(batch: Batch, actor: Actor) -> Any:
    """The desk of a batch, the actor being allowed to import for it."""
    if batch.desk is None:
        return desk_for(actor)
    require(actor, "import.run", unit_paths=[batch.desk.path])
    return batch.desk
