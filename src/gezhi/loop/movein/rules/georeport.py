"""A request of GeoReport v2 as a row of a sheet, and the mapping by which the import reads such sheets."""

from collections.abc import Mapping, Sequence

from gezhi.loop.movein.rules.answers import Row, words

STANDARD = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url", "extended_status",
)  # fmt: skip
MADE = ("matter", "text", "closed_datetime", "answer")  # worked out of several fields
HEADER = (*MADE, *STANDARD)
NAME = "open311-server"
COLUMNS: Mapping[str, str] = {
    "number": "service_request_id", "text": "text", "matter": "matter", "place": "address", "state": "status",
    "received_at": "requested_datetime", "closed_at": "closed_datetime", "reply": "answer",
    "unit": "agency_responsible", "due_at": "expected_datetime", "lon": "long", "lat": "lat",
}  # fmt: skip
CLOSED = "closed"


def line_of(row: Row, matters: Mapping[str, str]) -> list[str]:
    """One request as a line under HEADER; `matters` leads from their service codes to matters of ours."""
    told = {name: words(row, name) for name in STANDARD}
    closed = told["status"].lower() == CLOSED
    made = {
        "matter": matters.get(told["service_code"]) or told["service_name"] or told["service_code"],
        "text": told["description"] or told["service_name"] or told["service_code"],
        "closed_datetime": told["updated_datetime"] if closed else "",
        "answer": told["status_notes"] if closed else "",
    }
    told["status"] = told["status"].lower()
    told["updated_datetime"] = "" if closed else told["updated_datetime"]
    told["status_notes"] = "" if closed else told["status_notes"]
    return [(made | told)[name] for name in HEADER]


def fresh(rows: Sequence[Row], seen: set[str]) -> list[Row]:
    """The rows that no page before had; those without a number are all told."""
    found = []
    for row in rows:
        number = words(row, "service_request_id")
        if number and number in seen:
            continue
        if number:
            seen.add(number)
        found.append(row)
    return found
