"""Changing the secret of the telephone system, with a record of when."""

from datetime import datetime

from gezhi.loop.calls import secret
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb


@verb("cti.rotate")
def rotate(*, at_once: bool = False, actor: Actor, now: datetime) -> str:
    """A new secret; the former counts for another hour, unless it must not."""
    require(actor, "cti.rotate")
    record("cti.rotate", "secret", "cti", actor=actor, body={"at_once": at_once})
    return secret.change(now, at_once=at_once)
