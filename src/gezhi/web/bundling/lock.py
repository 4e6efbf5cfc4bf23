"""The exact versions: reading requirements.lock, and which of its lines a platform needs."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename

from gezhi.kernel.errors import Refused
from gezhi.web.bundling.platforms import Platform

CHECKOUT = Path(__file__).parents[4]
BROUGHT = Path(__file__).parent / "locks"  # copies inside the wheel that `gezhi bundle` writes
LINE = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<condition>[^\\]+?))?\s*\\?")
HASH = re.compile(r"\s+--hash=sha256:(?P<digest>[0-9a-f]{64})\s*\\?")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One line of the lock: a version, on which condition, and the digests of the files that may serve it."""

    name: str
    version: str
    condition: str
    digests: frozenset[str]

    def applies(self, platform: Platform, python: str) -> bool:
        environment = platform.environment(python)
        return not self.condition or Marker(self.condition).evaluate(environment)

    def line(self) -> str:
        """The line without its condition, as pip wants it when the condition has been judged already."""
        hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(self.digests))
        return f"{self.name}=={self.version}{hashes}\n"


def lock_file(name: str) -> Path:
    """A lock of the checkout, otherwise its copy in the installed package."""
    for folder in (CHECKOUT, BROUGHT):
        if (folder / name).is_file():
            return folder / name
    raise Refused("bundle-no-source", file=name)


def parse(text: str, name: str = "requirements.lock") -> list[Pinned]:
    r"""The lines of a lock; a line that is not understood is refused, since leaving it out would go unseen.

    >>> parse("six==1.17.0 ; os_name == 'nt' \\\n    --hash=sha256:" + "a" * 64)[0].condition
    "os_name == 'nt'"
    """
    found: list[tuple[str, str, str, set[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if found and (digest := HASH.fullmatch(line)):
            found[-1][3].add(digest["digest"])
        elif match := LINE.fullmatch(line):
            found.append(
                (canonicalize_name(match["name"]), match["version"], (match["condition"] or "").strip(), set())
            )
        else:
            raise Refused("bundle-lock-unread", file=name, line=number)
    return [Pinned(package, version, condition, frozenset(told)) for package, version, condition, told in found]


def needed(lock: list[Pinned], platform: Platform, python: str) -> list[Pinned]:
    """The lines that a platform needs under one version of Python."""
    return [pinned for pinned in lock if pinned.applies(platform, python)]


def serves(pinned: Pinned, file_name: str, platform: Platform, python: str) -> bool:
    """Whether a wheel is of that version and installs on that platform.

    >>> from gezhi.web.bundling.platforms import PLATFORMS
    >>> six = Pinned("six", "1.17.0", "", frozenset())
    >>> serves(six, "six-1.17.0-py2.py3-none-any.whl", PLATFORMS["linux-aarch64"], "3.11")
    True
    >>> serves(six, "six-1.17.0-cp311-cp311-win_amd64.whl", PLATFORMS["linux-aarch64"], "3.11")
    False
    """
    name, version, _, tags = parse_wheel_filename(file_name)
    return name == pinned.name and str(version) == pinned.version and bool(tags & platform.tags(python))
