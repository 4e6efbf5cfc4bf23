"""Who may see which cases: the rules of permission compiled into a WHERE clause, and the same rules for one row."""

from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Involvement
from gezhi.loop.store.below import units_under
from gezhi.loop.store.content import content
from gezhi.trust.rules import ANY, Actor, Grant, allowed

READ = "case.read"
RATING = ("case.accept", "case.dispatch", "case.callback", "case.supervise", "score.review")  # who may know a rating


def visible(actor: Actor, verb: str = READ) -> QuerySet[Case]:
    """The cases on which the actor may use a verb; reading includes what its units were once involved in.

    One deployment is one government with one root unit, so a grant over the root needs no clause at all.
    """
    rows = Case.objects.all()
    if actor.kind == "citizen":
        return rows.filter(requester_id=actor.id) if verb == READ else rows.none()
    grants = actor.grants_for(verb)
    if not grants:
        return rows.none()
    condition = Q(pk__in=[])
    for grant in grants:
        part = _where(grant, reading=verb == READ)
        if part is None:
            return rows
        condition |= part
    return rows.filter(condition)


def desk_of(actor: Actor) -> Q:
    """The cases for whose desk the actor takes in or dispatches: of these even confidential words may be searched."""
    if any(ANY in grant.verbs for grant in actor.grants):
        return Q(pk__isnull=False)  # an empty Q would vanish from an OR
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.verbs & {"case.accept", "case.dispatch"}:
            units = Q(desk__in=units_under(grant.unit_path)) if "." in grant.unit_path else Q(desk__isnull=False)
            condition |= units & _branches(grant)
    return condition


def rating_of(actor: Actor) -> Q:
    """The cases of whose rating the actor may know: those of desks that his posts take in, call back or watch for."""
    if any(ANY in grant.verbs for grant in actor.grants):
        return Q(pk__isnull=False)
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.verbs & set(RATING):
            units = Q(desk__in=units_under(grant.unit_path)) if "." in grant.unit_path else Q(desk__isnull=False)
            condition |= units & _branches(grant)
    return condition


def called_upon(actor: Actor) -> Q:
    """The cases to which one of the actor's roles was called, for the units, matters and areas of that post."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        part = _where(grant, reading=False) or Q()
        if grant.unit_path and "." in grant.unit_path:
            tasks = CaseClock.objects.filter(stage="task", finished_at=None, unit__in=units_under(grant.unit_path))
            part |= Q(pk__in=tasks.values("case")) & _branches(grant)
        condition |= part & Q(more__called__contains=[{"role": grant.role}])
    return condition


def _branches(grant: Grant) -> Q:
    """The branch of matters and the branch of areas of one grant."""
    part = Q()
    if grant.matter:
        part &= Q(matter__startswith=grant.matter.rpartition(".")[2])
    if grant.area_path:
        part &= Q(area__startswith=grant.area_path.rpartition(".")[2])
    return part


def _where(grant: Grant, *, reading: bool) -> Q | None:
    """The cases that one grant covers; None where it covers all."""
    parts: list[Q] = []
    if grant.unit_path and "." in grant.unit_path:
        units = units_under(grant.unit_path)
        parts.append(Q(lead__in=units) | Q(desk__in=units))
        if reading:
            involved = Involvement.objects.filter(unit__in=units).values("case")
            parts[-1] |= Q(pk__in=involved)
    elif grant.unit_path:
        parts.append(Q())  # the root of the tree: every unit of this deployment
    parts.append(_branches(grant))
    whole = Q()
    for part in parts:
        whole &= part
    return whole or None


def may(actor: Actor, verb: str, case: Case, *, paths: list[str]) -> Grant | None:
    """The grant that allows a verb on one case, `paths` being the units that count for it."""
    kept = content()
    return allowed(
        actor, verb, unit_paths=paths, matter=kept.matter_path(case.matter), area_path=kept.area_path(case.area)
    )


def readable(actor: Actor, case: Case) -> bool:
    """Whether one case may be read: the very query of the lists, asked for one row."""
    if any(ANY in grant.verbs for grant in actor.grants):
        return True
    return visible(actor).filter(pk=case.pk).exists()


def get_visible(actor: Actor, case_id: UUID | str) -> Case:
    """One case with its units and requester, or 404: what one may not see is as if it were not there."""
    case = visible(actor).select_related("lead", "desk", "requester", "owner", "complained").filter(pk=case_id).first()
    if case is None:
        raise Refused("case-not-found", status=404)
    return case
