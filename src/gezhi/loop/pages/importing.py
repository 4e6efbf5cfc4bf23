"""Importing cases in four steps: a file, its columns, a trial, the import; with its batches and the way back."""

import io
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.loop import tasks
from gezhi.loop.importing import background, mappings, service, store
from gezhi.loop.importing.access import batch_for, seen_by
from gezhi.loop.importing.columns import fields
from gezhi.loop.importing.dues import VERDICTS, has_dues, summed
from gezhi.loop.importing.rejected import opened, reason, write_rejects
from gezhi.loop.importing.rules import MODES
from gezhi.loop.importing.running import Options, SheetView
from gezhi.loop.importing.undoing import undo_batch
from gezhi.loop.models import Batch
from gezhi.loop.pages import common, worklist
from gezhi.loop.store import below
from gezhi.loop.store.visible import READ
from gezhi.loop.store.worklist import Wish, count
from gezhi.trust.rules import Actor

ADDRESS = "/desk/import/"
ZONES = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "UTC", "America/New_York", "Europe/London")
VERB = "import.run"
RECENT = 20
SHOWN = 6
ALL = 1_000
AT_ONCE = 1_000  # a batch up to this size is undone while the person waits
BUSY = ("checking", "waiting", "running", "undoing")
LIGHTS = {"done": "done", "failed": "late", "undone": "ok", "checked": "due", "draft": "ok"}


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Choose a file, or go on with a batch."""
    actor = common.guard(request, VERB)
    refused: Refused | None = None
    if request.method == "POST":
        batch, refused = common.attempt(lambda: take(request, actor))
        if batch is not None:
            return HttpResponseRedirect(f"{ADDRESS}{batch.pk}/")
    accept = ".xlsx,.xls,.csv,.tsv,.txt,.gz,.htm,.html"
    what = gettext("Excel (.xlsx, .xls), CSV or HTML tables, in UTF-8, UTF-16 or GB18030; also compressed as .gz.")
    file = common.field(
        "file", gettext("Spreadsheet"), "files", required=True, accept=accept, icon="file-spreadsheet", limit_files=1,
        limit_mb=256, button=gettext("Choose a file"), help=what,
    )  # fmt: skip
    errors = common.errors_of(refused, "file")
    for error in errors:
        error["name"] = "file"
    common.mark([file], errors)
    context = {
        "steps": steps(1), "file": file, "errors": errors, "key": common.fresh_key(),
        "batches": [line(row) for row in store.batches().filter(seen_by(actor))[:RECENT]],
    }  # fmt: skip
    return render(request, "loop/import.html", context, status=refused.status if refused is not None else 200)


def take(request: HttpRequest, actor: Actor) -> Batch:
    """The file of the form as a draft."""
    file = request.FILES.get("file")
    if file is None or file.file is None:
        raise Refused("import-file-missing", status=422, field="file")
    return background.upload(file.file, file.name or "", Options(), actor=actor, now=common.now())


def steps(now: int) -> list[dict[str, str]]:
    labels = (gettext("Choose a file"), gettext("Columns"), gettext("Trial"), gettext("Import"))
    return [
        {"label": label, "state": "done" if no < now else "now" if no == now else "later"}
        for no, label in enumerate(labels, start=1)
    ]


def line(batch: Batch) -> dict[str, Any]:
    """A batch in the list."""
    return {
        "id": batch.pk, "url": f"{ADDRESS}{batch.pk}/", "name": batch.file_name, "at": batch.created_at,
        "who": batch.created_by.display_name if batch.created_by else gettext("Command line"),
        "created": f"{batch.created:,}", "rejected": f"{batch.rejected:,}", "light": LIGHTS.get(batch.state, "wait"),
        "state": pgettext("batch", batch.state),
    }  # fmt: skip


@require_GET
def page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch where it stands; while it works, only its progress (asked for again by htmx)."""
    actor = common.guard(request, VERB)
    batch = batch_for(actor, batch_id)
    context = shown(batch, actor, every="all" in request.GET)
    if request.headers.get("HX-Request") and batch.state in BUSY:
        return render(request, "loop/parts/import_progress.html", context)
    response = render(request, "loop/import_batch.html", context)
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


