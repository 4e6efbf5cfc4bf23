"""Partners at the desk: who they are, what waits or was refused, a form for one; what was left is tried again here."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner, Piece
from gezhi.loop.pages import common
from gezhi.loop.pages.forms import unit_options
from gezhi.loop.partners import service, store
from gezhi.loop.partners.adapters import Ask, adapter_of, kinds
from gezhi.loop.partners.service.keeping import EDIT, Wish
from gezhi.loop.store.content import content

HERE, PAGE = "/desk/partners/", 50
STATES = ("waiting", "refused", "dead", "done")
LIGHTS = {"waiting": "wait", "done": "done", "refused": "late", "dead": "late"}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every partner with what waits, what was left, and since when it is silent."""
    common.guard(request, EDIT)
    counts, kept = store.counts(), content()
    rows = [
        {"url": f"{HERE}{row.code}/", "name": common.named(row), "code": row.code,
         "kind": pgettext("partner-kind", row.kind), "channel": common.code_name(kept, "channel", row.channel),
         "active": row.active, "silent": row.silent_since,
         "waiting": counts.get(row.pk, {}).get("out.waiting", 0),
         "left": sum(n for state, n in counts.get(row.pk, {}).items() if state.split(".")[1] in store.LEFT)}
        for row in store.partners()
    ]  # fmt: skip
    new = [{"url": f"{HERE}new/{kind}/", "label": pgettext("partner-kind", kind)} for kind in kinds()]
    return render(request, "loop/partners/list.html", {"rows": rows, "new": new, "now": common.now()})


@require_GET
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One partner: how to reach us, and the pieces that passed."""
    reads = bool(common.guard(request, EDIT).grants_for("case.read"))
    partner = _found(code)
    state = request.GET.get("state", "")
    found = store.pieces(partner, state=state if state in STATES else "")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "p": partner, "name": common.named(partner), "kind": pgettext("partner-kind", partner.kind),
        "rows": [_row(row, reads=reads) for row in page.object_list], "tabs": _tabs(partner, state),
        "now": common.now(),
        "page": {"number": page.number, "pages": page.paginator.num_pages, "previous": page.number - 1,
                 "next": page.number + 1},
        "edit_url": f"{HERE}{code}/edit/", "switch_url": f"{HERE}{code}/switch/", "here": f"{HERE}{code}/",
        "door": request.build_absolute_uri(f"/api/partners/{code}/events") if _posts(partner) else "",
        "crumbs": [{"label": gettext("Partners"), "url": HERE}, {"label": common.named(partner)}],
        "query": f"state={state}" if state else "",
        "reconcile_url": f"{HERE}{code}/reconcile/" if partner.kind == "upstream" else "",
    }  # fmt: skip
    return render(request, "loop/partners/one.html", context)


def _posts(partner: Partner) -> bool:
    """Whether a partner of this kind signs pieces and sends them to us; of others we fetch."""
    return any(ask.name == "secret" for ask in adapter_of(partner.kind).asks)


def _tabs(partner: Partner, chosen: str) -> list[dict[str, Any]]:
    known = store.counts().get(partner.pk, {})
    names = [("", gettext("All"), sum(known.values()))]
    names += [(s, pgettext("piece-state", s), known.get(f"in.{s}", 0) + known.get(f"out.{s}", 0)) for s in STATES]
    return [
        {"label": label, "url": f"{HERE}{partner.code}/" + (f"?state={state}" if state else ""), "count": count,
         "current": state == chosen}
        for state, label, count in names
    ]  # fmt: skip


def _row(row: Piece, *, reads: bool) -> dict[str, Any]:
    kind = pgettext("piece-kind", row.kind)
    move = pgettext("move", row.facts["move"]) if row.kind == "case.moved" and "move" in row.facts else ""
    return {
        "id": row.pk, "at": row.at, "direction": pgettext("piece-direction", row.direction),
        "kind": f"{kind} · {move}" if move else kind,
        "key": row.key, "state": pgettext("piece-state", row.state), "light": LIGHTS[row.state], "tries": row.tries,
        "why": _why(row), "next_at": row.next_at if row.state == "waiting" and row.tries else None,
        "case": {"number": row.case.number, "url": f"/desk/{row.case_id}/" if reads else ""} if row.case else None,
        "left": row.state in store.LEFT,
    }  # fmt: skip


def _why(row: Piece) -> str:
    """Why it was left: the words of the refusal with what was kept of its facts, or the code of what happened."""
    return pgettext("refusal", row.fault) % defaultdict(lambda: "…", row.facts) if row.fault else ""


def _found(code: str) -> Partner:
    partner = store.partner(code)
    if partner is None:
        raise Refused("partner-unknown", status=404, partner=code[:40])
    return partner


@require_POST
def again(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Send or work a piece once more."""
    actor = common.guard(request, EDIT)
    partner = _found(code)
    row = store.pieces(partner).filter(pk=key).first()
    if row is None:
        raise Refused("piece-not-left", status=404, piece=key)
    act = service.retry if row.direction == "out" else service.work_again
    done, refused = common.attempt(lambda: act(key, actor=actor, now=common.now()))
    if refused is not None:
        raise refused
    if done is not None and done.state == "refused":
        messages.warning(request, gettext("It was tried once more and refused again: %(why)s") % {"why": _why(done)})
    else:
        messages.success(request, gettext("It is tried once more."))
    return HttpResponseRedirect(f"{HERE}{code}/")


