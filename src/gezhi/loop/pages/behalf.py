"""Reporting for somebody of the family, in forms and on pages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.rules.behalf import NAME_MOST, PHONE_MOST, RELATIONS
from gezhi.loop.service.behalf import behalf_token, concerned


def typed(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says of whom it is for; a name without a relation is somebody of the family all the same."""
    said = {name: form.get(name, "").strip() for name in ("behalf", "behalf_name", "behalf_phone")}
    if not said["behalf"] and (said["behalf_name"] or said["behalf_phone"]):
        said["behalf"] = "other"
    return said


def fields(form: Mapping[str, str]) -> dict[str, common.Field]:
    """The fields for it."""
    relations = [(code, pgettext("relation", code)) for code in RELATIONS]
    return {
        "behalf": common.field("behalf", gettext("Who is it for?"), "select", form.get("behalf", ""),
                               options=common.choices(relations, form.get("behalf", "")), blank=gettext("For myself"),
                               help=gettext("You stay the one who reports: give your name and phone below.")),
        "behalf_name": common.field("behalf_name", gettext("Name of the person concerned"),
                                    value=form.get("behalf_name", ""), max=NAME_MOST, autocomplete="off"),
        "behalf_phone": common.field("behalf_phone", gettext("Phone of the person concerned"), "tel",
                                     form.get("behalf_phone", ""), max=PHONE_MOST, autocomplete="off"),
    }  # fmt: skip


def shared(case: Case, base: str = "") -> dict[str, Any] | None:
    """Whom a case is for and the link for that person, as who reported it sees them."""
    found = concerned(case)
    if found is None:
        return None
    link = f"/f/{behalf_token(case.pk)}/"
    return {"name": found.name, "relation": pgettext("relation", found.relation), "url": link, "link": base + link}
