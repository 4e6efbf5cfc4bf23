"""The settings of an installation: one typed table, read from GEZHI_* variables, then config.toml, then defaults."""

import os
import secrets
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

HERE = Path("data")
MARKER = "gezhi.toml"  # stands in every data folder that `gezhi init` has made


def setting(default: Any, about: str) -> Any:
    """One setting: its default and one sentence that the documentation repeats."""
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of an installation; `GEZHI_PORT` in the environment is `port` in config.toml."""

    data: Path = field(default=HERE, metadata={"about": "Folder that holds the database, files, keys and config.toml."})
    database_url: str = setting(
        "", "External PostgreSQL as postgresql://…; empty: the embedded one in the data folder."
    )
    database_owner_url: str = setting("", "Login that owns the tables of an external database; empty: the same login.")
    db_role: str = setting("app", "`app` runs the product; `owner` is for migrations and owns the tables.")
    db_pool: int = setting(
        10, "Most database connections that one process keeps; 0: one for each thread, without a pool."
    )
    db_shared_buffers: str = setting("64MB", "Memory of the embedded database for its pages.")
    db_work_mem: str = setting("8MB", "Memory of the embedded database for one sort or hash.")
    db_loopback: bool = setting(
        False,
        "The embedded database listens on 127.0.0.1 with a password instead of a socket, for a disk that holds no "
        "sockets; on Windows always.",
    )
    db_max_connections: int = setting(40, "Connections that the embedded database accepts.")
    host: str = setting("127.0.0.1", "Address on which the web process listens.")
    port: int = setting(8000, "Port on which the web process listens; the next free one is taken when it is busy.")
    public_url: str = setting("", "Address that people type, such as https://12345.example.gov.cn; used in links.")
    allowed_hosts: tuple[str, ...] = setting((), "Host names answered to, beside localhost and that of public_url.")
    tls: bool = setting(False, "People reach the site through TLS: secure cookies, HSTS, redirects.")
    trusted_proxies: tuple[str, ...] = setting((), "Addresses of proxies whose X-Forwarded-* headers are believed.")
    web_threads: int = setting(4, "Threads of the web process.")
    language: str = setting("zh-hans", "Language of people who have not chosen one: zh-hans or en.")
    pseudo: bool = setting(False, "Offer the pseudo-language en-xa, which shows untranslated text.")
    time_zone: str = setting("Asia/Shanghai", "Time zone of dates on screens and of the working calendar.")
    first_weekday: int = setting(1, "First day of the week: 1 Monday to 7 Sunday.")
    country: str = setting("CN", "Country whose public holidays fill the working calendar at first.")
    seal_limit: int = setting(4 * 3600, "Seconds after which an unsealed ledger record stops all acts.")
    upload_megabytes: int = setting(20, "Largest file that a person may send, in megabytes.")
    backup_hour: int = setting(2, "Hour of the nightly backup, local time; -1: none.")
    backups_kept: int = setting(7, "Nightly backups kept.")
    dial_url: str = setting(
        "",
        "Address to which a call asked for by a click is posted; empty: a file in outgoing/calls of the data folder.",
    )
    recording_hosts: tuple[str, ...] = setting(
        (), "Hosts from which recordings of calls may be fetched, as name or name:port; none: no recording is opened."
    )
    embed_origins: tuple[str, ...] = setting(
        (), "Sites that may hold the report form in a frame, as https://www.example.gov.cn; none: the form is off."
    )
    open311: str = setting(
        "public", "Open311: `public` tells everybody of harmless requests, `keys` only those with a key, `off` nobody."
    )
    open311_jurisdiction: str = setting("", "Name of this place in Open311; another one asked for is refused.")
    open311_media_hosts: tuple[str, ...] = setting(
        (), "Hosts from which pictures named in Open311 requests are fetched, as name or name:port; none: never."
    )
    mail_url: str = setting(
        "",
        "Mail server as smtp://user:password@host:587?tls=starttls or smtps://…; empty: files in outgoing/mail.",
    )
    mail_from: str = setting("gezhi@localhost", "Sender of the letters that Gezhi writes.")
    sms_url: str = setting(
        "", "Address of the SMS gateway, with {to} and {id} where it wants them; empty: files in outgoing/sms."
    )
    sms_body: str = setting(
        '{"to": "{to}", "text": "{text}", "id": "{id}"}',
        "JSON posted to the SMS gateway; {to}, {text}, {id} and {at} are filled in.",
    )
    sms_secret: str = setting("", "Secret that signs what is posted to the SMS gateway; empty: unsigned.")
    sms_answer: str = setting("id", "Where the gateway's own mark stands in its answer, as data.id; receipts name it.")
    sms_ok: str = setting(
        "",
        "What the gateway answers where it took a message, as code=0 (dotted path, value); empty: any 2xx.",
    )
    sms_sign: str = setting("", "Signature before every SMS, such as 【云溪12345】, where the gateway adds none.")
    sms_parts: int = setting(4, "Most parts of one SMS; a longer answer is cut and the link says the rest.")
    sms_quiet: str = setting(
        "21:00-08:00", "Hours without SMS, local time, except for urgent cases and codes; empty: none."
    )
    digest_hour: int = setting(8, "Hour after which daily digests are sent, local time.")
    notice_days: int = setting(30, "Days for which notices in the page are kept.")
    log_level: str = setting("INFO", "Least severe messages written to the logs: DEBUG, INFO, WARNING or ERROR.")
    demo: bool = setting(False, "This installation shows invented cases, and says so on every page.")

    @property
    def initialised(self) -> bool:
        return (self.data / MARKER).exists()

    @property
    def loopback(self) -> bool:
        """Whether the embedded database is entered by the network of this machine; Windows has no other way."""
        return self.db_loopback or os.name == "nt"

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def run(self) -> Path:
        """Process numbers, locks and the socket of the server; may be deleted while nothing runs."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    def secret(self, name: str) -> str:
        """A random text kept in the keys folder (0600); before `gezhi init` one that is written nowhere."""
        if not self.initialised:
            return secrets.token_urlsafe(48)
        path = self.keys / f"{name}.secret"
        self.keys.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            passing = self.keys / f".{name}.{secrets.token_hex(8)}"
            with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            with suppress(FileExistsError):
                os.link(passing, path)  # whole or not at all; of two processes the first one wins
            passing.unlink()
        return path.read_text().strip()


