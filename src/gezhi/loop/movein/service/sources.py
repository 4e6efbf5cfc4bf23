"""Where the records of another system come from: its API, a folder of saved answers, or its sheets."""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from gezhi.kernel.errors import Refused
from gezhi.loop.movein.rules.answers import parsed, text_of
from gezhi.loop.movein.rules.frames import listed
from gezhi.loop.movein.service.asking import Asker
from gezhi.loop.open311.rules.hosts import permitted

Row = dict[str, Any]
LARGEST = 200 * 1024 * 1024  # bytes of one file of answers
FIELD = 1_000_000  # characters of one cell of their sheets
MOST_PAGES = 100_000


class Source(Protocol):
    """Records by name, and pictures by the place that a record names."""

    def many(self, name: str) -> Iterator[Row]: ...

    def picture(self, place: str) -> bytes: ...


class Web:
    """The API of a running Signalen: pages follow each other by their links."""

    PATHS: Mapping[str, str] = {
        "signals": "private/signals?page_size=100&ordering=id", "categories": "public/terms/categories?page_size=500",
        "departments": "private/departments?page_size=500", "texts": "private/status-messages?page_size=500",
    }  # fmt: skip

    def __init__(self, asker: Asker, hosts: frozenset[str] = frozenset()) -> None:
        self.asker, self.hosts = asker, hosts

    def many(self, name: str) -> Iterator[Row]:
        """All rows of all pages; a page that leads back to itself ends it."""
        place = self.PATHS.get(name) or f"private/{name}"
        seen: set[str] = set()
        while place and place not in seen and len(seen) < MOST_PAGES:
            seen.add(place)
            body = parsed(self.asker.get(place))
            for row in listed(body):
                yield dict(row)
            place = _next(body)

    def picture(self, place: str) -> bytes:
        """From the server itself, or without its key from a host that was named."""
        if permitted(place, self.hosts):
            split = urlsplit(place)
            return Asker(f"{split.scheme}://{split.netloc}", self.asker.wait, self.asker.pause).get(place)
        return self.asker.get(place)


def _next(body: Any) -> str:
    """Where the next page is: in the links of HAL, or beside the rows."""
    if not isinstance(body, Mapping):
        return ""
    links = body.get("_links")
    link = links.get("next") if isinstance(links, Mapping) else body.get("next")
    href = link.get("href") if isinstance(link, Mapping) else link
    return href if isinstance(href, str) else ""