@require_POST
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """On or off; what waits stays waiting."""
    actor = common.guard(request, EDIT)
    on = request.POST.get("active") == "1"
    _, refused = common.attempt(lambda: service.set_active(code, active=on, actor=actor, now=common.now()))
    if refused is not None:
        raise refused
    messages.success(request, gettext("The partner is switched on.") if on else gettext("The partner is switched off."))
    return HttpResponseRedirect(f"{HERE}{code}/")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A partner of this kind."""
    common.guard(request, EDIT)
    return _form(request, kind, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of a partner; a secret is never shown again, and stays where the field is left empty."""
    common.guard(request, EDIT)
    partner = _found(code)
    return _form(request, partner.kind, partner)


def _form(request: HttpRequest, kind: str, partner: Partner | None) -> HttpResponse:
    actor = common.guard(request, EDIT)
    asks = adapter_of(kind).asks
    refused: Refused | None = None
    values: Mapping[str, Any] = _known(partner, asks)
    if request.method == "POST":
        values = request.POST
        code = partner.code if partner is not None else values.get("code", "").strip()
        _, refused = common.attempt(
            lambda: service.put_partner(_wish(code, kind, values, asks), actor=actor, now=common.now())
        )
        if refused is None:
            messages.success(request, gettext("The partner is saved."))
            return HttpResponseRedirect(f"{HERE}{code}/")
    fields = [*_common(values, partner), *(_asked(ask, values, partner) for ask in asks)]
    errors = common.errors_of(refused, "code")
    common.mark(fields, errors)
    title = common.named(partner) if partner is not None else pgettext("partner-kind", kind)
    back = f"{HERE}{partner.code}/" if partner is not None else HERE
    context: dict[str, Any] = {
        "title": title, "fields": fields, "errors": errors, "action": request.path, "back": back,
        "key": common.fresh_key(), "submit": gettext("Save"),
        "crumbs": [{"label": gettext("Partners"), "url": HERE}, {"label": title}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused else 200)


def _known(partner: Partner | None, asks: tuple[Ask, ...]) -> dict[str, Any]:
    if partner is None:
        return {"channel": "api"}
    values: dict[str, Any] = {
        "code": partner.code, "name_zh": partner.name_zh, "name_en": partner.name_en, "channel": partner.channel,
        "source": partner.source, "desk": str(partner.desk_id or ""),
    }  # fmt: skip
    for ask in asks:
        said = partner.wishes.get(ask.name)
        if ask.kind == "list":
            said = "\n".join(said or ())
        if ask.kind != "secret":
            values[ask.name] = "1" if said is True else "" if said in (None, False) else str(said)
    return values


def _common(values: Mapping[str, Any], partner: Partner | None) -> list[common.Field]:
    get, kept = values.get, content()
    channels = [(code, common.code_name(kept, "channel", code)) for code in kept.codes.get("channel", ())]
    hint = gettext("Small letters, digits and hyphens; it stands in the partner's address.")
    code = [common.field("code", gettext("Code"), value=get("code", ""), required=True, max=40, help=hint)]
    return [
        *(code if partner is None else []),
        common.field("name_zh", gettext("Chinese name"), value=get("name_zh", ""), required=True, max=80),
        common.field("name_en", gettext("English name"), value=get("name_en", ""), max=120),
        common.field("channel", gettext("Its cases come in by"), "select",
                     options=common.choices(channels, get("channel", ""))),
        common.field("source", gettext("Source of its numbers"), value=get("source", ""), max=40,
                     help=gettext("A number is unique within its source; empty: the partner itself.")),
        common.field("desk", gettext("Desk that takes its cases"), "select",
                     options=unit_options(str(get("desk", "") or ""))),
    ]  # fmt: skip


def _asked(ask: Ask, values: Mapping[str, Any], partner: Partner | None) -> common.Field:
    label = pgettext("partner-wish", ask.name)
    hint = pgettext("partner-hint", ask.name)
    help_ = "" if hint == ask.name else hint
    said = values.get(ask.name, "")
    match ask.kind:
        case "secret":
            stays = gettext("Stays as it is where this is empty.") if partner is not None else ""
            return common.field(ask.name, label, value="", max=200, required=ask.required and partner is None,
                                help=f"{help_} {stays}".strip(), autocomplete="off")  # fmt: skip
        case "yes":
            return common.field(ask.name, label, "checkbox", said in ("1", True), help=help_)
        case "list":
            return common.field(ask.name, label, "textarea", said, rows=3, max=2000, help=help_)
        case _:
            return common.field(ask.name, label, value=said, max=400, required=ask.required, help=help_)


def _wish(code: str, kind: str, values: Mapping[str, Any], asks: tuple[Ask, ...]) -> Wish:
    """The form as a wish."""
    wishes: dict[str, Any] = {}
    for ask in asks:
        said = str(values.get(ask.name, "")).strip()
        if ask.kind == "list":
            wishes[ask.name] = [line.strip() for line in said.splitlines() if line.strip()]
        elif ask.kind == "yes":
            wishes[ask.name] = said in ("1", "on", "true")
        elif ask.kind == "number":
            wishes[ask.name] = common.number(said, 0)
        elif ask.kind != "secret":
            wishes[ask.name] = said
    secrets = {ask.name: str(values.get(ask.name, "")).strip() for ask in asks if ask.kind == "secret"}
    get = values.get
    return Wish(
        code, kind, get("name_zh", ""), get("name_en", ""), get("channel", "") or "api", get("source", ""),
        common.unit_key(get("desk", ""), "desk"), wishes, secrets,
    )  # fmt: skip
