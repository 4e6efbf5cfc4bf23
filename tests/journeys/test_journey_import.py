"""A clerk's messy spreadsheet brought in through the page: columns, trial, import, what is refused, the way back."""

import io

import openpyxl
import pytest
from django.apps import apps
from journey_office import now
from journey_site import settle

from gezhi.kit.sheets import read_tables
from gezhi.loop.importing import background
from gezhi.loop.models import Batch, Case

ROWS = [
    ["临江市便民热线 2026 年 1 月工单", None, None, None, None, None, None],
    ["工单编号", "来电时间", "来电人", "联系电话", "诉求内容", "诉求地址", "备注"],
    ["RX001", "2026/1/3 9:12", "王小明", "13812346207", "书院路 45 号路灯不亮，晚上走路危险", "书院路 45 号", "甲"],
    ["RX002", "2026/2/30", "李红", "13800000002", "井盖松动，车辆经过有响声", "滨河路 8 号", "乙"],
    ["RX003", "2026-01-05 22:40", None, None, "工地夜间施工，无法休息", "丽江新城六栋", None],
    ["RX004", "2026年1月6日", "赵某", "13800000004", None, "江东街道", None],
    ["RX005", "2026.1.7 08:00", "孙某", "13800000005", "公交站牌倾斜，存在安全隐患", "南湖站", None],
    ["合计", None, None, None, "5 件", None, None],
]


@pytest.fixture
def sheet(tmp_path):
    """A title merged over the header, dates written in four ways, a day that does not exist, an empty text, a total."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "一月"
    for row in ROWS:
        first.append(row)
    first.merge_cells("A1:G1")
    book.create_sheet("说明").append(["本表由热线系统导出"])
    path = tmp_path / "一月工单.xlsx"
    book.save(path)
    return path


def work():
    """The part of the worker: whatever the page has handed over."""
    jobs = apps.get_model("procrastinate", "ProcrastinateJob").objects.filter(task_name="loop.import").order_by("id")
    for job in jobs:
        background.work(job.args["batch"], job.args["what"], job.args["user"], now=now())


def test_a_messy_sheet_is_tried_imported_mended_and_taken_back(site, sheet):
    page = site.page("dora")
    site.open(page, "/desk/import/")
    page.set_input_files("input[type=file]", str(sheet))
    assert "一月工单.xlsx" in page.inner_text(".files")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/desk/import/*/")
    settle(page)

    held = {
        row.locator("label").inner_text(): row.locator("select").input_value()
        for row in page.locator("#mapping tbody tr").all()
    }
    assert held["工单编号"] == "number"
    assert held["诉求内容"] == "text"
    assert held["联系电话"] == "phone"
    assert held["备注"] == ""
    seen = page.inner_text("main")
    assert "2026/2/30" in seen
    assert "导入 3 行" in seen
    assert Case.objects.count() == 0
    batch = Batch.objects.get()
    assert (batch.read, batch.created, batch.rejected) == (5, 3, 2)

    page.locator("form[action$='/start/'] button").click()
    page.locator("#progress").wait_for()
    work()
    page.locator("a[href$='/undo/']").wait_for()
    assert sorted(Case.objects.values_list("external_number", flat=True)) == ["RX001", "RX003", "RX005"]

    with page.expect_download() as waiting:
        page.locator("a[href$='rejects.xlsx']").click()
    content = waiting.value.path().read_bytes()
    [table] = read_tables(io.BytesIO(content))
    rows = [row.cells for row in table.rows]
    assert [row[0] for row in rows] == ["RX002", "RX004"]
    assert "2026/2/30" in rows[0][-1]

    site.open(page, "/desk/?tab=open&dormant=1")
    assert "路灯不亮" in page.inner_text(".rows")
    site.open(page, f"/desk/import/{batch.pk}/")
    page.locator("a[href$='/undo/']").click()
    settle(page)
    page.locator("button.danger").click()
    page.locator("#messages .notice.is-good").wait_for()
    assert set(Case.objects.values_list("state", flat=True)) == {"void"}
    assert Batch.objects.get().state == "undone"
    assert site.faults == []


def test_what_is_no_sheet_is_refused_in_a_sentence(site, tmp_path):
    wrong = tmp_path / "通知.xlsx"
    wrong.write_bytes(b"%PDF-1.7\n%...")
    page = site.page("dora")
    site.open(page, "/desk/import/")
    page.set_input_files("input[type=file]", str(wrong))
    page.locator("main form button.primary").click()
    page.locator("#errors").wait_for()
    assert "PDF" in page.inner_text("#errors")
    assert Batch.objects.count() == 0
