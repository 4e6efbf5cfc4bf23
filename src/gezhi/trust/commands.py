"""`gezhi ledger …`, `gezhi user …`, `gezhi unit …`, `gezhi token …`, `gezhi requester …`, `gezhi role …`."""

import json
from argparse import ArgumentParser, Namespace
from datetime import timedelta
from getpass import getpass
from pathlib import Path
from sys import stdin
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gezhi.kit.address import whole
from gezhi.kit.commands import Nouns, now
from gezhi.kit.config import config

if TYPE_CHECKING:
    from gezhi.trust.service import Report, Verdict


def _actor() -> Any:
    """Whoever may open a shell on this machine acts for the product."""
    from gezhi.trust.rules import Actor

    return Actor.system("command")


def _link(secret: str) -> str:
    """The whole address of a one-time link."""
    from gezhi.trust.service.signin import LINK_PATH

    return whole(LINK_PATH.format(secret), config())


def verify(given: Namespace) -> int:
    from gezhi.trust.service import ledger

    if given.file:
        verdict = ledger.verify_export(Path(given.file), key=given.key)
    else:
        verdict = ledger.verify(now())
        if given.checkpoint:
            document = ledger.read_checkpoint(Path(given.checkpoint))
            fault = ledger.checkpoint_fault(document, key=given.key)
            if fault:
                verdict.found(fault, int(document["sequence"]), "")
    _print_verdict(verdict, as_json=given.json)
    return 0 if verdict.whole else 1


def _print_verdict(verdict: "Verdict", *, as_json: bool) -> None:
    from django.utils.translation import gettext, pgettext

    if as_json:
        breaks = [{"what": b.what, "sequence": b.sequence, "record": b.record_id} for b in verdict.breaks]
        facts = {
            "whole": verdict.whole,
            "sealed": verdict.sealed,
            "unsealed": verdict.unsealed,
            "sequence": verdict.sequence,
            "hash": verdict.hash,
            "oldest_unsealed_seconds": round(verdict.oldest_unsealed_seconds, 1),
            "broken": verdict.broken,
            "first": breaks[0] if breaks else None,
            "breaks": breaks,
        }
        first = verdict.first
        if first is not None:
            facts["first"] = {"what": first.what, "sequence": first.sequence, "record": first.record_id}
        print(json.dumps(facts, ensure_ascii=False))
        return
    if verdict.whole:
        text = gettext("The ledger is whole: %(sealed)s records sealed, %(unsealed)s waiting.")
        print(text % {"sealed": verdict.sealed, "unsealed": verdict.unsealed})
        return
    print(gettext("The ledger is broken in %(n)s places. The first record concerned:") % {"n": verdict.broken})
    first = verdict.first
    for item in [first, *(other for other in verdict.breaks if other is not first)]:
        if item is not None:
            place = f"#{item.sequence}" if item.sequence else "-"
            print(f"  {place}  {item.record_id}  {pgettext('break', item.what)}")


def verify_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--checkpoint", metavar="FILE", help="hold a signed checkpoint against the ledger")
    parser.add_argument("--file", metavar="FILE", help="check an exported ledger; the database is not asked")
    parser.add_argument("--key", default="", help="public key in hexadecimal that must have signed")


def checkpoint(given: Namespace) -> int:
    from gezhi.trust.service import ledger

    document = ledger.checkpoint(now(), out=Path(given.out) if given.out else None)
    print(given.out or ledger.checkpoint_text(document), end="\n" if given.out else "")
    return 0


def checkpoint_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--out", metavar="FILE", help="write it to a file instead of printing it")


def seal(given: Namespace) -> int:
    from gezhi.trust import service

    del given
    print(service.seal_pending(now()))
    return 0


def export(given: Namespace) -> int:
    from gezhi.trust import service

    print(service.export_ledger(Path(given.out), now()))
    return 0


def export_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("out", metavar="FILE", help="JSON lines: every record with its seal, then a checkpoint")


def create_token(given: Namespace) -> int:
    from gezhi.trust import service

    moment = now()
    expires = moment + timedelta(days=given.days) if given.days else None
    print(service.create_token(given.user, given.name, expires_at=expires, actor=_actor(), now=moment))
    return 0


