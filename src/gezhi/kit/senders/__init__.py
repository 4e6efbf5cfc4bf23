"""Letters that leave the house: as files in the data folder, or by SMTP; a mailbox that refuses is told apart."""

from gezhi.kit.senders.letters import Away, Bounced, FileSender, Letter, Sender, SmtpSender, sender_of
from gezhi.kit.senders.reports import bounced_in

__all__ = ["Away", "Bounced", "FileSender", "Letter", "Sender", "SmtpSender", "bounced_in", "sender_of"]
