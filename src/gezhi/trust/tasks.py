"""What the worker does at night for this room: the whole ledger checked, old progress and failures dropped."""

import logging
from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from gezhi.trust import service
from gezhi.trust.store import acts, signin

logger = logging.getLogger(__name__)
KEEP_KEYS = timedelta(days=30)
KEEP_FAILURES = timedelta(days=7)


@app.periodic(cron="40 2 * * *")
@app.task(name="trust.night", queueing_lock="trust.night")
def night(timestamp: int) -> None:
    """Every night; `timestamp` is when it was due, in seconds since 1970. A broken ledger is told to the log."""
    now = datetime.fromtimestamp(timestamp, UTC)
    service.prune_deliveries(now)
    signin.forget_old_failures(now - KEEP_FAILURES)
    acts.forget_keys(now - KEEP_KEYS)
    verdict = service.verify_ledger(now)
    if not verdict.whole:
        logger.critical("the ledger is broken in %s places, first at %s", verdict.broken, verdict.first)
