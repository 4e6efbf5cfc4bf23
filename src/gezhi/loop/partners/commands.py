"""`gezhi loop partner …`: partners listed, put from a file, asked now, and what waits for them handed out."""

import json
import tomllib
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.kit.commands import Nouns, now
from gezhi.loop.partners.kinds.upstream import commands as upstream


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "partner list", listing, no_arguments, help="partners, and what waits or was left")
    nouns.add("loop", "partner put", put, put_arguments, help="make or change a partner from a .toml file")
    nouns.add("loop", "partner fetch", fetch, fetch_arguments, help="ask a partner now for what it has")
    upstream.add_commands(nouns)
    nouns.add("loop", "partner deliver", deliver, no_arguments, help="hand out what is due, without the worker")


def no_arguments(parser: ArgumentParser) -> None:
    del parser


def listing(arguments: Namespace) -> int:
    from gezhi.loop.partners import store

    del arguments
    counts = store.counts()
    for row in store.partners():
        told = {"code": row.code, "kind": row.kind, "active": row.active, "channel": row.channel, "source": row.source,
                "silent_since": row.silent_since.isoformat() if row.silent_since else None,
                "pieces": counts.get(row.pk, {})}  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
    return 0


def put_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="code, kind, name_zh, channel, source, desk, [wishes], [secrets]")


def put(arguments: Namespace) -> int:
    """A partner out of a file; secrets in it are sealed, so the file can be removed afterwards."""
    from gezhi.loop.partners.service import put_partner
    from gezhi.loop.partners.service.keeping import Wish
    from gezhi.loop.store import below
    from gezhi.trust.rules import Actor

    try:
        said = tomllib.loads(arguments.file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused("partner-file", status=422, file=str(arguments.file), why=str(error)[:200]) from error
    desk = below.unit_by_code(str(said["desk"])) if said.get("desk") else None
    if said.get("desk") and desk is None:
        raise Refused("unit-unknown", status=422, field="desk", unit=str(said["desk"])[:40])
    names = ("code", "kind", "name_zh", "name_en", "channel", "source")
    wish = Wish(**{name: str(said[name]) for name in names if name in said}, desk=desk.pk if desk else None,
                wishes=dict(said.get("wishes", {})), secrets=dict(said.get("secrets", {})))  # fmt: skip
    row = put_partner(wish, actor=Actor.system("loop"), now=now())
    print(json.dumps({"code": row.code, "kind": row.kind, "door": f"/api/partners/{row.code}/events"}))
    return 0


def fetch_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("code", help="code of the partner")


def fetch(arguments: Namespace) -> int:
    from gezhi.loop.partners import store
    from gezhi.loop.partners.service import fetch_from

    partner = store.partner(arguments.code)
    if partner is None:
        raise Refused("partner-unknown", status=404, partner=arguments.code[:40])
    print(json.dumps({"code": partner.code, "new": fetch_from(partner, now=now())}))
    return 0


def deliver(arguments: Namespace) -> int:
    from gezhi.loop.partners import service

    del arguments
    print(json.dumps({"sent": service.deliver(now())}))
    return 0
