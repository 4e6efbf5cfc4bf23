"""The paper that says what a pack is (manifest.toml) and the one that says how good it is (quality.toml)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gezhi.packs.rules.findings import Findings
from gezhi.packs.rules.spec import QUALITY, TABLES, TEMPLATES

MANIFEST = "manifest.toml"
QUALITY_FILE = "quality.toml"
NAME = re.compile(r"[a-z][a-z0-9-]{1,38}")
VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")
TEXTS = ("title_zh", "title_en", "about_zh", "about_en", "licence")
KEYS = {"name", "version", *TEXTS, "languages", "requires", "content", "templates", "examples", "stories"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """Name, version and the files of a pack."""

    name: str = ""
    version: str = ""
    title_zh: str = ""
    title_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    requires: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)
    stories: Mapping[str, str] = field(default_factory=dict)  # read by a generator of cases, not by the loader

    @property
    def files(self) -> set[str]:
        parts = (self.content, self.templates, self.examples, self.stories)
        return {file for part in parts for file in part.values()}


def toml(file: str, files: Mapping[str, bytes], findings: Findings) -> dict[str, Any]:
    """A TOML file of the pack, or an empty one with a finding."""
    if file not in files:
        findings.error("file-missing", file)
        return {}
    try:
        return tomllib.loads(files[file].decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        findings.error("toml-broken", file, reason=str(error))
        return {}


def manifest(files: Mapping[str, bytes], findings: Findings) -> Manifest:
    """The manifest as far as it holds."""
    given = toml(MANIFEST, files, findings)
    if not given:
        return Manifest()
    for key in given:
        if key not in KEYS:
            findings.error("key-unknown", MANIFEST, column=key, known=", ".join(sorted(KEYS)))
    texts = {key: _text(given, key, findings) for key in ("name", "version", *TEXTS)}
    if texts["name"] and not (NAME.fullmatch(texts["name"]) and texts["name"] != "local"):
        findings.error("pack-name", MANIFEST, column="name", value=texts["name"][:60])
    if texts["version"] and not VERSION.fullmatch(texts["version"]):
        findings.error("pack-version", MANIFEST, column="version", value=texts["version"][:60])
    content = _files(given, "content", set(TABLES) - set(TEMPLATES), files, findings)
    templates = _files(given, "templates", set(TEMPLATES), files, findings)
    examples = _files(given, "examples", {"matters", "units", "due"}, files, findings)
    stories = _files(given, "stories", set(_table(given, "stories", findings)), files, findings)
    made = Manifest(
        **texts, languages=_strings(given, "languages", findings), requires=_table(given, "requires", findings),
        content=content, templates=templates, examples=examples, stories=stories,
    )  # fmt: skip
    for name in sorted(set(files) - made.files):
        if name.endswith(".csv"):
            findings.warn("file-not-listed", name)
    return made


def _text(given: Mapping[str, Any], key: str, findings: Findings) -> str:
    text = given.get(key, "")
    if not isinstance(text, str) or not text.strip():
        level = findings.warn if key.endswith("_en") else findings.error
        level("key-missing", MANIFEST, column=key)
        return ""
    return text.strip()


def _strings(given: Mapping[str, Any], key: str, findings: Findings) -> tuple[str, ...]:
    found = given.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        findings.error("key-kind", MANIFEST, column=key)
        return ()
    return tuple(found)


def _table(given: Mapping[str, Any], key: str, findings: Findings) -> dict[str, str]:
    found = given.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        findings.error("key-kind", MANIFEST, column=key)
        return {}
    return dict(found)


def _files(
    given: Mapping[str, Any], key: str, known: set[str], files: Mapping[str, bytes], findings: Findings
) -> dict[str, str]:
    listed = _table(given, key, findings)
    held = {}
    for table, file in listed.items():
        if table not in known:
            findings.error("table-unknown", MANIFEST, column=f"{key}.{table}", known=", ".join(sorted(known)))
        elif file not in files:
            findings.error("file-missing", file)
        else:
            held[table] = file
    return held


def quality(files: Mapping[str, bytes], findings: Findings) -> dict[str, str]:
    """Each rule of quality with `done` or `exempt`; an exemption gives its reason."""
    rules = toml(QUALITY_FILE, files, findings).get("rules", {})
    if not isinstance(rules, dict):
        findings.error("key-kind", QUALITY_FILE, column="rules")
        return {}
    states: dict[str, str] = {}
    for name, said in rules.items():
        if name not in QUALITY:
            findings.error("quality-unknown", QUALITY_FILE, column=name, known=", ".join(QUALITY))
            continue
        state, comment = (said, "") if isinstance(said, str) else (said.get("status", ""), said.get("comment", ""))
        if state not in ("done", "exempt"):
            findings.error("quality-status", QUALITY_FILE, column=name)
        elif state == "exempt" and not comment.strip():
            findings.error("quality-comment", QUALITY_FILE, column=name)
        states[name] = state
    for name in QUALITY:
        if name not in states:
            findings.error("quality-missing", QUALITY_FILE, column=name)
    return states
