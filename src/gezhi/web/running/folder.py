"""The data folder of an installation: what stands in it from the first moment."""

import getpass
import json
import os
import shutil
import subprocess
import sys
from dataclasses import fields
from datetime import datetime
from pathlib import Path

import gezhi
from gezhi.kernel.errors import Refused
from gezhi.kit.config import MARKER, Config

HEAD = """# Settings of this installation; a line without # is in force after the next start.
# Variables GEZHI_* of the environment win over this file. docs/reference/settings.md tells what each means.
"""


DEMO = {"demo": "demo = true", "embed_origins": 'embed_origins = ["http://localhost"]'}  # what a demo begins with


def make_folder(config: Config, *, demo: bool = False) -> None:
    """The parts of a new installation's folder, not yet marked; a folder in which something else lies is refused."""
    folder = config.data
    if folder.exists() and {path.name for path in folder.iterdir()} - {"config.toml", "run", "logs"}:
        raise Refused("folder-not-empty", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    if sys.platform == "win32":
        ours_alone(folder)
    for part in (config.keys, config.files, config.logs, config.backups):
        part.mkdir(mode=0o700, exist_ok=True)
    file = folder / "config.toml"
    if not file.exists():
        file.write_text(settings_file(demo=demo), encoding="utf-8")
        file.chmod(0o600)


def ours_alone(folder: Path) -> None:
    """On Windows only who runs it, the system and administrators read the folder, wherever it lies."""
    holders = (f"{os.environ.get('USERDOMAIN', '.')}\\{getpass.getuser()}", "*S-1-5-18", "*S-1-5-32-544")
    grants = [part for holder in holders for part in ("/grant:r", f"{holder}:(OI)(CI)F")]
    icacls = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "icacls.exe"
    subprocess.run([str(icacls), str(folder), "/inheritance:r", *grants], capture_output=True, check=False)


def empty_folder(config: Config) -> None:
    """Take away what a failed `init` or `restore` has left, all but the settings."""
    for path in config.data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "config.toml":
            path.unlink()


def mark(config: Config, *, now: datetime) -> None:
    """The file that says: this folder is an installation, made then by that version."""
    text = f'version = "{gezhi.__version__}"\nmade = {now.isoformat(timespec="seconds")}\n'
    (config.data / MARKER).write_text(text, encoding="utf-8")


def settings_file(*, demo: bool) -> str:
    """All settings with their defaults, put in as comments."""
    lines = [HEAD]
    for item in fields(Config):
        if item.name == "data":
            continue
        about, value = item.metadata["about"], item.default
        written = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
        kept = DEMO.get(item.name, "") if demo else ""
        lines.append(f"# {about}\n{kept or f'# {item.name} = {written}'}\n")
    return "\n".join(lines)


def demo_file(config: Config) -> Path:
    """Holds how to sign in to the demo: name, password, what that person does; `serve` prints it."""
    return config.data / "demo-sign-ins.txt"


def links_file(config: Config) -> Path:
    """Stands from `init` until the first `serve` has printed the one-time sign-in links."""
    return config.data / "first-start"
