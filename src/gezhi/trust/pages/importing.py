"""Units and users from a spreadsheet: tried first, the reasons per row, then imported."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.trust import service
from gezhi.trust.pages.common import attempt, errors_of, guard, now

LARGEST = 20 * 1024 * 1024


@require_http_methods(["GET", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    """Units from a file."""
    return _page(request, "unit.edit", "units")


@require_http_methods(["GET", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    """Users from a file."""
    return _page(request, "user.edit", "users")


def _page(request: HttpRequest, verb: str, what: str) -> HttpResponse:
    actor = guard(request, verb)
    run = service.import_units if what == "units" else service.import_users
    context: dict[str, object] = {"what": what, "back": f"/office/{what}/"}
    if request.method == "GET":
        return render(request, "trust/import.html", context)
    dry_run = "try" in request.POST
    file = request.FILES.get("file")

    def act() -> service.Report:
        if file is None or file.file is None or (file.size or 0) > LARGEST:
            raise Refused("file-wanted", status=422, megabytes=LARGEST // 1024 // 1024)
        return run(file.file, dry_run=dry_run, actor=actor, now=now())

    report, refused = attempt(act)
    if refused is not None:
        context["errors"] = errors_of(refused, "file")
        return render(request, "trust/import.html", context, status=refused.status)
    assert report is not None
    if not dry_run and not report.rejected:
        text = gettext("%(created)s added, %(changed)s changed.")
        messages.success(request, text % {"created": report.created, "changed": report.changed})
        return HttpResponseRedirect(f"/office/{what}/")
    rejected = [{"row": number, "why": sentence(why)} for number, why in report.rejected]
    return render(request, "trust/import.html", {**context, "report": report, "rejected": rejected, "tried": dry_run})
