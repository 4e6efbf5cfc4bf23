"""Letters that came back: by the standard report, or in the words of the servers that write none."""

import re
from email.message import Message

from gezhi.kit.senders.reports import bounced_in
from gezhi.loop.partners.kinds.mail.rules.headers import said
from gezhi.loop.reach.rules.addresses import mail_address as address

_FROM = re.compile(r"^(mailer-daemon|postmaster|mdaemon|mailmaster)@", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|delivery (status|failure|failed|has failed)|failure notice|returned (mail|to sender)|mail delivery"
    r"|退信|退回|未送达|无法投递|投递失败|无法送达|發送失敗|发送失败", re.IGNORECASE,
)  # fmt: skip
_FINE = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b(5\d\d|4\d\d)[ -]")
_MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,180}\.[\w-]{2,40}")
_LATER = re.compile(r"delayed|will (be )?retr|not yet|warning.{0,40}still|延迟|稍后重试|仍在尝试", re.IGNORECASE)


def came_back(raw: bytes, letter: Message, text: str, sender: str) -> list[tuple[str, str]]:
    """Addresses that a letter says cannot be reached for good, with their codes; none where it is no such report."""
    told = bounced_in(raw)
    if told or letter.get_content_type() == "multipart/report":
        return told
    if not looks_like(letter, sender) or _LATER.search(text[:4000]):
        return []
    failed = said(letter, "X-Failed-Recipients")
    found = _MAIL.findall(failed) or [one for one in _MAIL.findall(text[:20000]) if not _FROM.match(one)]
    fine, code = _FINE.search(text), _CODE.search(text)
    status = fine[1] if fine else code[1] if code else "5.0.0"
    if status.startswith("4"):
        return []
    return [(one, status) for one in dict.fromkeys(address(each.rstrip(".")) for each in found) if one][:20]


def looks_like(letter: Message, sender: str) -> bool:
    """Whether a mail server writes of a letter that it could not deliver."""
    empty = "Return-Path" in letter and said(letter, "Return-Path") in ("<>", "")
    known = bool(_FROM.match(sender)) or empty or letter.get("X-Failed-Recipients") is not None
    return known and (_SUBJECT.search(said(letter, "Subject")) is not None or "X-Failed-Recipients" in letter)
