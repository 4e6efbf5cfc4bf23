"""Addresses that something can be sent to: one mailbox, one mobile telephone; and how they are shown."""

import re

_MAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,180})\.[a-z0-9-]{2,40}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
LONGEST = 200


def mail_address(text: str) -> str:
    r"""An address in small letters, or nothing where it is none.

    >>> mail_address("Wang@Example.CN "), mail_address("a@b.cn, c@d.cn"), mail_address("a@b.cn\nBcc: x@y.cn")
    ('wang@example.cn', '', '')
    """
    said = text.strip(" ").lower()
    return said if len(said) <= LONGEST and _MAIL.fullmatch(said) else ""


def mobile(normal: str) -> str:
    """A normal number that takes short messages, or nothing: a landline takes none.

    >>> mobile("13800138000"), mobile("075588886666")
    ('13800138000', '')
    """
    return normal if _MOBILE.fullmatch(normal) else ""


def masked(way: str, address: str) -> str:
    """So much of an address that its owner knows it: never the last digits, which prove who somebody is.

    >>> masked("sms", "13800138000"), masked("mail", "wang@example.cn"), masked("mail", "w@example.cn")
    ('138********', 'w***@example.cn', '***@example.cn')
    """
    if way == "sms":
        return address[:3] + "*" * len(address[3:])
    name, _, host = address.partition("@")
    return f"{name[0] if len(name) > 1 else ''}***@{host}"
