"""Where the database is and as whom to enter it, in the form that Django wants."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gezhi.kit.config import Config
from gezhi.kit.database.doors import door

DATABASE = "gezhi"
OWNER = "gezhi_owner"
APP = "gezhi_app"
SESSION = "-c jit=off -c lock_timeout=10s -c idle_in_transaction_session_timeout=300s"


def django_database(config: Config) -> dict[str, Any]:
    """The entry of DATABASES: the embedded server by its door, or the external one, as owner or as the product.

    An external login that owns the tables takes on the role `gezhi_app` for each session, so that the product never
    holds the owner's rights; the owner's session keeps them for migrations.
    """
    pool = {"min_size": 1, "max_size": config.db_pool, "timeout": 10, "max_idle": 300}
    options: dict[str, Any] = {"options": SESSION, "application_name": "gezhi"}
    if config.db_pool:
        options["pool"] = pool
    base = {"ENGINE": "gezhi.kit.database.backend", "CONN_MAX_AGE": 0, "OPTIONS": options, "ATOMIC_REQUESTS": False}
    owner = config.db_role == "owner"
    if not config.database_url:
        way = door(config.data, loopback=config.loopback)
        enter = {"HOST": way.host, "PORT": way.port, "PASSWORD": way.password}
        return {**base, "NAME": DATABASE, "USER": OWNER if owner else APP, **enter}
    url = (owner and config.database_owner_url) or config.database_url
    parts = urlsplit(url)
    if not owner:
        options["options"] = f"{SESSION} -c role={APP}"
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or unquote(parts.hostname or "")
    options.update(query)
    return {
        **base,
        "NAME": unquote(parts.path.lstrip("/")) or DATABASE,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
    }
