"""A letter to a citizen: signed marks in it, by which its answer finds the case; a refusal stops the address."""

from datetime import datetime

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit import senders
from gezhi.kit.senders import Away, Bounced, Letter, Sender, sender_of
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners.adapters import Alone, Done, Unsure
from gezhi.loop.partners.kinds.mail.rules import marks
from gezhi.loop.partners.kinds.mail.signing import own_address, signed
from gezhi.loop.reach import store, wishes
from gezhi.loop.reach.service.telling import KIND, message


def sender(partner: Partner) -> Sender:
    return sender_of(settings.GEZHI_MAIL_URL, own_address(partner), settings.GEZHI_DATA)


def send(partner: Partner, piece: Piece, *, now: datetime) -> Done:
    """Raises Away, Alone or Unsure where it did not go out; a mailbox that refuses is told in what is kept."""
    if piece.kind != KIND:
        raise Refused("piece-kind", status=422, kind=piece.kind)
    said = message(piece, "mail")
    if said.skipped:
        return Done(facts={"skipped": said.skipped})
    case, own = store.case_of(piece), own_address(partner)
    assert case is not None
    mark, key = signed(case.pk), str(case.pk)
    reply_to = marks.plus_address(own, key, mark) if partner.wishes.get("plus") else ""
    letter = Letter(
        to=said.to, subject=f"{said.subject} {marks.subject_mark(case.number, mark)}", text=said.text,
        mark=marks.message_mark(key, mark, str(piece.pk)), language=said.language, at=piece.at, reply_to=reply_to,
        stop=said.stop,
    )  # fmt: skip
    try:
        sender(partner).send(letter)
    except Bounced as refused:
        wishes.stop("mail", said.to, refused.code, case, now)
        return Done(facts={"bounced": refused.code})
    except senders.Unsure as fault:
        raise Unsure(str(fault)) from fault
    except Away:
        raise
    except OSError as fault:  # a grey list, a policy of one domain: no reason to hold the other letters back
        raise Alone(type(fault).__name__) from fault
    return Done(facts={"sent": "mail" if settings.GEZHI_MAIL_URL else "file"})
