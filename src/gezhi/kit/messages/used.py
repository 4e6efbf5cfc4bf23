"""Which texts the product asks for: found in the templates and in the syntax tree of the code."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

from gezhi.kit.messages.catalogues import SOURCE

PLAIN = {"gettext", "gettext_lazy", "gettext_noop", "_"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
NAMED = {"Refused": ("refusal",), "Finding": ("finding", "mend")}  # codes that are texts in these contexts
TEXT = r"""\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*"""
CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext|npgettext)\({TEXT}(?:,{TEXT})?(?:,{TEXT})?")


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One text asked for, and where."""

    file: str
    line: int
    context: str
    msgid: str


def uses() -> Iterator[Use]:
    """Every text that the product asks for by a literal."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from in_code(path)
    for pattern in ("*.html", "*.txt"):
        for path in sorted(SOURCE.rglob(f"templates/**/{pattern}")):
            yield from in_template(path)


def place(path: Path) -> str:
    return str(path.relative_to(SOURCE.parent)) if path.is_relative_to(SOURCE) else str(path)


def in_code(path: Path) -> Iterator[Use]:
    """Calls of the gettext family, and refusals and findings, whose codes are texts in contexts of their own."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        literal = [item.value if isinstance(item, ast.Constant) else None for item in node.args]
        for kind in NAMED.get(name, (name,)):
            found = pair(kind, literal)
            if found is not None:
                yield Use(place(path), node.lineno, *found)


def pair(name: str, literal: Sequence[object]) -> tuple[str, str] | None:
    """Context and msgid of a call, when both stand there as literals.

    >>> pair("pgettext", ["state", "received"]), pair("refusal", ["case-moved"]), pair("gettext", [None])
    (('state', 'received'), ('refusal', 'case-moved'), None)
    """
    match name, literal:
        case "refusal" | "finding" | "mend", [str() as code, *_]:
            return name, code
        case name, [str() as msgid, *_] if name in PLAIN | PLURAL:
            return "", msgid
        case name, [str() as context, str() as msgid, *_] if name in CONTEXT | CONTEXT_PLURAL:
            return context, msgid
    return None


def in_template(path: Path) -> Iterator[Use]:
    """What Django's own extraction makes of a template, read back."""
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in CALL.finditer(source):
        literal = [ast.literal_eval(item) if item else None for item in match.groups()[1:]]
        found = pair("gettext" if match[1] == "_" else match[1], literal)
        if found is not None:
            yield Use(place(path), source.count("\n", 0, match.start()) + 1, *found)
