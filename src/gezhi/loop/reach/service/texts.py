"""The texts as the office words them: every version stays, the newest holds, the pack's can come back."""

from collections.abc import Mapping
from datetime import datetime

from gezhi.kernel.errors import Refused
from gezhi.loop.models import CodeItem, TellingVersion
from gezhi.loop.reach import store
from gezhi.loop.reach.rules.texts import Telling, checked
from gezhi.loop.reach.service.telling import LIST, tellings
from gezhi.loop.store import content as kept
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

VERB = "telling.edit"


def found(code: str) -> Telling:
    """Raises telling-unknown (404)."""
    row = tellings().get(code)
    if row is None:
        raise Refused("telling-unknown", status=404, telling=code[:40])
    return row


@verb(VERB)
def put_texts(code: str, texts: Mapping[str, str], *, off: bool, actor: Actor, now: datetime) -> Telling:
    """Word a text anew, or switch it off. Raises what `checked` refuses, telling-unknown (404), not-allowed (403)."""
    require(actor, VERB)
    alone(f"telling.{code}")
    kept.forget()
    row = found(code)
    said = checked(row.way, texts)
    if said == dict(row.texts) and off == row.off:
        unchanged()
        return row
    item = kept.content().codes[LIST][code]
    CodeItem.objects.filter(pack="local", list=LIST, code=code).delete()
    CodeItem.objects.create(pack="local", list=LIST, code=code, name_zh=item.name_zh, name_en=item.name_en,
                            position=item.position, extra={**item.extra, **said, "off": off})  # fmt: skip
    _version(code, TellingVersion(code=code, texts=said, off=off), actor, now)
    return found(code)


@verb(VERB)
def put_back(code: str, *, actor: Actor, now: datetime) -> Telling:
    """Back to the text of the pack."""
    require(actor, VERB)
    alone(f"telling.{code}")
    if not CodeItem.objects.filter(pack="local", list=LIST, code=code).exclude(
            pk__in=store.only_local(LIST, code)).delete()[0]:  # fmt: skip
        unchanged()
        return found(code)
    kept.forget()
    row = found(code)
    _version(code, TellingVersion(code=code, texts=dict(row.texts), off=row.off, pack=True), actor, now)
    return row


def _version(code: str, row: TellingVersion, actor: Actor, now: datetime) -> None:
    row.version, row.put_at = store.last_version(code) + 1, now
    row.put_by_id = int(actor.id) if actor.kind == "user" else None
    row.save(force_insert=True)
    record(VERB, "telling", code, actor=actor, body={"version": row.version, "off": row.off, "pack": row.pack})
    kept.forget()


def versions(code: str) -> list[TellingVersion]:
    return store.versions(code)
