"""The training rows as one sparse matrix, and which of them say nearly the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from gezhi.loop.triage.rules.features import VIEWS, Floats, Space, hash_of, views

Ints = npt.NDArray[np.int64]
LEAST_ROWS = 2  # an n-gram of a single row says nothing about the next
CELLS = 12_000_000  # weights of one model: 24 MB at most in the file and in memory
SKETCHES, BAND = 16, 2


@dataclass(frozen=True)
class Matrix:
    """Rows by n-grams; `view` tells the view of each column by its place in VIEWS."""

    data: Any  # scipy.sparse.csr_matrix of float32
    space: Space
    view: Ints
    pairs: Ints  # columns that are pairs of neighbouring words


class _Counts:
    """Grows a matrix of counts row by row, giving every n-gram a column when it is first met."""

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self.indices: list[int] = []
        self.tally: list[int] = []
        self.ends = [0]

    def add(self, counts: dict[str, Counter[str]]) -> None:
        for view in VIEWS:
            for gram, count in counts[view].items():
                self.indices.append(self.columns.setdefault(view + gram, len(self.columns)))
                self.tally.append(count)
        self.ends.append(len(self.indices))


def build(words: Sequence[Sequence[str]], extras: Sequence[Sequence[str]], labels: int) -> Matrix:
    """Weighted n-grams of all rows, columns in the order of their hashes."""
    from scipy import sparse

    grown = _Counts()
    for row, extra in zip(words, extras, strict=True):
        grown.add(views(row, extra))
    names = list(grown.columns)
    indices = np.array(grown.indices, dtype=np.int64)
    tally = np.array(grown.tally, dtype=np.float32)
    frequency = np.bincount(indices, minlength=len(names))
    hashes = np.fromiter(map(hash_of, names), dtype=np.uint64, count=len(names))
    kept = _kept(frequency, hashes, labels)
    place = np.full(len(names), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    idf = (np.log((1 + len(words)) / (1 + frequency[kept])) + 1).astype(np.float32)
    columns = place[indices]
    held = columns >= 0
    row_of = np.repeat(np.arange(len(words)), np.diff(grown.ends))
    values = (1 + np.log(tally[held])) * idf[columns[held]]
    data = sparse.csr_matrix(
        (values.astype(np.float32), (row_of[held], columns[held])), shape=(len(words), len(kept))
    )
    view = np.array([VIEWS.index(names[at][0]) for at in kept], dtype=np.int64)
    _unit_length(data, view)
    pairs = np.array([at for at, name in enumerate(kept) if names[name][0] == "w" and " " in names[name]], dtype=np.int64)
    return Matrix(data, Space(hashes[kept], idf), view, pairs)


def _kept(frequency: Ints, hashes: npt.NDArray[np.uint64], labels: int) -> Ints:
    """Columns worth keeping: in two rows at least, and the most frequent ones where labels are many."""
    found = np.flatnonzero(frequency >= LEAST_ROWS)
    most = max(1, CELLS // max(1, labels))
    if len(found) > most:
        found = found[np.lexsort((hashes[found], -frequency[found]))[:most]]
    kept: Ints = found[np.argsort(hashes[found], kind="stable")]
    return kept


def _unit_length(data: Any, view: Ints) -> None:
    """Every view of every row gets length one, so that a long text does not drown its opening."""
    row_of = np.repeat(np.arange(data.shape[0]), np.diff(data.indptr))
    for number in range(len(VIEWS)):
        mine = view[data.indices] == number
        length = np.sqrt(np.bincount(row_of[mine], weights=data.data[mine] ** 2, minlength=data.shape[0]))
        length[length == 0] = 1
        data.data[mine] /= length[row_of[mine]].astype(np.float32)


def same_story(matrix: Matrix, seed: int) -> Ints:
    """A group number per row: rows sharing about half of their word pairs are one story (min-hash, banded)."""
    data = matrix.data[:, matrix.pairs]
    rows = data.shape[0]
    parent = list(range(rows))

    def find(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    filled = np.flatnonzero(np.diff(data.indptr))
    starts = data.indptr[filled]
    random = np.random.default_rng(seed)
    for _ in range(SKETCHES // BAND):
        keys = np.zeros(len(filled), dtype=np.uint64)
        for _ in range(BAND):
            order = random.permutation(data.shape[1]).astype(np.uint64)
            if len(starts):
                keys = keys * np.uint64(2**31) + np.minimum.reduceat(order[data.indices], starts)
        ranked = np.argsort(keys, kind="stable")
        for left, right in pairwise(ranked.tolist()):
            if keys[left] == keys[right]:
                parent[find(int(filled[right]))] = find(int(filled[left]))
    return np.array([find(at) for at in range(rows)], dtype=np.int64)


def folds_of(groups: Ints, number: int, seed: int) -> Ints:
    """A fold per row, whole groups together, by chance that is the same each time."""
    names = np.unique(groups)
    np.random.default_rng(seed).shuffle(names)
    fold = {int(name): at % number for at, name in enumerate(names)}
    return np.array([fold[int(group)] for group in groups], dtype=np.int64)


def unit_rows(scores: Floats) -> Floats:
    """Scores less their mean over the labels: only differences between labels count."""
    centred: Floats = scores - scores.mean(axis=1, keepdims=True)
    return centred