def token_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--user", required=True, help="user name; the token may do what this user may")
    parser.add_argument("--name", default="command", help="what the token is for")
    parser.add_argument("--days", type=int, default=0, help="days until it ends; without: until revoked")


def add_user(given: Namespace) -> int:
    from gezhi.trust import service

    moment, actor = now(), _actor()
    service.create_user(given.username, given.name or given.username, unit=given.unit, actor=actor, now=moment)
    for role in given.role:
        service.grant_post(given.username, role, given.scope or given.unit, actor=actor, now=moment)
    print(_link(service.reset_password(given.username, actor=actor, now=moment)))
    return 0


def add_user_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("--name", default="", help="the person's name")
    parser.add_argument("--unit", default="", help="code of the unit")
    parser.add_argument("--role", action="append", default=[], help="role to give; may repeat")
    parser.add_argument("--scope", default="", help="unit over which the roles are given; the user's own without")


def password(given: Namespace) -> int:
    from gezhi.trust import service

    if given.link:
        print(_link(service.reset_password(given.username, actor=_actor(), now=now())))
        return 0
    secret = getpass() if stdin.isatty() else stdin.readline().rstrip("\n")
    service.set_password(given.username, secret, actor=_actor(), now=now())
    return 0


def password_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("--link", action="store_true", help="print a one-time link instead of asking for a password")


def import_users(given: Namespace) -> int:
    from gezhi.trust import service

    report = service.import_users(Path(given.file), dry_run=given.dry_run, actor=_actor(), now=now())
    return _print_report(report, given)


def import_units(given: Namespace) -> int:
    from gezhi.trust import service

    report = service.import_units(Path(given.file), dry_run=given.dry_run, actor=_actor(), now=now())
    return _print_report(report, given)


def _print_report(report: "Report", given: Namespace) -> int:
    from gezhi.kit.http import sentence

    rejected = [{"row": number, "code": why.code, "why": sentence(why)} for number, why in report.rejected]
    facts = {"read": report.read, "created": report.created, "changed": report.changed, "same": report.same}
    if given.json:
        print(json.dumps({**facts, "posts": report.posts, "rejected": rejected}, ensure_ascii=False))
    else:
        print(", ".join(f"{name} {count}" for name, count in facts.items()), f"rejected {len(rejected)}", sep=", ")
        for row in rejected:
            print(f"  {row['row']}: {row['why']}")
    return 1 if rejected else 0


def import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def erase(given: Namespace) -> int:
    from gezhi.trust import service

    service.erase(UUID(given.id), actor=_actor(), now=now())
    return 0


def erase_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", type=lambda text: str(UUID(text)), help="id of the requester")


def load_roles(given: Namespace) -> int:
    from gezhi.trust import service

    del given
    print(service.load_roles(actor=_actor(), now=now()))
    return 0


def add_commands(nouns: Nouns) -> None:
    """Offer the room's commands."""
    nouns.noun("ledger", "The record of who did what")
    nouns.add("ledger", "verify", verify, verify_arguments, help="seal what waits, then check every record and link")
    nouns.add("ledger", "checkpoint", checkpoint, checkpoint_arguments, help="sign how far the chain reaches")
    nouns.add("ledger", "seal", seal, help="seal what waits; prints how many")
    nouns.add("ledger", "export", export, export_arguments, help="write the whole ledger to a file anyone can check")
    nouns.noun("user", "People of the office")
    nouns.add("user", "add", add_user, add_user_arguments, help="add a user and print a one-time link")
    nouns.add("user", "password", password, password_arguments, help="set a password read from the terminal, or a link")
    nouns.add("user", "import", import_users, import_arguments, help="add and change users from a spreadsheet")
    nouns.noun("unit", "The tree of units")
    nouns.add("unit", "import", import_units, import_arguments, help="add and rename units from a spreadsheet")
    nouns.noun("token", "Keys of programs that use the API")
    nouns.add("token", "create", create_token, token_arguments, help="make a token for a user and print it")
    nouns.noun("requester", "Sealed identities")
    nouns.add("requester", "erase", erase, erase_arguments, help="destroy the key of one requester, for good")
    nouns.noun("role", "What each role may do")
    nouns.add("role", "load", load_roles, help="set the shipped roles anew")
