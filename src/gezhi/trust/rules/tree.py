"""Units in the order in which the office keeps them: each below its parent, siblings as they were entered."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class InTree(Protocol):
    """A row with a key and the key of the row above it."""

    pk: int
    parent_id: int | None


T = TypeVar("T", bound=InTree)


def in_order(rows: Iterable[T]) -> list[T]:
    """The rows from the top down; one whose parent is not among them stands as a top of its own.

    >>> from types import SimpleNamespace as Row
    >>> rows = [Row(pk=4, parent_id=2), Row(pk=3, parent_id=1), Row(pk=2, parent_id=1), Row(pk=1, parent_id=None)]
    >>> [row.pk for row in in_order(rows)]
    [1, 2, 4, 3]
    """
    ordered = sorted(rows, key=lambda row: row.pk)
    known = {row.pk for row in ordered}
    below: dict[int | None, list[T]] = {}
    for row in ordered:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    found: list[T] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting.extend(reversed(below.get(row.pk, [])))
    return found
