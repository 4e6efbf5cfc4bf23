"""Rows to drafts, and what a run makes of them; on the real files too."""

import io
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.kit.sheet_files import MESSAGES, text

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import read_tables
from gezhi.loop.importing.columns import known, recognise
from gezhi.loop.importing.rules import Draft, Judge, Reject, drafts

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def rows(file):
    for sheet in read_tables(file, known=known):
        yield from drafts(sheet, recognise(sheet.header), zone=ZONE, now=NOW)


def run(file, stored=None, mode="reject"):
    """Counts, rejects and the fingerprints that are stored afterwards."""
    judge, counts, rejects = Judge(mode), Counter(), []
    stored = dict(stored or {})
    for row in rows(file):
        verdict = (
            row
            if isinstance(row, Reject)
            else judge.verdict(row, row.fingerprint, stored.get(row.number or row.fingerprint))
        )
        if isinstance(verdict, Reject):
            rejects.append(verdict)
            counts["reject"] += 1
            continue
        counts["already" if verdict == "again" else verdict] += 1
        if verdict in ("create", "update"):
            stored[row.number or row.fingerprint] = row.fingerprint
    return counts, rejects, stored


def one(csv):
    [found] = rows(text(csv))
    return found


def test_a_full_row():
    draft = one(
        "工单编号,工单类型,问题分类,标题,主要内容,来电人,来电人电话,来电时间,紧急程度,来源,"
        "办结时间,回复内容,是否解决,是否满意,承办单位,诉求地址,标签\n"
        "RX1,投诉,市容→占道,占道,门口占道经营,李明,13800138000,2026/1/1 9:12:44,急件,热线,"
        "2026/1/5,已清理,部分解决,基本满意,城管局,滨河路18号,每月一题\n"
    )
    assert draft == Draft(
        row=2,
        sheet="",
        number="RX1",
        kind="complaint",
        matter=("市容", "占道"),
        title="占道",
        text="门口占道经营",
        requester_name="李明",
        phone="13800138000",
        received_at=datetime(2026, 1, 1, 1, 12, 44, tzinfo=UTC),
        urgency="2",
        channel="hotline",
        closed_at=datetime(2026, 1, 4, 16, 0, tzinfo=UTC),
        reply="已清理",
        solved="partly",
        satisfaction="basic",
        unit="城管局",
        place="滨河路18号",
        extras={"标签": "每月一题"},
    )
    assert draft.closed


def test_title_and_text_stand_in_for_each_other():
    assert one("编号,内容\n1,路灯不亮。夜里很黑\n").title == "路灯不亮"
    assert one("编号,标题\n1,路灯不亮\n").text == "路灯不亮"
    long = one(f"编号,标题,内容\n1,{'亮' * 300},正文\n")
    assert len(long.title) == 200
    assert long.text == "亮" * 300 + "\n正文"


def test_unknown_words_are_kept_beside_the_case():
    draft = one("编号,内容,工单类型\n1,路灯,看情况\n")
    assert (draft.kind, draft.extras) == ("", {"工单类型": "看情况"})


def test_when_an_old_case_counts_as_closed():
    assert one("编号,内容,答复意见,答复时间\n1,路灯,已修,2026/1/2\n").closed
    assert not one("编号,内容,答复意见,答复时间\n1,路灯,,2026/1/2\n").closed
    assert not one("编号,内容,工单状态,答复意见,答复时间\n1,路灯,办理中,在修,2026/1/2\n").closed
    done = one("编号,内容,留言时间,工单状态\n1,路灯,2026/1/2,已办结\n")
    assert done.closed
    assert done.ended_at == done.received_at


@pytest.mark.parametrize(
    ("row", "code", "facts"),
    [
        ("1,2026/2/30,路灯", "import-time-impossible", {"value": "2026/2/30"}),
        ("1,1月6日,路灯", "import-time-no-year", {"value": "1月6日"}),
        ("1,,路灯", "import-time-empty", {"column": "来电时间"}),
        ("1,2026/1/1,", "import-text-empty", {}),
        ("1,2026/1/1,\x00 \t", "import-text-empty", {}),
        (f"1,2026/1/1,{'字' * 100_000}", "import-text-long", {"field": "text", "length": 100_000, "limit": 20_000}),
        ("2.02E+16,2026/1/1,路灯", "import-number-rounded", {"value": "2.02E+16"}),
        ('1,2026/1/1,"路灯', "import-row-cut", {}),
    ],
)
def test_rejects_say_why(row, code, facts):
    found = one(f"编号,来电时间,内容\n{row}")
    assert isinstance(found, Reject)
    assert (found.row, found.code, found.facts) == (2, code, facts)
    assert found.cells[0] in ("1", "2.02E+16")


