"""The signature in the marks of letters: nobody but this installation can make one."""

import base64

from django.conf import settings

from gezhi.loop.models import Partner
from gezhi.loop.partners.kinds.mail.rules import marks
from gezhi.trust.service import keyed_hash


def signed(case: object) -> str:
    """The signature of a case by its key."""
    digest = keyed_hash("mail-thread", str(case)) or b""
    return base64.b32encode(digest[:10]).decode().lower()[: marks.LENGTH]


def own_address(partner: Partner) -> str:
    """From which address the office writes, and to which answers come."""
    return str(partner.wishes.get("address") or settings.GEZHI_MAIL_FROM).strip()
