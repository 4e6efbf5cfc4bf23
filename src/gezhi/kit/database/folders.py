"""Folders of the embedded server: cluster, socket (moved when the path is too long for one), log."""

import hashlib
import tempfile
from pathlib import Path

LONGEST_SOCKET = 100  # bytes; the kernel takes 107 with the name of the socket in it


def cluster_folder(data: Path) -> Path:
    return data / "postgres"


def socket_folder(data: Path) -> Path:
    """Where the socket lies: in the data folder, or in the temporary folder when that path is too long for a socket.

    >>> socket_folder(Path("/srv/gezhi")).as_posix()
    '/srv/gezhi/run/postgres'
    >>> len(str(socket_folder(Path("/srv") / ("x" * 200)))) < 100
    True
    """
    folder = data.absolute() / "run" / "postgres"
    if len(str(folder / ".s.PGSQL.5432").encode()) <= LONGEST_SOCKET:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"gezhi-{name}"
