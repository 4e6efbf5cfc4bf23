"""A made document as an answer that the browser saves and does not keep."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from gezhi.loop.pages import common

HERE = "/desk/documents/"
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "json": "application/json",
}
LANGUAGES = {"zh-hans": "中文", "en": "English"}  # each by its own name


def sent(data: bytes, form: str, name: str) -> HttpResponse:
    """Bytes to be saved under a name."""
    response = HttpResponse(data, content_type=TYPES[form])
    response["Content-Disposition"] = f"attachment; filename=\"document.{form}\"; filename*=UTF-8''{quote(name)}.{form}"
    response["Cache-Control"] = "no-store"
    return response


def language_of(request: HttpRequest) -> str:
    """In which language a document is wanted; that of the screen where nothing was said."""
    given = (request.POST if request.method == "POST" else request.GET).get("language", "")
    here = "zh-hans" if common.language().startswith("zh") else "en"
    return given if given in LANGUAGES else here


def languages(chosen: str) -> list[common.Field]:
    return common.choices(list(LANGUAGES.items()), chosen)
