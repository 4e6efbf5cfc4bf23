"""Packs on disk as bytes; and what stands below: units, and the packs in force, read without importing models."""

from pathlib import Path

from django.apps import apps

BUNDLED = Path(__file__).parent / "bundled"
SUFFIXES = (".toml", ".csv")
LARGEST = 20 * 1024 * 1024  # bytes of one file; the largest real catalogue seen has a few thousand rows


def folder_of(name: str) -> Path | None:
    """The folder of a bundled pack by name, or the folder that was named."""
    bundled = BUNDLED / name
    if "/" not in name and (bundled / "manifest.toml").is_file():
        return bundled
    path = Path(name).expanduser()
    return path if path.is_dir() else None


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a pack that counts, by its path in the pack; links out of the folder are not followed."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if path.suffix in SUFFIXES and path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
            found[inside] = path.read_bytes()
    return found


def bundled() -> list[str]:
    """Names of the packs that came with the product."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/manifest.toml"))


def standing_units() -> dict[str, str]:
    """Codes of the active units, each with the code of its parent."""
    units = apps.get_model("trust", "Unit")._default_manager.filter(active=True)
    return {code: parent or "" for code, parent in units.values_list("code", "parent__code")}


def in_force() -> dict[str, str]:
    """Packs whose matters or words are in force, with their version."""
    found: dict[str, str] = {}
    for table in ("Matter", "CodeItem", "Limit", "StandardReply"):
        rows = apps.get_model("loop", table)._default_manager.filter(active=True)
        found |= dict(rows.values_list("pack", "version").distinct())
    return found
