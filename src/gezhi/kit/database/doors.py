"""How the embedded server is entered: by a socket that only we may enter, or on this machine alone with a password.

Windows has no such sockets in every version, and some disks hold none: there the server listens on 127.0.0.1, and the
password lies in the cluster's folder, which its owner alone may read.
"""

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gezhi.kit.database.folders import cluster_folder, socket_folder

LOOPBACK = "127.0.0.1"
FILE = "gezhi-door.json"


@dataclass(frozen=True, slots=True)
class Door:
    """Host and port as libpq wants them, the password where one is asked for, and the server's own settings for it."""

    host: str
    port: str
    password: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def by_socket(data: Path) -> Door:
    folder = str(socket_folder(data))
    options = {
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "unix_socket_permissions": "0700",  # whoever may enter the socket is believed, so only we may
    }
    return Door(folder, "5432", options=options)


def on_this_machine(data: Path) -> Door:
    """The door that was made with the cluster; before there is one, a door that leads nowhere."""
    try:
        told = json.loads((cluster_folder(data) / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        told = {"port": "0", "password": ""}
    port, password = str(told["port"]), str(told["password"])
    options = {"listen_addresses": LOOPBACK, "port": port, "unix_socket_directories": ""}
    return Door(LOOPBACK, port, password, options)


def door(data: Path, *, loopback: bool) -> Door:
    return on_this_machine(data) if loopback else by_socket(data)


def write_door(data: Path, *, port: int, password: str) -> None:
    """Keep port and password in the cluster's folder."""
    passing = cluster_folder(data) / f".{FILE}"
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump({"port": str(port), "password": password}, file)
    passing.replace(cluster_folder(data) / FILE)


def new_password() -> str:
    return secrets.token_urlsafe(32)


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def busy(port: str) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((LOOPBACK, int(port))) == 0
