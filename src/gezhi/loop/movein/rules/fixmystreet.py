"""FixMyStreet as its Open311 server and its CSV export write it."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from gezhi.kernel.errors import Refused
from gezhi.loop.movein.rules.answers import words
from gezhi.loop.movein.rules.records import AS_WORDS, Address, Line, Losses, Old
from gezhi.loop.movein.rules.signalen import moment

SOURCE = "fixmystreet"
OPEN = {"open", "confirmed", "investigating", "in progress", "planned", "action scheduled", "acknowledged", "referred",
        "internal referral", "unconfirmed", "triaged"}  # fmt: skip
FIXED = ("fixed", "fixed - council", "fixed - user")
GEO_USED = ("service_request_id", "description", "title", "detail", "address", "requested_datetime", "updated_datetime",
            "status", "service_name", "service_code", "agency_responsible", "lat", "long", "media_url",
            "requestor_name", "expected_datetime", "comment_count")  # fmt: skip
GEO_WORDS = ("agency_sent_datetime", "interface_used", "zipcode", "address_id", "status_notes")
SHEET_USED = ("Report ID", "Title", "Detail", "User Name", "Category", "Subcategory", "Created", "Confirmed", "Fixed",
              "Closed", "Status", "Latitude", "Longitude", "Report URL", "Body")  # fmt: skip
SHEET_WORDS = ("Acknowledged", "Query", "Ward", "Easting", "Northing", "Device Type", "Site Used", "Reported As")

Row = Mapping[str, str]


def over(state: str) -> bool:
    """Whether a state of theirs means that nothing more is done; a word that is not known counts as open.

    >>> over("Fixed - Council"), over("IN_PROGRESS"), over("unable to fix"), over("")
    (True, False, True, False)
    """
    plain = state.strip().lower().replace("_", " ")
    known = {"closed", "unable to fix", "not responsible", "duplicate", "cancelled", "no further action", "hidden",
             "not councils responsibility", "not council's responsibility", *FIXED}  # fmt: skip
    return plain in known


def from_geo(raw: Row, updates: Iterable[Row], zone: tzinfo, losses: Losses) -> Old:
    """One request with its updates, as GeoReport tells it. Refuses movein-row without number or time."""
    number, created = words(dict(raw), "service_request_id"), moment(raw, zone, "requested_datetime")
    if not number or created is None:
        raise _broken(number, "requested_datetime")
    title, detail = _told(raw, "title"), _told(raw, "detail")
    text = detail or _told(raw, "description") or title or _told(raw, "service_name")
    closed = over(_told(raw, "status"))
    past = _lines(updates, ("updated_datetime", "description", "status"), zone, losses)
    old = Old(
        number, text, title=title, place=_told(raw, "address"), received_at=created, closed=closed,
        closed_at=moment(raw, zone, "updated_datetime") if closed else None,
        reply=past[-1].text if closed and past else "", category=_parts(_told(raw, "service_name")),
        unit=_told(raw, "agency_responsible"), name=_told(raw, "requestor_name"),
        due_at=moment(raw, zone, "expected_datetime"), past=past, addresses=[Address(f"report/{number}")],
        photos=[one for one in _told(raw, "media_url").split() if one.startswith("http")],
        solved="solved" if _told(raw, "status").lower() in FIXED else "",
    )  # fmt: skip
    return _finished(old, raw, ("lat", "long"), (GEO_USED, GEO_WORDS), losses)


def from_sheet(raw: Row, updates: Iterable[Row], zone: tzinfo, losses: Losses) -> Old:
    """One row of the CSV export. Refuses movein-row without number or time."""
    number = _told(raw, "Report ID")
    created = moment(raw, zone, "Confirmed") or moment(raw, zone, "Created")
    if not number or created is None:
        raise _broken(number, "Created")
    state = _told(raw, "Status")
    closed = over(state)
    ended = moment(raw, zone, "Fixed") or moment(raw, zone, "Closed") if closed else None
    past = _lines(updates, ("Date", "Text", "Problem state"), zone, losses)
    path = _told(raw, "Report URL").partition("://")[2].partition("/")[2]
    old = Old(
        number, _told(raw, "Detail") or _told(raw, "Title"), title=_told(raw, "Title"), received_at=created,
        closed=closed, closed_at=ended, category=_parts(_told(raw, "Category"), _told(raw, "Subcategory")),
        unit=_told(raw, "Body"), name=_told(raw, "User Name"), past=past, solved="solved" if state in FIXED else "",
        reply=past[-1].text if closed and past else "", addresses=[Address(path or f"report/{number}")],
    )  # fmt: skip
    return _finished(old, raw, ("Latitude", "Longitude"), (SHEET_USED, SHEET_WORDS), losses)


def _finished(
    old: Old, raw: Row, point: tuple[str, str], names: tuple[tuple[str, ...], tuple[str, ...]], losses: Losses
) -> Old:
    """The point, the fields that are kept as words, and the account of the rest."""
    old.lat, old.lon = (_degrees(_told(raw, name)) for name in point)
    if old.lat is None or old.lon is None:
        old.lat = old.lon = None
    used, kept = names
    for name in kept:
        if text := _told(raw, name):
            old.words[name] = text
            losses.note("report", name, AS_WORDS)
    losses.leaves("report", raw, (*used, *kept))
    return old


def _lines(rows: Iterable[Row], names: tuple[str, str, str], zone: tzinfo, losses: Losses) -> list[Line]:
    """Updates as lines of the history; `names` are the fields of moment, text and state."""
    at_name, text_name, state_name = names
    found = []
    for row in rows:
        at = moment(row, zone, at_name)
        text = _told(row, text_name) or _told(row, state_name)
        if at is None or not text:
            losses.note("update", at_name if at is None else text_name)
            continue
        found.append(Line(at, text, shown=True))  # updates stood on a public page
        used = ("service_request_id", "update_id", at_name, text_name, state_name, "Report ID", "Update ID", "Status")
        losses.leaves("update", row, used)
    return sorted(found, key=lambda line: line.at)


def _told(raw: Row, name: str) -> str:
    return words(dict(raw), name)


def _parts(*names: str) -> tuple[str, ...]:
    return tuple(name for name in names if name)


def _degrees(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < abs(value) <= 180 else None


def _broken(number: str, name: str) -> Refused:
    return Refused("movein-row", status=422, number=number or "-", field=name if number else "id")