def test_closed_before_received():
    found = one("编号,内容,来电时间,办结时间\n1,路灯,2026/1/2,2026/1/1\n")
    assert found.code == "import-closed-before-received"


def test_nul_bytes_leave_the_text():
    assert one("编号,内容\n1,路\x00灯\n").text == "路灯"


CSV = "编号,内容,分类\n1,路灯,甲\n2,井盖,乙\n1,路灯,甲\n2,井盖,丙\n3,树,\n"


def test_the_first_row_of_a_number_wins():
    counts, [reject], stored = run(text(CSV))
    assert counts == {"create": 3, "already": 1, "reject": 1}
    assert (reject.row, reject.code) == (5, "import-number-twice")
    assert reject.facts == {"number": "2", "first": 3, "sheet": ""}
    counts, [reject], _ = run(text(CSV), stored)
    assert counts == {"already": 4, "reject": 1}
    assert reject.code == "import-number-twice"


def test_a_rejected_row_does_not_take_its_number():
    counts, _, _ = run(text("编号,来电时间,内容\n1,2026/2/30,路灯\n1,2026/2/20,路灯\n"))
    assert counts == {"reject": 1, "create": 1}


def test_blanks_line_breaks_and_other_columns_change_nothing():
    _, _, stored = run(text("编号,内容,点赞数\n1,路灯 不亮,3\n"))
    assert run(text('编号,点赞数,内容\n1,9,"\n\t路灯\n不亮"\n'), stored)[0] == {"already": 1}


@pytest.mark.parametrize(("mode", "verdict"), [("reject", "reject"), ("skip", "already"), ("update", "update")])
def test_a_known_number_with_other_content(mode, verdict):
    _, _, stored = run(text("编号,内容\n1,路灯\n"))
    counts, rejects, _ = run(text("编号,内容\n1,路灯修了\n"), stored, mode)
    assert counts == {verdict: 1}
    assert [reject.code for reject in rejects] == ["import-number-known"] * (mode == "reject")


def test_rows_without_numbers_are_told_by_their_content():
    counts, _, _ = run(text("来电时间,内容\n2026/1/1,路灯\n2026/1/1,路灯\n2026/1/2,路灯\n"))
    assert counts == {"create": 2, "already": 1}


def test_modes_are_named():
    with pytest.raises(Refused, match="import-mode-unknown"):
        Judge("merge")


@pytest.mark.skipif(not MESSAGES.exists(), reason="the messages are not on this machine")
def test_real_messages_twice():
    counts, [reject], stored = run(MESSAGES / "messages_dev.xlsx")
    assert counts == {"create": 494, "reject": 1}
    assert (reject.row, reject.code) == (312, "import-number-twice")
    assert reject.facts == {"number": "37042", "first": 100, "sheet": "Sheet1"}
    counts, [reject], _ = run(MESSAGES / "messages_dev.xlsx", stored)
    assert counts == {"already": 494, "reject": 1}


@pytest.mark.skipif(not MESSAGES.exists(), reason="the messages are not on this machine")
@pytest.mark.parametrize(("name", "count"), [("fj3_messages.csv.gz", 4311), ("fj4_messages_replies.csv.gz", 2799)])
def test_real_message_boards(name, count):
    counts, rejects, _ = run(MESSAGES / name)
    assert (counts, rejects) == ({"create": count}, [])


@pytest.mark.skipif(not MESSAGES.exists(), reason="the messages are not on this machine")
def test_a_real_file_cut_anywhere_is_refused_or_read_to_the_cut():
    whole = (MESSAGES / "messages_dev.xlsx").read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        with pytest.raises(Refused, match="sheet-broken"):
            list(rows(io.BytesIO(whole[: int(len(whole) * share)])))
