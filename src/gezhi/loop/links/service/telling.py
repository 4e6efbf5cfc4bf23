"""The message that brings a link to the person: shown once to the sender to be copied, or carried by a gateway."""

from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.links import slots
from gezhi.loop.links.service.sending import Sent
from gezhi.loop.links.service.standing import person_of


def address_of(sent: Sent, base: str) -> str:
    """The whole address; empty where the token is not known any more."""
    return f"{base}/l/{sent.token}/" if sent.token else ""


def message_of(sent: Sent, base: str) -> str:
    """What the person reads in a chat or a text message: who asks, by when, how it opens; nothing of the request."""
    link = sent.link
    due = timezone.localtime(link.due_at)
    facts = {
        "name": person_of(link).get("name", ""), "unit": pick(link.unit, "name", get_language() or "zh-hans"),
        "day": f"{due:%Y-%m-%d}", "address": address_of(sent, base),
    }  # fmt: skip
    return (
        gettext(
            "%(name)s: %(unit)s asks for your help by %(day)s. Open %(address)s and type the last four digits of this "
            "mobile number. Please do not pass the link on."
        )
        % facts
    )


def hand_over(sent: Sent, text: str) -> str:
    """Give the message to whoever carries messages: "sent", "failed", or "" where nobody does or it is not known."""
    carrier = slots.sender()
    phone = person_of(sent.link).get("phone", "")
    if carrier is None or not sent.token or not phone:
        return ""
    message = slots.Message(phone, text, f"link-{sent.link.pk}-{sent.link.due_at:%y%m%d}", get_language() or "zh-hans")
    try:
        carrier(message)
    except (OSError, Refused):
        return "failed"
    return "sent"
