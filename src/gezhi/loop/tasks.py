"""What the worker does for the loop: escalation, imports taken up again, proof by replay, learning from new cases."""

import logging
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.db.transaction import atomic
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

MACHINES = timedelta(days=30)  # for which somebody may still look at a letter that a machine wrote
PIECES = timedelta(days=60)  # what passed between us and a partner, and ended; days are compared for a month
SILENT = timedelta(seconds=60)  # without a beat after which a worker must be gone; it beats every ten
logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="loop.escalate", queueing_lock="loop.escalate")
def escalate(timestamp: int) -> None:
    """Every minute; `timestamp` is when it was due, in seconds since 1970."""
    from gezhi.loop.service.escalating import escalate_due, review_due

    moment = datetime.fromtimestamp(timestamp, UTC)
    count, reviews = escalate_due(moment), review_due(moment)
    if count or reviews:
        logger.info("%s clocks escalated, %s hang-ups due for review", count, reviews)


@app.periodic(cron="* * * * *")
@app.task(name="loop.lights", queueing_lock="loop.lights")
def lights(timestamp: int) -> None:
    """Every minute: people are told of clocks that turned yellow or red."""
    from gezhi.loop.notices.service import look_at_lights

    count = look_at_lights(datetime.fromtimestamp(timestamp, UTC))
    if count:
        logger.info("%s clocks turned", count)


@app.periodic(cron="*/10 * * * *")
@app.task(name="loop.public", queueing_lock="loop.public")
def public(timestamp: int) -> None:
    """Every ten minutes: cases come before the public by their rules."""
    from gezhi.loop.public.service.publishing import catch_up, publish_due

    moment = datetime.fromtimestamp(timestamp, UTC)
    found, count = catch_up(moment), publish_due(moment)
    if found or count:
        logger.info("public cases: %s new candidates, %s shown by their rules", found, count)


@app.periodic(cron="5 * * * *")
@app.task(name="loop.digests", queueing_lock="loop.digests")
def digests(timestamp: int) -> None:
    """Every hour: letters of what was not read, to those who asked for them."""
    from gezhi.loop.notices.digests import send_due

    count = send_due(datetime.fromtimestamp(timestamp, UTC))
    if count:
        logger.info("%s digests sent", count)


@app.periodic(cron="10 3 * * *")
@app.task(name="loop.night", queueing_lock="loop.night")
def night(timestamp: int) -> None:
    """Every night all stored states are proved from their steps; a fault is told to the log."""
    from gezhi.kit.senders.files import sweep as sweep_outgoing
    from gezhi.loop.field.service.parts import sweep as sweep_parts
    from gezhi.loop.importing.background import sweep
    from gezhi.loop.intake.service.typing import sweep as sweep_drafts
    from gezhi.loop.links.service import sweep as sweep_links
    from gezhi.loop.notices.service import prune
    from gezhi.loop.partners.kinds.mail.store import of_machines
    from gezhi.loop.partners.store import prune as prune_pieces
    from gezhi.loop.service.replaying import Difference, replay
    from gezhi.loop.service.sweeping import sweep_files

    def prove() -> None:
        for found in replay():
            if isinstance(found, Difference):
                logger.critical("case %s: %s is not what its steps say", found.number, found.what)

    moment, faults = datetime.fromtimestamp(timestamp, UTC), []
    for part in (
        lambda: sweep(moment), lambda: sweep_drafts(moment), lambda: sweep_links(moment),
        lambda: prune(moment - timedelta(days=settings.GEZHI_NOTICE_DAYS)), lambda: sweep_files(moment),
        lambda: sweep_parts(moment), lambda: of_machines(moment - MACHINES, moment),
        lambda: prune_pieces(moment - PIECES), lambda: sweep_outgoing(settings.GEZHI_DATA, moment), prove,
    ):  # fmt: skip
        try:
            part()
        except Exception as fault:  # noqa: BLE001 - what ails one part must keep no other from its night's work
            faults.append(fault)
    if faults:
        raise ExceptionGroup("not everything of the night was done", faults)


@app.periodic(cron="17 * * * *")
@app.task(name="loop.words", queueing_lock="loop.words")
def words(timestamp: int) -> None:
    """Every hour, where it is due: how common words are, by which similar cases are looked for."""
    from gezhi.loop.alike.service import count_when_due

    if count_when_due(datetime.fromtimestamp(timestamp, UTC)):
        logger.info("words counted anew")


