"""Files that a page hands over to be saved: the type follows from the ending of the name."""

from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def sent(data: bytes | Iterable[bytes], name: str) -> HttpResponse:
    """A file under a name."""
    return HttpResponse(data, headers=_headers(name))


def streamed(pieces: Iterable[bytes], name: str) -> StreamingHttpResponse:
    """A long file, made while it is sent."""
    return StreamingHttpResponse(pieces, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    kind = TYPES[name.rpartition(".")[2]]
    return {"Content-Type": kind, "Content-Disposition": content_disposition_header(True, name) or "attachment"}
