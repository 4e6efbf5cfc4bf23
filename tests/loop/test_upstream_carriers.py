"""Folders of workbooks and exchange tables: whole or not at all, once, and never a change of what is theirs."""

import os
import sqlite3
from contextlib import closing
from datetime import date, timedelta

import openpyxl
import pytest
from upstream_hand import SYSTEM, fetch, tell, whole

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, PartnerCase, Piece, Step
from gezhi.loop.partners import service
from gezhi.loop.partners.kinds.upstream.reconciling import reconcile
from gezhi.loop.partners.kinds.upstream.sheets import reply_sheet
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.service import open_text

COLUMNS = ("工单编号", "标题", "诉求内容", "发生地点", "诉求类型", "诉求分类", "来电人", "来电号码", "办结时限")
ROW = (
    "县0001",
    "路灯不亮",
    "路灯不亮，晚上走路危险。",
    "人民路8号",
    "投诉",
    "路灯照明",
    "王小明",
    "13800001234",
    "2026-03-05 18:00",
)
MATTERS = ("[matters]", '[matters]\n"路灯照明" = "0101"')


def book(path, rows, columns=COLUMNS):
    found = openpyxl.Workbook()
    found.active.append(columns)
    for row in rows:
        found.active.append(row)
    found.save(path)
    return path


