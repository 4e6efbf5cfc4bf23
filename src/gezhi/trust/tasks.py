"""What the worker does for this room: leavers looked for each minute, the whole ledger checked each night."""

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


@app.periodic(cron="* * * * *")
@app.task(name="trust.leavers", queueing_lock="trust.leavers")
def leavers(timestamp: int) -> None:
    """Every minute the provider of identities is asked about those who came in by it, each every few minutes."""
    from gezhi.trust.oidc.service import check_due

    counts = check_due(datetime.fromtimestamp(timestamp, UTC))
    if set(counts) - {"vouched", "busy"}:
        logger.info("sign-ins looked at: %s", counts)
