"""Reads what mail servers send back: which mailbox a letter could not reach for good (RFC 3464)."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default


def bounced_in(raw: bytes) -> list[tuple[str, str]]:
    r"""Addresses and status codes of a delivery report; delays and good news say nothing.

    >>> report = (b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n"
    ...           b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
    ...           b"Final-Recipient: rfc822; Gone@Example.cn\nAction: failed\nStatus: 5.1.1\n\n"
    ...           b"Final-Recipient: rfc822;<away@example.cn>\nAction: failed (gave up)\nStatus: 5.2.1\n\n"
    ...           b"Final-Recipient: rfc822; slow@example.cn\nAction: delayed\nStatus: 4.4.1\n\n--x--\n")
    >>> bounced_in(report)
    [('gone@example.cn', '5.1.1'), ('away@example.cn', '5.2.1')]
    """
    found = []
    for group in _groups(message_from_bytes(raw, policy=default)):
        address = str(group.get("Final-Recipient", "")).partition(";")[2].strip().strip("<>").lower()
        status = str(group.get("Status", "")).strip()[:12]
        if address and str(group.get("Action", "")).lower().split()[:1] == ["failed"] and status.startswith("5"):
            found.append((address, status))
    return found


def _groups(whole: Message) -> Iterator[Message]:
    for part in whole.walk():
        if part.get_content_type() == "message/delivery-status":
            yield from part.get_payload()  # type: ignore[misc] # the parser gives a message for each recipient