def read(path):
    rows = list(openpyxl.load_workbook(path).active.values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture
def county(office, mappings, tmp_path):
    """The county's platform by a folder, as a town has it."""
    mapping = mappings.write("county.toml", "county-folder.toml", MATTERS)
    wishes = {"mapping": mapping, "place": str(tmp_path / "box")}
    wish = Wish("county", "upstream", "县平台", source="county", wishes=wishes)
    partner = service.put_partner(wish, actor=SYSTEM, now=office.now)
    fetch(office, partner)
    return partner


@pytest.fixture
def box(tmp_path):
    return tmp_path / "box"


def names(box):
    return {name: sorted(path.name for path in (box / name).iterdir()) for name in ("in", "done", "failed")}


def test_a_file_is_taken_once_under_whatever_name_it_comes(office, county, box):
    book(box / "in" / "county-20260302-001.xlsx", [ROW, ("县0002", *ROW[1:])])
    assert fetch(office, county) == 2
    data = (box / "done" / "county-20260302-001.xlsx").read_bytes()
    (box / "in" / "county-20260302-002.xlsx").write_bytes(data)
    book(box / "in" / "county-20260302-003.xlsx", [ROW])
    assert fetch(office, county) == 0
    assert Case.objects.count() == 2
    assert names(box)["in"] == names(box)["failed"] == []
    assert PartnerCase.objects.get(number="县0001").due_at.isoformat() == "2026-03-05T10:00:00+00:00"


def test_a_file_with_one_row_that_is_wrong_is_refused_whole_with_the_reason_beside_it(office, county, box):
    book(box / "in" / "a.xlsx", [ROW, ("县0002", *ROW[1:-1], "尽快")])
    assert fetch(office, county) == 0
    assert not Case.objects.exists()
    assert names(box) == {"in": [], "done": [], "failed": ["a.txt", "a.xlsx"]}
    assert "upstream-row" in (box / "failed" / "a.txt").read_text(encoding="utf-8")
    assert "3" in (box / "failed" / "a.txt").read_text(encoding="utf-8")


def test_a_file_half_written_is_left_alone_until_it_is_whole(office, county, box, tmp_path):
    data = book(tmp_path / "a.xlsx", [ROW]).read_bytes()
    target = box / "in" / "a.xlsx"
    for size in (0, 10, len(data) // 2, len(data) - 1):
        target.write_bytes(data[:size])
        os.utime(target, (office.now.timestamp(), office.now.timestamp()))
        assert fetch(office, county) == 0
        assert names(box)["in"] == ["a.xlsx"]
    target.write_bytes(data)
    assert fetch(office, county) == 1
    target.write_bytes(data[:50])
    os.utime(target, (office.now.timestamp(), office.now.timestamp()))
    office.later(days=2)
    fetch(office, county)
    assert names(box)["failed"] == ["a.txt", "a.xlsx"], "what nobody finishes is set aside after a day"


def test_a_folder_that_is_away_is_asked_again_and_what_goes_out_waits(office, county, box):
    book(box / "in" / "a.xlsx", [ROW])
    fetch(office, county)
    office.to("handling", str(Case.objects.get().pk))
    out = box / "out"
    out.rmdir()
    out.write_text("in the way")
    tell(office)
    assert Piece.objects.filter(direction="out", state="waiting").count() == 1
    out.unlink()
    office.later(minutes=1)
    service.deliver(office.now)
    told = read(next(out.iterdir()))
    assert [(row["工单编号"], row["状态"]) for row in told] == [("县0001", "办理中")]


# ---- county and town: there and back with nothing typed again


def test_a_county_sheet_and_the_reply_sheet_of_a_town_make_the_round_trip(office, mappings, county, box, tmp_path):
    ours = office.receive(matter="0101", kind="complaint", text="井盖破损，=HYPERLINK 也照抄。", name="王小明")
    office.to("dispatched", ours)
    number = Case.objects.get(pk=ours).number
    book(box / "in" / "a.xlsx", [(number, *ROW[1:2], "井盖破损，=HYPERLINK 也照抄。", *ROW[3:])])
    assert fetch(office, county) == 1
    town = Case.objects.exclude(pk=ours).get()
    office.to("handling", str(town.pk), lead="housing")
    office.move(str(town.pk), "note", "hana", note="内部：先垫付三百元")
    office.move(str(town.pk), "task", "hana", unit=office.units["street"].pk, ask="现场看一下")
    office.move(str(town.pk), "task_done", "tom", unit=office.units["street"].pk, note="看过了")
    office.move(str(town.pk), "reply", "hana", outcome="solved", reply="已换新井盖。\n请验收。", public_reply="")
    office.move(str(town.pk), "review_pass", "liam")
    office.move(str(town.pk), "callback", "cal", contacted=True, satisfaction="satisfied", solved="solved")
    sheet = tmp_path / "reply.xlsx"
    assert reply_sheet(county, sheet, actor=SYSTEM, now=office.now) == 1
    (row,) = read(sheet)
    assert tuple(row) == ("工单编号", "承办单位", "办理结果", "答复内容", "办结时间")
    assert (row["工单编号"], row["承办单位"], row["办理结果"]) == (number, "housing", "已解决")
    assert "垫付" not in str(row)
    assert "看一下" not in str(row)

    mappings.write("town.toml", "town-folder.toml")
    wishes = {"mapping": "town.toml", "place": str(tmp_path / "towns"), "unit": "urban"}
    back = service.put_partner(Wish("town", "upstream", "城关镇", wishes=wishes), actor=SYSTEM, now=office.now)
    fetch(office, back)
    for name in ("reply.xlsx", "again.xlsx"):
        (tmp_path / "towns" / "in" / name).write_bytes(sheet.read_bytes())
        fetch(office, back)
    case = Case.objects.get(pk=ours)
    assert (case.state, case.outcome) == ("replied", "solved")
    step = Step.objects.get(case=ours, move="reply")
    assert step.unit == office.units["urban"].pk
    assert open_text(case.requester, step.text.sealed)["reply"] == "已换新井盖。\n请验收。"
    assert not Piece.objects.exclude(state="done").filter(direction="in").exists()
    assert whole()


def test_a_reply_for_a_case_that_the_unit_does_not_have_is_kept_and_made_nowhere(office, mappings, tmp_path):
    other = office.to("dispatched", lead="housing")
    mappings.write("town.toml", "town-folder.toml")
    wishes = {"mapping": "town.toml", "place": str(tmp_path / "towns"), "unit": "urban"}
    town = service.put_partner(Wish("town", "upstream", "城关镇", wishes=wishes), actor=SYSTEM, now=office.now)
    fetch(office, town)
    rows = [(Case.objects.get(pk=other).number, "已解决", "好了")]
    book(tmp_path / "towns" / "in" / "a.xlsx", rows, ("工单编号", "办理结果", "答复内容"))
    fetch(office, town)
    assert Piece.objects.get().fault == "partner-number-unknown"
    assert Case.objects.get(pk=other).state == "dispatched"


def test_the_list_of_a_day_in_the_folder_is_compared_and_no_case(office, county, box):
    book(box / "in" / "a.xlsx", [ROW, ("县0002", *ROW[1:])])
    fetch(office, county)
    with pytest.raises(Refused) as caught:
        reconcile(county, date(2026, 3, 2))
    assert caught.value.code == "upstream-no-list"
    book(box / "in" / "town-roll-20260302.xlsx", [("县0001", ""), ("县0009", "办理中")], ("工单编号", "状态"))
    assert fetch(office, county) == 0
    found = reconcile(county, date(2026, 3, 2))
    assert (found.missing_here, found.missing_there, found.clean) == (["县0009"], ["县0002"], False)


# ---- exchange tables


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "exchange.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "CREATE TABLE gz_down (id INTEGER PRIMARY KEY, msg_type, order_no, content, category_name, limit_time)"
        )
        db.execute(
            "CREATE TABLE gz_up (msg_id TEXT PRIMARY KEY, order_no, status, change_time, result, reply,"
            " apply_type, reason, until_time)"
        )
        db.execute("CREATE TABLE gz_roll (order_no, status, accept_time)")
    return path


def sql(path, text, *values):
    with closing(sqlite3.connect(path)) as db, db:
        return db.execute(text, values).fetchall()


@pytest.fixture
def exchange(office, mappings, base):
    mapping = mappings.write("tables.toml", "exchange-tables.toml", ("[matters]", '[matters]\n"light" = "0101"'))
    wish = Wish("front", "upstream", "前置库", wishes={"mapping": mapping}, secrets={"dsn": f"sqlite:///{base}"})
    return service.put_partner(wish, actor=SYSTEM, now=office.now)


PUT = "INSERT INTO gz_down VALUES (?, ?, ?, ?, ?, ?)"


def test_rows_of_their_table_come_in_once_also_when_an_earlier_one_is_committed_late(office, exchange, base):
    sql(base, PUT, 2, "order", "T-2", "路灯不亮", "light", "2026-03-09 18:00:00")
    sql(base, PUT, 5, "order", "T-5", "路灯不亮", "light", None)
    assert fetch(office, exchange) == 2
    sql(base, PUT, 3, "order", "T-3", "路灯不亮", "light", None)
    sql(base, PUT, 6, "urge", "T-2", "", "", None)
    assert fetch(office, exchange) == 2
    assert fetch(office, exchange) == 0
    assert sorted(Case.objects.values_list("external_number", flat=True)) == ["T-2", "T-3", "T-5"]
    assert Case.objects.get(external_number="T-2").chases == 1
    assert len(sql(base, "SELECT * FROM gz_down")) == 4, "their table is never changed"
    assert CaseClock.objects.get(label=f"@{exchange.pk}").due_at.isoformat() == "2026-03-09T10:00:00+00:00"


def test_our_states_are_rows_of_ours_once_and_wait_while_the_database_is_away(office, exchange, base):
    sql(base, PUT, 1, "order", "T-1", "路灯不亮", "light", None)
    fetch(office, exchange)
    office.to("handling", str(Case.objects.get().pk))
    base.rename(base.with_suffix(".away"))
    tell(office)
    assert Piece.objects.filter(direction="out", state="waiting").count() == 3
    base.with_suffix(".away").rename(base)
    for _ in range(4):
        office.later(minutes=10)
        service.deliver(office.now)
    found = sql(base, "SELECT order_no, status FROM gz_up ORDER BY change_time")
    assert found == [("T-1", "received"), ("T-1", "dispatched"), ("T-1", "handling")]
    Piece.objects.filter(direction="out").update(state="waiting", next_at=office.now)
    service.deliver(office.later(minutes=1))
    assert len(sql(base, "SELECT * FROM gz_up")) == 3, "what was written is not written again"
    sql(base, "INSERT INTO gz_roll VALUES ('T-1', 'handling', '2026-03-02 09:00:00')")
    assert reconcile(exchange, date(2026, 3, 2)).clean
    sql(base, "UPDATE gz_roll SET status = 'received'")
    assert [one["theirs"] for one in reconcile(exchange, date(2026, 3, 2)).differ] == ["received"]


def test_exchange_tables_on_postgresql_are_read_and_written_the_same_way(office, mappings, db):
    from django.db import connection

    info = connection.get_connection_params()
    dsn = "postgresql://"
    kept = {"host": info.get("host"), "port": info.get("port"), "user": info.get("user"),
            "password": info.get("password"), "dbname": info.get("dbname")}  # fmt: skip
    from urllib.parse import urlencode

    import psycopg

    dsn = "postgresql:///?" + urlencode({name: value for name, value in kept.items() if value})
    with psycopg.connect(dsn, autocommit=True) as pg:
        try:
            pg.execute("CREATE TABLE gz_down (id bigint PRIMARY KEY, msg_type text, order_no text, content text,"
                       " limit_time timestamp)")  # fmt: skip
            pg.execute("CREATE TABLE gz_up (msg_id text PRIMARY KEY, order_no text, status text, change_time text,"
                       " result text, reply text, apply_type text, reason text, until_time text)")  # fmt: skip
            pg.execute("INSERT INTO gz_down VALUES (1, 'order', 'P-1', '路灯不亮', '2026-03-09 18:00:00')")
            mapping = mappings.write("tables.toml", "exchange-tables.toml")
            wish = Wish("front", "upstream", "前置库", wishes={"mapping": mapping}, secrets={"dsn": dsn})
            partner = service.put_partner(wish, actor=SYSTEM, now=office.now)
            assert (fetch(office, partner), fetch(office, partner)) == (1, 0)
            tell(office)
            assert pg.execute("SELECT order_no, status FROM gz_up").fetchall() == [("P-1", "received")]
            assert PartnerCase.objects.get().due_at.isoformat() == "2026-03-09T10:00:00+00:00"
        finally:
            pg.execute("DROP TABLE IF EXISTS gz_down, gz_up")


@pytest.mark.parametrize("name", ["gz_up; DROP TABLE gz_down", 'gz"up', "a.b.c"])
def test_names_of_tables_that_are_no_names_are_refused(office, mappings, base, name):
    turn = ('outbox = "gz_up"', f"outbox = '{name}'")
    mapping = mappings.write("tables.toml", "exchange-tables.toml", turn)
    wish = Wish("front", "upstream", "前置库", wishes={"mapping": mapping}, secrets={"dsn": f"sqlite:///{base}"})
    with pytest.raises(Refused) as caught:
        service.put_partner(wish, actor=SYSTEM, now=office.now)
    assert caught.value.code == "mapping-wrong"


def test_their_due_runs_even_while_ours_rests(office, county, box):
    book(box / "in" / "a.xlsx", [ROW])
    fetch(office, county)
    key = office.to("handling", str(Case.objects.get().pk))
    office.move(key, "ask", "hugo", ask="请补充照片")
    case = Case.objects.get()
    assert case.due_at == PartnerCase.objects.get().due_at, "while we wait for material their day still comes"
    office.later(days=1)
    office.move(key, "supply", "dora", words="照片")
    assert CaseClock.objects.get(label=f"@{county.pk}").due_at == PartnerCase.objects.get().due_at
    assert timedelta(0) < PartnerCase.objects.get().due_at - office.now
