"""Texts to citizens at the desk: what goes out on which move, worded anew, seen on a case of one's own choice first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.pages.common import Field
from gezhi.loop.reach import service
from gezhi.loop.reach.rules.texts import HOLDERS, LONGEST, PARTS, Telling, checked
from gezhi.loop.reach.service.telling import LIST
from gezhi.loop.reach.service.texts import VERB, found
from gezhi.loop.reach.service.wishing import ways
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

HERE = "/desk/tellings/"
LANGUAGES = (("zh", "zh-hans"), ("en", "en"))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every text by way, with the moves on which it goes out."""
    common.guard(request, VERB)
    kept, offered = content(), ways()
    rows = [
        {"url": f"{HERE}{row.code}/", "name": common.code_name(kept, LIST, row.code), "off": row.off,
         "way": pgettext("reach-way", row.way), "moves": " · ".join(_move(one) for one in row.moves),
         "matter": common.matter_name(kept, row.matter) if row.matter else "",
         "own": getattr(kept.codes[LIST][row.code], "pack", "") == "local", "idle": row.way not in offered}
        for row in service.tellings().values()
    ]  # fmt: skip
    return render(request, "loop/reach/list.html", {"rows": rows, "now": common.now(), "offered": offered})


def _move(one: str) -> str:
    name, _, _ = one.partition("-")
    return pgettext("move", name)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """One text: seen on a case first, then saved as a new version."""
    actor = common.guard(request, VERB)
    row, refused = found(code), None
    typed: Mapping[str, str] = request.POST if request.method == "POST" else dict(row.texts)
    off = request.POST.get("off") == "1" if request.method == "POST" else row.off
    if request.method == "POST" and request.POST.get("step") != "look":
        _, refused = common.attempt(
            lambda: service.put_texts(code, request.POST, off=off, actor=actor, now=common.now())
        )
        if refused is None:
            messages.success(request, gettext("The text is saved; it holds for what is sent from now on."))
            return HttpResponseRedirect(f"{HERE}{code}/")
    seen, missed = _seen(request, row, typed, actor)
    refused = refused or missed
    return _page(request, row, _fields(row, typed, request.POST.get("case", ""), off=off), seen, refused)


def _seen(
    request: HttpRequest, row: Telling, typed: Mapping[str, str], actor: Actor
) -> tuple[list[dict[str, Any]], Refused | None]:
    """The text on the case that was asked for, in both languages."""
    number = request.POST.get("case", "").strip()
    if not number:
        return [], None
    case: Case | None = visible(actor).select_related("requester").filter(number=number[:60]).first()
    if case is None:
        return [], Refused("telling-case", status=422, field="case", number=number[:40])
    said, refused = common.attempt(lambda: checked(row.way, typed))
    if said is None or refused is not None:
        return [], refused
    one = replace(row, texts=said)
    return [{"lang": short, **service.preview(one, case, language)} for short, language in LANGUAGES], None


def _fields(row: Telling, typed: Mapping[str, str], number: str, *, off: bool) -> list[Field]:
    labels = {"subject_zh": gettext("Subject in Chinese"), "subject_en": gettext("Subject in English"),
              "text_zh": gettext("Text in Chinese"), "text_en": gettext("Text in English")}  # fmt: skip
    holders = gettext("You can use %(holders)s.") % {"holders": " ".join(f"{{{one}}}" for one in HOLDERS)}
    made = []
    for name in PARTS:
        if name.startswith("text"):
            made.append(common.field(name, labels[name], "textarea", typed.get(name, ""), rows=8, max=LONGEST[name],
                                     required=name == "text_zh", help=holders))  # fmt: skip
        elif row.way == "mail":
            made.append(common.field(name, labels[name], value=typed.get(name, ""), max=LONGEST[name],
                                     required=name == "subject_zh"))  # fmt: skip
    made.append(common.field("off", gettext("Send nothing at this point"), "checkbox", off))
    made.append(common.field("case", gettext("Look at it on the case"), value=number, max=60,
                             help=gettext("Number of a case that you may read; nothing is sent.")))  # fmt: skip
    return made


def _page(
    request: HttpRequest, row: Telling, fields: list[Field], seen: list[dict[str, Any]], refused: Refused | None
) -> HttpResponse:
    errors = common.errors_of(refused, "text_zh")
    common.mark(fields, errors)
    name = common.code_name(content(), LIST, row.code)
    versions = [
        {"no": one.version, "at": one.put_at, "by": one.put_by.display_name if one.put_by else "",
         "what": gettext("the pack's text") if one.pack else gettext("switched off") if one.off else ""}
        for one in service.versions(row.code)
    ]  # fmt: skip
    context: dict[str, Any] = {
        "title": name, "fields": fields, "errors": errors, "seen": seen, "versions": versions, "back": HERE,
        "action": f"{HERE}{row.code}/", "back_url": f"{HERE}{row.code}/back/", "now": common.now(),
        "moves": " · ".join(_move(one) for one in row.moves), "way": pgettext("reach-way", row.way),
        "own": getattr(content().codes[LIST][row.code], "pack", "") == "local",
        "crumbs": [{"label": gettext("Texts to citizens"), "url": HERE}, {"label": name}],
    }  # fmt: skip
    return render(request, "loop/reach/edit.html", context, status=refused.status if refused else 200)


@require_POST
def back(request: HttpRequest, code: str) -> HttpResponse:
    """The text of the pack again."""
    actor = common.guard(request, VERB)
    found(code)
    service.put_back(code, actor=actor, now=common.now())
    messages.success(request, gettext("The text of the pack holds again."))
    return HttpResponseRedirect(f"{HERE}{code}/")
