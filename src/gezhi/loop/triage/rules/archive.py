"""A model as bytes and back: plain arrays and JSON in one .npz, nothing in it can run."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from gezhi.kernel.errors import Refused
from gezhi.loop.triage.rules.features import Space
from gezhi.loop.triage.rules.model import KnownWords, Model

FORMAT = 1
ARRAYS = {"hashes": np.uint64, "idf": np.float32, "weights": np.float16, "bias": np.float32, "known": np.uint64}
UNPACKED = 256 * 2**20
Arrays = Mapping[str, npt.NDArray[Any]]


def digest_of(model: Model) -> str:
    """SHA-256 over everything in the model, the same wherever and whenever it is saved."""
    return _digest(_meta(model), _arrays(model))


def dump(model: Model) -> bytes:
    """The model as the bytes of a file."""
    meta, arrays = _meta(model), _arrays(model)
    note = json.dumps({**meta, "digest": _digest(meta, arrays)}, ensure_ascii=False, sort_keys=True)
    file = io.BytesIO()
    parts: dict[str, Any] = {"meta": np.frombuffer(note.encode(), dtype=np.uint8), **arrays}
    np.savez_compressed(file, **parts)
    return file.getvalue()


def load(content: bytes) -> Model:
    """The model in a file.

    Raises Refused triage-model-broken(why) for anything that is not such a file, whole and unchanged.
    """
    try:
        meta, arrays = _read(content)
        _check(meta, arrays)
        return Model(
            labels=tuple(meta["labels"]), space=Space(arrays["hashes"], arrays["idf"]), weights=arrays["weights"],
            bias=arrays["bias"], columns=tuple(meta["columns"]),
            created_at=datetime.fromisoformat(meta["created_at"]), rows=int(meta["rows"]),
            known=KnownWords(arrays["known"]) if meta["known"] else None, threshold=float(meta["threshold"]),
            quality=meta["quality"], counts=meta["counts"],
            voice=(float(meta["voice"][0]), float(meta["voice"][1])),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as fault:
        raise Refused("triage-model-broken", status=422, why=type(fault).__name__) from fault


def _read(content: bytes) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > UNPACKED:
            raise ValueError("too large")
    with np.load(io.BytesIO(content), allow_pickle=False) as parts:
        meta = json.loads(parts["meta"].tobytes())
        arrays = {name: parts[name] for name in ARRAYS}
    if not isinstance(meta, dict) or not all(isinstance(part, np.ndarray) for part in arrays.values()):
        raise TypeError("no model")
    return meta, arrays


def _check(meta: Mapping[str, Any], arrays: Arrays) -> None:
    """Raise ValueError unless the parts fit each other and the digest fits them all."""
    if meta["format"] != FORMAT or any(arrays[name].dtype != kind for name, kind in ARRAYS.items()):
        raise ValueError("another format")
    grams, labels = len(arrays["hashes"]), len(meta["labels"])
    shapes = {"idf": (grams,), "weights": (grams, labels), "bias": (labels,), "hashes": (grams,)}
    if any(arrays[name].shape != shape for name, shape in shapes.items()) or not labels:
        raise ValueError("parts do not fit")
    if _digest({name: value for name, value in meta.items() if name != "digest"}, arrays) != meta["digest"]:
        raise ValueError("changed since it was saved")


def _meta(model: Model) -> dict[str, Any]:
    return {
        "format": FORMAT, "labels": list(model.labels), "columns": list(model.columns),
        "created_at": model.created_at.isoformat(), "rows": model.rows, "known": model.known is not None,
        "threshold": model.threshold, "quality": dict(model.quality), "counts": dict(model.counts),
        "voice": list(model.voice),
    }  # fmt: skip


def _arrays(model: Model) -> dict[str, npt.NDArray[Any]]:
    return {
        "hashes": model.space.hashes, "idf": model.space.idf, "weights": model.weights, "bias": model.bias,
        "known": model.known.hashes if model.known else np.zeros(0, dtype=np.uint64),
    }  # fmt: skip


def _digest(meta: Mapping[str, Any], arrays: Arrays) -> str:
    found = sha256(json.dumps(meta, ensure_ascii=False, sort_keys=True).encode())
    for name in sorted(arrays):
        found.update(name.encode())
        found.update(np.ascontiguousarray(arrays[name]).tobytes())
    return found.hexdigest()
