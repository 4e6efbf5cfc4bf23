"""Pages of the replies: the ready texts with owner and dates, the hints, the picker, and an answer tried out."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.moments import day_words
from gezhi.kit.text import pick
from gezhi.loop.models import Case, ReplyCheck, StandardReply
from gezhi.loop.pages import common
from gezhi.loop.pages.forms import matter_options
from gezhi.loop.replies import store
from gezhi.loop.replies.rules.texts import KINDS, standing
from gezhi.loop.replies.service import checking, editing
from gezhi.loop.replies.service.ready import Ready, listed
from gezhi.loop.rules.redact import redact
from gezhi.loop.service.following import reply_texts
from gezhi.loop.service.reading import hidden, may_reveal
from gezhi.loop.service.speaking import unspoken
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

HERE = "/desk/replies/"
READ = "case.read"
LIGHTS = {"expired": "late", "review": "due", "soon": "due", "good": "ok"}
MOST = 30
TRIED = 20_000  # characters of an answer that is tried out


def today() -> date:
    return timezone.localtime(common.now()).date()


# ---- the list


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every ready text: kind, matter, owner, review, expiry, how often it went out in a year."""
    actor = common.guard(request, READ)
    kept, day, words = content(), today(), request.GET.get("q", "")[:60].strip().lower()
    kind = request.GET.get("kind", "")
    units = {unit.code: common.named(unit) for unit in below.units()}
    used = store.uses(store.year_before(day))
    rows = [
        line(row, kept, units, used, day)
        for row in sorted(kept.replies.values(), key=lambda row: (row.matter, row.code))
        if (not kind or row.kind == kind) and _told(row, words)
    ]
    kinds: list[dict[str, Any]] = [
        {"value": "", "label": gettext("All")},
        *({"value": k, "label": pgettext("ready", k)} for k in KINDS),
    ]
    for one in kinds:
        one |= {"url": f"?kind={one['value']}&q={words}", "current": one["value"] == kind}
    edits = bool(actor.grants_for(editing.VERB))
    context = {
        "rows": rows, "q": words, "kinds": kinds, "kind": kind, "edit_url": f"{HERE}edit/" if edits else "",
        "due": sum(row["standing"] in ("expired", "review") for row in rows),
        "checks": [check_line(row) for row in kept.checks.values()], "check_url": f"{HERE}check/" if edits else "",
    }  # fmt: skip
    return render(request, "loop/replies.html", context)


def _told(row: StandardReply, words: str) -> bool:
    told = f"{row.code} {row.matter} {row.title_zh} {row.title_en} {row.text_zh} {row.text_en}".lower()
    return all(word in told for word in words.split())


def line(
    row: StandardReply, kept: Content, units: Mapping[str, str], used: Mapping[str, int], day: date
) -> dict[str, Any]:
    stands = standing(row.review_on, row.valid_to, day)
    return {
        "code": row.code, "title": pick(row, "title", common.language()), "kind": pgettext("ready", row.kind),
        "matter": common.matter_name(kept, row.matter, 1), "owner": units.get(row.owner, row.owner),
        "standing": stands, "light": LIGHTS[stands], "words": pgettext("standing", stands),
        "review": day_words(row.review_on, day) if row.review_on else "", "used": used.get(row.code, 0),
        "until": day_words(row.valid_to, day) if row.valid_to else "", "verified": row.verified,
        "version": f"{row.pack} {row.version}", "url": f"{HERE}edit/?code={row.code}",
    }  # fmt: skip


def check_line(row: ReplyCheck) -> dict[str, Any]:
    language = common.language()
    return {"code": row.code, "title": pick(row, "title", language), "hint": pick(row, "hint", language),
            "off": row.off, "verified": row.verified, "source": row.source, "url": f"{HERE}check/?code={row.code}",
            "version": f"{row.pack} {row.version}"}  # fmt: skip


# ---- editing


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """One ready text: a new version of it, or a new one."""
    actor = common.guard(request, editing.VERB)
    refused: Refused | None = None
    if request.method == "POST":
        code = request.POST.get("code", "").strip()
        row, refused = common.attempt(lambda: editing.put_text(code, request.POST, actor=actor, now=common.now()))
        if row is not None:
            messages.success(request, gettext("Version %(version)s is in force.") % {"version": row.version})
            return HttpResponseRedirect(HERE)
    return show_edit(request, refused)


def show_edit(request: HttpRequest, refused: Refused | None) -> HttpResponse:
    kept = content()
    given: Any = request.POST if refused is not None else request.GET
    row = kept.replies.get(given.get("code", ""))
    fields = text_fields(kept, row, given if refused is not None else None)
    errors = common.errors_of(refused, "code")
    common.mark(fields, errors)
    versions = [
        {"version": f"{one.pack} {one.version}", "at": one.edited_at, "active": one.active and one is row_of(row, one),
         "text": pick(one, "text", common.language())}
        for one in (store.versions(row.code) if row is not None else ())
    ]  # fmt: skip
    own = row is not None and row.pack == "local"
    context = {
        "title": gettext("Edit a ready text") if row else gettext("New ready text"), "fields": fields,
        "errors": errors, "action": f"{HERE}edit/", "back": HERE, "key": common.fresh_key(), "submit": gettext("Save"),
        "seen": editing.standing(row),
        "crumbs": [{"label": gettext("Ready texts"), "url": HERE}, {"label": gettext("Edit")}], "versions": versions,
        "remove_url": f"{HERE}take-back/" if own else "", "remove": gettext("Take our version out of force"),
    }  # fmt: skip
    return render(request, "loop/reply_edit.html", context, status=refused.status if refused is not None else 200)


