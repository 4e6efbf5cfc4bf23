"""The kind `upstream`: a platform's records come in and become cases and steps; it hears where its cases stand.

Wishes: mapping (file of words), place (address or folder), unit (code of our unit that a platform below ours answers
for), every (minutes between two looks), other (the key of the other site of a ferry). Secrets: token, dsn.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.adapters import Arrived, Ask, Done, Later, Note, Told
from gezhi.loop.partners.kinds.upstream import store, taking
from gezhi.loop.partners.kinds.upstream.carriers import Line, Record, carrier_of
from gezhi.loop.partners.kinds.upstream.ferry import words
from gezhi.loop.partners.kinds.upstream.ferry.carrier import READY
from gezhi.loop.partners.kinds.upstream.files import wording_of
from gezhi.loop.partners.kinds.upstream.said import values_of, wished
from gezhi.loop.partners.rules.wording import heard, said
from gezhi.loop.partners.service.keeping import secrets_of
from gezhi.trust.rules import Actor
from gezhi.trust.rules.chain import canonical_json

EARLY = "partner-number-unknown"  # what came before its case is worked again once the case is here
PATIENCE = timedelta(days=3)  # after that a person decides
DECISIONS = ("decline", "postpone_decide", "hangup_decide")


class Upstream:
    """A platform above or below ours: by HTTP, a folder of workbooks, exchange tables, or files carried over."""

    kind = "upstream"
    asks = (
        Ask("mapping", required=True), Ask("place"), Ask("unit"), Ask("every", "number"), Ask("token", "secret"),
        Ask("dsn", "secret"), Ask("other"),
    )  # fmt: skip

    def checked(self, partner: Partner, secrets: Mapping[str, str]) -> None:
        """Raises mapping-missing, mapping-wrong or upstream-place (422)."""
        line = Line(partner, wording_of(partner), secrets)
        carrier_of(line).checked(line)

    def hears(self, partner: Partner, told: Told) -> Iterable[Note]:
        facts = told.facts
        if partner.wishes.get("other") and (line := line_of(partner)).how.carrier == "ferry":
            yield from words.hears(line, told)
            return
        if partners.link_of(partner, told.case) is None:
            return
        try:
            how = wording_of(partner)
        except Refused:  # its file is broken just now: what it is to hear waits, and is put in its words when it goes
            if facts.get("state") != facts.get("source"):
                yield Note(f"e{told.event}", "status", told.case, {"state": facts["state"], "step": facts.get("step")})
            return
        ask = wished(str(facts.get("move")), told.case, facts, how.zone) if facts.get("move") in DECISIONS else None
        if ask is not None and ask["about"] in how.asks:
            yield Note(f"a{told.event}", "ask", told.case, ask)
        if facts.get("state") in how.told and facts.get("state") != facts.get("source"):
            yield Note(f"e{told.event}", "status", told.case, {"state": facts["state"], "step": facts.get("step")})

    def send(self, partner: Partner, piece: Piece, *, now: datetime) -> Done:
        line = _line_now(partner)
        if line.how.carrier == "ferry":
            return Done(facts={"receipt": READY})
        if piece.kind == "status" and piece.facts.get("state") not in line.how.told:
            return Done(facts={"receipt": "-"})
        values = values_of(partner, piece)
        fields = said({**values, "sent": piece.kind}, line.how.say, line.how)
        receipt = carrier_of(line).send(line, piece, fields, str(values["number"]))
        if piece.kind == "status":
            link = partners.link_of(partner, piece.case_id)
            assert link is not None, "values_of has found it"
            link.told, link.told_at = line.how.told.get(values["state"], "")[:40], now
            partners.save_link(link, "told", "told_at")
        return Done(facts={"receipt": receipt})

    def fetch(self, partner: Partner, *, now: datetime) -> Iterator[Arrived]:
        from gezhi.loop.partners.service.taking import work

        line = _line_now(partner)
        for record in carrier_of(line).fetch(line, now=now):
            yield arrived(record, line)
        for key in store.refused(partner, EARLY, now - PATIENCE):
            work(key, now=now)

    def accept(self, partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
        known = heard(body["record"], wording_of(partner)) if "record" in body else dict(body)
        if piece.kind == "status":
            return words.mirrored(partner, known, actor=actor, now=now)
        piece.kind = str(known.pop("act", "") or piece.kind)
        return taking.accept(partner, piece, known, actor=actor, now=now)


def line_of(partner: Partner) -> Line:
    return Line(partner, wording_of(partner), secrets_of(partner))


def _line_now(partner: Partner) -> Line:
    """Raises Later where the mapping file is broken just now: somebody will mend it, and other partners go on."""
    try:
        return line_of(partner)
    except Refused as refused:
        raise Later(refused.code) from refused


def arrived(record: Record, line: Line) -> Arrived:
    """A record under a key that is the same whenever it says the same.

    One that is not understood comes as it is: it is kept, and worked again once the mapping is mended.
    """
    try:
        body: dict[str, Any] = heard(record, line.how)
    except Refused:
        body = {"record": {str(name): _plain(value) for name, value in record.items()}}
    kind = str(body.get("act", "record"))
    return Arrived(f"{kind}:{hashlib.sha256(canonical_json(body).encode()).hexdigest()[:40]}", kind, body)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | bool) else str(value)
