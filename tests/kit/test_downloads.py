"""Files to be saved: type by the ending, names in any script, nothing that could break out of the header."""

import pytest

from gezhi.kit.downloads import TYPES, sent, streamed


@pytest.mark.parametrize("ending", TYPES)
def test_the_type_follows_from_the_ending(ending):
    answer = sent(b"x", f"a.{ending}")
    assert (answer.content, answer["Content-Type"]) == (b"x", TYPES[ending])
    assert answer["Content-Disposition"] == f'attachment; filename="a.{ending}"'


def test_pieces_are_put_together_or_sent_one_by_one():
    assert sent(iter([b"a", b"b"]), "x.csv").content == b"ab"
    assert list(streamed([b"a", b"b"], "x.csv")) == [b"a", b"b"]


def test_a_name_in_any_script_and_with_marks_stays_one_name():
    assert sent(b"", "日报-2026.docx")["Content-Disposition"].endswith("''%E6%97%A5%E6%8A%A5-2026.docx")
    hostile = sent(b"", 'a"; x="\\.csv')["Content-Disposition"]
    assert hostile == 'attachment; filename="a\\"; x=\\"\\\\.csv"'
