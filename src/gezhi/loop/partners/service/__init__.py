"""Verbs of partners: kept and changed, pieces taken in once, pieces handed out until they are taken."""

from gezhi.loop.partners.service.keeping import put_partner, secrets_of, set_active, system_actor
from gezhi.loop.partners.service.sending import deliver, hear, queue, retry
from gezhi.loop.partners.service.taking import fetch_all, fetch_from, take_in, work_again

__all__ = [
    "deliver", "fetch_all", "fetch_from", "hear", "put_partner", "queue", "retry", "secrets_of", "set_active",
    "system_actor", "take_in", "work_again",
]  # fmt: skip
