"""What administrators and the auditor look at: roles, settings, ledger, reveals, dead letters."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.text import pick
from gezhi.trust import service
from gezhi.trust.pages.common import attempt, choices, errors_of, field, form, guard, now
from gezhi.trust.rules import SMALL_OFFICE, STANDARD
from gezhi.trust.service.office import known_settings
from gezhi.trust.service.roles import shipped_roles
from gezhi.trust.store import ledger as ledger_store
from gezhi.trust.store import outbox as outbox_store
from gezhi.trust.store import people, requesters

SIZE = 50
OWN = ("profile", "government_zh", "government_en")
INLINE = 200_000  # seals checked while the page waits; more is the nightly check's and the command's


def verb_label(verb: str) -> str:
    """A verb in words: moves of a case as the loop calls them."""
    noun, _, rest = verb.partition(".")
    if noun == "case":
        word = pgettext("move", rest)
        if word != rest:
            return word
    return pgettext("verb", verb)


def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do."""
    guard(request, "role.edit")
    rows = [
        {"role": role, "verbs": sorted(verb_label(item.verb) for item in role.verbs.all())} for role in people.roles()
    ]
    return render(request, "trust/roles.html", {"roles": rows})


@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, code: str) -> HttpResponse:
    """Change what a role may do."""
    actor = guard(request, "role.edit")
    found = people.role(code)
    if found is None:
        raise Refused("role-unknown", status=404, role=code)
    refused = None
    if request.method == "POST":
        wanted = request.POST.getlist("verb")
        _, refused = attempt(lambda: service.set_verbs(code, wanted, actor=actor, now=now()))
        if refused is None:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect("/office/roles/")
    held = set(found.verbs.values_list("verb", flat=True))
    known = sorted({verb for row in shipped_roles() if not row["admin"] for verb in row["verbs"].split()} | held)
    verbs = [{"verb": verb, "label": verb_label(verb), "on": verb in held} for verb in known]
    name = pick(found, "name", get_language() or "")
    crumbs = [{"label": gettext("Roles and posts"), "url": "/office/roles/"}, {"label": name}]
    context = {"role": found, "name": name, "verbs": verbs, "errors": errors_of(refused), "crumbs": crumbs}
    return render(request, "trust/role.html", context, status=refused.status if refused else 200)


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """What the office sets for itself."""
    actor = guard(request, "settings.edit")
    refused = None
    if request.method == "POST":
        _, refused = attempt(lambda: _save_settings(request, actor))
        if refused is None:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(request.path)
    profiles = [(STANDARD, pgettext("profile", STANDARD)), (SMALL_OFFICE, pgettext("profile", SMALL_OFFICE))]
    about = gettext(
        "In a small office one person may take in, dispatch, handle and review. Nobody decides their own ask."
    )
    fields = [
        field(
            "government_zh", gettext("Name of the government in Chinese"), value=service.office_setting("government_zh")
        ),
        field(
            "government_en", gettext("Name of the government in English"), value=service.office_setting("government_en")
        ),
        field(
            "profile",
            gettext("Profile"),
            "radio",
            options=choices(profiles, service.profile()),
            help=about,
            required=True,
            column=True,
        ),
    ]
    fields += [
        field(key, pgettext("setting", key), "select", required=True,
              options=choices([(one, one) for one in allowed], service.office_setting(key)))
        for key, allowed in _of_rooms().items()
    ]  # fmt: skip
    return form(request, title=gettext("Office settings"), fields=fields, refused=refused)


def _of_rooms() -> dict[str, tuple[Any, ...]]:
    """What other rooms let an office choose, with the choices."""
    return {key: allowed for key, (_, allowed) in known_settings().items() if key not in OWN and allowed}


def _save_settings(request: HttpRequest, actor: service.Actor) -> None:
    for key in (*OWN, *(key for key in _of_rooms() if key in request.POST)):
        service.set_office(key, request.POST.get(key, "").strip()[:100], actor=actor, now=now())


def ledger(request: HttpRequest) -> HttpResponse:
    """Search the ledger; its state and checkpoints beside."""
    guard(request, "ledger.read")
    return _ledger(request)


def _ledger(request: HttpRequest, **more: Any) -> HttpResponse:
    asked = {name: request.GET.get(name, "").strip()[:64] for name in ("subject", "actor", "act", "before")}
    try:
        UUID(asked["before"])
    except ValueError:
        asked["before"] = ""
    rows = ledger_store.search(
        subject=asked["subject"], actor=asked["actor"], act=asked["act"], before=asked["before"], limit=SIZE
    )
    sequences = ledger_store.sequences([row.id for row in rows])
    names = _names([(row.actor_kind, row.actor_id) for row in rows])
    records = [
        {"row": row, "sequence": sequences.get(row.id), "name": names.get(row.actor_id, ""), "body": _spaced(row.body)}
        for row in rows
    ]
    context = {
        "records": records,
        "last": str(rows[-1].id) if len(rows) == SIZE else "",
        "fields": [
            field("subject", gettext("Subject"), value=asked["subject"], max=64),
            field("actor", gettext("Person or room"), value=asked["actor"], max=64),
            field("act", gettext("Act"), value=asked["act"], max=64),
        ],
        "status": service.ledger_status(),
        "checkpoints": ledger_store.checkpoints(10),
        "may_verify": True,
        **more,
    }
    return render(request, "trust/ledger.html", context)


def _spaced(body: str) -> str:
    """The body of a record with blanks at which a narrow column can break it; as it is where it is no JSON."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Check the whole ledger now."""
    guard(request, "ledger.verify")
    if service.ledger_status()["sequence"] > INLINE:
        raise Refused("ledger-long", records=service.ledger_status()["sequence"])
    verdict = service.verify_ledger(now())
    breaks = [
        {"what": pgettext("break", item.what), "sequence": item.sequence, "record": item.record_id}
        for item in verdict.breaks
    ]
    return _ledger(request, verdict=verdict, breaks=breaks)


@require_POST
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Sign how far the chain reaches and hand the paper over as a file."""
    guard(request, "ledger.verify")
    document = service.checkpoint(now())
    return sent(service.checkpoint_text(document).encode(), f"checkpoint-{document['sequence']}.json")


def _names(actors: list[tuple[str, str]]) -> dict[str, str]:
    """Name of each user among these actors, by id."""
    found = people.names_of({key for kind, key in actors if kind == "user"})
    return {str(key): name for key, name in found}


def reveals(request: HttpRequest) -> HttpResponse:
    """Who opened whose identity, newest first."""
    guard(request, "ledger.read")
    rows = requesters.reveals(limit=200)
    names = _names([(row.actor_kind, row.actor_id) for row in rows])
    shown = [
        {
            "row": row,
            "name": names.get(row.actor_id, row.actor_id),
            "purpose": pgettext("purpose", row.purpose),
            "fields": [pgettext("identity", name) for name in row.fields.split(",")],
        }
        for row in rows
    ]
    return render(request, "trust/reveals.html", {"reveals": shown})


def letters(request: HttpRequest) -> HttpResponse:
    """Events that a subscriber could not take."""
    guard(request, "outbox.replay")
    return render(
        request, "trust/letters.html", {"letters": outbox_store.dead_letters(200), "counts": outbox_store.counts()}
    )


@require_POST
def replay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Try one of them again."""
    service.replay(delivery_id, actor=guard(request, "outbox.replay"), now=now())
    messages.success(request, gettext("It will be tried again within seconds."))
    return HttpResponseRedirect("/office/letters/")
