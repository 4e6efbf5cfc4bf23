"""The whole check of a pack: manifest, tables, what rows say of each other, sense, quality, examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gezhi.packs.rules.examples import examples
from gezhi.packs.rules.findings import ERROR, WARNING, Findings
from gezhi.packs.rules.manifest import Manifest, manifest, quality
from gezhi.packs.rules.reading import Sheet, read
from gezhi.packs.rules.references import references
from gezhi.packs.rules.sense import sense
from gezhi.packs.rules.spec import EXAMPLES, TABLES


@dataclass(slots=True)
class Checked:
    """What came of a check: the pack as far as it could be read, and what is to mend."""

    manifest: Manifest
    sheets: dict[str, Sheet] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    quality: dict[str, str] = field(default_factory=dict)
    examples: int = 0

    @property
    def good(self) -> bool:
        """Whether it may be loaded."""
        return not self.findings.failed

    def count(self, level: str) -> int:
        return sum(1 for finding in self.findings if finding.level == level)

    @property
    def rows(self) -> dict[str, int]:
        return {name: len(sheet.rows) for name, sheet in self.sheets.items()}

    def told(self) -> dict[str, object]:
        """The result in numbers, for machines."""
        return {
            "pack": self.manifest.name, "version": self.manifest.version, "good": self.good, "rows": self.rows,
            "errors": self.count(ERROR), "warnings": self.count(WARNING), "examples": self.examples,
            "done": sum(1 for state in self.quality.values() if state == "done"),
            "exempt": sorted(name for name, state in self.quality.items() if state == "exempt"),
        }  # fmt: skip


def check(files: Mapping[str, bytes], among: Mapping[str, Sheet] | None = None) -> Checked:
    """Check a pack given as its files (path in the pack → bytes); `among` lends tables of the packs it requires.

    Examples run only over tables that hold, for a broken table would make every one of them fail as well.
    """
    done = Checked(Manifest())
    done.manifest = manifest(files, done.findings)
    listed = {**done.manifest.content, **done.manifest.templates}
    for name, file in listed.items():
        done.sheets[name] = read(name, file, files[file], TABLES[name], done.findings)
    together = {**(among or {}), **done.sheets}
    references(together, done.findings)
    if not done.findings.failed:
        sense(together, done.findings)
    given = {
        name: read(name, file, files[file], EXAMPLES[name], done.findings)
        for name, file in done.manifest.examples.items()
    }
    if not done.findings.failed:
        references(
            {
                **{f"example {name}": sheet for name, sheet in given.items()},
                **{name: together[name] for name in ("matters", "units") if name in together},
            },
            done.findings,
        )
        done.examples = examples(together, given, done.findings)
    done.quality = quality(files, done.findings)
    done.findings.sort(key=lambda found: (found.level != ERROR, found.level != WARNING, found.file, found.row))
    return done
