"""Whether an address may be fetched by this server: only from hosts that the installation names."""

from collections.abc import Collection
from urllib.parse import urlsplit


def permitted(url: str, hosts: Collection[str]) -> bool:
    """Whether an address is http(s) to a named host (`host`, or `host:port`), and hides no other behind it.

    >>> permitted("https://pics.example.org/1.jpg", ["pics.example.org"])
    True
    >>> permitted("http://169.254.169.254/latest", ["pics.example.org"])
    False
    >>> permitted("http://pics.example.org@evil.example/1.jpg", ["pics.example.org"])
    False
    """
    try:
        split = urlsplit(url)
        host, port = (split.hostname or "").lower(), split.port
    except ValueError:
        return False
    usual = {"http": 80, "https": 443}.get(split.scheme)
    named = {name.lower() for name in hosts}
    fits = f"{host}:{port or usual}" in named or (host in named and port in (None, usual))
    plain = not any(char.isspace() or ord(char) < 32 for char in url) and "\\" not in url
    return bool(usual and host and fits and plain and split.username is None)
