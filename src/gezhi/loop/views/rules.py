"""What a saved view keeps of the list's address, and how it becomes a wish again."""

from collections.abc import Mapping
from typing import Any

MOST = 30  # views of one person
LONGEST = 40
TEXTS = ("tab", "light", "matter", "area", "channel", "kind", "order", "words")
KEPT = (*TEXTS, "unit", "dormant")


def kept(wish: Mapping[str, Any]) -> dict[str, Any]:
    """What a wish says beside what holds anyway; the page is no part of a view.

    >>> kept({"tab": "open", "words": "", "unit": 3, "page": 2, "order": "due", "dormant": False})
    {'tab': 'open', 'unit': 3}
    """
    said = {name: wish[name] for name in KEPT if wish.get(name) not in (None, "", False)}
    if said.get("order") == "due":
        del said["order"]
    return said


def name_of(typed: str) -> str:
    r"""A name as it is kept: no control characters, single blanks.

    >>> name_of("  夜间\n噪声 ")
    '夜间 噪声'
    """
    return " ".join("".join(char if char.isprintable() else " " for char in typed).split())


def placed(order: list[int], key: int, step: int) -> list[int]:
    """An order with one of its members moved.

    >>> placed([1, 2, 3], 3, -1), placed([1, 2, 3], 1, -1), placed([1, 2, 3], 9, 1)
    ([1, 3, 2], [1, 2, 3], [1, 2, 3])
    """
    if key not in order:
        return order
    rest = [one for one in order if one != key]
    place = min(max(order.index(key) + step, 0), len(rest))
    return [*rest[:place], key, *rest[place:]]
