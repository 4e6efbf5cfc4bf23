"""Rules of what comes before the public: by matter, of the pack and of the office; one edited in a form."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.loop.pages import common
from gezhi.loop.pages.forms import matter_options
from gezhi.loop.public.rules.showing import MODES, SINCE, Rule
from gezhi.loop.public.service.deciding import VERB, drop_rule, set_rule
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor

HERE = "/desk/public/rules/"
EDIT = "public.rule"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every rule that holds, the general one first."""
    actor = common.guard(request, VERB)
    may, kept = bool(actor.grants_for(EDIT)), content()
    held = {rule.matter: rule for rule in sorted(kept.showings, key=lambda rule: rule.local)}
    held.setdefault("", Rule())
    rows = [
        {"matter": common.matter_name(kept, code, 3) if code else gettext("All other matters"), "code": code,
         "mode": pgettext("public-mode", rule.mode), "since": pgettext("public-since", rule.since),
         "days": rule.days if rule.mode == "automatic" else None, "local": rule.local, "verified": rule.verified,
         "source": rule.source, "url": f"{HERE}edit/?matter={code}" if may else ""}
        for code, rule in sorted(held.items())
    ]  # fmt: skip
    context = {"rows": rows, "new_url": f"{HERE}edit/" if may else "", "back": "/desk/public/"}
    return render(request, "loop/public/rules.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """One rule of the office."""
    actor = common.guard(request, EDIT)
    refused: Refused | None = None
    given: Mapping[str, str] = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        _, refused = common.attempt(lambda: saved(given, actor))
        if refused is None:
            messages.success(request, gettext("The rule is saved; it holds from now on."))
            return HttpResponseRedirect(HERE)
    return form(request, given, refused)


def saved(given: Mapping[str, str], actor: Actor) -> None:
    """Set the rule, or give the pack's back."""
    if given.get("mode") == "pack":
        drop_rule(given.get("matter", ""), actor=actor, now=common.now())
        return
    days = given.get("days", "").strip() or "0"
    if not days.isascii() or not days.isdecimal() or len(days) > 4:
        raise Refused("field-invalid", status=422, field="days", value=days[:40])
    rule = Rule(given.get("matter", ""), given.get("mode", ""), given.get("since", ""), int(days), local=True)
    set_rule(rule, actor=actor, now=common.now())


def form(request: HttpRequest, given: Mapping[str, str], refused: Refused | None) -> HttpResponse:
    """The form of one rule."""
    kept = content()
    matter = given.get("matter", "")
    now = next((rule for rule in reversed(kept.showings) if rule.matter == matter), Rule(matter))
    own = any(rule.local and rule.matter == matter for rule in kept.showings)
    modes = [(code, pgettext("public-mode", code)) for code in MODES]
    modes += [("pack", gettext("As the pack says"))] if own else []
    fields = [
        common.field("matter", gettext("Matter"), "matter", matter, options=matter_options(kept, matter),
                     help=gettext("Empty: all matters that have no rule of their own.")),
        common.field("mode", gettext("How it becomes public"), "radio", column=True, required=True,
                     options=common.choices(modes, given.get("mode", now.mode))),
        common.field("since", gettext("From when on"), "radio", column=True, required=True, options=common.choices(
            [(code, pgettext("public-since", code)) for code in SINCE], given.get("since", now.since))),
        common.field("days", gettext("Days until it shows itself"), "number", given.get("days", str(now.days)),
                     min=0, max=365, narrow=True, help=gettext("Only where it shows itself.")),
    ]  # fmt: skip
    errors = common.errors_of(refused, "mode")
    common.mark(fields, errors)
    title = gettext("Rule of what is public")
    context = {
        "title": title, "fields": fields, "errors": errors, "action": f"{HERE}edit/", "back": HERE,
        "key": common.fresh_key(), "submit": gettext("Save"),
        "intro": gettext("Confidential requests and reports against somebody are never shown, whatever the rule."),
        "crumbs": [{"label": gettext("Public cases"), "url": "/desk/public/"},
                   {"label": gettext("Rules"), "url": HERE}, {"label": title}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused is not None else 200)
