"""Headers as people wrote them: whatever their character set claims to be, on one line, addresses told apart."""

import re
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from gezhi.loop.reach.rules.addresses import mail_address as address

SUBJECT, NAME = 300, 80
_ONE_LINE = re.compile(r"[\s\x00-\x1f\x7f\u0085\u2028\u2029]+")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # marks that turn the order of words round
GUESSES = ("utf-8", "gb18030", "big5")
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030"}


def decoded(data: bytes, charset: str) -> str:
    """Bytes as text: by the set that they claim where it fits, else by the first usual one that does.

    >>> decoded("路灯".encode("gb18030"), "utf-8"), decoded("路灯".encode(), "no-such-set")
    ('路灯', '路灯')
    """
    named = WIDER.get(charset.lower().strip("\"' "), charset.lower().strip("\"' "))
    for one in dict.fromkeys((*([named] if named not in ("", "us-ascii", "unknown-8bit") else []), *GUESSES)):
        try:
            text = data.decode(one)
        except (LookupError, ValueError):
            continue
        if text == whole(text):  # some sets make halves of characters, which nothing can keep
            return text
    return data.decode("utf-8", "replace")


def whole(text: str) -> str:
    r"""A text without halves of characters: two that belong together become one, others a mark of replacement.

    >>> whole("\ud83d\ude00\ud83d") == "\U0001f600\ufffd"
    True
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def raw(letter: Message, name: str) -> str:
    """The first header of a name as it came, bytes without a name kept as surrogates; nothing where there is none."""
    return next((str(value) for known, value in letter.raw_items() if known.lower() == name.lower()), "")


def said(letter: Message, name: str) -> str:
    """The first header of a name as one line of text."""
    return words(raw(letter, name))


def words(line: str) -> str:
    r"""A header as one line of text; a broken one is read as far as it goes.

    >>> words("=?gb2312?B?wre1xrK7wcE=?="), words("=?utf-8?B?!!!?= rest"), words("one\r\n Bcc: two")
    ('路灯不亮', 'rest', 'one Bcc: two')
    >>> words("=?utf-8?B?A?= =?gb2312?B?wre1xg==?=")
    '=?utf-8?B?A?= 路灯'
    """
    try:
        parts = decode_header(line)
    except (MessageError, ValueError, LookupError):
        alone = line.split()
        if len(alone) > 1:
            return " ".join(words(one) for one in alone)
        parts = [(line, None)]
    text = "".join(
        decoded(part, charset or "") if isinstance(part, bytes) else _eight_bit(part) for part, charset in parts
    )
    return _ONE_LINE.sub(" ", _HIDDEN.sub("", text)).strip()


def _eight_bit(text: str) -> str:
    """Bytes that stand in a header without a name, which the parser keeps as surrogates."""
    if not any("\udc80" <= letter <= "\udcff" for letter in text):
        return whole(text)
    try:
        return decoded(text.encode("utf-8", "surrogateescape"), "")
    except ValueError:
        return whole(text)


def people(letter: Message, *names: str) -> list[tuple[str, str]]:
    """Names and addresses in these headers, in their order."""
    wanted = [name.lower() for name in names]
    lines = [str(value) for name in wanted for known, value in letter.raw_items() if known.lower() == name]
    found = getaddresses([_ONE_LINE.sub(" ", line) for line in lines])
    return [(words(name)[:NAME], address(where)) for name, where in found if address(where)]


def marks(letter: Message, *names: str) -> list[str]:
    """Message-IDs in these headers, without their brackets, the newest first."""
    raw = " ".join(str(value) for name in names for value in letter.get_all(name, []))
    return list(dict.fromkeys(reversed(re.findall(r"<([^<>\s]{3,250})>", raw))))[:50]
