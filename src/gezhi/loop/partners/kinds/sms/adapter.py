"""The kind `sms`: what citizens wish to hear goes out through the gateway, not by night; receipts come in signed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.kit import senders
from gezhi.kit.senders import Away, NotTaken, Sms, gateway_of, parts_of
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import store as pieces
from gezhi.loop.partners.adapters import Alone, Arrived, Ask, Done, Later, Note, NotYet, Told, Unsure
from gezhi.loop.partners.kinds.webhook import LEAST_SECRET
from gezhi.loop.reach import store, wishes
from gezhi.loop.reach.rules.hours import quiet_until
from gezhi.loop.reach.service.telling import due, message
from gezhi.loop.rules.words import URGENT
from gezhi.trust.rules import Actor

RECEIPT = "sms.receipt"
STATES = ("delivered", "failed", "blocked")
LOST = 3  # messages of one case that failed one after the other: nothing arrives at this number


def gateway() -> Any:
    """The way out that this installation has."""
    s = settings
    return gateway_of(s.GEZHI_SMS_URL, s.GEZHI_SMS_BODY, s.GEZHI_SMS_SECRET, s.GEZHI_SMS_ANSWER, s.GEZHI_DATA,
                      ok=s.GEZHI_SMS_OK)  # fmt: skip


class ShortMessages:
    """Messages to mobile telephones; address, body and quiet hours are settings of the installation."""

    kind = "sms"
    asks = (Ask("secret", "secret"),)

    def checked(self, partner: Partner, secrets: Mapping[str, str]) -> None:
        """Raises partner-wish (422) for a secret that is too short; without one no receipt is taken."""
        if 0 < len(secrets.get("secret", "")) < LEAST_SECRET:
            raise Refused("partner-wish", status=422, field="secret", kind=self.kind)

    def hears(self, partner: Partner, told: Told) -> Iterable[Note]:
        return due(partner, told, "sms")

    def send(self, partner: Partner, piece: Piece, *, now: datetime) -> Done:
        until = quiet_until(settings.GEZHI_SMS_QUIET, now, timezone.get_default_timezone())
        if until is not None and piece.case is not None and piece.case.urgency < URGENT:
            raise NotYet(until)
        said = message(piece, "sms")
        if said.skipped:
            return Done(facts={"skipped": said.skipped})
        try:
            mark = gateway().send(Sms(said.to, said.text, f"{partner.code}-{piece.pk}", now))
        except NotTaken as refused:
            raise Refused("sms-refused", said=refused.code) from refused
        except Away as away:
            raise Later(str(away)) from away
        except senders.Declined as fault:
            raise Alone(str(fault)) from fault
        except senders.Unsure as fault:
            raise Unsure(str(fault)) from fault
        sent = "sms" if settings.GEZHI_SMS_URL else "file"
        return Done(facts={"parts": parts_of(said.text), "gateway": mark, "sent": sent})

    def fetch(self, partner: Partner, *, now: datetime) -> Iterable[Arrived]:
        return ()

    def accept(self, partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
        """A receipt: id, state (one of STATES) and a code. Raises piece-kind, field-invalid, sms-receipt."""
        if piece.kind != RECEIPT:
            raise Refused("piece-kind", status=422, kind=piece.kind)
        state, mark = str(body.get("state", "")), str(body.get("id", ""))[:80]
        if state not in STATES:
            raise Refused("field-invalid", status=422, field="state", value=state[:40])
        sent = store.receipt_of(partner, mark) if mark else None
        if sent is None:
            raise Refused("sms-receipt", status=404, number=mark[:40])
        code = str(body.get("code", ""))[:20]
        sent.facts = {**sent.facts, "receipt": state, "receipt_code": code}
        pieces.save_piece(sent, "facts")
        if state == "blocked" or store.lost_in_a_row(sent, LOST):  # a telephone that was off once hears the next one
            self._stop(sent, code or state, now)
        return Done(str(sent.case_id), {"state": state})

    def _stop(self, sent: Piece, code: str, now: datetime) -> None:
        said = message(sent, "sms")
        if said.to:
            wishes.stop("sms", said.to, code, store.case_of(sent), now)
