"""The rules of the house that no other tool sees: lengths, docstrings, marks, foreign keys, clocks, references."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from gezhi.kit.messages.check import faults
from gezhi.web import reference

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "gezhi"
ROOMS = ("kernel", "kit", "trust", "place", "loop", "packs", "web")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_STORY = 100  # a journey through the product is told in order, in one piece
ONE_FILE = {SOURCE / "loop/rules/moves.py"}  # the move table is one literal, of any length
SKIPPED = {"migrations", "locale", "vendor", "__pycache__", "node_modules", "data", "bundled"}
MARKS = ("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK", "raise NotImplemented" + "Error")
PLACES = ("/work" + "/main", "/work" + "/shared", "/root" + "/", "/tmp" + "/brief")
KINDS = ("*.py", "*.js", "*.mjs", "*.css", "*.html", "*.md", "*.toml", "Makefile", "*.csv", "*.po", "*.json", "*.yml")


def ours(*patterns, folders=("src", "tests", "bench")):
    """Our own files of some kinds, without generated and bundled ones."""
    for folder in folders:
        for pattern in patterns:
            for path in sorted((ROOT / folder).rglob(pattern)):
                if not SKIPPED & set(path.relative_to(ROOT).parts) and "egg-info" not in str(path):
                    yield path


def written():
    """Every text that is committed."""
    yield from (path for pattern in KINDS for path in ROOT.glob(pattern))
    for folder in ("src", "tests", "bench", "docs", ".ci"):
        for pattern in KINDS:
            for path in sorted((ROOT / folder).rglob(pattern)):
                if not {"vendor", "node_modules"} & set(path.parts) and "egg-info" not in str(path):
                    yield path


def short(path):
    return str(path.relative_to(ROOT))


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_file_is_longer_than_400_lines():
    long = {
        short(path): count
        for path in ours("*.py", "*.js", "*.mjs", "*.css", "*.html")
        if path not in ONE_FILE and (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long


def test_no_function_is_longer_than_40_lines():
    long = {}
    for path in ours("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > (LONGEST_STORY if "tests" in path.parts else LONGEST_FUNCTION):
                    long[f"{short(path)}:{node.lineno} {node.name}"] = length
    assert not long


def test_no_script_function_is_longer_than_40_lines():
    long = {}
    for path in ours("*.js", "*.mjs"):
        for name, start, length in script_functions(path.read_text(encoding="utf-8")):
            if length > LONGEST_FUNCTION:
                long[f"{short(path)}:{start} {name}"] = length
    assert not long


def script_functions(text):
    """Name, first line and length of each named function of a script, by counting braces outside of texts."""
    bare = re.sub(r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", blank, text, flags=re.DOTALL)
    for match in re.finditer(r"function\s*\*?\s*(\w+)\s*\([^{]*\{|(\w+)\s*=\s*(?:async\s*)?\([^()]*\)\s*=>\s*\{", bare):
        depth, end = 1, match.end()
        while depth and end < len(bare):
            depth += {"{": 1, "}": -1}.get(bare[end], 0)
            end += 1
        start = bare.count("\n", 0, match.start()) + 1
        yield match[1] or match[2], start, bare.count("\n", match.start(), end) + 1


def blank(match):
    return "\n" * match[0].count("\n")


def test_script_functions_are_measured():
    text = "function a(x) {\n  if (x) { return '}' }\n  // }\n}\nconst b = (y) => {\n}\n"
    assert list(script_functions(text)) == [("a", 1, 4), ("b", 5, 2)]


def test_every_file_says_what_it_is_for():
    silent = [short(path) for path in ours("*.py", folders=("src", "bench")) if not ast.get_docstring(tree(path))]
    silent += [short(path) for path in ours("*.html", folders=("src",))
               if "{% comment %}" not in path.read_text(encoding="utf-8")[:300]]  # fmt: skip
    assert not silent


def test_every_room_has_a_short_readme():
    lacking = [room for room in ROOMS if not (SOURCE / room / "README.md").exists()]
    assert not lacking
    assert {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()} == set(ROOMS)
    assert tuple(settings.ROOMS) == ROOMS[1:]


def test_nothing_is_left_to_do_and_no_place_of_a_workshop_is_named():
    found = []
    for path in written():
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in (*MARKS, *PLACES):
            found += [f"{short(path)}: {word}"] if re.search(rf"(?<![\w.]){re.escape(word)}", text) else []
    assert not found


def test_every_exception_to_a_tool_gives_its_reason():
    bare = []
    for path in ours("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"# (noqa(: [A-Z0-9, ]+)?|type: ignore(\[[\w, -]+\])?)\s*$", line):
                bare.append(f"{short(path)}:{number}")
    assert not bare


def test_foreign_keys_point_down():
    upward = []
    for model in apps.get_models(include_auto_created=True):
        room = model._meta.app_config.name.removeprefix("gezhi.")
        if room not in ROOMS:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or not getattr(field, "concrete", False):
                continue
            other = target._meta.app_config.name.removeprefix("gezhi.")
            if other in ROOMS and ROOMS.index(other) > ROOMS.index(room):
                upward.append(f"{model.__name__}.{field.name} -> {other}")
    assert not upward


CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("timezone", "now"), ("time", "time")}


def test_rules_and_verbs_never_read_the_clock():
    read = []
    for path in ours("*.py", folders=("src",)):
        parts = {part.removesuffix(".py") for part in path.relative_to(SOURCE).parts}
        if not parts & {"rules", "service"} and "kernel" not in parts:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = getattr(node.func.value, "id", getattr(node.func.value, "attr", ""))
                if (owner, node.func.attr) in CLOCKS:
                    read.append(f"{short(path)}:{node.lineno}")
    assert not read


def test_templates_hold_no_script_and_no_style():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son(click|change|load|submit|input)=|javascript:"
    )
    found = [
        f"{short(path)}:{number}"
        for path in ours("*.html", folders=("src",))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if inline.search(line)
    ]
    assert not found


def test_every_text_is_said_in_both_languages():
    assert [str(fault) for fault in faults()] == []


@pytest.mark.django_db
def test_the_tables_are_what_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("page", reference.PAGES)
def test_the_reference_is_up_to_date(page):
    """`make docs` writes these pages; a new code, setting, command, topic, right or path must be in them."""
    file = ROOT / "docs" / "reference" / f"{page}.md"
    assert file.read_text(encoding="utf-8") == reference.PAGES[page]()
