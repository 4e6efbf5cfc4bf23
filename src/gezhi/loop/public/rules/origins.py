"""Which sites may hold the report form in a frame, as the browser's policy wants them."""

import re
from collections.abc import Iterable

ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?(?::\d{1,5})?", re.IGNORECASE)


def ancestors(origins: Iterable[str]) -> str:
    """The sites for `frame-ancestors`; what is no origin is left out, so that no setting can write into the policy.

    >>> ancestors(["https://www.example.gov.cn", "'self'; script-src *", "https://*.example.cn:8443/"])
    'https://www.example.gov.cn https://*.example.cn:8443'
    >>> ancestors([])
    ''
    """
    return " ".join(one.rstrip("/") for one in origins if ORIGIN.fullmatch(one.rstrip("/")))
