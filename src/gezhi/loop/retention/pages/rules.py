"""The table of rules and the form that changes one for this office."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.models import CodeItem
from gezhi.loop.pages import common
from gezhi.loop.retention import service
from gezhi.loop.retention.pages import ADDRESS, READ, crumbs, deed_words, scope_words, tabs, what_words
from gezhi.loop.retention.rules import DEEDS, KEEP, LEAST, UNITS, Rule, fault_of
from gezhi.loop.retention.service.ruling import LISTS, rows_in_force, rule_of
from gezhi.loop.rules.words import ENDED, KINDS
from gezhi.loop.store.content import content

HERE = f"{ADDRESS}rules/"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every rule, by class of data."""
    actor = common.guard(request, READ)
    may = bool(actor.grants_for("retention.edit"))
    order = list(DEEDS)
    rows = sorted((row(item, may=may) for item in rows_in_force()), key=lambda one: order.index(one["class"]))
    context = {"rows": rows, "tabs": tabs("rules/"), "new_url": f"{HERE}new/" if may else ""}
    return render(request, "loop/retention/rules.html", context)


def row(item: CodeItem, *, may: bool) -> dict[str, Any]:
    rule, language = rule_of(item), common.language()
    return {
        "class": rule.what if rule.what in DEEDS else "ledger", "name": pick(item, "name", language),
        "what": what_words(rule),
        "deed": deed_words(rule), "scope": scope_words(rule, content()), "hint": pick(item.extra, "hint", language),
        "basis": pick(item.extra, "basis", language), "source": item.source, "verified": rule.verified,
        "duty": rule.duty, "local": item.pack == "local", "fault": fault_of(rule),
        "url": f"{HERE}{item.code}/" if may else "",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """One rule, of the pack or new."""
    actor = common.guard(request, "retention.edit")
    item = content().codes.get("retention", {}).get(code) if code else None
    if code and item is None:
        raise Refused("retention-rule-unknown", status=404, rule=code)
    refused: Refused | None = None
    if request.method == "POST":
        key = code or request.POST.get("code", "").strip()
        if not code and key in content().codes.get("retention", {}):
            refused = Refused("retention-rule", status=422, field="code", why="code", least=0, what="")
        else:
            _, refused = common.attempt(
                lambda: service.edit_rule(key, typed(request.POST), actor=actor, now=common.now())
            )
        if refused is None:
            messages.success(request, gettext("Saved. It holds for lists made from now on."))
            return HttpResponseRedirect(HERE)
    return show(request, item, refused)


def typed(posted: QueryDict) -> dict[str, Any]:
    """What the form says."""
    values: dict[str, Any] = {name: posted.get(name, "").strip() for name in posted}
    values |= {name: posted.getlist(name) for name in ("states", "kinds", "channels")}
    values["matters"] = posted.get("matters", "").replace(",", " ").replace("，", " ").replace("、", " ").split()
    return values


def show(request: HttpRequest, item: CodeItem | None, refused: Refused | None) -> HttpResponse:
    if request.method == "POST":
        values = typed(request.POST)
    elif item is not None:
        values = {**rule_of(item).plain(), **{name: item.extra.get(name, "") for name in ("basis_zh", "basis_en")},
                  "name_zh": item.name_zh, "name_en": item.name_en, "source": item.source}  # fmt: skip
    else:
        values = {"what": "identity", "do": "erase", "after": 3, "unit": "year", **dict.fromkeys(LISTS, ())}
    fields = [*what_fields(values, fresh=item is None), *scope_fields(values), *basis_fields(values)]
    errors = common.errors_of(refused, "after")
    common.mark(fields, errors)
    title = common.named(item) if item is not None else gettext("New rule")
    context = {
        "title": title,
        "crumbs": [*crumbs("")[:1], {"label": gettext("Rules"), "url": HERE}, {"label": title, "url": ""}],
        "fields": fields, "errors": errors, "action": request.path, "back": HERE, "submit": gettext("Save"),
        "intro": gettext("The rule of the pack stays as it is; this office uses its own instead."),
    }  # fmt: skip
    return render(request, "loop/retention/form.html", context, status=422 if refused else 200)


def what_fields(values: dict[str, Any], *, fresh: bool) -> list[common.Field]:
    whats = [(code, pgettext("retention-what", code)) for code in DEEDS if DEEDS[code] != (KEEP,)]
    deeds = [(code, pgettext("retention-do", code)) for code in ("erase", "redact", "delete", KEEP)]
    units = {"day": gettext("days"), "month": gettext("months"), "year": gettext("years")}
    least = gettext(", ").join(
        f"{pgettext('retention-what', what)} {gettext('%(n)s days') % {'n': days}}" for what, days in LEAST.items()
    )
    code = [common.field("code", gettext("Code"), value=values.get("code", ""), required=True, max=40,
                         help=gettext("Latin letters and digits, such as identity_reports."))]  # fmt: skip
    return [
        *(code if fresh else []),
        common.field("name_zh", gettext("Name in Chinese"), value=values.get("name_zh", ""), required=True, max=120),
        common.field("name_en", gettext("Name in English"), value=values.get("name_en", ""), max=160),
        common.field("what", gettext("Which data"), "select", required=True,
                     options=common.choices(whats, values.get("what", ""))),
        common.field("do", gettext("What is done"), "select", required=True,
                     options=common.choices(deeds, values.get("do", ""))),
        common.field("after", gettext("After how long"), "number", values.get("after", ""), min=1, max=99999,
                     help=gettext("At least: %(least)s") % {"least": least}),
        common.field("unit", gettext("Counted in"), "select", required=True,
                     options=common.choices([(unit, units[unit]) for unit in UNITS], values.get("unit", ""))),
    ]  # fmt: skip


def scope_fields(values: dict[str, Any]) -> list[common.Field]:
    states = [
        *((code, common.word("state", code)) for code in ENDED),
        ("dormant", pgettext("retention-state", "dormant")),
    ]
    kinds = [(code, common.word("kind", code)) for code in KINDS]
    channels = [(code, common.named(item)) for code, item in content().codes.get("channel", {}).items()]
    everything = gettext("Nothing chosen means all.")
    options = {"states": states, "kinds": kinds, "channels": channels}
    labels = {"states": gettext("Which states"), "kinds": gettext("Which kinds"), "channels": gettext("Which channels")}
    made = [
        common.field(name, label, "units", help=everything, options=[
            {"value": code, "label": word, "selected": code in (values.get(name) or ())} for code, word in options[name]
        ])
        for name, label in labels.items()
    ]  # fmt: skip
    codes = " ".join(values.get("matters") or ())
    made.append(common.field("matters", gettext("Codes of matters"), value=codes, max=300,
                             help=everything))  # fmt: skip
    return made


def basis_fields(values: dict[str, Any]) -> list[common.Field]:
    texts = {"basis_zh": (gettext("Legal basis in Chinese"), 300), "basis_en": (gettext("Legal basis in English"), 400)}
    return [
        common.field("duty", gettext("The law wants it kept until then"), "checkbox", values.get("duty"),
                     help=gettext("Then nothing is erased earlier, not even when the person asks for it.")),
        *(common.field(name, label, "textarea", values.get(name, ""), rows=2, max=most)
          for name, (label, most) in texts.items()),
        common.field("source", gettext("Where it was read, and who agreed to it"), value=values.get("source", ""),
                     max=200),
        common.field("verified", gettext("The value was checked"), "checkbox", values.get("verified"),
                     help=gettext("Until then it is counted in every list, but nothing is destroyed by it.")),
    ]  # fmt: skip


assert set(LISTS) <= set(Rule.__slots__)  # the form and the rule name the same scopes
