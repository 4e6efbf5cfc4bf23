"""What a template may say: known names, loops over known lists, conditions on them; nothing that could run code."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gezhi.kernel.errors import Refused

TAG = re.compile(r"\{\{(?P<out>.*?)\}\}|\{%(?:tr|tc|p)?(?P<act>\s.*?)%\}", re.DOTALL)
FOR = re.compile(r"\{%(?:tr|tc|p)?\s*for\s+(\w+)\s+in\s+([\w.]+)\s*%\}")
END = re.compile(r"\{%(?:tr|tc|p)?\s*endfor\s*%\}")
LOOSE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Not,
    nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Const,
)  # fmt: skip
LOOP = "loop.index"  # the running number of a row, from 1


@dataclass(frozen=True, slots=True)
class Found:
    """One placeholder of a template and where it stands."""

    name: str
    place: str


class Plain(ImmutableSandboxedEnvironment):
    """Jinja without filters, calls, items or attributes: a dot only reads a key of plain data.

    Every template passes `_parse`, whatever put it together, so that no tag that a helper adds escapes the list.
    """

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(autoescape=autoescape, undefined=StrictUndefined, finalize=shown)
        for words in (self.globals, self.filters, self.tests):
            words.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.Name) and node.name == "self"):
                raise TemplateSyntaxError(type(node).__name__, node.lineno)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute == "index":
            return obj.index
        return self.undefined(obj=obj, name=attribute)


def shown(value: Any) -> Any:
    r"""A value as it stands in a text; moments come as text already, in the office's zone and spelling.

    >>> shown(None), shown(3), shown("a\x07b")
    ('', 3, 'ab')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return type(value)(_CONTROL.sub("", value))
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else plain_date(value)


def plain_date(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class Reader:
    """Reads the texts of a template in order, and refuses at its place what is unknown or broken."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = frozenset(known)
        self.found: list[Found] = []
        self.open: list[tuple[str, str, str, str]] = []  # word, loop name, list, place
        self.grammar: Environment = Plain(autoescape=False)

    def feed(self, text: str, place: str) -> None:
        """One paragraph or cell."""
        if LOOSE.search(TAG.sub("", text)):
            raise self.broken(text, place)
        for match in TAG.finditer(text):
            if match["out"] is not None:
                self._names("{{" + match["out"] + "}}", match[0], place)
            else:
                self._act(match["act"].strip(), match[0], place)

    def close(self) -> None:
        """Whether every loop and condition has its end."""
        if self.open:
            raise self.broken("{% " + self.open[-1][0] + " … %}", self.open[-1][3])

    def broken(self, text: str, place: str) -> Refused:
        return Refused("document-template-syntax", status=422, tag=text.strip()[:80], place=place)

    def _act(self, said: str, tag: str, place: str) -> None:
        word = said.split(maxsplit=1)[0] if said else ""
        if word == "for" and (match := FOR.fullmatch(tag)):
            self._loop(match[1], match[2], place)
        elif word == "if":
            self._names("{% " + said + " %}{% endif %}", tag, place)
            self.open.append(("if", "", "", place))
        elif word == "elif" and self._inside("if"):
            self._names("{% " + said[2:] + " %}{% endif %}", tag, place)
        elif said == "else" and self._inside("if"):
            pass
        elif said in ("endfor", "endif") and self._inside(said[3:]):
            self.open.pop()
        else:
            raise self.broken(tag, place)

    def _inside(self, word: str) -> bool:
        return bool(self.open) and self.open[-1][0] == word

    def _loop(self, name: str, source: str, place: str) -> None:
        path = self._path(source)
        if any(word == "for" for word, *_ in self.open):
            raise self.broken("{% for %} {% for %}", place)  # a loop in a loop multiplies its rows
        if not any(one.startswith(f"{path}[].") for one in self.known):
            raise self._unknown(source, place)
        self.found.append(Found(f"{path}[]", place))
        self.open.append(("for", name, f"{path}[]", place))

    def _names(self, source: str, tag: str, place: str) -> None:
        try:
            tree = self.grammar.parse(source)
        except (TemplateSyntaxError, RecursionError) as error:
            raise self.broken(tag, place) from error
        inner = {id(node.node) for node in tree.find_all(nodes.Getattr)}
        every = [node for kind in (nodes.Getattr, nodes.Name) for node in tree.find_all(kind) if id(node) not in inner]
        for node in every:
            said = _dotted(node)
            path = self._path(said)
            rows = any(word == "for" for word, *_ in self.open)
            if path not in self.known and not (path == LOOP and rows) and not (
                "{%" in source and any(one.startswith(f"{path}[].") for one in self.known)
            ):  # fmt: skip
                raise self._unknown(said, place)
            self.found.append(Found(path, place))

    def _path(self, said: str) -> str:
        first, _, rest = said.partition(".")
        for _, name, source, _ in reversed(self.open):
            if name and name == first:
                return f"{source}.{rest}"
        return said

    def _unknown(self, said: str, place: str) -> Refused:
        return Refused("document-placeholder-unknown", status=422, placeholder=said, place=place)


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "?"


def sample(known: Collection[str]) -> dict[str, Any]:
    """Data with every known name, to try a template with.

    >>> sample({"case.number", "rows[].unit"})["rows"]
    [{'unit': 'unit'}]
    """
    made: dict[str, Any] = {}
    for name in sorted(known):
        at: Any = made
        *way, last = name.split(".")
        for part in way:
            at = at.setdefault(part.removesuffix("[]"), [{}] if part.endswith("[]") else {})
            at = at[0] if isinstance(at, list) else at
        at[last] = last
    return made
