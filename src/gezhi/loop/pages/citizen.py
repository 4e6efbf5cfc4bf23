"""Citizens' pages before a case is known: home, report, what was reported nearby, number and secret, finding back."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.codes import phone as parse_phone
from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.kit.http import sentence
from gezhi.kit.navigation import sections
from gezhi.loop.alike.service import near_public
from gezhi.loop.models import Case
from gezhi.loop.pages import asking, behalf, common
from gezhi.loop.pages.forms import area_options, unit_options
from gezhi.loop.reach.pages import form as reach
from gezhi.loop.reach.service import codes
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.service.carrying import report_with
from gezhi.loop.service.receiving import Received, Report, case_secret, case_token, secret_digest
from gezhi.loop.store import reading
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, token_digest
from gezhi.trust.service.throttling import count_try, hold

HOTLINE = "12345"
REPORTS_FREE, REPORTS_WINDOW = 10, timedelta(minutes=10)  # a whole family or a village kiosk, not a flood
TRIES_FREE, TRIES_WINDOW = 5, timedelta(days=1)  # six digits must not be guessed
NEAR, NEAR_SHOWN = timedelta(days=14), 3
LOOKS_FREE, LOOKS_WINDOW = 120, timedelta(minutes=2)  # several people who type behind one address, not a program
SAME_MATTER = 2  # levels: the first also holds what has nothing to do with it
STAY = "stay"  # `/?stay` shows the citizen's home to people of the office too
STARTS = ("/desk/", "/office/users/")  # where people of the office begin: with the work, or with who may do it


def base() -> dict[str, Any]:
    """What every citizen's page carries."""
    return {"place_name": common.place_name(), "hotline": HOTLINE, "now": common.now()}


def visitor() -> Actor:
    """Somebody from the street, before any case is known."""
    return citizen_actor("web", kind="link", language=common.language())


