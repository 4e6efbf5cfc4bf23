"""Pasting: a text from a chat, a sheet or a mail with pictures; its split corrected by hand; cases out of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.kit.http import sentence
from gezhi.kit.text import clean
from gezhi.loop.alike.service import asked as sought
from gezhi.loop.alike.service import near as alike
from gezhi.loop.intake import store
from gezhi.loop.intake.pages.drafts import shot
from gezhi.loop.intake.rules.splitting import LONGEST
from gezhi.loop.intake.service import finishing, pasting
from gezhi.loop.intake.service.typing import user_of
from gezhi.loop.models import Draft, Paste, Picture
from gezhi.loop.pages import common
from gezhi.loop.pages.alike import line
from gezhi.loop.pages.forms import matter_options
from gezhi.loop.rules.words import KINDS, OPEN
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import find_by_phone

VERB = "case.create"
HERE = "/desk/intake/"
PASTED = (
    "wechat",
    "mail",
    "counter",
    "grid",
    "upstream",
    "web",
)  # of the channels of the packs, those that are pasted from
ENDINGS = {"keep": VERB, "accept": "case.accept", "dispatch": "case.dispatch"}


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The field to paste into, and the pastes of the last days; `look` shows the split and keeps nothing."""
    actor = common.guard(request, VERB)
    user_of(actor)
    if request.method == "GET":
        return show_index(request, actor)
    text, look = request.POST.get("pasted", ""), request.POST.get("act") == "look"
    if look:
        return show_index(request, actor, *common.attempt(lambda: pasting.looked(text)))
    key, get = common.form_key(request), request.POST.get
    files, now = common.incoming(request), common.now()
    row, refused = common.attempt(
        lambda: pasting.paste(text, files, get("channel", ""), actor=actor, now=now, form=key)
    )
    if row is None:
        return show_index(request, actor, None, refused)
    return common.done(HttpResponseRedirect(f"{HERE}{row.pk}/"), key)


def show_index(request: HttpRequest, actor: Actor, looked: Any = None, refused: Refused | None = None) -> HttpResponse:
    typed = request.POST if request.method == "POST" else {}
    known = content().codes.get("channel", {})
    channels = [(code, common.named(known[code])) for code in PASTED if code in known]
    channels = channels or [(pasting.CHANNEL, pgettext("channel", pasting.CHANNEL))]
    fields = {
        "pasted": common.field("pasted", gettext("Text"), "textarea", typed.get("pasted", ""), rows=12, max=LONGEST),
        "files": common.field("files", gettext("Pictures"), "files", accept="image/*", icon="photo",
                              limit_files=uploads.MOST_FILES, button=gettext("Choose, drop or paste pictures")),
        "channel": common.field("channel", gettext("Where it comes from"), "seg",
                                options=common.choices(channels, typed.get("channel", channels[0][0]))),
    }  # fmt: skip
    errors = common.errors_of(refused, "pasted")
    common.mark(fields.values(), errors)
    since = common.now() - store.window("pasted", store.PASTED)
    context = {
        "f": fields, "errors": errors, "key": common.fresh_key(), "action": HERE, "look_url": f"{HERE}look/",
        "pastes": [past(row) for row in store.pastes(int(actor.id), since)], **split_of(looked),
    }  # fmt: skip
    return render(request, "loop/intake.html", context, status=refused.status if refused is not None else 200)


def past(row: Paste) -> dict[str, Any]:
    states = [one.state for one in row.drafts.all()]
    return {"url": f"{HERE}{row.pk}/", "at": row.made_at, "open": states.count("open"), "kept": states.count("kept")}


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """The split of what is typed so far, as a part of the page."""
    common.guard(request, VERB)
    looked, refused = common.attempt(lambda: pasting.looked(request.POST.get("pasted", "")))
    context = {**split_of(looked), "errors": common.errors_of(refused)}
    return render(request, "loop/parts/split.html", context)


def split_of(looked: Any) -> dict[str, Any]:
    """A split in words: how it was made, and what each part says."""
    if looked is None:
        return {"parts": None}
    done, parts = looked
    kept = content()
    shown = [
        {"text": part.get("text", "")[:200], "matter": common.matter_name(kept, part.get("matter", "")),
         "facts": [part[name] for name in ("name", "phone", "place", "occurred", "object") if part.get(name)]}
        for part in parts
    ]  # fmt: skip
    return {"parts": shown, "how": pgettext("split", done.how) if shown else ""}


