"""Letters that no person wrote: answering them would make two machines talk to each other without end."""

from email.message import Message

from gezhi.loop.partners.kinds.mail.rules.headers import said

_ANY = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Auto-Respond", "X-AutoReply-From",
        "X-Mail-Autoreply",
        "X-FC-Machinegenerated", "X-Loop", "List-Id", "List-Unsubscribe", "Feedback-ID")  # fmt: skip
_BULK = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_SENDERS = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "mdaemon", "bounce",
            "bounces", "listserv", "majordomo")  # fmt: skip
_SUBJECTS = ("自动回复", "自動回覆", "自动答复", "automatic reply", "auto reply", "auto-reply", "autoreply",
             "out of office", "休假自动", "[auto]")  # fmt: skip


def reason(letter: Message, sender: str) -> str:
    r"""Why a letter counts as written by a machine; nothing where a person wrote it.

    >>> from email import message_from_string as read
    >>> reason(read("Auto-Submitted: auto-replied\n\n"), "a@b.cn"), reason(read("Auto-Submitted: no\n\n"), "a@b.cn")
    ('auto-submitted', '')
    """
    told = said(letter, "Auto-Submitted").lower()
    if told and not told.startswith("no"):
        return "auto-submitted"
    if said(letter, "Precedence").lower() in _BULK:
        return "precedence"
    if any(letter.get(name) is not None for name in _ANY):
        return "x-auto"
    if "Return-Path" in letter and said(letter, "Return-Path") in ("<>", ""):
        return "null-sender"
    if sender.partition("@")[0].partition("+")[0] in _SENDERS:
        return "sender"
    subject = said(letter, "Subject").lower()
    return "subject" if subject.startswith(_SUBJECTS) else ""
