"""Every part of a staged limit that comes with the product has a name in both languages, the same one everywhere."""

import csv
from pathlib import Path

import gezhi.packs

FILES = sorted((Path(gezhi.packs.__file__).parent / "bundled").glob("*/limits.csv"))


def labelled():
    for path in FILES:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (row for row in csv.DictReader(file) if row["label"])


def test_each_label_is_named_in_both_languages_and_in_one_way():
    names = {}
    for row in labelled():
        assert row["label_zh"], row
        assert row["label_en"], row
        names.setdefault((row["stage"], row["label"]), set()).add((row["label_zh"], row["label_en"]))
    assert ("handle", "demolish") in names
    assert {key: said for key, said in names.items() if len(said) > 1} == {}