def row_of(row: StandardReply | None, one: StandardReply) -> StandardReply | None:
    return one if row is not None and row.pk == one.pk else None


def text_fields(kept: Content, row: StandardReply | None, given: Mapping[str, str] | None) -> list[common.Field]:
    def said(name: str) -> str:
        if given is not None:
            return given.get(name, "")
        value = getattr(row, name, "") if row is not None else ""
        return str(value) if value is not None else ""

    units = [
        {"value": unit.code, "label": common.named(unit), "selected": unit.code == said("owner"), "words": unit.code}
        for unit in below.units().filter(active=True).order_by("path")
    ]
    kinds = [(kind, pgettext("ready", kind)) for kind in KINDS]
    help_ = gettext(
        "Fields to fill stand in 【】: 【编号】 【单位】 【事项】 【地点】 【时限】 are filled in by themselves."
    )
    return [
        common.field("code", gettext("Code"), value=said("code"), required=True, max=40,
                     help=gettext("Small letters, digits and hyphens.")),
        common.field("kind", gettext("Kind"), "seg", required=True,
                     options=common.choices(kinds, said("kind") or "reply")),
        common.field("matter", gettext("Matter"), "matter", options=matter_options(kept, said("matter")),
                     help=gettext("Without a matter it is offered everywhere.")),
        common.field("title_zh", gettext("Chinese title"), value=said("title_zh"), required=True, max=120),
        common.field("text_zh", gettext("Chinese text"), "textarea", said("text_zh"), required=True, rows=5, max=2000,
                     help=help_),
        common.field("title_en", gettext("English title"), value=said("title_en"), max=160),
        common.field("text_en", gettext("English text"), "textarea", said("text_en"), rows=4, max=3000),
        common.field("basis_zh", gettext("Basis"), value=said("basis_zh"), max=300),
        common.field("basis_en", gettext("Basis in English"), value=said("basis_en"), max=400),
        common.field("owner", gettext("Who keeps it right"), "unit", required=True, options=units),
        common.field("review_on", gettext("To be reviewed on"), "date", said("review_on"), required=True),
        common.field("valid_to", gettext("Holds until"), "date", said("valid_to"),
                     help=gettext("After this day it is no longer offered.")),
        common.field("source", gettext("Source"), value=said("source"), max=200),
        common.field("verified", gettext("Checked against its source"), "checkbox", said("verified") in ("1", "True")),
    ]  # fmt: skip


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """The version of the pack holds again."""
    actor = common.guard(request, editing.VERB)
    editing.take_back(request.POST.get("code", ""), actor=actor, now=common.now())
    messages.success(request, gettext("Our version is out of force."))
    return HttpResponseRedirect(HERE)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """One hint: its patterns, its amount, whether the office wants it."""
    actor = common.guard(request, editing.VERB)
    refused: Refused | None = None
    given: Any = request.POST if request.method == "POST" else request.GET
    code = given.get("code", "")
    if request.method == "POST":
        row, refused = common.attempt(lambda: editing.put_check(code, given, actor=actor, now=common.now()))
        if row is not None:
            messages.success(request, gettext("Version %(version)s is in force.") % {"version": row.version})
            return HttpResponseRedirect(f"{HERE}#checks")
    before = content().checks.get(code)
    if before is None:
        raise Refused("reply-unknown", status=404, reply=code[:40])
    fields = check_fields(before, given if refused is not None else None)
    errors = common.errors_of(refused, "pattern_zh")
    common.mark(fields, errors)
    language = common.language()
    context = {
        "title": pick(before, "title", language), "intro": pick(before, "hint", language), "fields": fields,
        "errors": errors, "action": f"{HERE}check/", "back": f"{HERE}#checks", "key": common.fresh_key(),
        "seen": editing.standing(before),
        "submit": gettext("Save"), "crumbs": [{"label": gettext("Ready texts"), "url": HERE},
                                              {"label": gettext("Hints on answers")}],
    }  # fmt: skip
    return render(request, "loop/reply_edit.html", context, status=refused.status if refused is not None else 200)


