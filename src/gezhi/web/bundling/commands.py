"""`gezhi bundle` and `gezhi sbom`: what they take and what they print."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.kit.commands import now
from gezhi.kit.config import config
from gezhi.kit.messages import plain
from gezhi.web.bundling.platforms import PLATFORMS


def bundle_arguments(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--platform", choices=sorted(PLATFORMS), help="make the archive for this platform")
    what.add_argument("--check", type=Path, metavar="FILE", help="look into an archive: all there, nothing changed")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write; otherwise a name of its own, here")
    parser.add_argument(
        "--python", action="append", metavar="3.N", help="a version of Python on the target (Linux; may be repeated)"
    )
    parser.add_argument("--runtime", type=Path, metavar="FILE", help="put this Python into the archive")
    parser.add_argument("--runtime-digest", metavar="HEX", default="", help="its SHA-256 as its publisher tells it")
    parser.add_argument("--wheels", type=Path, metavar="FOLDER", help="take the wheels from here, not from the network")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def bundle(given: Namespace) -> int:
    """Make an archive and look into it, or look into one."""
    from gezhi.web.bundling.building import Wanted, build, root_of

    if given.check:
        return check(given.check, as_json=given.json)
    platform = PLATFORMS[given.platform]
    pythons = tuple(dict.fromkeys(given.python or platform.pythons))
    if unknown := [python for python in pythons if python not in platform.pythons]:
        raise Refused("bundle-python-unknown", python=unknown[0], known=", ".join(platform.pythons))
    output = (given.output or Path(root_of(platform) + platform.suffix)).absolute()
    wanted = Wanted(
        platform,
        pythons,
        source=given.wheels.absolute() if given.wheels else None,
        runtime=given.runtime,
        runtime_digest=given.runtime_digest,
    )
    build(wanted, output)
    return check(output, as_json=given.json)


def check(file: Path, *, as_json: bool) -> int:
    """Print what an archive holds and everything that is wrong with it; 1 when anything is."""
    from gezhi.web.bundling.checking import faults
    from gezhi.web.bundling.packing import digest

    manifest, found = faults(file)
    language = plain.spoken(config().language)
    summary = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "sha256": digest(file),
        "platform": manifest["platform"],
        "version": manifest["version"],
        "pythons": manifest["pythons"],
        "runtime": manifest["runtime"],
        "wheels": sum(name.startswith("wheels/") for name in manifest["files"]),
        "faults": [{"code": fault.code, "what": plain.sentence(fault, language)} for fault in found],
    }
    if as_json:
        sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
        return int(bool(found))
    for fault in found:
        sys.stdout.write(f"!! {plain.sentence(fault, language)}\n")
    for name, value in summary.items():
        if name != "faults":
            sys.stdout.write(f"{name}: {', '.join(value) if isinstance(value, list) else value}\n")
    sys.stdout.write(f"faults: {len(found)}\n")
    return int(bool(found))


def sbom_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write; otherwise it is printed")


def sbom(given: Namespace) -> int:
    """Every part of the product for every platform, from the locks."""
    from gezhi.web.bundling.sbom import bill

    text = bill(made=now())
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0
