"""Commands of rooms under `gezhi <noun> <verb>`, and what the command line says when something is refused."""

import argparse

import pytest

from gezhi import cli
from gezhi.kernel.errors import Refused
from gezhi.kit.commands import Nouns


def build(nouns):
    parser = argparse.ArgumentParser(prog="gezhi")
    nouns.add_to(parser.add_subparsers(required=True))
    return parser


def told(given):
    return f"{given.command.noun} {given.command.verb}"


@pytest.fixture
def nouns():
    found = Nouns()
    found.noun("loop", "The loop of requests")
    found.add(
        "loop", "import", lambda given: 0, lambda parser: parser.add_argument("files", nargs="+"), help="bring in"
    )
    found.add("loop", "triage train", lambda given: 0, lambda parser: parser.add_argument("--text"), help="learn")
    found.add("loop", "triage use", lambda given: 0, help="put on the desk")
    found.add("ledger", "verify", lambda given: 3, help="check")
    return found


def test_verbs_of_one_and_of_two_words_are_found(nouns):
    parser = build(nouns)
    assert told(parser.parse_args(["ledger", "verify"])) == "ledger verify"
    given = parser.parse_args(["loop", "triage", "train", "--text", "tokens"])
    assert (told(given), given.text) == ("loop triage train", "tokens")
    assert parser.parse_args(["loop", "import", "a.xlsx", "b.csv"]).files == ["a.xlsx", "b.csv"]


@pytest.mark.parametrize("line", [["loop"], ["loop", "triage"], ["loop", "fly"], ["ledger", "verify", "--what"], []])
def test_an_unfinished_or_unknown_command_tells_its_use(nouns, line, capsys):
    with pytest.raises(SystemExit) as stop:
        build(nouns).parse_args(line)
    assert stop.value.code == 2
    assert "usage: gezhi" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (Refused("file-exists", file="a.gezhi"), 1, "a.gezhi exists already"),
        (FileNotFoundError(2, "No such file", "b.xlsx"), 1, "b.xlsx cannot be opened"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_a_person_can_mend_is_a_sentence_not_a_traceback(error, code, word, capsys, monkeypatch):
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def work():
        raise error

    assert cli.answered(work) == code
    assert word in capsys.readouterr().err


def test_a_fault_of_the_program_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        cli.answered(lambda: 1 // 0)


def test_the_exit_code_is_the_commands_own():
    assert cli.answered(lambda: 3) == 3
    assert cli.answered(lambda: None) == 0


def test_every_command_of_every_room_can_be_asked_for_its_arguments(capsys):
    parser = cli.parser()
    for (noun, verb), command in cli.nouns().commands.items():
        with pytest.raises(SystemExit) as stop:
            parser.parse_args([noun, *verb.split(), "--help"])
        assert stop.value.code == 0
        assert command.help
    assert "gezhi" in capsys.readouterr().out
