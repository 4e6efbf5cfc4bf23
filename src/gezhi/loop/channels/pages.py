"""Channel rules on a page: what each channel asks, a form for one, the sheet out and in."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.sheets import csv_lines
from gezhi.loop.channels import names, service
from gezhi.loop.channels.service import COLUMNS, STAGES, VERB
from gezhi.loop.channels.shares import shares
from gezhi.loop.pages import common
from gezhi.loop.rules.channels import MOST_SIGN_OFFS
from gezhi.loop.store import below
from gezhi.loop.store.content import content

HERE, MOST_NAMES = "/desk/channels/", 100


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The channels with their rules."""
    actor = common.guard(request, "case.read")
    kept, may = content(), bool(actor.grants_for(VERB))
    roles = {row.pk: common.named(row) for row in below.roles()}
    rows = [
        {"code": row["code"], "name": common.code_name(kept, service.LIST, row["code"]),
         "sign_offs": int(row["sign_offs"]), "role": roles.get(row["sign_role"], row["sign_role"]),
         "public": row["public_reply"] == "yes", "limits": [_said(stage, row[stage]) for stage in STAGES if row[stage]],
         "verified": getattr(kept.codes[service.LIST][row["code"]], "verified", True),
         "url": f"{HERE}edit/?code={row['code']}" if may else ""}
        for row in service.rows()
    ]  # fmt: skip
    options = [(code, common.code_name(kept, service.LIST, code)) for code in kept.codes.get(service.LIST, {})]
    listed = [(names.unknown()[:MOST_NAMES], "unknown"), (names.mapped()[:MOST_NAMES], "mapped")] if may else []
    context: dict[str, Any] = {
        name: [{"id": row.pk, "name": row.shown, "count": row.count, "source": row.source, "at": row.last_at,
                "options": common.choices([("", gettext("not mapped")), *options], row.channel)} for row in found]
        for found, name in listed
    }  # fmt: skip
    context |= {"now": common.now(), "shares_url": f"{HERE}shares/", "rows": rows, "export_url": f"{HERE}export.csv",
                "import_url": f"{HERE}import/" if may else ""}  # fmt: skip
    return render(request, "loop/channels/list.html", context)


def _said(stage: str, text: str) -> str:
    amount, _, unit = text.partition(" ")
    return f"{pgettext('stage', stage)} {pgettext('amount', unit) % {'n': amount}}"


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The rules as a sheet that can be edited and brought back."""
    common.guard(request, "case.read")
    return sent(csv_lines(list(COLUMNS), ([row[name] for name in COLUMNS] for row in service.rows())), "channels.csv")


@require_POST
def map_name(request: HttpRequest, key: int) -> HttpResponse:
    """What a name of a source means, from now on; or that it is none of a channel, and is forgotten."""
    actor = common.guard(request, VERB)
    if request.POST.get("act") == "forget":
        names.forget_name(key, actor=actor, now=common.now())
        messages.success(request, gettext("The name is forgotten."))
        return HttpResponseRedirect(f"{HERE}#names")
    row = names.map_name(key, request.POST.get("channel", "")[:20], actor=actor, now=common.now())
    said = (
        gettext("“%(name)s” is mapped; it holds for what comes in from now on.")
        if row.channel
        else gettext("“%(name)s” is open again.")
    )
    messages.success(request, said % {"name": row.shown})
    return HttpResponseRedirect(f"{HERE}#names")


@require_GET
def by_month(request: HttpRequest) -> HttpResponse:
    """How many cases came by each channel, month by month; as a sheet with ?as=csv."""
    actor = common.guard(request, "case.read")
    found, kept = shares(actor, common.now()), content()
    rows: list[dict[str, Any]] = [
        {"name": common.code_name(kept, service.LIST, code), "code": code, "counts": list(by), "total": n,
         "share": share}
        for code, by, n, share in found.rows
    ]  # fmt: skip
    if request.GET.get("as") == "csv":
        head = [gettext("Code"), gettext("Channel"), *found.months, gettext("Sum"), "%"]
        lines = ([row["code"], row["name"], *row["counts"], row["total"], row["share"]] for row in rows)
        return sent(csv_lines(head, lines), "channel-shares.csv")
    context = {"rows": rows, "months": found.months, "totals": found.totals, "total": found.total,
               "csv_url": f"{HERE}shares/?as=csv", "crumbs": [{"label": gettext("Channel rules"), "url": HERE},
                                                              {"label": gettext("Shares by channel")}]}  # fmt: skip
    return render(request, "loop/channels/shares.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The rule of one channel."""
    actor = common.guard(request, VERB)
    code = request.GET.get("code", "")[:20]
    now = next((row for row in service.rows() if row["code"] == code), {"code": code})
    refused: Refused | None = None
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in COLUMNS}
        _, refused = common.attempt(lambda: service.edit_channel(values, actor=actor, now=common.now()))
        if refused is None:
            messages.success(request, gettext("The rules of the channel are saved; they hold for new steps."))
            return HttpResponseRedirect(HERE)
        now = values
    return _form(request, gettext("Rules of a channel"), _fields(now), refused, f"{HERE}edit/?code={code}")


