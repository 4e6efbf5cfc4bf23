"""A day compared with a platform: their list against ours, and the pieces that did not get through."""

from datetime import date, datetime, time, timedelta

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner, PartnerCase
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.adapters import Later
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.kinds.upstream.adapter import Upstream, line_of
from gezhi.loop.partners.kinds.upstream.carriers import Line, carrier_of
from gezhi.loop.partners.rules.comparing import Compared, Ours, compared
from gezhi.loop.partners.rules.wording import heard

DAY = timedelta(days=1)


def partner_of(code: str) -> Partner:
    """Raises partner-unknown (404), upstream-kind for a partner of another kind."""
    partner = partners.partner(code)
    if partner is None:
        raise Refused("partner-unknown", status=404, partner=code[:40])
    if partner.kind != Upstream.kind:
        raise Refused("upstream-kind", status=422, partner=partner.code, kind=partner.kind)
    return partner


def reconcile(partner: Partner, day: date) -> Compared:
    """Compare a day. Raises upstream-no-list where they cannot be asked now."""
    line = line_of(partner)
    since = datetime.combine(day, time(), line.how.zone)
    theirs = _list(line, day)
    mine = [_ours(link, line) for link in store.links_between(partner, since, since + DAY)]
    known = {link.number: _ours(link, line) for link in store.links_numbered(partner, theirs)}
    beside: set[str] = set()
    if {one.number for one in mine} - set(theirs):
        for near in (day - DAY, day + DAY):
            beside |= set(_list(line, near, needed=False))
    return compared(theirs, mine, known, beside=beside, left=store.left(partner))


def _list(line: Line, day: date, *, needed: bool = True) -> dict[str, str]:
    """Their numbers of a day with their states; a number that stands there twice has its last state."""
    found: dict[str, str] = {}
    try:
        for record in carrier_of(line).roll(line, day):
            said = heard({**record}, line.how)
            if said["act"] in ("order", "state"):
                found[said["number"]] = str(said.get("state", ""))
    except Later as later:
        if needed:
            raise Refused("upstream-no-list", partner=line.partner.code, day=str(day), why=later.code) from later
    return found


def _ours(link: PartnerCase, line: Line) -> Ours:
    return Ours(link.number, link.case.number, link.case.state, line.how.told.get(link.case.state) or link.told)