@app.task(name="loop.import")
def import_batch(batch: int, what: str, user: int | None) -> None:
    """Check, run or undo a batch of an import for the person who asked for it."""
    from gezhi.loop.importing.background import work

    work(batch, what, user, now=datetime.now(UTC))


@app.task(name="loop.recalculate")
def recalculate_day(day: str, user: int | None) -> None:
    """Limits that run over a day that was declared a day off, or a working day, after they were set."""
    from gezhi.loop.service.recalculating import recalculate_for

    recalculate_for(day, user, now=datetime.now(UTC))


@app.task(name="loop.score")
def score_run(run: int) -> None:
    """Work a run of scores out, or prove one from the steps."""
    from gezhi.loop.scores.service import work

    work(run, now=datetime.now(UTC))


def taken_up(name: str, now: datetime) -> int:
    """Give jobs of a task whose worker was killed to the next worker; how many."""
    silent = Q(worker=None) | Q(worker__last_heartbeat__lt=now - SILENT)
    keys = list(ProcrastinateJob.objects.filter(silent, task_name=name, status="doing").values_list("pk", flat=True))
    for key in keys:
        app.job_manager.retry_job_by_id(key, retry_at=now)
    return len(keys)


@app.periodic(cron="*/2 * * * *")
@app.task(name="loop.resume", queueing_lock="loop.resume")
def resume(timestamp: int) -> None:
    """Every two minutes: imports, runs of scores and limits whose process was killed go on."""
    if count := taken_up("loop.recalculate", datetime.fromtimestamp(timestamp, UTC)):
        logger.warning("%s recalculations had stopped and go on", count)
    from gezhi.loop.scores.service import abandoned as silent_runs

    for run in silent_runs():
        logger.warning("run %s of scores had stopped and goes on", run)
        with suppress(AlreadyEnqueued), atomic():
            score_run.configure(queueing_lock=f"loop.score.{run}").defer(run=run)
    from gezhi.loop.importing.background import abandoned, again, given_up

    for batch in abandoned(datetime.fromtimestamp(timestamp, UTC)):
        if given_up(batch):
            logger.error("import %s broke off again and again and is left to its person", batch.pk)
            continue
        logger.warning("import %s had stopped and goes on", batch.pk)
        what, user = again(batch)
        job = import_batch.configure(queueing_lock=f"loop.import.{batch.pk}")
        with suppress(AlreadyEnqueued), atomic():  # waits behind others since the last look
            job.defer(batch=batch.pk, what=what, user=user)


@app.periodic(cron="*/2 * * * *")
@app.task(name="loop.retention", queueing_lock="loop.retention")
def retention(timestamp: int) -> None:
    """Every two minutes, and when somebody asks: lists counted, released ones carried out; what was killed goes on."""
    from gezhi.loop.retention.service import work

    del timestamp
    done = work(now=lambda: datetime.now(UTC))
    if done:
        logger.info("retention: %s things done", done)


@app.periodic(cron="* * * * *")
@app.task(name="loop.partners", queueing_lock="loop.partners")
def ask_partners(timestamp: int) -> None:
    """Every minute: partners whose time has come are asked for what they have, save those still being asked."""
    from gezhi.loop.partners.service import fetch_all

    if count := fetch_all(datetime.fromtimestamp(timestamp, UTC)):
        logger.info("%s pieces came from partners", count)


@app.periodic(cron="40 3 * * *")
@app.task(name="loop.judge", queueing_lock="loop.judge")
def judge(timestamp: int) -> None:
    """Every night: how good suggestions were, counted anew for the model page."""
    from gezhi.loop.triage.service import refresh

    del timestamp
    logger.info("suggestions judged: %s cells", refresh())


@app.periodic(cron="30 4 * * 0")
@app.task(name="loop.learn", queueing_lock="loop.learn")
def learn(timestamp: int) -> None:
    """Every week, where enough was closed since the last time: a new model to look at, not on the desk yet.

    In a process of its own, since learning takes hundreds of megabytes that the worker would never give back.
    """
    del timestamp
    command = [sys.executable, "-m", "gezhi.cli", "--data", str(settings.GEZHI_DATA), "loop", "triage", "train"]
    done = subprocess.run([*command, "--when-due"], capture_output=True, text=True, check=False)
    if done.returncode:
        logger.error("no new model: %s", done.stderr.strip())
    elif done.stdout.strip():
        logger.info("a new model waits: %s", done.stdout.strip())
