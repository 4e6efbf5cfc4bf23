"""`gezhi loop import-open311` and `gezhi loop move-in`."""

import csv
import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gezhi.kit.commands import Nouns, now
from gezhi.kit.messages.plain import speaking

if TYPE_CHECKING:
    from gezhi.loop.movein.rules.records import Losses
    from gezhi.loop.movein.service.asking import Asker
    from gezhi.loop.movein.service.georeport import Window
    from gezhi.loop.movein.service.reading import Found
    from gezhi.loop.movein.service.running import Moved

SHOWN = 20
EVER = 3_650  # days that are asked for where nobody says since when


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "import-open311", bring, bring_arguments, help="bring in requests of another city by Open311")
    nouns.add("loop", "move-in", move_in, move_arguments, help="bring in a whole Signalen or FixMyStreet")


def asking_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--since", metavar="DATE", help="requests from this day on (YYYY-MM-DD)")
    parser.add_argument("--until", metavar="DATE", help="until this day; without it: until now")
    parser.add_argument("--jurisdiction", default="", help="jurisdiction_id, where the server serves several places")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two questions")
    parser.add_argument("--matters", metavar="FILE.csv", help="two columns: their category or code, our matter")
    parser.add_argument("--mode", default="", help="known numbers with other content: reject, skip or update")
    parser.add_argument("--source", default="", help="whose numbers they are; numbers are unique within a source")
    parser.add_argument("--start-clocks", action="store_true", help="open cases start their clocks at once")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def bring_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("url", help="such as https://city.example/open311/v2")
    parser.add_argument("--mapping", default="", metavar="NAME", help="a saved mapping; without it: open311-server")
    asking_arguments(parser)


def bring(given: Namespace) -> int:
    """Exit code 0 also where rows were refused: the others are in."""
    import dataclasses

    from gezhi.loop.importing.running import Options
    from gezhi.loop.movein.service import georeport
    from gezhi.trust.rules import Actor

    asker = _asker(given.url, given)
    window = _window(given)
    form, _ = georeport.form_of(asker, given.jurisdiction)
    saved = georeport.mapping_of(given.mapping)
    options = Options.of(
        saved, wishes={}, mode=given.mode, source=given.source or saved.source or asker.host,
        start_clocks=given.start_clocks,
    )  # fmt: skip
    done = georeport.bring(
        asker, dataclasses.replace(window, form=form), options, matters=_matters(given.matters), trial=given.dry_run,
        actor=Actor.system("loop"), now=now(), progress=_progress if sys.stderr.isatty() else lambda _: None,
    )  # fmt: skip
    counts = {name: getattr(done, name) for name in ("read", "created", "already", "updated", "rejected")}
    if given.json:
        print(json.dumps({**counts, "batch": done.batch, "dry_run": given.dry_run}))
    else:
        print(", ".join(f"{count:,} {name}" for name, count in counts.items()) + f" ({done.batch or 'dry run'})")
    return 0


def _progress(count: int) -> None:
    sys.stderr.write(f"\r{count:,}")
    sys.stderr.flush()


def _asker(url: str, given: Namespace, token: str = "") -> "Asker":
    import time

    from gezhi.loop.movein.service.asking import Asker

    return Asker(url, time.sleep, max(0.0, given.pause), token)


def _window(given: Namespace) -> "Window":
    from django.conf import settings

    from gezhi.loop.movein.service.georeport import Window

    zone = ZoneInfo(settings.TIME_ZONE)
    until = _day(given.until, zone) + timedelta(days=1) if given.until else now()
    since = _day(given.since, zone) if given.since else now() - timedelta(days=EVER)
    return Window(since, until, given.jurisdiction)


def _day(text: str, zone: ZoneInfo) -> datetime:
    from gezhi.kernel.errors import Refused

    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError as error:
        raise Refused("date-malformed", status=422, value=text[:40]) from error


