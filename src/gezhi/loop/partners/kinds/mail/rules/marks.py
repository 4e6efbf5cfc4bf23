"""The marks by which an answer finds its case: in Message-IDs, in the subject, in the address behind a plus."""

import hmac
import re
from collections.abc import Callable, Iterable
from uuid import UUID

LENGTH = 16  # letters of base32: eighty bits
_SIGNED = re.compile(r"gz\.([0-9a-f]{32})\.([a-z2-7]{16})(?:\.[\w-]{1,40})?@", re.IGNORECASE)
_PLUS = re.compile(r"\+([0-9a-f]{32})\.([a-z2-7]{16})@", re.IGNORECASE)
_SUBJECT = re.compile(r"\[([^\[\]\s]{3,60}) ([a-z2-7]{16})\]", re.IGNORECASE)

Sign = Callable[[str], str]  # the signature of a case by its key


def message_mark(case: str, signed: str, serial: str) -> str:
    """The left side of a Message-ID of ours."""
    return f"gz.{UUID(case).hex}.{signed}.{serial}"


def subject_mark(number: str, signed: str) -> str:
    return f"[{number} {signed}]"


def plus_address(own: str, case: str, signed: str) -> str:
    """Our address with the mark in it, for servers that take what follows a plus.

    >>> plus_address("12345@example.cn", "0190f3a2-0000-7000-8000-000000000001", "a" * 16)
    '12345+0190f3a2000070008000000000000001.aaaaaaaaaaaaaaaa@example.cn'
    """
    name, _, host = own.rpartition("@")
    return f"{name}+{UUID(case).hex}.{signed}@{host}"


def cases_in(texts: Iterable[str], sign: Sign) -> list[str]:
    """Keys of the cases that marks of ours name, each rightly signed, in their order."""
    found = []
    for text in texts:
        for pattern in (_SIGNED, _PLUS):
            for bare, signed in pattern.findall(text if "@" in text else f"{text}@"):
                case = str(UUID(bare))
                if hmac.compare_digest(signed.lower(), sign(case)):
                    found.append(case)
    return list(dict.fromkeys(found))


def found_in(*texts: str) -> list[str]:
    """What looks like a Message-ID of ours, wherever it stands, unproved."""
    return list(dict.fromkeys(found[0] for text in texts for found in _SIGNED.finditer(text)))[:50]


def number_in(subject: str) -> tuple[str, str]:
    """Number and signature that stand in a subject, unproved.

    >>> number_in("回复：[LJ-20260302-0001 abcdefghijklmnop] 已答复")
    ('LJ-20260302-0001', 'abcdefghijklmnop')
    """
    found = _SUBJECT.search(subject)
    return (found[1], found[2].lower()) if found else ("", "")


def own_title(subject: str) -> str:
    """A subject as a title: without our mark, and without the signs of an answer.

    >>> own_title("Re: 答复: [LJ-20260302-0001 abcdefghijklmnop] 路灯不亮")
    '路灯不亮'
    """
    said = _SUBJECT.sub(" ", subject)
    return re.sub(
        r"^(\s*(re|fw|fwd|aw|答复|回复|回覆|转发|轉寄)\s*(\[\d+\])?\s*[:：])+", "", said, flags=re.IGNORECASE
    ).strip()