# ---- one paste


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, paste_id: UUID) -> HttpResponse:
    """The drafts of a paste on one sheet; posting keeps what was typed and does what the button says."""
    actor = common.guard(request, VERB)
    row = of_actor(paste_id, actor)
    if request.method == "GET":
        return show(request, row, actor)
    keep_sheet(request, row)
    act, _, at = request.POST.get("act", "save").partition(":")
    if act == "register":
        return registered(request, row, actor)
    if act == "finish" and at in {str(one.pk) for one in store.drafts_of(row, every=False)}:
        return HttpResponseRedirect(f"/desk/call/?draft={at}")
    _, refused = common.attempt(lambda: change(row, act, at, request.POST))
    if refused is not None:
        return show(request, row, actor, refused=refused)
    return HttpResponseRedirect(f"{HERE}{row.pk}/")


def of_actor(paste_id: UUID, actor: Actor) -> Paste:
    """A paste of this person; another's is as if it were not there."""
    row = store.paste(paste_id, user_of(actor))
    if row is None:
        raise Refused("draft-not-found", status=404)
    return row


def keep_sheet(request: HttpRequest, row: Paste) -> None:
    """What the sheet says of each open draft, and where each picture belongs."""
    drafts = {one.pk: one for one in store.drafts_of(row, every=False)}
    for key, draft in drafts.items():
        typed = {name: request.POST[f"{key}-{name}"] for name in pasting.FIELDS if f"{key}-{name}" in request.POST}
        if typed:
            pasting.save(draft, typed, common.now())
    pictures = {one.pk: one for one in store.pictures_of(row)}
    wanted = {key: _uuid(request.POST[f"shot-{key}"]) for key in pictures if f"shot-{key}" in request.POST}
    pasting.give(pictures, drafts, wanted)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def change(row: Paste, act: str, at: str, posted: Mapping[str, str]) -> bool:
    """Join with the one above, cut, or drop one draft."""
    drafts = store.drafts_of(row, every=False)
    place = next((n for n, one in enumerate(drafts) if str(one.pk) == at), None)
    if place is None:
        return act == "save"
    if act == "join" and place:
        pasting.join(drafts[place], drafts[place - 1], common.now())
    elif act == "cut":
        pasting.cut(
            drafts[place], cursor_in(posted.get(f"{at}-text", ""), posted.get(f"{at}-cursor", "")), common.now()
        )
    elif act == "drop":
        finishing.settle(drafts[place], "dropped")
    return True


def cursor_in(text: str, cursor: str) -> int:
    r"""Where the cursor stands in the text as it is kept: a browser counts a line break once and sends it as two.

    >>> cursor_in("  甲\r\n乙\r\n丙", "6")
    3
    """
    at = int(cursor) if cursor.isdecimal() and len(cursor) < 6 else 0
    return len(clean(text.replace("\r\n", "\n")[:at]))


def registered(request: HttpRequest, row: Paste, actor: Actor) -> HttpResponse:
    """Every ticked draft becomes a case in an act of its own; what is refused is told and stays."""
    ending = request.POST.get("ending", "keep")
    if ending not in ENDINGS or not actor.grants_for(ENDINGS[ending]):
        raise Refused("ending-unknown", status=422, ending=ending[:40])
    ticked, done, faults = set(request.POST.getlist("draft")), [], []
    for draft in store.drafts_of(row, every=False):
        if str(draft.pk) not in ticked:
            continue
        draft.paste = row
        point = request.POST.get(f"{draft.pk}-point") == "1"
        made, refused = common.attempt(partial(pasting.kept, draft, ending, point=point, actor=actor, now=common.now()))
        if made is not None:
            done.append(made.number)
        elif refused is not None:
            faults.append({"name": f"{draft.pk}-{refused.facts.get('field') or 'text'}", "text": sentence(refused)})
    if done:
        said = ngettext("%(n)s case is kept: %(numbers)s", "%(n)s cases are kept: %(numbers)s", len(done))
        messages.success(request, said % {"n": len(done), "numbers": ", ".join(done)})
    return show(request, row, actor, faults=faults) if faults else HttpResponseRedirect(f"{HERE}{row.pk}/")