def _matters(name: str | None) -> dict[str, str]:
    """The pairs of a file: their category, our matter; a first line of names does no harm."""
    from gezhi.kernel.errors import Refused

    if not name:
        return {}
    try:
        lines = Path(name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("movein-file", status=404, file=name[:80]) from error
    pairs = (row for row in csv.reader(lines) if len(row) >= 2 and row[1].strip() and row[1].strip() != "matter")
    return {row[0].strip(): row[1].strip() for row in pairs}


def move_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("system", choices=("signalen", "fixmystreet"))
    parser.add_argument("place", metavar="SOURCE", help="address of its API or Open311, a folder, or a sheet")
    parser.add_argument("--updates", metavar="FILE.csv", help="FixMyStreet's sheet of updates")
    parser.add_argument("--token-file", metavar="FILE", help="file with the key of their API")
    parser.add_argument("--media-host", action="append", default=[], help="another host from which pictures may come")
    parser.add_argument("--no-pictures", action="store_true", help="leave pictures where they are")
    parser.add_argument("--zone", default="", help="where their clocks hang, such as Europe/Amsterdam")
    parser.add_argument("--losses", metavar="FILE.csv", help="write there what had no place here, by field")
    asking_arguments(parser)


def move_in(given: Namespace) -> int:
    from gezhi.loop.movein.rules.records import Losses
    from gezhi.loop.movein.service.running import Wish
    from gezhi.loop.movein.service.running import move_in as work
    from gezhi.trust.rules import Actor

    losses = Losses()
    wish = Wish(
        _matters(given.matters), given.mode or "reject", given.start_clocks, not given.no_pictures, given.dry_run,
        given.source,
    )  # fmt: skip
    done = work(_found(given, losses), wish, losses, actor=Actor.system("loop"), now=now())
    if given.losses:
        _write(Path(given.losses), losses)
    with speaking():
        _tell(given, done)
    return 0


def _found(given: Namespace, losses: "Losses") -> "Found":
    """The reader that fits the system and the place."""
    from django.conf import settings

    from gezhi.loop.importing.mappings import checked_zone
    from gezhi.loop.movein.service import reading
    from gezhi.loop.movein.service.sources import Web

    zone = ZoneInfo(checked_zone(given.zone) or settings.TIME_ZONE)
    hosts = frozenset(given.media_host)
    web = given.place.startswith(("http://", "https://"))
    asker = _asker(given.place, given, _token(given.token_file)) if web else None
    if given.system == "signalen":
        source = Web(asker, hosts) if asker else reading.files_of(Path(given.place))
        return reading.of_signalen(source, zone, losses)
    if asker:
        return reading.of_georeport(asker, _window(given), zone, losses, hosts)
    return reading.of_sheet(Path(given.place), Path(given.updates) if given.updates else None, zone, losses)


def _token(name: str | None) -> str:
    from gezhi.kernel.errors import Refused

    try:
        return Path(name).read_text(encoding="utf-8").strip() if name else ""
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("movein-file", status=404, file=str(name)[:80]) from error


def _write(path: Path, losses: "Losses") -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("record", "field", "what", "count"))
        writer.writerows(losses.rows())


def _tell(given: Namespace, done: "Moved") -> None:
    """What came of it, in words or as one JSON object."""
    from django.utils.translation import gettext, pgettext

    out, frames = done.outcome, done.frames
    counts = {"read": out.read, "created": out.created, "already": out.already, "updated": out.updated,
              "rejected": out.rejected, "steps": done.steps, "pictures": done.pictures, "addresses": done.addresses,
              "matters": len(frames.made), "duties": frames.duties, "texts": frames.texts}  # fmt: skip
    if given.json:
        rows = [{"record": r, "field": f, "what": w, "count": c} for r, f, w, c in done.losses.rows()]
        print(json.dumps({**counts, "batch": out.batch, "dry_run": given.dry_run, "losses": rows}, ensure_ascii=False))
        return
    batch = gettext("batch %(batch)s") % {"batch": out.batch} if out.batch else gettext("a trial, nothing is written")
    print(batch)
    for name, count in counts.items():
        print(f"  {count:>8,}  {pgettext('moved in', name)}")
    for reject in out.rejects[:SHOWN]:
        print(f"  {reject.facts.get('number', reject.row)}: {reject.code}")
    for record, name, why, count in sorted(done.losses.rows(), key=lambda row: -row[3])[:SHOWN]:
        print(f"  {count:>8,}  {record}.{name}: {pgettext('loss', why)}")
