"""The training rows as one sparse matrix, and which of them say nearly the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from gezhi.loop.triage.rules.features import VIEWS, WORDS, Floats, Hashes, Ints, Space, grams_of, weighted

LEAST_ROWS = 2  # an n-gram of a single row says nothing about the next
CELLS = 12_000_000  # weights of one model: 24 MB at most in the file and in memory
SKETCHES = 16
BANDS = (2, 4, 8, 16)  # min-hashes that must agree: two for half the pairs in common, sixteen for copies


@dataclass(frozen=True)
class Matrix:
    """Rows by n-grams; `view` tells the view of each column, `pairs` which columns are pairs of neighbouring words."""

    data: Any  # scipy.sparse.csr_matrix of float32
    space: Space
    view: Ints
    pairs: Ints


@dataclass(slots=True)
class _Counts:
    """All n-grams of all rows, end to end."""

    keys: Hashes
    tally: Ints
    view: npt.NDArray[np.int8]
    pair: npt.NDArray[np.int8]
    sizes: list[int]


def _counted(words: Sequence[Sequence[str]], extras: Sequence[Sequence[str]]) -> _Counts:
    keys, tally, view, pair, sizes = [], [], [], [], []
    for row, extra in zip(words, extras, strict=True):
        size = 0
        for number, grams in enumerate(grams_of(row, extra)):
            keys.append(grams.keys)
            tally.append(grams.counts)
            view.append(np.full(len(grams.keys), number, dtype=np.int8))
            pairs = np.zeros(len(grams.keys), dtype=np.int8)
            if number == WORDS:
                pairs[grams.places[len(row) : max(len(row), 2 * len(row) - 1)]] = 1
            pair.append(pairs)
            size += len(grams.keys)
        sizes.append(size)
    return _Counts(np.concatenate(keys), np.concatenate(tally), np.concatenate(view), np.concatenate(pair), sizes)


def build(words: Sequence[Sequence[str]], extras: Sequence[Sequence[str]], labels: int) -> Matrix:
    """Weighted n-grams of all rows, columns in the order of their hashes."""
    from scipy import sparse

    grown = _counted(words, extras)
    hashes, first, columns, frequency = np.unique(
        grown.keys, return_index=True, return_inverse=True, return_counts=True
    )
    kept = _kept(frequency, labels)
    place = np.full(len(hashes), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    idf = (np.log((1 + len(words)) / (1 + frequency[kept])) + 1).astype(np.float32)
    at = place[columns]
    held = at >= 0
    row_of = np.repeat(np.arange(len(words)), grown.sizes)
    values = weighted(grown.tally[held], idf[at[held]])
    data = sparse.csr_matrix((values, (row_of[held], at[held])), shape=(len(words), len(kept)))
    view = grown.view[first[kept]].astype(np.int64)
    _unit_length(data, view)
    return Matrix(data, Space(hashes[kept], idf), view, np.flatnonzero(grown.pair[first[kept]]))


def _kept(frequency: Ints, labels: int) -> Ints:
    """Columns worth keeping: in two rows at least, and the most frequent ones where labels are many."""
    found = np.flatnonzero(frequency >= LEAST_ROWS)
    most = max(1, CELLS // max(1, labels))
    if len(found) > most:
        found = np.sort(found[np.argsort(-frequency[found], kind="stable")[:most]])
    return found


def _unit_length(data: Any, view: Ints) -> None:
    """Every view of every row gets length one, so that a long text does not drown its opening."""
    row_of = np.repeat(np.arange(data.shape[0]), np.diff(data.indptr))
    for number in range(len(VIEWS)):
        mine = view[data.indices] == number
        length = np.sqrt(np.bincount(row_of[mine], weights=data.data[mine] ** 2, minlength=data.shape[0]))
        length[length == 0] = 1
        data.data[mine] /= length[row_of[mine]].astype(np.float32)


def same_story(matrix: Matrix, seed: int) -> Ints:
    """A group number per row: rows that share about half of their word pairs are one story.

    Where requests follow forms and nearly all look alike, only closer and closer likeness counts, until no group holds
    more than a fifth of the rows.
    """
    sketch = _sketch(matrix.data[:, matrix.pairs], seed)
    rows = matrix.data.shape[0]
    for band in BANDS:
        groups = _united(sketch, rows, band)
        if np.bincount(groups).max() * 5 <= rows:
            return groups
    return np.arange(rows, dtype=np.int64)


def _sketch(data: Any, seed: int) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Min-hashes of the rows that have pairs of words: the rows, and SKETCHES numbers for each."""
    filled = np.flatnonzero(np.diff(data.indptr))
    random = np.random.default_rng(seed)
    hashes = np.zeros((SKETCHES, len(filled)), dtype=np.uint64)
    for number in range(SKETCHES if len(filled) else 0):
        order = random.permutation(data.shape[1]).astype(np.uint64)
        hashes[number] = np.minimum.reduceat(order[data.indices], data.indptr[filled])
    return filled, hashes


def _united(sketch: tuple[Ints, npt.NDArray[np.uint64]], rows: int, band: int) -> Ints:
    """Groups of rows that agree in all min-hashes of any one band."""
    filled, hashes = sketch
    parent = list(range(rows))

    def find(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for start in range(0, SKETCHES, band):
        _, keys = np.unique(hashes[start : start + band], axis=1, return_inverse=True)
        keys = keys.ravel()
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
