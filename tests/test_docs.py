"""The documentation tells the truth: commands and links in it exist, and both languages say the same things."""

import re
from pathlib import Path

import pytest

from gezhi import cli
from gezhi.kit.config import Config
from gezhi.web import reference

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"(?<![\w./-])(?:\.venv/bin/)?gezhi ((?:--data \S+ )?[a-z].*)")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
MADE = {"docs/images/worklist.png", "docs/images/case.png"}  # made by the screenshot tests


def short(path):
    return str(path.relative_to(ROOT))


def known():
    """Every command as its words, and the first words of those that have several."""
    return {tuple(line.split()[1:]) for line, _ in reference.command_lines(cli.parser())}


def exists(words, commands):
    """Whether some command begins a line of words; `catalogue …` stands for all commands below it."""
    words = [*words, *("…" for _ in range(3))]
    for command in commands:
        held = words[: len(command)]
        cut = held.index("…") if "…" in held else len(command)
        if cut and tuple(held[:cut]) == command[:cut] and (cut == len(command) or words[cut] == "…"):
            return True
    return False


def test_a_command_that_does_not_exist_is_seen():
    commands = {("ledger", "verify"), ("loop", "triage", "use"), ("serve",)}
    assert exists(["loop", "triage", "use", "3"], commands)
    assert exists(["loop", "triage", "…"], commands)
    assert not exists(["loop", "teach"], commands)
    assert not exists(["ledger", "burn"], commands)


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_command_exists(page):
    commands = known()
    missing = []
    for code in CODE.findall(page.read_text(encoding="utf-8")):
        for line in code.strip("`").splitlines():
            for match in COMMAND.finditer(line):
                words = re.sub(r"^--data \S+ ", "", match[1]).split()
                if not exists(words, commands):
                    missing.append(line.strip())
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_option_of_a_command_exists(page):
    """An option written after a command in a line of code is one that its help tells."""
    wrong = []
    for code in CODE.findall(page.read_text(encoding="utf-8")):
        for line in code.strip("`").splitlines():
            for match in COMMAND.finditer(line.partition("  #")[0]):
                options = set(re.findall(r"(?<= )(--[a-z-]+)", match[1])) - {"--data"}
                wrong += [f"{line.strip()}: {option}" for option in options if option not in options_of(match[1])]
    assert not wrong


def options_of(line):
    """The options of the command that begins a line."""
    words, parser = re.sub(r"^--data \S+ ", "", line).split(), cli.parser()
    while True:
        below = next((a.choices for a in parser._actions if isinstance(getattr(a, "choices", None), dict)), None)
        if not below or not words or words[0] not in below:
            return {option for action in parser._actions for option in action.option_strings}
        parser = below[words.pop(0)]


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_link_leads_somewhere(page):
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    targets = [link for link in LINK.findall(text) if "://" not in link and not link.startswith("mailto:")]
    broken = [link for link in targets if not (page.parent / link).exists()]
    assert not [link for link in broken if short((page.parent / link).resolve()) not in MADE]


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_setting_exists(page):
    settings = {f"GEZHI_{name.upper()}" for name in Config.__dataclass_fields__}
    named = set(re.findall(r"\bGEZHI_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert named <= settings | {"GEZHI_BACKUP_PASSPHRASE", "GEZHI_CHROMIUM"}


TWINS = [
    *((path, path.parent / "zh" / path.name) for path in sorted((DOCS / "guides").glob("*.md"))),
    (DOCS / "quickstart.md", DOCS / "quickstart.zh-CN.md"),
    (ROOT / "README.md", ROOT / "README.zh-CN.md"),
]


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=short)
def test_both_languages_have_the_same_parts(english, chinese):
    assert parts(english) == parts(chinese)


def parts(page):
    """Headings by level, rows of tables, points of lists and lines of code: what a twin must have too."""
    text = page.read_text(encoding="utf-8")
    code = [
        line.split("#")[0].strip() for block in re.findall(r"```.*?```", text, re.DOTALL) for line in block.splitlines()
    ]
    bare = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    marks = (r"^(#+) ", r"^(\|)", r"^([-*]|\d+\.) ")
    return [len(re.findall(mark, bare, re.MULTILINE)) for mark in marks], [line for line in code if line]


STORY = re.compile(r"^\| (\d+) \| .+ \| .+ \| `(tests/[\w/]+\.py)(?:::(test_\w+))?` \|$")


def test_every_acceptance_story_is_shown_by_a_test_that_exists():
    lines = (ROOT / "docs" / "acceptance.md").read_text(encoding="utf-8").splitlines()
    stories = [found for line in lines if (found := STORY.match(line))]
    assert [int(found[1]) for found in stories] == list(range(1, len(stories) + 1))
    assert len(stories) >= 60
    assert len([line for line in lines if line.startswith("| ") and line[2].isdigit()]) == len(stories)
    for found in stories:
        file = ROOT / found[2]
        assert file.is_file(), found[0]
        assert not found[3] or f"def {found[3]}(" in file.read_text(encoding="utf-8"), found[0]


ATTACK = re.compile(r"^\| (\d+) \| ([^|]+) \| .+ \| .+ \| `(tests/[\w/]+\.py)::(test_\w+)` \|$")
FAMILIES = {
    "token guessing", "IDOR across units", "forged webhook", "replay", "mass assignment", "upload polyglots",
    "SVG and HTML in text", "CSV injection on export", "open redirect", "header injection in mail", "oversized bodies",
    "slow bodies", "session fixation", "password spraying", "scope escalation through bulk acts",
    "search leaking hidden cases",
}  # fmt: skip


def test_every_attack_is_shown_by_a_test_that_exists_and_every_family_was_tried():
    lines = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8").splitlines()
    attacks = [found for line in lines if (found := ATTACK.match(line))]
    assert [int(found[1]) for found in attacks] == list(range(1, len(attacks) + 1))
    assert len(attacks) >= 60
    assert len([line for line in lines if line.startswith("| ") and line[2].isdigit()]) == len(attacks)
    for found in attacks:
        file = ROOT / found[3]
        assert file.is_file(), found[0]
        assert f"def {found[4]}(" in file.read_text(encoding="utf-8"), found[0]
    assert len({(found[3], found[4]) for found in attacks}) == len(attacks), "each attack has a test of its own"
    tried = [found[2] for found in attacks]
    assert not [family for family in FAMILIES if tried.count(family) < 2]
