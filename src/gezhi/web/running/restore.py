"""From a backup to an installation: into an empty folder, with the keys of the archive or of a folder given."""

import io
import shutil
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.kit.config import Config
from gezhi.kit.database.session import embedded, in_use, opened
from gezhi.web.running.archive import load, unpack, unseal
from gezhi.web.running.folder import mark


def restore(config: Config, source: Path, *, now: datetime, passphrase: str = "", keys: Path | None = None) -> str:
    """Fill an empty data folder from an archive; returns the moment the archive was made.

    Nothing is left behind when it fails: the new installation is built beside its place and moved there whole.
    """
    if config.database_url:
        raise Refused("restore-needs-embedded")
    if config.data.exists() and any(config.data.iterdir()):
        raise Refused("folder-in-use" if in_use(config) else "folder-not-empty", folder=str(config.data))
    if keys is not None and not any(keys.glob("*")):
        raise Refused("folder-missing", folder=str(keys))
    config.data.mkdir(parents=True, exist_ok=True, mode=0o711)
    try:
        with tempfile.TemporaryDirectory(dir=config.data, prefix=".restore-") as name:
            folder = Path(name)
            manifest = unpack(source, folder)
            put_keys(config, folder, manifest_has_keys=bool(manifest["keys"]), passphrase=passphrase, keys=keys)
            for part in (config.files, config.logs, config.backups):
                part.mkdir(mode=0o700, exist_ok=True)
            if (folder / "files").exists():
                shutil.copytree(folder / "files", config.files, dirs_exist_ok=True)
            if (folder / "config.toml").exists():
                shutil.copy(folder / "config.toml", config.data / "config.toml")
            server = embedded(config)
            server.make()
            with opened(config):
                server.create()
                load(server, folder / "database.dump")
        mark(config, now=now)
    except BaseException:
        embedded(config).stop()
        for path in config.data.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
    return str(manifest["made"])


def put_keys(config: Config, folder: Path, *, manifest_has_keys: bool, passphrase: str, keys: Path | None) -> None:
    """Without its keys an installation cannot open what people told it: keys must come from somewhere."""
    if keys is not None:
        shutil.copytree(keys, config.keys)
    elif manifest_has_keys:
        if not passphrase:
            raise Refused("backup-passphrase-needed")
        with tarfile.open(fileobj=io.BytesIO(unseal((folder / "keys.sealed").read_bytes(), passphrase))) as tar:
            tar.extractall(config.keys, filter="data")
    else:
        raise Refused("backup-without-keys")
    config.keys.chmod(0o700)
    for path in config.keys.iterdir():
        path.chmod(0o600)
