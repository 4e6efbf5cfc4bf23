"""Old addresses in one spelling, so that a mark at the end or a query behind it makes no other of them."""

from urllib.parse import unquote


def key_of(system: str, path: str) -> str:
    """What the digest of an old address is made of.

    >>> key_of("fixmystreet", "/report/12/?utm=x"), key_of("fixmystreet", "https://old.example/report/12#update_3")
    ('fixmystreet/report/12', 'fixmystreet/report/12')
    """
    plain = unquote(path.strip()).partition("#")[0].partition("?")[0]
    if "://" in plain:
        plain = plain.partition("://")[2].partition("/")[2]
    return f"{system}/{plain.strip('/').lower()}"
