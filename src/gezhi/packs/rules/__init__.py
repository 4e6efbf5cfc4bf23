"""What a pack must be, decided from its files alone: no database, no clock, no disk."""

from gezhi.packs.rules.checking import Checked, check
from gezhi.packs.rules.expanding import expand
from gezhi.packs.rules.findings import ERROR, NOTE, WARNING, Finding
from gezhi.packs.rules.loading import tables_for

__all__ = ["ERROR", "NOTE", "WARNING", "Checked", "Finding", "check", "expand", "tables_for"]
