"""HTTP with JSON: their list is asked for since the last time, our records are posted and want a receipt."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from gezhi.kernel.errors import Refused
from gezhi.kit.fetching import opened, parts
from gezhi.loop.models import Piece
from gezhi.loop.partners.adapters import Later
from gezhi.loop.partners.kinds.upstream.carriers import Line, Record
from gezhi.loop.partners.rules.wording import inside, spelled

TIMEOUT, LONGEST, LARGEST = 10.0, 60.0, 16 * 1024 * 1024
PAGES = 1000
OVERLAP = 120  # minutes that are asked for once more: what was written late, or with a slow clock, still comes
FORGIVEN = 3  # times that a refusal is doubted before it is believed: some platforms refuse what they take next time
BUSY = (408, 425, 429)


class Http:
    """The addresses stand in the mapping file; the token comes from the secrets."""

    def checked(self, line: Line) -> None:
        parts_of = urlsplit(line.place)
        if parts_of.scheme not in ("http", "https") or not parts_of.hostname or parts_of.username:
            raise Refused("upstream-place", status=422, field="place", carrier="http")

    def fetch(self, line: Line, *, now: datetime) -> Iterator[Record]:
        since = line.partner.looked_at
        asked = {}
        if since is not None and line.option("since", "since"):
            overlap = timedelta(minutes=int(line.how.more.get("overlap", OVERLAP)))
            asked[line.option("since", "since")] = spelled(since - overlap, line.how)
        return self._all(line, line.option("list", "/"), asked)

    def roll(self, line: Line, day: date) -> Iterator[Record]:
        return self._all(line, line.option("roll", line.option("list", "/")), {line.option("day", "day"): str(day)})

    def _all(self, line: Line, path: str, asked: dict[str, str]) -> Iterator[Record]:
        """Every page of a list; a page that is broken off is asked for again another time."""
        for _ in range(PAGES):
            query = f"?{urlencode(asked)}" if asked else ""
            answer = self._call(line, f"{path}{query}", None)
            items = inside(answer, line.option("items"))
            if not isinstance(items, list):
                raise Later("answer-broken")
            yield from (item for item in items if isinstance(item, dict))
            following = inside(answer, line.option("next", "next")) if isinstance(answer, dict) else None
            if following in (None, "", False):
                return
            asked = {**asked, line.option("page", "cursor"): str(following)}
        raise Later("answer-endless")

    def send(self, line: Line, piece: Piece, fields: Record, number: str) -> str:
        what = "ask" if piece.kind == "ask" else "status"
        path = line.option(what, f"/{{number}}/{what}").replace("{number}", quote(number, safe=""))
        try:
            answer = self._call(line, path, fields, mark=f"{line.partner.code}-{piece.pk}")
        except urllib.error.HTTPError as refused:
            if piece.tries < FORGIVEN:
                raise Later(f"http-{refused.code}") from refused
            raise Refused("partner-refused", http=refused.code) from refused
        receipt = inside(answer, line.option("receipt", "receipt"))
        if receipt in (None, "", False):
            raise Later("no-receipt")
        return str(receipt)[:80]

    def _call(self, line: Line, path: str, said: Record | None, *, mark: str = "") -> Any:
        """One request and the JSON of its answer. Raises Later; HTTPError for a refusal of what was posted."""
        head = {"Accept": "application/json", "User-Agent": "Gezhi"}
        if line.secrets.get("token"):
            head[line.option("header", "Authorization")] = f"{line.option('prefix', 'Bearer ')}{line.secrets['token']}"
        if said is not None:
            head |= {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": mark}
        body = json.dumps(said, ensure_ascii=False).encode() if said is not None else None
        request = urllib.request.Request(line.place.rstrip("/") + path, data=body, headers=head)  # noqa: S310 - `opened` checks it
        try:
            with opened(request, TIMEOUT) as answer:
                return json.loads(b"".join(parts(answer, largest=LARGEST, longest=LONGEST)))
        except urllib.error.HTTPError as refused:
            refused.close()
            if said is None or refused.code in BUSY or refused.code >= 500:
                raise Later(f"http-{refused.code}") from refused
            raise
        except (OSError, ValueError, RecursionError, HTTPException) as fault:  # an answer that is broken off is no JSON
            raise Later(type(fault).__name__) from fault
