"""HTTP to addresses that the installation names: to that address and nowhere else, in so much time and no more."""

import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

CHUNK = 64 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Whoever answers may not send us elsewhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def opened(request: urllib.request.Request, timeout: float) -> HTTPResponse:
    """The answer of a named http(s) address: no redirects, no proxy of the environment, no other scheme."""
    if request.type not in ("http", "https"):
        raise ValueError("no http address")
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    answer: HTTPResponse = opener.open(request, timeout=timeout)
    return answer


def parts(answer: HTTPResponse, *, largest: int, longest: float) -> Iterator[bytes]:
    """The bytes as they come, until they end, are too many or take too long: a drop now and then must not hold us."""
    until, sent = time.monotonic() + longest, 0
    with answer:
        while sent < largest and time.monotonic() < until and (part := answer.read1(min(CHUNK, largest - sent))):
            sent += len(part)
            yield part