def check_fields(row: ReplyCheck, given: Mapping[str, str] | None) -> list[common.Field]:
    def said(name: str) -> str:
        value = given.get(name, "") if given is not None else getattr(row, name)
        return str(value) if value is not None else ""

    signs = gettext("One pattern a line or between |: # is a number, * up to 12 characters, ^ two to six capitals.")
    return [
        common.field("code", "", "hidden", row.code),
        common.field("pattern_zh", gettext("Words to look for"), "textarea", said("pattern_zh"), rows=4, help=signs),
        common.field("pattern_en", gettext("Words to look for, English"), "textarea", said("pattern_en"), rows=2),
        common.field("unless_zh", gettext("Not where this stands"), "textarea", said("unless_zh"), rows=3),
        common.field("unless_en", gettext("Not where this stands, English"), "textarea", said("unless_en"), rows=2),
        common.field("amount", gettext("Amount"), "number", said("amount"), min=0, max=9999),
        common.field("source", gettext("Source"), value=said("source"), max=200),
        common.field("verified", gettext("Checked against its source"), "checkbox", said("verified") in ("1", "True")),
        common.field("off", gettext("Do not show this hint"), "checkbox", said("off") in ("1", "True")),
    ]  # fmt: skip


# ---- for whoever writes an answer


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The texts of the picker: those with the words, those of the matter first."""
    actor = common.guard(request, READ)
    get, kept = request.POST.get, content()
    case = case_of(get("case", ""), actor)
    matter = case.matter if case is not None else get("matter", "")
    rows = listed(
        kept, get("ready", "")[:60], matter, kind=case.kind if case is not None else get("kind", ""),
        language=common.language(), today=today(), most=MOST, values=values_of(case, kept, get("place", "")[:200]),
    )  # fmt: skip
    return render(request, "loop/parts/ready_list.html", {"ready": [shown(row) for row in rows]})


def shown(row: Ready) -> dict[str, Any]:
    return {"code": row.code, "title": row.title, "text": row.text, "basis": row.basis, "matter": row.matter,
            "kind": pgettext("ready", row.kind), "old": row.standing == "review"}  # fmt: skip


def values_of(case: Case | None, kept: Content, place: str = "") -> dict[str, str]:
    """What is known for the fields of a text."""
    if case is None:
        return {"place": place}
    due = day_words(timezone.localtime(case.due_at).date(), date.min) if case.due_at is not None else ""
    return {
        "number": case.number, "unit": common.named(case.lead), "matter": common.matter_name(kept, case.matter, 1),
        "place": str(open_text(case.requester, case.story).get("place", "")) if not case.confidential else "",
        "due": due, "earlier": case.main.number if case.main is not None else "",
    }  # fmt: skip


def case_of(key: str, actor: Actor) -> Case | None:
    """The case that is written about; one that may not be read is refused."""
    try:
        return get_visible(actor, UUID(key)) if key else None
    except ValueError:
        return None


@require_POST
def try_(request: HttpRequest) -> HttpResponse:
    """An answer as it is typed: hints, and what the citizen gets, by the very template of the citizen's page."""
    actor = common.guard(request, READ)
    get = request.POST.get
    case = case_of(get("case", ""), actor)
    text, outcome = get(get("field", "reply"), "")[:TRIED], get("outcome", "")
    if case is not None:
        if get("stored"):
            text, outcome = stored(case)
        tried = trial(case, text, outcome, actor, sent=bool(get("stored")))
        return render(request, "loop/parts/reply_try.html", tried)
    found = hints_of(None, text, outcome, request=get("text", "")[:TRIED], actor=actor)
    return render(request, "loop/parts/hints.html", {"hints": found, "tried": bool(text.strip())})


def stored(case: Case) -> tuple[str, str]:
    """The newest answer of a case with its outcome."""
    return reply_texts(case).get("reply", ""), case.outcome


def trial(case: Case, text: str, outcome: str, actor: Actor, *, sent: bool = False) -> dict[str, Any]:
    """Context of `loop/parts/reply_try.html`; of one that was sent the reviewer also hears how it came about."""
    found = hints_of(case, text, outcome, request="", actor=actor)
    if sent and unspoken(case):
        found.insert(0, checking.Said(
            "no-contact", gettext("No first contact is on record"),
            gettext("Nobody spoke with the person, or tried to, before the result was written. "
                    "Ask the unit, or send it back."),
            "", "", verified=True,
        ))  # fmt: skip
    return {
        "hints": found, "tried": bool(text.strip()),
        "answer": answer_of(case, text, outcome),
    }  # fmt: skip


def hints_of(case: Case | None, text: str, outcome: str, *, request: str, actor: Actor) -> list[checking.Said]:
    names = checking.names_of(case) if case is not None and may_reveal(actor, case) else ()
    asked = checking.request_of(case) if case is not None else request
    if case is not None and hidden(actor, case):
        asked = redact(asked)  # a hint cites the request, and must not say more of it than the page does
    return checking.hints(content(), text, language=common.language(), request=asked, outcome=outcome, names=names)


def answer_of(case: Case, text: str, outcome: str) -> dict[str, Any]:
    """The context of `loop/parts/answer.html`, as the citizen's page has it."""
    return {
        "text": text.strip(), "unit": common.named(case.lead), "at": common.now(),
        "outcome_words": pgettext("citizen-outcome", outcome) if outcome else "", "files": [],
    }  # fmt: skip
