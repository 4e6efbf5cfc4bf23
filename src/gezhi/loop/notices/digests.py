"""Digests by mail: what a person has not read, as counts and numbers with links; nothing personal leaves the house."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.senders import Away, Bounced, Letter, Sender, Unsure, sender_of
from gezhi.kit.text import pick
from gezhi.loop.models import Notice, NoticeWish
from gezhi.loop.notices import service, store
from gezhi.loop.rules.redact import redact
from gezhi.loop.store.lines import Line, lines
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_for, open_text

MOST = 30  # cases named in one letter; the rest is counted
logger = logging.getLogger(__name__)


def sender() -> Sender:
    """The way out that this installation has."""
    return sender_of(settings.GEZHI_MAIL_URL, settings.GEZHI_MAIL_FROM, settings.GEZHI_DATA)


def send_due(now: datetime, *, by: Sender | None = None) -> int:
    """Write to everybody whose digest is due: hourly ones at each call, daily ones after the hour of the day."""
    way = by or sender()
    local = timezone.localtime(now)
    start = local.replace(hour=settings.GEZHI_DIGEST_HOUR, minute=0, second=0, microsecond=0)
    kinds = [NoticeWish.HOURLY, *([NoticeWish.DAILY] if local >= start else [])]
    done = 0
    for user in store.due_letters(now, kinds):
        try:
            done += _send(user, now, start, way)
        except Away as away:  # hundreds of people must not each wait for a server that does not answer
            logger.warning("no digest goes out: %s", type(away.__cause__ or away).__name__)
            break
    return done


def _send(user: int, now: datetime, start: datetime, way: Sender) -> bool:
    """One letter; what fails for a while waits for the next hour, what is refused for good stops the mailbox."""
    try:
        with transaction.atomic():
            wish = store.held(user)
            since = wish.sent_at if wish is not None else None
            after = start if wish is not None and wish.digest == NoticeWish.DAILY else now - timedelta(minutes=50)
            if wish is None or (since is not None and since >= after):
                return False
            rows = store.unsent(user, 500)
            if not rows:
                return False
            with suppress(Unsure):  # the same letter each hour would be worse than one that is lost
                way.send(letter(wish, rows, now))
            store.sent(rows, now)
            wish.sent_at = now
            wish.save(update_fields=["sent_at"])
    except Bounced as bounced:
        service.mark_bounced(user, bounced.code, actor=Actor.system("loop"), now=now)
        return False
    except Away:
        raise
    except (OSError, ValueError, Refused) as fault:  # one person's letter keeps nobody else's back
        logger.warning("a digest was not sent: %s", type(fault).__name__)
        return False
    return True


def letter(wish: NoticeWish, rows: list[Notice], now: datetime) -> Letter:
    """The letter in the language of the person."""
    language = wish.user.language or settings.LANGUAGE_CODE
    actor = actor_for(wish.user, now)
    told = {line.pk: line for line in lines(store.told_cases(actor, {row.case_id for row in rows}))}
    with translation.override(language):
        subject = ngettext("%(n)s notice about your cases", "%(n)s notices about your cases", len(rows))
        text = _text(rows, told, language)
        mark = f"digest-{wish.user_id}-{rows[0].pk}"
        return Letter(wish.address, subject % {"n": len(rows)}, text, mark, language, now)


def _text(rows: list[Notice], told: Mapping[UUID, Line], language: str) -> str:
    base = settings.GEZHI_LINK_BASE
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.kind] = counts.get(row.kind, 0) + 1
    parts = [f"{pgettext('notice', kind)}: {n}" for kind, n in sorted(counts.items(), key=lambda pair: -pair[1])]
    known = [(row, told[row.case_id]) for row in rows if row.case_id is not None and row.case_id in told]
    named = [_line(row, case, base, language) for row, case in known]
    parts += ["", *named[:MOST]]
    if len(named) > MOST:
        more = gettext("and %(n)s more: %(url)s") % {"n": len(named) - MOST, "url": f"{base}/desk/notices/"}
        parts.append(more)
    stop = gettext("You get this letter because you asked for it. Change it here: %(url)s")
    return "\n".join([*parts, "", stop % {"url": f"{base}/desk/notices/wishes/"}, ""])


def _line(row: Notice, case: Line, base: str, language: str) -> str:
    """Kind, number, and the title where the person may read it, personal data cut; of a confidential case none."""
    title = "" if case.confidential else redact(str(open_text(case.requester, case.story).get("title", "")))
    lead = pick(case.lead, "name", language) if case.lead else ""
    said = " · ".join(part for part in (pgettext("notice", row.kind), case.number, title, lead) if part)
    return f"{said}\n  {base}/desk/{case.pk}/"
