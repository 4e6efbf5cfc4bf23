"""The scripts that judge the product's figures share nothing with it."""

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("test_"))
ALLOWED = {"psycopg", *(path.stem for path in SCRIPTS)}


def imported(source: str) -> set[str]:
    """The first name of everything that a script imports, wherever it stands."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    plain |= {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_shares_nothing_with_the_product(path):
    assert imported(path.read_text(encoding="utf-8")) - sys.stdlib_module_names <= ALLOWED


def test_no_script_hides_what_it_imports():
    assert len(SCRIPTS) >= 4
    for path in SCRIPTS:
        source = path.read_text(encoding="utf-8")
        assert "__import__" not in source
        assert "importlib" not in imported(source)
    assert "gezhi" in imported("def f():\n    from gezhi.loop import rules\n")
