"""What the pages of documents share: where they lie, and in which language a document is written."""

from django.http import HttpRequest

from gezhi.loop.pages import common

HERE = "/desk/documents/"
LANGUAGES = {"zh-hans": "中文", "en": "English"}  # each by its own name


def language_of(request: HttpRequest) -> str:
    """In which language a document is wanted; that of the screen where nothing was said."""
    given = (request.POST if request.method == "POST" else request.GET).get("language", "")
    here = "zh-hans" if common.language().startswith("zh") else "en"
    return given if given in LANGUAGES else here


def languages(chosen: str) -> list[common.Field]:
    return common.choices(list(LANGUAGES.items()), chosen)
