"""Travels in the archive: before the installation every file is what the manifest tells. Standard library only."""

import hashlib
import json
import sys
from pathlib import Path


def main() -> int:
    """Name what is missing or changed; 1 when anything is."""
    here = Path(__file__).resolve().parent
    manifest = json.loads((here / "manifest.json").read_text(encoding="utf-8"))
    wrong = []
    for name, told in manifest["files"].items():
        path = here / name
        if not path.is_file():
            wrong.append(f"missing 缺少: {name}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != told["sha256"]:
            wrong.append(f"changed 被改动: {name}")
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
