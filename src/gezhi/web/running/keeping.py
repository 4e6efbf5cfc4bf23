"""Commands that keep an installation well: check, backup, restore, upgrade."""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass
from pathlib import Path

import django
from django.utils import translation
from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit import checkup
from gezhi.kit.commands import now
from gezhi.kit.config import config
from gezhi.kit.database.session import opened
from gezhi.web.running.supervisor import say


def check_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def check(given: Namespace) -> int:
    """Every finding with what is wrong and how to mend it; exit code 1 when one is serious."""
    found = checkup.findings(now())
    with translation.override(config().language):
        if given.json:
            rows = [
                {"code": item.code, "serious": item.serious, "what": item.what, "mend": item.mend} for item in found
            ]
            say(json.dumps({"findings": rows}, ensure_ascii=False))
        else:
            for item in found:
                say(f"{'!!' if item.serious else '--'} {item.what}\n   {item.mend}")
            if not found:
                say(gettext("Nothing is wrong."))
    return int(any(item.serious for item in found))


def passphrase(*, again: bool) -> str:
    """The passphrase of the keys: from GEZHI_BACKUP_PASSPHRASE, otherwise typed."""
    given = os.environ.get("GEZHI_BACKUP_PASSPHRASE", "")
    if not given and sys.stdin.isatty():
        given = getpass("passphrase: ")
        if again and getpass("once more: ") != given:
            raise Refused("passphrases-differ")
    if not given:
        raise Refused("backup-passphrase-needed")
    return given


def backup_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write; must not exist yet")
    parser.add_argument("--with-keys", action="store_true", help="the keys too, encrypted by a passphrase")


def backup(given: Namespace) -> int:
    """One archive, taken while the site may be running."""
    from gezhi.web.running import archive

    secret = passphrase(again=True) if given.with_keys else ""
    size = archive.backup(config(), given.file.absolute(), now=now(), passphrase=secret)
    say(f"{given.file} {size}")
    return 0


def restore_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="an archive that `gezhi backup` wrote")
    parser.add_argument("--keys", type=Path, metavar="FOLDER", help="take the keys from this folder")


def restore(given: Namespace) -> int:
    """An installation in an empty folder, brought up to date, then checked."""
    from gezhi.web.running import archive, prepare
    from gezhi.web.running import restore as restoring

    secret = ""
    if given.keys is None and archive.has_keys(given.file):
        secret = passphrase(again=False)
    made = restoring.restore(config(), given.file.absolute(), now=now(), passphrase=secret, keys=given.keys)
    config.cache_clear()  # the settings came with the archive
    say(f"{config().data} {made}")
    with opened(config()):
        django.setup()
        prepare.prepare(now=now())
        return check(Namespace(json=False))


def upgrade(given: Namespace) -> int:
    """A backup beside the nightly ones, then the migrations, then the check."""
    from gezhi.web.running import archive, prepare

    moment = now()
    waiting = prepare.pending()
    if waiting:
        target = config().backups / f"before-upgrade-{moment:%Y%m%d-%H%M%S}.gezhi"
        archive.backup(config(), target, now=moment)
        say(str(target))
    for name in prepare.prepare(now=moment):
        say(name)
    if not waiting:
        with translation.override(config().language):
            say(gettext("The tables are up to date already."))
    return check(Namespace(json=False))