def where_from(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page: three doors. People of the office go to their work."""
    if request.user.is_authenticated and STAY not in request.GET:
        places = {item.url: item for item in sections(request)}
        first = next((places[url] for url in STARTS if url in places), None) or next(iter(places.values()), None)
        return HttpResponseRedirect(first.url if first else "/account/")
    return render(request, "loop/home.html", base())


@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report something, named or not, with photos."""
    if request.method == "GET":
        return show_report(request)
    if request.POST.get("step") == "questions":  # the way without scripts: what was typed, and what it makes us ask
        return show_report(request)
    key = common.form_key(request)
    result, refused = common.attempt(lambda: take(request, key))
    if result is None:
        return show_report(request, refused)
    return common.done(HttpResponseRedirect(f"/report/{result.token}/"), key)


def take(request: HttpRequest, key: str) -> Received:
    """Check and keep the report. A field that no person sees must stay empty; floods from one address wait."""
    get = request.POST.get
    moment = common.now()
    if get("website"):
        raise Refused("report-machine", status=422)
    hold("report", where_from(request), now=moment)
    anonymous = get("who") == "anonymous"
    if get("who") not in ("phone", "anonymous"):
        raise Refused("report-who", status=422, field="who")
    if not get("place", "").strip():
        raise Refused("report-place", status=422, field="place")
    if not anonymous:
        _check_phone(get("phone", ""))
    matter = get("matter", "")
    made = Report(
        text=get("text", ""), place=get("place", ""), area=get("area", ""), channel="web", matter=matter,
        answers=asking.typed_answers(content().questions_for(matter), request.POST), asked=bool(matter),
        name="" if anonymous else get("name", "").strip(), phone="" if anonymous else get("phone", "").strip(),
        confidential=get("confidential") == "1" and not anonymous,
        complained=common.unit_key(get("complained", ""), "complained"), **behalf.typed(request.POST),
        **({} if anonymous else reach.typed(request.POST)),
    )  # fmt: skip
    main = get("join", "")
    if main and main not in {str(row["id"]) for row in near_cases(made.text, made.place, made.area)}:
        main = ""  # what was offered a moment ago is closed by now
    done = report_with(made, common.incoming(request), actor=visitor(), now=moment, key=f"report:{key}", main=main)
    if not done.moved.repeated:
        count_try("report", where_from(request), free=REPORTS_FREE, forget=REPORTS_WINDOW, now=moment)
    return done


def _check_phone(typed: str) -> None:
    try:
        parse_phone(typed)
    except Refused as refused:
        raise Refused("report-phone", status=422, field="phone") from refused


def show_report(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    """The form, empty or as it was typed."""
    typed = request.POST if request.method == "POST" else request.GET
    fields = report_fields(typed)
    errors = errors_in(typed, refused)
    common.mark([one for one in fields.values() if one], errors)
    context = {
        **base(), "f": fields, "errors": errors, "action": "/report/", "near_url": "/report/near/",
        "questions_url": "/report/questions/", "about": asking.about(typed, errors=errors),
        "photos_again": bool(request.FILES), "stopped": asking.stopped(refused),
        "near": looked(request, typed),
        "key": common.next_key(request, refused) if refused is not None else common.form_key(request),
    }  # fmt: skip
    return render(request, "loop/report.html", context, status=refused.status if refused is not None else 200)


def errors_in(typed: QueryDict, refused: Refused | None) -> list[dict[str, str]]:
    """Why a report was refused, and with it everything that is not right with the answers."""
    if refused is None:
        return []
    if refused.code == "question-stops":
        return [{"name": asking.PREFIX + str(refused.facts["question"]), "text": sentence(refused)}]
    answers = asking.problems(typed.get("matter", ""), typed, whole=True)
    told = [] if refused.facts.get("field") == "answers" else common.errors_of(refused)
    return [*told, *answers]


def report_fields(typed: Any) -> dict[str, common.Field | None]:
    """The few fields of a report."""
    get = typed.get
    areas = area_options(get("area", ""))
    who = [("phone", gettext("By my mobile phone")), ("anonymous", gettext("Without my name"))]
    options = common.choices(who, get("who", "phone"))
    options[0]["shows"], options[1]["shows"] = "named", "unnamed"
    photos = gettext("Up to %(n)s, %(mb)s MB each.") % {
        "n": uploads.MOST_FILES,
        "mb": settings.GEZHI_UPLOAD_BYTES // 2**20,
    }
    return {
        "text": common.field("text", gettext("What happened?"), "textarea", get("text", ""), required=True,
            max=TEXT_LIMIT,
                             help=gettext("No need to choose a department: it goes to the unit responsible.")),
        "files": common.field("files", gettext("Photos"), "files", help=photos, accept="image/*,video/*,audio/*,.pdf",
                              limit_mb=settings.GEZHI_UPLOAD_BYTES // 2**20, limit_files=uploads.MOST_FILES,
                              button=gettext("Take or choose photos")),
        "place": common.field("place", gettext("Where?"), value=get("place", ""), required=True, max=500,
                              help=gettext("Road and house number, or what stands nearby."),
                              autocomplete="street-address"),
        "area": common.field("area", gettext("Street or town"), "area", options=areas) if areas else None,
        "complained": common.field("complained", gettext("Is it about an office or its staff? Which?"), "select",
                                   get("complained", ""), options=unit_options([get("complained", "")]),
                                   help=gettext("That office does not learn who you are.")),
        "who": common.field("who", gettext("How shall we tell you the result?"), "cards", required=True,
            options=options),
        "phone": common.field("phone", gettext("Mobile phone"), "tel", get("phone", ""), required=True,
            autocomplete="tel"),
        "name": common.field("name", gettext("How shall we call you?"), value=get("name", ""), max=100,
            autocomplete="name"),
        "confidential": common.field("confidential", gettext("Keep my name and phone at the desk"), "checkbox",
                                     get("confidential") == "1",
                                     help=gettext("The unit that handles it then reaches you only through the desk.")),
        **behalf.fields(typed), **reach.fields(typed),
    }  # fmt: skip


@require_POST
def questions(request: HttpRequest) -> HttpResponse:
    """What the report seems to be about and what that makes us ask; only the questions where the matter was changed.

    An address that asks without end gets nothing: the form does without, and what is asked comes when it is sent.
    """
    if asks_without_end(request, "questions"):
        return HttpResponse(status=204)
    if request.headers.get("HX-Target") == "questions":
        context = asking.part(request.POST.get("matter", ""), request.POST)
        return render(request, "loop/parts/questions.html", context)
    context = {"about": asking.about(request.POST), "questions_url": "/report/questions/"}
    return render(request, "loop/parts/about.html", context)


@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """The same problem reported nearby, while the citizen types."""
    return render(request, "loop/parts/near.html", {"near": looked(request, request.POST), "now": common.now()})


def looked(request: HttpRequest, typed: QueryDict) -> list[dict[str, Any]]:
    """The same, nothing for an address that asks without end: it is a help, and nobody waits for it."""
    text, place = typed.get("text", ""), typed.get("place", "")[:200]
    if too_little(text, place) or asks_without_end(request, "near"):
        return []
    return near_cases(text, place, typed.get("area", ""))


def asks_without_end(request: HttpRequest, what: str) -> bool:
    """Whether an address has asked for help of one kind more often than anybody types; counts this time."""
    moment = common.now()
    try:
        hold(what, where_from(request), now=moment)
    except Refused:
        return True
    count_try(what, where_from(request), free=LOOKS_FREE, forget=LOOKS_WINDOW, now=moment)
    return False


def too_little(text: str, place: str) -> bool:
    """Whether there is nothing yet that could be compared."""
    return len(text.strip()) < 6 or len(place.strip()) < 2


def near_cases(text: str, place: str, area: str) -> list[dict[str, Any]]:
    """Open cases that share the words, as matter, place, time and state; never what another person wrote."""
    if too_little(text, place):
        return []
    kept = content()
    found = near_public(text, place=place, area=area, now=common.now(), within=NEAR, most=NEAR_SHOWN * 2)
    rows = same_matter(found, text, place, area)[:NEAR_SHOWN]
    areas = common.area_names(case.area for case in rows)
    return [
        {"id": case.pk, "matter": common.matter_name(kept, case.matter, 1), "place": areas.get(case.area, ""),
         "at": case.received_at, "state_words": pgettext("citizen-state", case.state), "count": 1 + merged(case)}
        for case in rows
    ]  # fmt: skip


def same_matter(rows: list[Case], text: str, place: str, area: str) -> list[Case]:
    """Of the cases those of the matter that is guessed from the words; all where nothing is guessed."""
    guesses = asking.guessed(text, place, area)[0] if rows else []
    if not guesses:
        return rows
    kept = content()
    best = kept.matter_path(guesses[0]).split(".")[:SAME_MATTER]
    return [case for case in rows if kept.matter_path(case.matter).split(".")[:SAME_MATTER] == best]


def merged(case: Case) -> int:
    """How many more people reported what became this case."""
    return len(reading.secondaries(case))


def base_url(request: HttpRequest) -> str:
    """The address of the site as people type it."""
    return settings.GEZHI_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")


def promise() -> str:
    """What happens next with a report."""
    return gettext("We look at it now. A person from the unit responsible takes it up; you can watch each step.")


@never_cache
@require_GET
def reported(request: HttpRequest, token: str) -> HttpResponse:
    """Number, secret and link of a report just made."""
    case = reading.by_token(token_digest(token))
    if case is None:
        raise Refused("case-not-found", status=404)
    link = f"/f/{case_token(case.pk)}/"
    context = {
        **base(), "number": case.number, "secret": case_secret(case.pk), "follow_url": link,
        "anonymous": case.anonymous,
        "link": base_url(request) + link,
        "promise": promise(), "stops": asking.stops(case), "behalf": behalf.shared(case, base_url(request)),
    }  # fmt: skip
    return render(request, "loop/reported.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Find a request by number and secret; guessing is slowed down by address and by number."""
    if request.method == "GET":
        return show_lookup(request)
    result, refused = common.attempt(lambda: find(request))
    if result is None:
        return show_lookup(request, refused)
    return HttpResponseRedirect(f"/f/{case_token(result.pk)}/")


def find(request: HttpRequest) -> Case:
    """The case of a number and its secret."""
    moment = common.now()
    number = request.POST.get("number", "").strip().upper()[:40]
    secret = "".join(c for c in request.POST.get("secret", "") if c.isalnum())[:20]
    hold("lookup", where_from(request), now=moment)
    hold("lookup-number", number, now=moment)
    case = reading.by_number_secret(number, secret_digest(number, secret))
    if case is None:
        count_try("lookup", where_from(request), free=TRIES_FREE * 4, forget=TRIES_WINDOW, now=moment)
        count_try("lookup-number", number, free=TRIES_FREE, forget=TRIES_WINDOW, now=moment)
        raise Refused("lookup-wrong", status=422, field="number")
    return case


def show_lookup(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    fields = {
        "number": common.field("number", gettext("Your number"), value=request.POST.get("number", ""), required=True,
            max=40),
        "secret": common.field("secret", gettext("Your secret"), value="", required=True, max=20, autocomplete="off",
                               help=gettext("Six digits that you were given with the number.")),
    }  # fmt: skip
    errors = common.errors_of(refused)
    common.mark(fields.values(), errors)
    by_phone = "/follow/phone/" if codes.offered() else ""
    context = {**base(), "f": fields, "errors": errors, "action": "/follow/", "by_phone": by_phone}
    return render(request, "loop/lookup.html", context, status=refused.status if refused is not None else 200)