def parse(kind: Any, raw: Any) -> Any:
    """A value from the environment or from TOML in the type that its setting has.

    >>> parse(bool, "yes"), parse(int, "8"), parse(tuple[str, ...], "a, b"), parse(tuple[str, ...], ["a"])
    (True, 8, ('a', 'b'), ('a',))
    """
    if kind is bool:
        return raw if isinstance(raw, bool) else str(raw).strip().lower() in {"1", "true", "yes", "on"}
    if kind in {int, str}:
        return kind(raw)
    if kind is Path:
        return Path(raw).expanduser()
    items = raw.split(",") if isinstance(raw, str) else raw
    return tuple(str(item).strip() for item in items if str(item).strip())


def read(environ: dict[str, str]) -> Config:
    """The settings for an environment; an unknown key in config.toml is an error, since it is a typing mistake."""
    hints = get_type_hints(Config)
    folder = Path(environ.get("GEZHI_DATA") or "data").expanduser().absolute()
    values: dict[str, Any] = {"data": folder}
    file = folder / "config.toml"
    if file.exists():
        for name, raw in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if name not in hints or name == "data":
                raise ValueError(f"{file}: there is no setting named {name}")
            values[name] = parse(hints[name], raw)
    for name in (item.name for item in fields(Config)):
        raw_text = environ.get(f"GEZHI_{name.upper()}")
        if raw_text is not None and name != "data":
            values[name] = parse(hints[name], raw_text)
    return Config(**values)


@cache
def config() -> Config:
    """The settings of this process, read once."""
    return read(dict(os.environ))
