"""Units, users and posts from a spreadsheet: tried first, the reasons per row, then imported."""

import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.kit.sheets import write_xlsx
from gezhi.trust import service
from gezhi.trust.pages.common import attempt, errors_of, guard, now
from gezhi.trust.service.importing import POST_SHEET, USER_COLUMNS

LARGEST = 20 * 1024 * 1024
WAITING = "posts_waiting"  # in the session: rows of user names, roles and units


@require_http_methods(["GET", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    """Units from a file."""
    return _page(request, "unit.edit", "units")


@require_http_methods(["GET", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    """Users from a file."""
    return _page(request, "user.edit", "users")


@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest) -> HttpResponse:
    """Posts from a file, as the sheet of users left them or made by hand."""
    return _page(request, "role.edit", "posts")


RUNS = {"units": service.import_units, "users": service.import_users, "posts": service.import_posts}


def _page(request: HttpRequest, verb: str, what: str) -> HttpResponse:
    actor = guard(request, verb)
    context: dict[str, object] = {"what": what, "back": "/office/units/" if what == "units" else "/office/users/"}
    if request.method == "GET":
        return render(request, "trust/import.html", context)
    dry_run = "try" in request.POST
    file = request.FILES.get("file")

    def act() -> service.Report:
        if file is None or file.file is None or (file.size or 0) > LARGEST:
            raise Refused("file-wanted", status=422, megabytes=LARGEST // 1024 // 1024)
        return RUNS[what](file.file, dry_run=dry_run, actor=actor, now=now())

    report, refused = attempt(act)
    if refused is not None:
        context["errors"] = errors_of(refused, "file")
        return render(request, "trust/import.html", context, status=refused.status)
    assert report is not None
    if what == "users" and not dry_run:
        request.session[WAITING] = report.waiting
    if not dry_run and not report.rejected and not report.waiting:
        messages.success(request, _said(what, report))
        return HttpResponseRedirect(str(context["back"]))
    rejected = [{"row": number, "why": sentence(why)} for number, why in report.rejected]
    more = {"report": report, "rejected": rejected, "tried": dry_run, "waiting": len(report.waiting)}
    return render(request, "trust/import.html", {**context, **more})


def _said(what: str, report: service.Report) -> str:
    if what == "posts":
        return gettext("%(posts)s posts given.") % {"posts": report.posts}
    return gettext("%(created)s added, %(changed)s changed.") % {"created": report.created, "changed": report.changed}


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The posts that the last sheet of users named, as a sheet for the security administrator."""
    guard(request, "user.edit")
    rows = request.session.get(WAITING) or []
    if not rows:
        raise Refused("no-posts-waiting", status=404)
    out = io.BytesIO()
    chinese = (get_language() or "").startswith("zh")
    header = [
        next(word for word in USER_COLUMNS[column] if not word.isascii()) if chinese else column
        for column in POST_SHEET
    ]
    write_xlsx(out, (gettext("Posts"), header, rows))
    return sent(out.getvalue(), "posts.xlsx")
