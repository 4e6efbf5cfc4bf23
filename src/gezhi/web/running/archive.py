"""A backup: one tar file with the dump, the files, the settings, and the keys when wanted, sealed by a passphrase."""

import hashlib
import io
import json
import os
import subprocess
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import gezhi
from gezhi.kernel.errors import Refused
from gezhi.kit.config import Config
from gezhi.kit.database.server import SUPERUSER, Server, programs
from gezhi.kit.database.session import embedded

FORMAT = 1
PLAIN = ("config.toml", "files")
SALT = 16
NONCE = 12


def key_of(passphrase: str, salt: bytes) -> bytes:
    """A key from a passphrase, slow to guess (scrypt, 64 MB)."""
    return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode())


def seal(data: bytes, passphrase: str) -> bytes:
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    return salt + nonce + AESGCM(key_of(passphrase, salt)).encrypt(nonce, data, b"gezhi-keys")


def unseal(data: bytes, passphrase: str) -> bytes:
    """What `seal` sealed; a wrong passphrase and a changed archive look alike and are refused."""
    salt, nonce, body = data[:SALT], data[SALT : SALT + NONCE], data[SALT + NONCE :]
    try:
        return AESGCM(key_of(passphrase, salt)).decrypt(nonce, body, b"gezhi-keys")
    except InvalidTag:
        raise Refused("backup-passphrase-wrong") from None


def folder_bytes(folder: Path) -> bytes:
    """A folder as the bytes of a tar file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(folder, arcname=".", filter=nobody)
    return buffer.getvalue()


def nobody(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Names and numbers of this machine's users are nobody's business in an archive."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def database_address(config: Config) -> str:
    """Whom the dump is taken from: the embedded server as its superuser, or the external one as the owner."""
    if config.database_url:
        return config.database_owner_url or config.database_url
    return embedded(config).uri(user=SUPERUSER)


def entered(address: str) -> tuple[str, dict[str, str]]:
    """An address without its password, and the environment that holds it: everybody reads command lines."""
    parts = conninfo_to_dict(address)
    password = parts.pop("password", None)
    return make_conninfo("", **parts), {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def dump(config: Config, target: Path) -> None:
    """One consistent dump: pg_dump works in a single snapshot, whatever is written meanwhile."""
    place, environment = entered(database_address(config))
    command = [
        str(programs() / "pg_dump"), "--format=custom", "--compress=gzip:3", "--no-owner", "--no-privileges",
        f"--file={target}", f"--dbname={place}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise Refused("backup-failed", reason=done.stderr.strip()[-400:])


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def backup(config: Config, target: Path, *, now: datetime, passphrase: str = "") -> int:
    """Write one archive; nothing half-written bears the name asked for. Returns its size in bytes.

    Dump first, files second: a file lies on disk before its row is committed, so every row dumped has its file.
    """
    if target.exists():
        raise Refused("file-exists", file=str(target))
    if not target.parent.is_dir():
        raise Refused("folder-missing", folder=str(target.parent))
    passing, dumped = target.with_name(f".{target.name}.part"), target.with_name(f".{target.name}.dump")
    try:
        os.close(os.open(dumped, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))  # nobody else reads it meanwhile
        dump(config, dumped)
        manifest = {
            "format": FORMAT,
            "version": gezhi.__version__,
            "made": now.isoformat(timespec="seconds"),
            "dump_sha256": digest_of(dumped),
            "keys": bool(passphrase),
        }
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                add_bytes(tar, "manifest.json", json.dumps(manifest, indent=1).encode())
                tar.add(dumped, arcname="database.dump", filter=nobody)
                if passphrase:
                    add_bytes(tar, "keys.sealed", seal(folder_bytes(config.keys), passphrase))
                for name in PLAIN:
                    if (config.data / name).exists():
                        tar.add(config.data / name, arcname=name, filter=nobody)
            file.flush()
            os.fsync(file.fileno())
        passing.rename(target)
    finally:
        passing.unlink(missing_ok=True)
        dumped.unlink(missing_ok=True)
    return target.stat().st_size


def add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o600
    tar.addfile(info, io.BytesIO(data))


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack an archive into a folder and return its manifest; what is no whole archive of ours is refused."""
    try:
        with tarfile.open(source, "r:") as tar:
            tar.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        whole = manifest["format"] == FORMAT and digest_of(folder / "database.dump") == manifest["dump_sha256"]
    except FileNotFoundError:
        raise Refused("not-a-backup" if source.exists() else "file-missing", file=str(source)) from None
    except (tarfile.TarError, ValueError, KeyError, OSError):
        raise Refused("not-a-backup", file=str(source)) from None
    if not whole:
        raise Refused("backup-damaged", file=str(source))
    return manifest


def load(server: Server, dumped: Path) -> None:
    """Read a dump into the product's empty database, all or nothing, as the owner of the tables."""
    place, environment = entered(server.uri(user=SUPERUSER))
    command = [
        str(programs() / "pg_restore"), "--no-owner", "--no-privileges", "--role=gezhi_owner", "--single-transaction",
        "--exit-on-error", f"--dbname={place}", str(dumped),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise Refused("restore-failed", reason=done.stderr.strip()[-400:])


def has_keys(source: Path) -> bool:
    """Whether an archive brings its keys; what is no archive is refused later, with its reason."""
    try:
        with tarfile.open(source, "r:") as tar:
            return "keys.sealed" in tar.getnames()
    except (tarfile.TarError, OSError):
        return False
