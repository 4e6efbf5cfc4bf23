"""JSON from outside: read whole or refused, so that nothing which no database can hold gets any further."""

import json
import math
from typing import Any

DEEPEST = 32  # levels; no message of ours needs five


def read_json(raw: bytes | str, *, nul: bool = False) -> Any:
    r"""The value; ValueError for what is no JSON, too deep, half a character, or a number without end.

    NUL is refused as well, but where `nul` says that whoever reads it refuses it by the name of its field.

    >>> read_json('{"a": [1, "路灯"]}')
    {'a': [1, '路灯']}
    >>> read_json('"\\ud800"')
    Traceback (most recent call last):
    ValueError: half a character
    """
    try:
        value = json.loads(raw)
    except RecursionError as error:
        raise ValueError("too deep") from error
    _looked_through(value, nul=nul)
    return value


def _looked_through(value: Any, *, nul: bool) -> None:
    """Walks without calling itself: a text may nest deeper than a program may."""
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += [*one, *one.values()]
            elif isinstance(one, list):
                below += one
            else:
                _plain(one, nul=nul)
        if not below:
            return
        level = below
    raise ValueError("too deep")


def _plain(one: Any, *, nul: bool) -> None:
    if isinstance(one, float) and not math.isfinite(one):
        raise ValueError("a number without end")
    if isinstance(one, str) and "\x00" in one and not nul:
        raise ValueError("NUL")
    if isinstance(one, str) and not one.isascii() and any("\ud800" <= char <= "\udfff" for char in one):
        raise ValueError("half a character")
