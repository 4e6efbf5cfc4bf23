"""Requests of another city by GeoReport v2, window by window and page by page, into the import."""

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.loop.importing import mappings, service
from gezhi.loop.importing.running import Options, Outcome
from gezhi.loop.movein.rules.answers import Row, refused, rows, words
from gezhi.loop.movein.rules.georeport import COLUMNS, HEADER, NAME, fresh, line_of
from gezhi.loop.movein.rules.windows import halves, inside, pieces
from gezhi.loop.movein.service.asking import Asker
from gezhi.trust.rules import Actor

FORMS = ("json", "xml")
SIZE = 500
MOST_PAGES = 10_000
FULL = (50, 100, 200, 250, 500, 1000)  # a list of just so many rows was probably cut


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when, and how the server is to be asked."""

    since: datetime
    until: datetime
    jurisdiction: str = ""
    form: str = "json"


def form_of(asker: Asker, jurisdiction: str = "") -> tuple[str, list[Row]]:
    """The form that a server speaks, and its services. Refuses what asking it refuses."""
    query = {"jurisdiction_id": jurisdiction} if jurisdiction else {}
    last: Refused | None = None
    for form in FORMS:
        try:
            return form, rows(asker.get(f"services.{form}", query), "service")
        except Refused as error:
            if error.code not in ("movein-unreachable", "movein-answer"):
                raise
            last = last or error
    assert last is not None
    raise last


def requests(asker: Asker, window: Window) -> Iterator[Row]:
    """Every request of a window once, however the server pages, repeats or cuts."""
    seen: set[str] = set()
    for since, until in pieces(window.since, window.until):
        yield from _piece(asker, window, since, until, seen)


def _piece(asker: Asker, window: Window, since: datetime, until: datetime, seen: set[str]) -> Iterator[Row]:
    """One piece; where the server neither pages nor gives all, its halves, as long as it heeds the window at all."""
    got: list[Row] = []
    own: set[str] = set()
    cut = False
    for page in range(1, MOST_PAGES):
        told = _page(asker, window, since, until, page)
        new = fresh(told, own)
        got += new
        if page > 1 and told and not new:  # the same page again: it does not page
            cut = len(told) in FULL or len(told) >= SIZE
            break
        if not told or (len(told) < SIZE and len(told) not in FULL):
            break
    smaller = halves(since, until) if cut and inside(got, since, until) else []
    if not smaller:
        yield from fresh(got, seen)
        return
    for start, end in smaller:
        yield from _piece(asker, window, start, end, seen)


def _page(asker: Asker, window: Window, since: datetime, until: datetime, page: int) -> list[Row]:
    query = {"start_date": _w3c(since), "end_date": _w3c(until), "page": str(page), "page_size": str(SIZE)}
    query |= {"jurisdiction_id": window.jurisdiction} if window.jurisdiction else {}
    body = asker.get(f"requests.{window.form}", query)
    told = rows(body, "request")
    if told and not any(words(row, "service_request_id") for row in told):
        raise refused("shape", body)
    return told


def updates(asker: Asker, window: Window) -> Iterator[Row]:
    """What happened within a window, where the server speaks FixMyStreet's extension; each update once."""
    seen: set[str] = set()
    for since, until in pieces(window.since, window.until):
        query = {"start_date": _w3c(since), "end_date": _w3c(until)}
        query |= {"jurisdiction_id": window.jurisdiction} if window.jurisdiction else {}
        for row in rows(asker.get(f"servicerequestupdates.{window.form}", query), "request_update"):
            key = words(row, "update_id")
            if not key or key not in seen:
                seen.add(key)
                yield row


def _w3c(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bring(
    asker: Asker, window: Window, options: Options, *, matters: Mapping[str, str], trial: bool, actor: Actor,
    now: datetime, progress: Callable[[int], None] = lambda _: None,
) -> Outcome:  # fmt: skip
    """Import the requests of a window as one batch; with `trial` say what would become of them."""
    with tempfile.TemporaryDirectory(prefix="gezhi-open311-") as folder:
        path = Path(folder) / f"{asker.host}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            count = 0
            for count, row in enumerate(requests(asker, window), 1):
                writer.writerow(line_of(row, matters))
                if not count % 100:
                    progress(count)
        if not count:
            return Outcome()
        if trial:
            return service.try_file(path, options=options, actor=actor, now=now)
        return service.import_file(path, name=path.name, options=options, actor=actor, now=now)


def mapping_of(name: str = "") -> mappings.Saved:
    """The mapping by which requests are read: the one that is named, one saved as `open311-server`, else our own."""
    try:
        return mappings.named(name or NAME)
    except Refused as error:
        if name or error.code != "import-mapping-unknown":
            raise
    return mappings.Saved(NAME, COLUMNS, zone="UTC", mode="update", header=HEADER)