class Folder:
    """Answers of the API saved as files: signals.json, signals-7-history.json, categories.json and so on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def many(self, name: str) -> Iterator[Row]:
        """The rows of NAME.json, or of NAME-1.json, NAME-2.json …; none where there is no such file."""
        plain = name.replace("/", "-")
        whole = self.folder / f"{plain}.json"
        numbered = (path for path in self.folder.glob(f"{plain}-*.json") if path.stem.rpartition("-")[2].isdecimal())
        pages = sorted(numbered, key=lambda path: int(path.stem.rpartition("-")[2]))
        for path in [whole] if whole.exists() else pages:
            yield from (dict(row) for row in listed(parsed(_read(path))))

    def picture(self, place: str) -> bytes:
        """A file of the folder, by the last part of where it was; never one outside."""
        name = urlsplit(place).path.rpartition("/")[2]
        for path in (self.folder / "attachments" / name, self.folder / name):
            found = path.resolve()
            if name and found.is_relative_to(self.folder) and found.is_file():
                return _read(found)
        raise Refused("movein-file", status=404, file=name[:80] or "-")


class Sheets(Folder):
    """The CSV export of Signalen: signals.csv, with statuses, places, reporters and categories in files beside it."""

    BESIDE: Mapping[str, str] = {
        "status_id": "statuses", "location_id": "locations", "reporter_id": "reporters",
        "category_assignment_id": "category_assignments",
    }  # fmt: skip

    def many(self, name: str) -> Iterator[Row]:
        """Signals put together from the sheets; histories are the statuses; nothing else stands in them."""
        if name == "signals":
            beside = {key: {row.get("id", ""): row for row in self._sheet(file)} for key, file in self.BESIDE.items()}
            for row in self._sheet("signals"):
                yield _joined(row, {key: beside[key].get(row.get(key, ""), {}) for key in self.BESIDE})
        elif name.endswith("/history"):
            yield from self._past().get(name.split("/")[1], [])

    def _past(self) -> dict[str, list[Row]]:
        """Statuses by signal; read once."""
        if not hasattr(self, "_kept"):
            self._kept: dict[str, list[Row]] = {}
            for row in self._sheet("statuses"):
                line = {"what": "UPDATE_STATUS", "when": row.get("created_at"), "action": row.get("state_display"),
                        "description": row.get("text"), "user": row.get("user")}  # fmt: skip
                self._kept.setdefault(row.get("_signal_id") or row.get("signal_id") or "", []).append(line)
        return self._kept

    def _sheet(self, name: str) -> Iterator[dict[str, str]]:
        path = self.folder / f"{name}.csv"
        return rows_of(path) if path.exists() else iter(())


TAKEN = frozenset({
    "id", "signal_uuid", "signal_id", "text", "text_extra", "created_at", "source", "incident_date_start",
    "incident_date_end", "priority", "type", "expire_date", "image", "upload", "extra_properties", "updated_at",
    "status_id", "location_id", "reporter_id", "category_assignment_id", "state", "state_display", "main", "sub",
    "departments", "email", "phone", "address_text", "address", "stadsdeel", "buurt_code", "lat", "lng", "_signal_id",
    "user", "created_by",
})  # fmt: skip


def _joined(row: Mapping[str, str], beside: Mapping[str, Mapping[str, str]]) -> Row:
    """One signal of the sheets in the shape of the API."""
    place, category = beside["location_id"], beside["category_assignment_id"]
    status, reporter = beside["status_id"], beside["reporter_id"]
    found: Row = {
        "id": row.get("id"), "signal_id": row.get("signal_uuid") or row.get("signal_id"), "text": row.get("text"),
        "text_extra": row.get("text_extra"), "created_at": row.get("created_at"), "source": row.get("source"),
        "incident_date_start": row.get("incident_date_start"), "incident_date_end": row.get("incident_date_end"),
        "status": {name: status.get(name) for name in ("state", "text", "created_at")},
        "category": {"main": category.get("main"), "sub": category.get("sub"),
                     "departments": category.get("departments")},
        "reporter": {"email": reporter.get("email"), "phone": reporter.get("phone")},
        "priority": {"priority": row.get("priority")}, "type": {"code": row.get("type")},
        "location": {"address_text": place.get("address_text") or place.get("address"),
                     "stadsdeel": place.get("stadsdeel"), "buurt_code": place.get("buurt_code")},
        "expire_date": row.get("expire_date"), "image": row.get("image"), "upload": row.get("upload"),
    }  # fmt: skip
    for name, held in (("sheet", row), *((f"sheet_{key}", beside[key]) for key in Sheets.BESIDE)):
        found[name] = {column: value for column, value in held.items() if column not in TAKEN}
    with suppress(ValueError, TypeError):
        pair = [float(place["lng"]), float(place["lat"])] if place.get("lng") and place.get("lat") else None
        found["location"]["geometrie"] = {"coordinates": pair}
    with suppress(ValueError):
        answers = json.loads(row.get("extra_properties") or "[]")
        found["extra_properties"] = answers if isinstance(answers, list) else []
    return found


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a sheet by the names of its columns; UTF-8, commas or semicolons."""
    text = text_of(_read(path))
    if text.lstrip()[:1] == "<":
        raise Refused("movein-answer", status=422, why="html", start=text.strip()[:60])
    csv.field_size_limit(FIELD)
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    try:
        for row in csv.DictReader(text.splitlines(keepends=True), delimiter=mark):
            yield {str(name).strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
    except csv.Error as error:
        raise Refused("movein-answer", status=422, why="csv", start=path.name[:60]) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused("movein-file", status=404, file=str(path)[:80]) from error
    if len(body) > LARGEST:
        raise Refused("movein-large", url=path.name[:80], megabytes=LARGEST // 2**20)
    return body