def shown(batch: Batch, actor: Actor, *, every: bool) -> dict[str, Any]:
    stalled = batch.state != "undoing" and background.stalled(batch, common.now())  # the worker takes that up itself
    busy = batch.state in BUSY and not stalled
    over = batch.state in ("done", "undone", "undoing")
    views = background.views_of(batch)
    sheet = next((view for view in views if view.usable), views[0] if views else None)
    rejects = [
        {"row": reject.row, "sheet": reject.sheet, "why": reason(reject)}
        for reject in opened(batch, ALL if every else SHOWN)
    ]
    at = 4 if over or batch.state in ("waiting", "running") else 3 if batch.state in ("checked", "checking") else 2
    return {
        "b": batch, "url": f"{ADDRESS}{batch.pk}/", "steps": steps(5 if over else at), "busy": busy, "over": over,
        "stalled": stalled, "progress": background.progress_of(batch),
        "state": pgettext("batch", batch.state), "sheet": sheet,
        "sheet_names": [view.name for view in views if view.usable and view.name],
        "left_out": [view.name for view in views if not view.usable and view.name],
        "columns": columns(sheet, batch) if sheet else [], "known": len(sheet.fields) if sheet else 0,
        "modes": common.choices([(mode, pgettext("import-mode", mode)) for mode in MODES], batch.mode),
        "rejects": rejects, "more": max(0, batch.rejected - len(rejects)), "error": error_of(batch),
        "may_undo": bool(actor.grants_for("import.undo")) and batch.state == "done", **way_back(actor),
        "missing": missing(batch),
        "todo": batch.created + batch.updated,
        "said": {name: f"{getattr(batch, name) or 0:,}" for name in (*service.COUNTS, "total")}
        | {"todo": f"{batch.created + batch.updated:,}"},
        **read_with(batch), "dues": dues(batch) if batch.state == "done" else [],
        "ready": batch.state == "checked", "editable": batch.state in background.EDITABLE,
        "seconds": max(5, batch.created // 300), "made": made(batch, actor) if batch.state == "done" else [],
        "key": common.fresh_key(),
    }  # fmt: skip


def way_back(actor: Actor) -> dict[str, Any]:
    """Whether this person may take a batch back, and who else may: the roles that hold the right."""
    own = bool(actor.grants_for("import.undo"))
    roles = [] if own else below.roles().filter(verbs__verb="import.undo").order_by("pk")
    return {"may_take_back": own, "undoers": gettext(", ").join(common.named(role) for role in roles)}


def missing(batch: Batch) -> list[dict[str, Any]]:
    """The names of units and matters in the sheet that the trial did not find, by field."""
    found = background.missing_of(batch) if batch.state == "checked" else {}
    return [{"label": pgettext("import-field", name), "words": words} for name, words in found.items()]


def made(batch: Batch, actor: Actor) -> list[dict[str, str]]:
    """The lists of the cases that a batch has made, those that are open and those that have ended."""
    wishes = [Wish(tab=tab, batch=batch.pk) for tab in ("open", "ended")]
    found = [(wish, count(actor, wish, common.now(), verb=READ, most=common.MOST)) for wish in wishes]
    return [
        {"url": worklist.address(wish), "label": pgettext("tab", wish.tab), "count": common.count_words(number)}
        for wish, number in found
        if number
    ]


def read_with(batch: Batch) -> dict[str, Any]:
    """The saved mappings to choose from, and the zone in which times without one are taken."""
    names = [(one.name, one.name) for one in mappings.listed()]
    kept = service.options_of(batch)
    return {
        "mappings": common.choices(names, background.used(batch)), "zone": kept.zone,
        "usual_zone": (kept.saved.zone if kept.saved else "") or settings.TIME_ZONE, "zones": ZONES,
    }  # fmt: skip


def dues(batch: Batch) -> list[dict[str, Any]]:
    """How the cases stand to the due times that their source gave; nothing where it gave none."""
    if not has_dues(batch):
        return []
    found = summed(store.given_dues(batch.pk, common.now()))
    rows = [(pgettext("import-due", name), getattr(found, name)) for name in VERDICTS]
    rows += [(pgettext("import-due", why), count) for why, count in found.apart.items()]
    if found.compared:
        said = gettext("As the source says: %(equal)s of %(compared)s; differing")
        label = said % {"equal": f"{found.equal:,}", "compared": f"{found.compared:,}"}
        rows.append((label, found.compared - found.equal))
    return [{"label": label, "count": f"{count:,}"} for label, count in rows]


def error_of(batch: Batch) -> str:
    if not batch.error:
        return ""
    return sentence(Refused(batch.error, **dict(batch.mapping.get("facts", {}))))


def columns(sheet: SheetView, batch: Batch) -> list[dict[str, Any]]:
    """The columns of the sheet with an example and the choice of what each holds."""
    names = [(name, pgettext("import-field", name)) for name in fields()]
    matched = batch.mapping.get("matched", {})
    found = []
    for no, (name, example, held) in enumerate(sheet.columns()):
        share = matched.get("matter" if held.startswith("matter") else held) if held else None
        found.append({
            "id": f"column-{no}", "name": name, "example": example, "held": held,
            "said": pgettext("import-field", held) if held else gettext("Kept beside the case"),
            "options": common.choices(names, held),
            "share": f"{share[0]}/{share[1]}" if share else "", "left": share[1] - share[0] if share else 0,
        })  # fmt: skip
    return found


@require_POST
def settle(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take the mapping and try the file with it."""
    actor = common.guard(request, VERB)
    batch = batch_for(actor, batch_id)
    sheet = next((view for view in background.views_of(batch) if view.usable), None)
    views = [sheet] if sheet else background.views_of(batch)[:1]
    wishes = wished(request, views[0]) if views else {}
    mode = request.POST.get("mode", batch.mode)
    clocks = request.POST.get("start_clocks") == "1"
    batch, refused = common.attempt(  # type: ignore[assignment]  # on refusal the page says so and nothing else
        lambda: background.settle(
            batch_id,
            wishes,
            mode,
            start_clocks=clocks,
            zone=request.POST.get("zone", ""),
            use=request.POST.get("use", background.used(batch)),
            actor=actor,
            now=common.now(),
        )
    )
    if refused is not None:
        messages.error(request, sentence(refused))
    elif background.path_of(batch).stat().st_size <= background.QUICK:
        background.check(batch, actor=actor, now=common.now())
    else:
        batch.state = "checking"
        store.save_batch(batch, "state")
        defer(batch, "check", actor)
    return HttpResponseRedirect(f"{ADDRESS}{batch_id}/")


def wished(request: HttpRequest, sheet: SheetView) -> dict[str, str]:
    """Field → column name as chosen; a field chosen for no column is left out, whatever its name suggests."""
    wishes = dict.fromkeys(fields(), "")
    for no, (name, _, _) in enumerate(sheet.columns()):
        held = request.POST.get(f"column-{no}", "")
        if held in wishes:
            wishes[held] = name
    return wishes


def defer(batch: Batch, what: str, actor: Actor) -> None:
    """Hand the work to the worker."""
    tasks.import_batch.defer(batch=batch.pk, what=what, user=int(actor.id) if actor.kind == "user" else None)


@require_POST
def save(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Keep the mapping under a name for files with the same columns."""
    actor = common.guard(request, VERB)
    batch = batch_for(actor, batch_id)
    sheet = next((view for view in background.views_of(batch) if view.usable), None)
    if sheet is not None:
        saved = service.options_of(batch).mapping_for(sheet, request.POST.get("name", ""))
        _, refused = common.attempt(lambda: mappings.keep(saved, actor=actor, now=common.now()))
        if refused is not None:
            messages.error(request, sentence(refused))
        else:
            messages.success(request, gettext("Kept. Files with these columns are read this way from now on."))
    return HttpResponseRedirect(f"{ADDRESS}{batch_id}/")


@require_POST
def start(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Run the batch in the background; the page may be left."""
    actor = common.guard(request, VERB)
    batch_for(actor, batch_id)
    batch, refused = common.attempt(lambda: background.start(batch_id, actor=actor, now=common.now()))
    if refused is not None:
        messages.error(request, sentence(refused))
    elif batch is not None:
        defer(batch, "run", actor)
    return HttpResponseRedirect(f"{ADDRESS}{batch_id}/")


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take the batch back, after asking once more."""
    actor = common.guard(request, "import.undo")
    batch = batch_for(actor, batch_id)
    if batch.state == "undone":
        messages.info(request, sentence(Refused("batch-undone", batch=batch_id)))
        return HttpResponseRedirect(f"{ADDRESS}{batch_id}/")
    if request.method == "GET":
        said = ngettext("%(n)s imported case is voided, its number is free again.",
                        "%(n)s imported cases are voided, their numbers are free again.", batch.created)  # fmt: skip
        then = gettext("Cases that somebody has worked on stay as they are and are named.")
        context = {
            "title": gettext("Take the import back"), "action": f"{ADDRESS}{batch_id}/undo/", "grave": True,
            "verb": gettext("Take it back"), "back": f"{ADDRESS}{batch_id}/", "key": common.fresh_key(),
            "sentence": f"{batch.file_name}\n{said % {'n': f'{batch.created:,}'}} {then}",
        }  # fmt: skip
        return render(request, "gezhi/confirm.html", context)
    if batch.created > AT_ONCE:
        background.undo(batch_id, actor=actor)
        defer(batch, "undo", actor)
        return HttpResponseRedirect(f"{ADDRESS}{batch_id}/")
    done = undo_batch(batch_id, actor=actor, now=common.now())
    messages.success(request, gettext("Taken back: %(n)s cases voided.") % {"n": f"{done.undone:,}"})
    if done.kept:
        numbers = gettext(", ").join(done.numbers[:10])
        messages.warning(request, gettext("%(n)s cases stay because somebody worked on them: %(numbers)s") % {
            "n": f"{done.kept:,}", "numbers": numbers})  # fmt: skip
    return HttpResponseRedirect(f"{ADDRESS}{batch_id}/")


@require_GET
def rejects(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The refused rows with their reasons, to mend and import again."""
    actor = common.guard(request, VERB)
    batch = batch_for(actor, batch_id)
    if not batch.rejected:
        return HttpResponseRedirect(f"{ADDRESS}{batch_id}/")
    out = io.BytesIO()
    write_rejects(batch, out)
    return sent(out.getvalue(), f"import-{batch.pk}-rejected.xlsx")
