"""Many names, one list: what sources call a channel, by the pack and by the office; what nobody mapped is listed."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F, QuerySet

from gezhi.kernel.errors import Refused
from gezhi.kit.text import clean
from gezhi.loop.channels.service import LIST, VERB
from gezhi.loop.importing.columns import plain
from gezhi.loop.models import ChannelName
from gezhi.loop.store.content import content
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

NAMES = "channel_name"
LONGEST, MOST, AT_ONCE = 20, 500, 30  # characters of a name; unknown ones kept at all, and of one table
DIGITS = 7  # as many as a telephone has; short numbers such as 12345 are names of channels


def known() -> dict[str, str]:
    """Codes of channels by the names in their normal form; what the office says comes before the pack."""
    kept = content()
    channels = kept.codes.get(LIST, {})
    found = {plain(name): item.code for item in channels.values() for name in (item.name_zh, item.name_en) if name}
    for item in kept.codes.get(NAMES, {}).values():
        code = str(item.extra.get("channel") or "")
        if code in channels:
            found |= {plain(name): code for name in (item.name_zh, item.name_en) if name}
    found |= {code: code for code in channels}
    found |= dict(ChannelName.objects.exclude(channel="").values_list("name", "channel"))
    return found


def channel_of(word: str, default: str, *, source: str, now: datetime) -> str:
    """The channel that a name means, else the default; a name that nobody knows is noted to be mapped."""
    if not word.strip() or word == default or not content().codes.get(LIST):
        return word.strip()[:20] or default
    if word in content().codes[LIST]:
        return word
    code = known().get(plain(word), "")
    if not code:
        note_unknown({word: 1}, source=source, now=now)
    return code or default


def note_unknown(words: Mapping[str, int], *, source: str, now: datetime) -> None:
    """Names for which no channel was found, with how often; harmless to note again.

    These stand open: what looks like a telephone, a number or a sentence, and a table with ever new words in this
    column, is no channel but something that people wrote, and is not kept.
    """
    if len(words) > AT_ONCE:
        return
    for word, count in words.items():
        shown, name = clean(word), plain(word)
        if not name or not _sounds(shown, name):
            continue
        held = ChannelName.objects.filter(name=name)
        if held.update(count=F("count") + count, last_at=now, source=source[:40]):
            continue
        if ChannelName.objects.filter(channel="").count() < MOST:
            row = ChannelName(name=name, shown=shown, source=source[:40], count=count, first_at=now, last_at=now)
            ChannelName.objects.bulk_create([row], ignore_conflicts=True)


def _sounds(shown: str, name: str) -> bool:
    """Whether a word may be the name of a channel."""
    short = len(shown) <= LONGEST and len(name) <= LONGEST
    return short and "@" not in shown and sum(letter.isdigit() for letter in shown) < DIGITS


def unknown() -> QuerySet[ChannelName]:
    """The names that wait to be mapped, the most frequent first."""
    return ChannelName.objects.filter(channel="").order_by("-count", "name")


def mapped() -> QuerySet[ChannelName]:
    """What the office has mapped."""
    return ChannelName.objects.exclude(channel="").order_by("channel", "name")


@verb(VERB)
def map_name(key: int, channel: str, *, actor: Actor, now: datetime) -> ChannelName:
    """Say which channel a name means, or with none that it is open again; it holds for what comes later.

    Raises not-allowed (403), channel-name (404), field-invalid (422).
    """
    del now
    require(actor, VERB)
    alone(f"code:{NAMES}")
    row = ChannelName.objects.filter(pk=key).first()
    if row is None:
        raise Refused("channel-name", status=404, name=key)
    if channel and channel not in content().codes.get(LIST, {}):
        raise Refused("field-invalid", status=422, field="channel", value=channel[:20])
    if row.channel == channel:
        unchanged()
        return row
    row.channel = channel
    row.save(update_fields=["channel"])
    record(VERB, "channel_name", row.pk, actor=actor, body={"channel": channel})
    return row


@verb(VERB)
def forget_name(key: int, *, actor: Actor, now: datetime) -> ChannelName:
    """Take a name off the list: it was none of a channel. Raises not-allowed (403), channel-name (404)."""
    del now
    require(actor, VERB)
    alone(f"code:{NAMES}")
    row = ChannelName.objects.filter(pk=key).first()
    if row is None:
        raise Refused("channel-name", status=404, name=key)
    ChannelName.objects.filter(pk=key).delete()
    record(VERB, "channel_name", key, actor=actor, body={"forgotten": True})
    return row
