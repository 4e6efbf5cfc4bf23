"""A telephone proven by a code that was sent to it: five tries, ten minutes, nothing of it kept.

The code follows from the mark in a token that the form carries, so that no table holds codes; who has the token cannot
work it out without the installation's key. A message is sent whether or not the number has cases: its owner asked, and
nobody else learns anything from it.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hmac import compare_digest
from http.client import HTTPException
from threading import BoundedSemaphore

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from gezhi.kernel.codes import phone as parse_phone
from gezhi.kernel.errors import Refused
from gezhi.kit.senders import Away, Declined, NotTaken, Sms, Unsure
from gezhi.kit.text import normal
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.kinds.sms.adapter import gateway
from gezhi.trust.service.throttling import count_try, hold

SALT = "phone-code"
LASTS = 600  # seconds
DIGITS, TRIES = 6, 5
AT_ONCE, PATIENCE = 2, 3.0  # messages on their way at once, and seconds that a request waits for the gateway
hands, places = ThreadPoolExecutor(AT_ONCE, "phone-code"), BoundedSemaphore(AT_ONCE)
SENT, SENT_FROM, HOUR = 3, 20, timedelta(hours=1)  # messages to one number, and from one address


def offered() -> bool:
    """Whether this office sends short messages."""
    return partners.first_of("sms") is not None


def send(typed: str, where: str, *, now: datetime) -> str:
    """Send a code to a mobile; the token with which it is checked.

    Refuses code-off (404), phone-wrong (422), too-many-tries (429), code-not-sent (503).
    """
    if not offered():
        raise Refused("code-off", status=404)
    number = parse_phone(typed)
    if number.kind != "mobile":  # to other countries messages are dear, and fraud with them is common
        raise Refused("code-mobile", status=422, field="phone")
    for kind, who, free in (("code-number", number.e164, SENT), ("code-from", where, SENT_FROM)):
        hold(kind, who, now=now)
        count_try(kind, who, free=free, forget=HOUR, now=now)
    mark = secrets.token_urlsafe(12)
    said = {"code": _code(mark, number.e164), "minutes": LASTS // 60}
    text = gettext("%(code)s is your code for your requests. Valid for %(minutes)s minutes; tell it to nobody.") % said
    _hand_on(Sms(number.e164, settings.GEZHI_SMS_SIGN + text, f"code-{mark}", now))
    return signing.dumps({"mark": mark, "phone": number.e164}, salt=SALT)


def _hand_on(message: Sms) -> None:
    """Give it to the gateway beside the request, so that a slow one holds up few and not for long."""
    if not places.acquire(blocking=False):
        raise Refused("code-not-sent", status=503)
    done = hands.submit(gateway().send, message)
    done.add_done_callback(lambda _: places.release())
    try:
        done.result(PATIENCE)
    except (TimeoutError, Unsure):
        return  # on its way, as far as anybody knows; who gets nothing asks for another
    except (NotTaken, Declined, Away, OSError, ValueError, HTTPException) as fault:
        raise Refused("code-not-sent", status=503) from fault


def check(token: str, typed: str, where: str, *, now: datetime) -> str:
    """The telephone that a code proves. Refuses code-expired (422), code-wrong (422), too-many-tries (429)."""
    try:
        told = signing.loads(token[:500], salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError) as error:
        raise Refused("code-expired", status=422, field="code") from error
    hold("code-wrong", told["mark"], now=now)
    hold("code-wrong-from", where, now=now)
    said = "".join(each for each in normal(typed) if each.isdecimal())
    if compare_digest(said.encode(), _code(told["mark"], told["phone"]).encode()):
        return str(told["phone"])
    count_try("code-wrong", told["mark"], free=TRIES, forget=HOUR, now=now)
    count_try("code-wrong-from", where, free=TRIES * 4, forget=HOUR, now=now)
    raise Refused("code-wrong", status=422, field="code")


def _code(mark: str, phone: str) -> str:
    proof = salted_hmac(SALT, f"{mark}.{phone}", algorithm="sha256").digest()
    return f"{int.from_bytes(proof[:8]) % 10**DIGITS:0{DIGITS}}"
