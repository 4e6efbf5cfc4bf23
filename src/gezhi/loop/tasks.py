"""What the worker does for the loop: escalation each minute, and a proof by replay each night."""

import logging
from datetime import UTC, datetime

from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="loop.escalate", queueing_lock="loop.escalate")
def escalate(timestamp: int) -> None:
    """Every minute; `timestamp` is when it was due, in seconds since 1970."""
    from gezhi.loop.service.escalating import escalate_due

    count = escalate_due(datetime.fromtimestamp(timestamp, UTC))
    if count:
        logger.info("%s clocks escalated", count)


@app.periodic(cron="10 3 * * *")
@app.task(name="loop.night", queueing_lock="loop.night")
def night(timestamp: int) -> None:
    """Every night all stored states are proved from their steps; a fault is told to the log."""
    from gezhi.loop.importing.background import sweep
    from gezhi.loop.service.replaying import Difference, replay

    sweep(datetime.fromtimestamp(timestamp, UTC))
    for found in replay():
        if isinstance(found, Difference):
            logger.critical("case %s: %s is not what its steps say", found.number, found.what)


@app.task(name="loop.import")
def import_batch(batch: int, what: str, user: int | None) -> None:
    """Check, run or undo a batch of an import for the person who asked for it."""
    from gezhi.loop.importing.background import work

    work(batch, what, user, now=datetime.now(UTC))
