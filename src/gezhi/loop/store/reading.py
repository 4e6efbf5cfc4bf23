"""Everything that a case page shows, a fixed number of statements whatever the length of the story."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps

from gezhi.loop.models import Attachment, Case, CaseClock, Step
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.store import below


def steps(case: Case) -> list[Step]:
    return list(Step.objects.filter(case=case).select_related("text").order_by("no"))


def clocks(case: Case) -> list[CaseClock]:
    return list(CaseClock.objects.filter(case=case).order_by("started_at", "pk"))


def files(case: Case) -> list[Attachment]:
    return list(Attachment.objects.filter(case=case).order_by("created_at", "pk"))


def secondaries(case: Case) -> list[Case]:
    return list(Case.objects.filter(main=case).select_related("requester").order_by("pk")[:100])


def units_named(rows: Sequence[Step], snap: Snapshot) -> dict[int, Any]:
    """Every unit that steps, tasks or clocks mention."""
    keys: set[int | None] = {snap.lead, snap.first_unit, *(task.unit for task in snap.tasks)}
    keys |= {clock.unit for clock in snap.clocks}
    for step in rows:
        keys |= {step.unit, step.facts.get("unit"), step.facts.get("proposed")}
        keys |= {*step.facts.get("assisting", ()), *step.facts.get("units", ())}
    found: dict[int, Any] = below.named(below.units(), keys)
    return found


def people_named(rows: Sequence[Step]) -> dict[str, str]:
    """Names of the people of the office who acted, by their key."""
    keys = {int(step.actor) for step in rows if step.actor_kind == "user" and step.actor.isdigit()}
    keys |= {int(who.rpartition(":")[2]) for step in rows if (who := step.facts.get("user"))}
    return {str(key): row.display_name for key, row in below.named(below.users(), keys).items()}


def reveals(case: Case) -> list[dict[str, Any]]:
    """Who looked at the requester's identity for this case, newest first."""
    rows = apps.get_model("trust", "Reveal")._default_manager.filter(case_id=case.pk).select_related("unit")
    return [
        {
            "acted_at": row.acted_at,
            "purpose": row.purpose,
            "fields": row.fields,
            "unit": row.unit,
            "actor": row.actor_id,
        }
        for row in rows.order_by("-acted_at")[:100]
    ]


def by_token(digest: bytes) -> Case | None:
    return Case.objects.select_related("lead", "desk", "requester").filter(token_hash=digest).first()


def by_number_secret(number: str, digest: bytes) -> Case | None:
    rows = Case.objects.select_related("lead", "desk", "requester")
    return rows.filter(number=number, secret_hash=digest).first()
