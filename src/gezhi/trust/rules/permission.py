"""Who may do what: grants, the actor who holds them, and the reason of a refusal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ANY = "*"  # the verb of the product itself, when a room acts by its own rules


@dataclass(frozen=True, slots=True)
class Grant:
    """What one post allows: verbs over a unit subtree, a matter branch, an area branch; an empty text sets no limit."""

    verbs: frozenset[str]
    unit_path: str
    matter: str
    area_path: str
    post: str
    role: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user of the office, a citizen, the holder of a link, or a room of the product itself."""

    kind: str
    id: str
    name: str
    unit_id: int | None
    unit_path: str
    grants: tuple[Grant, ...]
    language: str

    @staticmethod
    def system(room: str) -> "Actor":
        """The product acting by its own rules in the name of one room.

        >>> allowed(Actor.system("loop"), "case.close", unit_paths=["a.b"], matter="1", area_path="").role
        'system'
        """
        grant = Grant(frozenset({ANY}), "", "", "", f"system:{room}", "system")
        return Actor("system", room, room, None, "", (grant,), "")

    @property
    def key(self) -> str:
        """Kind and id in one text, unique among all actors."""
        return f"{self.kind}:{self.id}"

    def grants_for(self, verb: str) -> tuple[Grant, ...]:
        """The grants that name this verb, whatever their limits."""
        return tuple(grant for grant in self.grants if verb in grant.verbs or ANY in grant.verbs)


@dataclass(frozen=True, slots=True)
class Denial:
    """Why not: the post that came nearest and what it lacks: verb, unit, matter or area."""

    lacks: str
    post: str
    role: str
    unit_path: str

    @property
    def rule(self) -> str:
        """The post in one text, or `-` for somebody without any post.

        >>> Denial("unit", "7", "handler", "city.urban").rule
        'handler@city.urban#7'
        """
        return f"{self.role}@{self.unit_path or ANY}#{self.post}" if self.post else "-"


def within(path: str, branch: str) -> bool:
    """Whether a dotted path is the branch itself or lies under it; the empty branch is everything.

    >>> within("city.urban.east", "city.urban"), within("city.urbane", "city.urban"), within("x", ""), within("", "x")
    (True, False, True, False)
    """
    return not branch or path == branch or path.startswith(f"{branch}.")


def covers(grant: Grant, *, unit_paths: Sequence[str], matter: str, area_path: str) -> str:
    """What the grant lacks for this object (`unit`, `matter`, `area`), or an empty text when it covers it.

    Without unit paths the act is bound to no unit. An unknown matter or area is covered only by a grant without limit.

    >>> g = Grant(frozenset({"case.read"}), "city.urban", "01", "", "7", "handler")
    >>> covers(g, unit_paths=["city.urban.east"], matter="01.02", area_path="110101")
    ''
    >>> covers(g, unit_paths=["city.water"], matter="01.02", area_path="")
    'unit'
    >>> covers(g, unit_paths=["city.urban"], matter="", area_path="")
    'matter'
    """
    if unit_paths and not any(within(path, grant.unit_path) for path in unit_paths):
        return "unit"
    if not within(matter, grant.matter):
        return "matter"
    if not within(area_path, grant.area_path):
        return "area"
    return ""


def allowed(actor: Actor, verb: str, *, unit_paths: Sequence[str], matter: str, area_path: str) -> Grant | None:
    """The grant that allows the verb on an object of these units, this matter, this area; None when none does.

    >>> g = Grant(frozenset({"case.sign"}), "city.urban", "", "", "7", "handler")
    >>> a = Actor("user", "3", "Li", 5, "city.urban", (g,), "zh-hans")
    >>> allowed(a, "case.sign", unit_paths=["city.urban"], matter="", area_path="") is g
    True
    >>> allowed(a, "case.close", unit_paths=["city.urban"], matter="", area_path="") is None
    True
    """
    for grant in actor.grants:
        if (verb in grant.verbs or ANY in grant.verbs) and not covers(
            grant, unit_paths=unit_paths, matter=matter, area_path=area_path
        ):
            return grant
    return None


def why(actor: Actor, verb: str, *, unit_paths: Sequence[str], matter: str, area_path: str) -> Denial | None:
    """The nearest post and what it lacks, or None when the act is allowed.

    >>> g = Grant(frozenset({"case.sign"}), "city.urban", "", "", "7", "handler")
    >>> a = Actor("user", "3", "Li", 5, "city.urban", (g,), "zh-hans")
    >>> why(a, "case.sign", unit_paths=["city.water"], matter="", area_path="").lacks
    'unit'
    >>> why(a, "case.close", unit_paths=["city.urban"], matter="", area_path="").lacks
    'verb'
    """
    order = ("verb", "unit", "matter", "area")
    nearest = Denial("verb", "", "", "")
    reached = -1
    for grant in actor.grants:
        named = verb in grant.verbs or ANY in grant.verbs
        lacks = covers(grant, unit_paths=unit_paths, matter=matter, area_path=area_path) if named else "verb"
        if not lacks:
            return None
        if order.index(lacks) > reached:
            reached = order.index(lacks)
            nearest = Denial(lacks, grant.post, grant.role, grant.unit_path)
    return nearest


ADMINISTRATORS = ("sysadmin", "secadmin", "auditor")
CENTRE = frozenset({"operator", "dispatcher"})
HANDLING = frozenset({"handler", "unit_lead"})
JUDGING = frozenset({"callback", "evaluator", "supervisor"})
SMALL_OFFICE = "small_office"
STANDARD = "standard"


def conflict(roles: Iterable[str], profile: str) -> tuple[str, str] | None:
    """Two roles that one person may not hold together, or None.

    The three administrators always exclude one another. In the standard profile whoever handles neither takes in and
    dispatches nor judges the result; in a small office one person may.

    >>> conflict(["sysadmin", "auditor"], SMALL_OFFICE)
    ('auditor', 'sysadmin')
    >>> conflict(["dispatcher", "handler"], STANDARD), conflict(["dispatcher", "handler"], SMALL_OFFICE)
    (('dispatcher', 'handler'), None)
    """
    held = sorted(set(roles))
    for place, first in enumerate(held):
        for second in held[place + 1 :]:
            if first in ADMINISTRATORS and second in ADMINISTRATORS:
                return first, second
            pair = {first, second}
            if profile != SMALL_OFFICE and pair & HANDLING and pair & (CENTRE | JUDGING):
                return first, second
    return None
