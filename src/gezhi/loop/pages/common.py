"""What the pages of the loop share: words, names, field descriptors, an act tried from a form, keys of forms."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.text import pick
from gezhi.loop.models import Case
from gezhi.loop.rules.clocks import BESIDE
from gezhi.loop.rules.words import ENDED
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.store import below
from gezhi.loop.store.content import Content
from gezhi.loop.store.lines import Line
from gezhi.trust import service as trust
from gezhi.trust.rules import Actor

T = TypeVar("T")
Field = dict[str, Any]
MOST = 10_000
ELSEWHERE = {"sign-in-needed", "password-due", "not-allowed", "case-not-found"}  # these are pages of their own


def now() -> datetime:
    """The moment of this request."""
    return timezone.now()


def language() -> str:
    return translation.get_language() or "zh-hans"


def guard(request: HttpRequest, verb: str) -> Actor:
    """The signed-in actor, who has some post with this verb; what it covers is checked by the act."""
    actor = trust.actor_from_request(request)
    if not actor.grants_for(verb):
        trust.require(actor, verb)
    return actor


def word(context: str, key: str) -> str:
    """The word for a code, empty where none is known."""
    if not key:
        return ""
    said = pgettext(context, key)
    return "" if said == key else said


def named(row: Any) -> str:
    """A bilingual row by its name."""
    return pick(row, "name", language()) if row is not None else ""


def matter_name(kept: Content, code: str, levels: int = 2) -> str:
    """A matter by its last levels: night building › noise."""
    names = [named(kept.matters.get(part)) for part in kept.matter_path(code).split(".") if part]
    return " › ".join(name for name in names[-levels:] if name)


def area_names(codes: Iterable[str]) -> dict[str, str]:
    """Areas by name, one statement."""
    return {key: named(row) for key, row in below.named(below.areas(), codes).items()}


def code_name(kept: Content, list_name: str, code: str) -> str:
    """A word of a code list of the packs."""
    item = kept.codes.get(list_name, {}).get(code)
    return named(item) if item else code


def limit_name(kept: Content, stage: str, label: str = "") -> str:
    """What a limit is called: the part of a staged one by its own name, else the step that it holds for."""
    if label.startswith(BESIDE):
        return pgettext("stage", "partner")
    part = kept.parts.get((stage, label)) if label else None
    return (pick(part, "label", language()) if part else "") or pgettext("stage", stage)


def field(name: str, label: str, kind: str = "text", value: object = "", **more: Any) -> Field:
    """One field for `gezhi/parts/field.html`."""
    return {"name": name, "label": label, "type": kind, "value": value, **more}


def choices(options: Sequence[tuple[object, str]], chosen: object = "") -> list[Field]:
    """Options of a select or of radio buttons."""
    return [{"value": value, "label": label, "selected": str(value) == str(chosen)} for value, label in options]


def attempt(act: Callable[[], T]) -> tuple[T | None, Refused | None]:
    """The result of an act, or why it was refused; what is no fault of the form goes its own way."""
    try:
        return act(), None
    except Refused as refused:
        if refused.code in ELSEWHERE:
            raise
        return None, refused


def errors_of(refused: Refused | None, default: str = "") -> list[dict[str, str]]:
    """A refusal for `gezhi/parts/errors.html`, linked to the field it is about."""
    if refused is None:
        return []
    name = str(refused.facts.get("field") or default)
    return [{"name": name, "text": sentence(refused)}]


def mark(fields: Iterable[Field], errors: Sequence[Mapping[str, str]]) -> None:
    """Put each error beside its field."""
    said = {error["name"]: error["text"] for error in errors}
    for one in fields:
        if one["name"] in said:
            one["error"] = said[one["name"]]


def fresh_key() -> str:
    """The key of a new form: whoever sends it twice has sent it once."""
    return secrets.token_urlsafe(16)


def form_key(request: HttpRequest) -> str:
    """The key that came with a form, a new one where none did."""
    return request.POST.get("key", "")[:100] or fresh_key()


def next_key(request: HttpRequest, refused: Refused | None) -> str:
    """The key of a form that is shown: its own where it was refused, a new one where another was kept under its own."""
    return form_key(request) if refused is not None and refused.code != "key-reused" else fresh_key()


def done(response: HttpResponse, key: str) -> HttpResponse:
    """Tell the browser that the form of this key has arrived, so that its draft may go."""
    response.set_cookie(
        "gezhi_done", key, max_age=60, samesite="Lax", secure=settings.CSRF_COOKIE_SECURE, httponly=False
    )
    return response


def incoming(request: HttpRequest, name: str = "files") -> list[Incoming]:
    """The files of a form."""
    return [
        Incoming(name=file.name or "", file=file.file, size=file.size)
        for file in request.FILES.getlist(name)
        if file.file is not None
    ]


def number(text: str, default: int = 1, most: int = 1_000_000) -> int:
    """A whole number out of an address, the default where it is none."""
    return min(max(int(text), 1), most) if text.isdecimal() and len(text) < 9 else default


def unit_key(text: str, name: str) -> int | None:
    """The key of a unit out of a form, none where nothing was chosen; refuses unit-unknown for what is no key."""
    if not text.strip():
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 10:
        raise Refused("unit-unknown", status=422, field=name, unit=text[:40])
    return int(text)


def row_light(case: Case | Line, moment: datetime) -> str:
    """The light of a case in a list."""
    if case.state in ENDED:
        return "done"
    if case.paused:
        return "wait"
    if case.due_at is None:
        return "ok"
    if moment >= case.due_at:
        return "late"
    return "due" if case.soon_at is not None and moment >= case.soon_at else "ok"


def row_clock(case: Case | Line, moment: datetime) -> dict[str, Any] | None:
    """The clock of a case in a list; none where nothing runs."""
    light = row_light(case, moment)
    if light == "ok" and case.due_at is None:
        return None
    return {"light": light, "due": case.due_at, "soon": case.soon_at}


def count_words(count: int) -> str:
    """A count as people read it; beyond the most that is counted, that it is more.

    >>> count_words(1204), count_words(10_001)
    ('1,204', '10,000+')
    """
    return f"{MOST:,}+" if count > MOST else f"{count:,}"


def place_name() -> str:
    """The name of this government, as its office set it."""
    zh = str(trust.office_setting("government_zh"))
    if language().startswith("zh"):
        return zh
    return str(trust.office_setting("government_en")) or zh


def files_of(rows: Iterable[Any], base: str, case: Case) -> list[dict[str, Any]]:
    """Attachments for `gezhi/parts/photos.html`."""
    from gezhi.loop.service.attaching import name_of

    shown = []
    for row in rows:
        url = f"{base}{row.pk}/"
        name = name_of(row, case) or gettext("File")
        shown.append({"url": url, "thumb": url if row.kind == "image" else "", "name": name, "caption": ""})
    return shown