def _fields(now: Mapping[str, str]) -> list[common.Field]:
    get = now.get
    roles = [("", gettext("Anybody who may review")), *((row.pk, common.named(row)) for row in service.signing_roles())]
    offs = [(str(n), str(n)) for n in range(MOST_SIGN_OFFS + 1)]
    how = gettext("An amount and a unit: minute, hour, workhour, workday or day. For ordinary and raised cases.")
    return [
        common.field("code", gettext("Code"), value=get("code", ""), required=True, max=20),
        common.field("name_zh", gettext("Chinese name"), value=get("name_zh", ""), required=True, max=120),
        common.field("name_en", gettext("English name"), value=get("name_en", ""), max=160),
        common.field("sign_offs", gettext("Further sign-offs"), "seg",
                     options=common.choices(offs, get("sign_offs", "0") or "0"),
                     help=gettext("Beyond the first review, each by another person.")),
        common.field("sign_role", gettext("Signed off by"), "select",
                     options=common.choices(roles, get("sign_role", ""))),
        common.field("public_reply", gettext("Answers in public, in words of their own"), "checkbox",
                     get("public_reply", "") in service.YES),
        *(common.field(stage, pgettext("stage", stage), value=get(stage, ""), max=20, placeholder="5 workday", help=how)
          for stage in STAGES),
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """The sheet brought back, whole or not at all."""
    actor = common.guard(request, VERB)
    refused: Refused | None = None
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or file.file is None:
            refused = Refused("field-missing", status=422, field="file", move=VERB)
        else:
            source = file.file
            count, refused = common.attempt(lambda: service.import_sheet(source, actor=actor, now=common.now()))
        if refused is None:
            messages.success(request, gettext("%(n)s channels changed.") % {"n": count})
            return HttpResponseRedirect(HERE)
    fields = [
        common.field("file", gettext("Spreadsheet"), "files", required=True, accept=".xlsx,.xls,.csv", limit_files=1,
                     icon="file-spreadsheet", button=gettext("Choose a file"),
                     help=gettext("The columns of the export. A channel that is not in it stays as it is.")),
    ]  # fmt: skip
    return _form(request, gettext("Import rules of channels"), fields, refused, f"{HERE}import/")


def _form(
    request: HttpRequest, title: str, fields: list[common.Field], refused: Refused | None, action: str
) -> HttpResponse:
    errors = common.errors_of(refused, "file")
    common.mark(fields, errors)
    context: dict[str, Any] = {
        "title": title, "fields": fields, "errors": errors, "action": action, "back": HERE,
        "key": common.fresh_key(), "submit": gettext("Save"),
        "crumbs": [{"label": gettext("Channel rules"), "url": HERE}, {"label": title}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused else 200)
