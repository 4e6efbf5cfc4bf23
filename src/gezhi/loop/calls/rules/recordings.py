"""Whether the address of a recording may be fetched by us: only from hosts that the installation names."""

from collections.abc import Collection
from urllib.parse import urlsplit

from gezhi.kernel.errors import Refused


def checked(url: str, hosts: Collection[str]) -> str:
    """The address, refused as recording-host unless it is http(s) to a named host (`host` or `host:port`).

    >>> checked("https://rec.example.gov.cn/1.wav", ["rec.example.gov.cn"])
    'https://rec.example.gov.cn/1.wav'
    >>> checked("http://169.254.169.254/latest", ["rec.example.gov.cn"])
    Traceback (most recent call last):
    gezhi.kernel.errors.Refused: recording-host (host='169.254.169.254')
    >>> checked("http://rec.example.gov.cn@evil.example/1.wav", ["rec.example.gov.cn"])
    Traceback (most recent call last):
    gezhi.kernel.errors.Refused: recording-host (host='evil.example')
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as broken:
        raise Refused("recording-host", status=409, host="-") from broken
    named = {name.lower() for name in hosts}
    default = {"http": 80, "https": 443}.get(parts.scheme)
    fits = f"{host}:{port or default}" in named or (host in named and port in (None, default))
    plain = not any(char.isspace() or ord(char) < 32 for char in url) and "\\" not in url
    if default is None or not host or not fits or not plain or parts.username is not None:
        raise Refused("recording-host", status=409, host=host or "-")
    return url