def show(
    request: HttpRequest, row: Paste, actor: Actor, refused: Refused | None = None, faults: Any = ()
) -> HttpResponse:
    """The sheet."""
    drafts, pictures = store.drafts_of(row), store.pictures_of(row)
    still = [one for one in drafts if one.state == "open"]
    endings = [(code, pgettext("intake-ending", code)) for code, needed in ENDINGS.items() if actor.grants_for(needed)]
    errors = [*common.errors_of(refused), *faults]
    context = {
        "cards": [card(one, number, pictures, errors) for number, one in enumerate(still, 1)],
        "loose": [picture_of(one) for one in pictures if one.draft_id is None], "errors": errors,
        "numbers": [{"id": str(one.pk), "n": number} for number, one in enumerate(still, 1)],
        "settled": [settled(one) for one in drafts if one.state == "kept"], "pasted": pasting.pasted_text(row),
        "ending": common.field("ending", gettext("What happens with them"), "seg",
                               options=common.choices(endings, "keep")),
        "action": f"{HERE}{row.pk}/", "back": HERE, "channel": common.code_name(content(), "channel", row.channel),
    }  # fmt: skip
    status = refused.status if refused is not None else 422 if faults else 200
    return render(request, "loop/paste.html", context, status=status)


def settled(one: Draft) -> dict[str, str]:
    return {"number": one.case.number if one.case is not None else "",
            "url": f"/desk/{one.case_id}/" if one.case_id else ""}  # fmt: skip


def card(one: Draft, number: int, pictures: list[Picture], errors: Any) -> dict[str, Any]:
    """One draft: its fields, its pictures."""
    fields, key = pasting.opened(one), str(one.pk)
    kinds = [("", gettext("Not known")), *((kind, pgettext("kind", kind)) for kind in KINDS)]
    labels = {"name": gettext("Caller"), "phone": gettext("Number"), "place": gettext("Place"),
              "object": pgettext("call", "Object"), "occurred": gettext("When it happened")}  # fmt: skip
    text = common.field(f"{key}-text", gettext("Content"), "textarea", fields.get("text", ""), rows=4, required=True)
    small = [common.field(f"{key}-{name}", label, value=fields.get(name, "")) for name, label in labels.items()]
    small.append(common.field(f"{key}-kind", gettext("Kind"), "select",
                              options=common.choices(kinds, fields.get("kind", ""))[1:]))  # fmt: skip
    matter = common.field(f"{key}-matter", gettext("Matter"), "matter",
                          options=matter_options(content(), fields.get("matter", "")))  # fmt: skip
    common.mark([text, *small, matter], errors)
    own = [picture_of(each) for each in pictures if each.draft_id == one.pk]
    return {"id": key, "n": number, "text": text, "fields": [*small, matter], "pictures": own,
            "point": finishing.first_place([each for each in pictures if each.draft_id == one.pk]),
            "point_on": not fields.get("place"), "near_url": f"{HERE}draft/{key}/near/"}  # fmt: skip


def picture_of(one: Picture) -> dict[str, Any]:
    return {**shot(one), "id": str(one.pk), "n": one.position, "draft": str(one.draft_id or ""),
            "taken_at": one.taken_at, "point": (one.lon, one.lat) if one.lon is not None else None}  # fmt: skip


@require_GET
def near(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Open cases that a draft may repeat: of the same number, or of the same problem."""
    actor = common.guard(request, VERB)
    row = store.draft(draft_id, user_of(actor))
    if row is None:
        raise Refused("draft-not-found", status=404)
    fields, moment = pasting.opened(row), common.now()
    typed = sought(fields.get("text", ""), place=fields.get("place", ""), object_=fields.get("object", ""),
                   matter=fields.get("matter", ""), now=moment)  # fmt: skip
    found = [line(each) for each in alike(typed, actor=actor, now=moment).rows[:3]]
    same = visible(actor).filter(requester__in=find_by_phone(fields.get("phone", "")), state__in=OPEN).count()
    context = {"near": found, "same": same, "finish": f"/desk/call/?draft={draft_id}"}
    return render(request, "loop/parts/draft_near.html", context)


@require_GET
def picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """One picture of a paste, for the person who pasted it; made anew, without what its camera wrote."""
    actor = common.guard(request, VERB)
    row = store.picture(picture_id, user_of(actor))
    if row is None:
        raise Refused("file-not-found", status=404)
    answer = HttpResponse(uploads.read(row.digest), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer
