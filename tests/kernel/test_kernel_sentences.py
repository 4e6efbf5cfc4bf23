"""Every refusal of the kernel has a sentence in both languages that uses only the facts which the code gives."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "gezhi"
ENTRY = re.compile(r'msgctxt "refusal"\nmsgid "([^"]+)"\nmsgstr "((?:[^"\\]|\\.)+)"')


def raised():
    """Code -> facts that every place gives, of each `Refused(...)` in the kernel."""
    found = {}
    for path in (SOURCE / "kernel").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
                code = node.args[0].value
                facts = {word.arg for word in node.keywords} - {"status"}
                found[code] = found.get(code, facts) & facts
    return found


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_refusal_has_a_sentence(language):
    sentences = dict(ENTRY.findall((SOURCE / "kit/locale" / language / "LC_MESSAGES/django.po").read_text("utf-8")))
    codes = raised()
    assert len(codes) >= 20
    for code, facts in codes.items():
        assert code in sentences, f"{code} has no sentence in {language}"
        assert set(re.findall(r"%\((\w+)\)s", sentences[code])) <= facts, code
        assert sentences[code] % dict.fromkeys(facts, "x"), code
        assert bool(re.search("[一-鿿]", sentences[code])) == (language == "zh_Hans"), code
