"""Where the site is reached: the address people type, for links that are printed rather than shown on a page."""

import os

from gezhi.kit.config import Config


def local(config: Config) -> str:
    """What to type into the browser on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.host, config.host)  # noqa: S104 - an address is compared
    return f"http://{host}:{config.port}/"


def state(config: Config) -> tuple[int, str]:
    """Process number and address of the `serve` that runs; zero and nothing when none does."""
    try:
        number, place = (config.run / "serve.pid").read_text().split()
    except (OSError, ValueError):
        return 0, ""
    return int(number), place


def whole(path: str, config: Config) -> str:
    """A path with the address before it: told by `serve`, set by the office, noted by a running `serve`, or local."""
    noted = state(config)[1].removeprefix("-")  # a dash stands there until the port is known
    base = os.environ.get("GEZHI_ADDRESS") or config.public_url or noted or local(config)
    return f"{base.rstrip('/')}{path}"
