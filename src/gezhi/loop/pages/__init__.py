"""Pages of the loop for the desk and for citizens, and its sections in the bar at the top."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit import navigation
from gezhi.kit.navigation import Item
from gezhi.loop.calls import use as telephone
from gezhi.trust import service as trust
from gezhi.trust.rules import Actor


def sections(request: HttpRequest) -> Iterator[Item]:
    """The links of this room that the person may follow."""
    try:
        actor = trust.actor_from_request(request)
    except Refused:
        return
    if actor.grants_for("case.read"):
        yield Item(gettext("Worklist"), "/desk/", 100, icon="list-check", searches=True)
        polled = "/desk/notices/count/"
        yield Item(gettext("Notices"), "/desk/notices/", 105, icon="bell", place="bell", polls=polled)
    if actor.grants_for("case.answer"):
        ring = "/desk/calls/ring/" if telephone.in_use() else ""
        yield Item(gettext("Call"), "/desk/call/", 110, icon="phone-call", ring=ring)
    yield from telephone.sections(actor)
    if actor.grants_for("case.callback"):
        yield Item(gettext("Call-backs"), "/desk/callbacks/", 116, icon="phone-call")
    if actor.grants_for("case.supervise") or actor.grants_for("case.supervise_answer"):
        yield Item(gettext("Supervision"), "/desk/supervision/", 117, icon="alert-triangle", place="menu")
    if any(actor.grants_for(f"case.{move}") for move in ("instruct", "instruct_ask", "instruct_answer")):
        place = "bar" if actor.grants_for("instruct.own") else "menu"
        yield Item(gettext("Instructions"), "/desk/instructions/", 117, icon="pencil", place=place)
    if actor.grants_for("mark.set") or actor.grants_for("mark.confirm") or actor.grants_for("mark.decide"):
        yield Item(gettext("Marked numbers"), "/desk/marks/", 119, icon="flag", place="menu")
    if actor.grants_for("public.decide"):
        yield Item(gettext("Public cases"), "/desk/public/", 119, icon="eye", place="menu")
    if actor.grants_for("import.run"):
        yield Item(gettext("Import cases"), "/desk/import/", 120, icon="file-spreadsheet")
    yield from _field(actor)
    yield from _together(actor)
    yield from _papers(actor)
    yield from _beside(actor)
    yield from _privacy(actor)


def _field(actor: Actor) -> Iterator[Item]:
    """Work in the field: one's own on the phone, and what was asked of others."""
    if actor.grants_for("field.do"):
        yield Item(gettext("Field work"), "/field/", 90, icon="map-pin")
    if actor.grants_for("field.ask"):
        yield Item(gettext("Looks at places"), "/desk/field/", 118, icon="map-pin", place="menu", exact=True)
    if actor.grants_for("field.plan"):
        yield Item(gettext("Visits"), "/desk/field/visits/", 118, icon="home", place="menu")


def _together(actor: Actor) -> Iterator[Item]:
    """What units do for each other, and what rests."""
    if actor.grants_for("case.task_done") or actor.grants_for("case.task"):
        yield Item(gettext("Assisting"), "/desk/tasks/", 118, icon="users", place="menu")
    if actor.grants_for("link.approve"):
        yield Item(gettext("Links handed out"), "/desk/links/", 118, icon="link", place="menu")
    if actor.grants_for("case.hangup_review") or actor.grants_for("case.hangup_ask"):
        yield Item(gettext("Hang-ups"), "/desk/hangups/", 119, icon="clock", place="menu")


def _papers(actor: Actor) -> Iterator[Item]:
    """What the work goes by, and what is written of it."""
    if actor.grants_for("score.read"):
        yield Item(gettext("Scores"), "/desk/scores/", 200, icon="scale")
    if actor.grants_for("report.make") or actor.grants_for("score.read"):
        yield Item(gettext("Reports"), "/desk/documents/reports/", 210, icon="file-text", place="menu")
    if actor.grants_for("document.template.put"):
        yield Item(gettext("Document templates"), "/desk/documents/", 315, icon="file-text", place="menu")
    if actor.grants_for("case.read"):
        yield Item(gettext("Ready texts"), "/desk/replies/", 305, icon="books", place="menu")
        yield Item(gettext("Dispatch catalogue"), "/desk/catalogue/", 300, icon="books")
        yield Item(gettext("Township duties"), "/desk/duties/", 305, icon="books", place="menu")
    if actor.grants_for("case.dispatch"):
        yield Item(gettext("Load of the units"), "/desk/load/", 306, icon="scale", place="menu")
    if actor.grants_for("case.read") or actor.grants_for("calendar.edit"):
        yield Item(gettext("Matters"), "/desk/matters/", 310, icon="tag", place="menu")
        yield Item(gettext("Channel rules"), "/desk/channels/", 312, icon="scale", place="menu")
        yield Item(gettext("Calendar"), "/desk/calendar/", 320, icon="calendar", place="menu")


def _beside(actor: Actor) -> Iterator[Item]:
    """The systems beside ours, and the letters that came by one of them."""
    if actor.grants_for("mail.decide"):
        yield Item(gettext("Letters"), "/desk/letters/", 117, icon="file-text", place="menu")
    if actor.grants_for("telling.edit"):
        yield Item(gettext("Texts to citizens"), "/desk/tellings/", 306, icon="books", place="menu")
    if actor.grants_for("partner.edit"):
        place = "menu" if actor.grants_for("case.read") else "bar"
        yield Item(gettext("Partners"), "/desk/partners/", 313, icon="books", place=place)


def _privacy(actor: Actor) -> Iterator[Item]:
    """How long what is kept; in the bar of administrators, who have little else there."""
    office = {grant.role for grant in actor.grants} <= {"sysadmin", "secadmin", "auditor"}
    if actor.grants_for("person.decide"):
        yield Item(
            gettext("Requests about own data"), "/desk/person/", 118, icon="user", place="bar" if office else "menu"
        )
    if actor.grants_for("triage.read"):
        yield Item(
            gettext("Quality of suggestions"),
            "/desk/model/",
            845 if office else 210,
            icon="scale",
            place="bar" if office else "menu",
        )
    if actor.grants_for("retention.read"):
        yield Item(gettext("Retention"), "/desk/retention/", 846, icon="trash", place="bar" if office else "menu")


navigation.offer("loop", sections)
