"""Letters and short messages that leave the house: as files in the data folder, by SMTP, by an HTTP gateway."""

from gezhi.kit.senders.letters import Away, Bounced, FileSender, Letter, Sender, SmtpSender, Unsure, sender_of
from gezhi.kit.senders.reports import bounced_in
from gezhi.kit.senders.sms import (
    Declined,
    FileGateway,
    Gateway,
    HttpGateway,
    NotTaken,
    Sms,
    faults,
    gateway_of,
    parts_of,
)

__all__ = [
    "Away", "Bounced", "Declined", "FileGateway", "FileSender", "Gateway", "HttpGateway", "Letter", "NotTaken",
    "Sender", "Sms", "SmtpSender", "Unsure", "bounced_in", "faults", "gateway_of", "parts_of", "sender_of",
]  # fmt: skip
