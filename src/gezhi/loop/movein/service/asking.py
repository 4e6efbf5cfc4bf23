"""Asking another server, politely: one question at a time, with pauses, and a wait where it asks for one."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException

from gezhi.kernel.errors import Refused
from gezhi.kit.fetching import opened, parts

TIMEOUT, LONGEST, LARGEST = 30.0, 120.0, 50 * 1024 * 1024
TRIES, PATIENCE = 4, 120.0  # seconds that a server may ask us to wait
BUSY = (429, 502, 503, 504)
AGENT = "Gezhi (+open311)"


@dataclass(slots=True)
class Asker:
    """Asks one server; `wait` sleeps, `token` is its bearer token where it wants one."""

    base: str
    wait: Callable[[float], None]
    pause: float = 0.5
    token: str = ""
    asked: int = field(default=0)

    def __post_init__(self) -> None:
        self.base = self.base.rstrip("/")
        split = urllib.parse.urlsplit(self.base)
        if split.scheme not in ("http", "https") or not split.hostname:
            raise Refused("movein-address", status=422, address=self.base[:80])

    @property
    def host(self) -> str:
        return urllib.parse.urlsplit(self.base).hostname or ""

    def get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """The body of one answer. Refuses movein-unreachable with the status, "" where nobody answered."""
        url = path if path.startswith(("http://", "https://")) else f"{self.base}/{path.lstrip('/')}"
        if urllib.parse.urlsplit(url).netloc != urllib.parse.urlsplit(self.base).netloc:
            raise Refused("movein-address", status=422, address=url[:80])  # the token is for this server alone
        url += f"?{urllib.parse.urlencode(query)}" if query else ""
        for _ in range(TRIES - 1):
            told = self._once(url)
            if isinstance(told, bytes):
                return told
            if told.code not in BUSY:
                raise _refused(url, told)
            self.wait(_seconds(told))
        last = self._once(url)
        if isinstance(last, bytes):
            return last
        raise _refused(url, last)

    def _once(self, url: str) -> bytes | urllib.error.HTTPError:
        if self.asked:
            self.wait(self.pause)
        self.asked += 1
        request = urllib.request.Request(url, headers={"User-Agent": AGENT, "Accept": "application/json, text/xml"})  # noqa: S310 - http(s) alone, see above
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            body = b"".join(parts(opened(request, TIMEOUT), largest=LARGEST + 1, longest=LONGEST))
        except urllib.error.HTTPError as error:
            error.close()
            return error
        except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
            raise Refused("movein-unreachable", url=url[:120], status_told="") from error
        if len(body) > LARGEST:
            raise Refused("movein-large", url=url[:120], megabytes=LARGEST // 2**20)
        return body


def _refused(url: str, error: urllib.error.HTTPError) -> Refused:
    return Refused("movein-unreachable", url=url[:120], status_told=str(error.code))


def _seconds(error: urllib.error.HTTPError) -> float:
    """How long the server asks us to wait, within reason."""
    told = error.headers.get("Retry-After", "")
    return min(float(told), PATIENCE) if told.isdecimal() else 5.0
