"""Hiding what would tell who a confidential requester is: numbers of persons and doors in free text."""

import re

PERSONAL = re.compile(
    r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)"  # mobile phones
    r"|(?<!\d)\d{17}[\dXx](?![\dXx])"  # identity numbers
    r"|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"  # fixed phones
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z.]{2,}"
)
DOOR = re.compile(r"[0-9一二三四五六七八九十百]+\s*(?:号楼|栋|幢|单元|室|户|号院|楼)")
CALLED = re.compile(r"(我叫|我是|本人|姓名[::]?)\s*([一-鿿]{2,3})(?=[,,。;;、\s]|$)")


def redact(text: str) -> str:
    """The text without phone, identity, e-mail and door numbers and without a name given after "I am".

    >>> redact("我叫王小明,住丽江新城6栋2单元,电话13800001234")
    '我叫***,住丽江新城****,电话***'
    """
    return CALLED.sub(r"\1***", DOOR.sub("**", PERSONAL.sub("***", text)))
