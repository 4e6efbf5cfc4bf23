"""The import page in a browser without scripts, the worker's part, and the same over HTTP."""

import io
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.kit.sheets import read_tables
from gezhi.loop import tasks
from gezhi.loop.importing import background
from gezhi.loop.models import Batch, Case, ImportMapping

SHEET = (
    "工单编号,来电时间,诉求内容,承办单位,诉求类别,备注\n"
    "R1,2026/1/1 9:12,路灯不亮,urban,路灯,甲\n"
    "R2,2026/2/30,井盖松动,urban,路灯,乙\n"
    "R3,2026/1/3,夜间施工,交通局,天文,丙\n"
)


@pytest.fixture
def site(office, settings, tmp_path, monkeypatch):
    """Browsers of the people of the office by name; uploads lie in a folder of their own."""
    from django.utils import timezone

    office.now = timezone.now()
    monkeypatch.setattr(background, "folder", lambda: tmp_path)

    def browser(name="dora"):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "zh-hans"
        return client

    return browser


def file(text=SHEET, name="一月工单.csv"):
    return SimpleUploadedFile(name, text.encode("gb18030"), content_type="text/csv")


def sent(client, **more):
    answer = client.post("/desk/import/", {"file": file(**more)})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def jobs():
    rows = apps.get_model("procrastinate", "ProcrastinateJob").objects.filter(task_name="loop.import").order_by("id")
    return [row.args for row in rows]


def work(office):
    for args in jobs():
        background.work(args["batch"], args["what"], args["user"], now=office.now)
    return Batch.objects.latest("pk")


def columns_of(page):
    return {column["name"]: (column["id"], column["held"]) for column in page.context["columns"]}


def test_four_steps(office, site, tmp_path):
    client = site()
    assert "选择文件" in client.get("/desk/import/").content.decode()
    address = sent(client)
    page = client.get(address)
    text = page.content.decode()
    batch = Batch.objects.get()
    assert (batch.state, batch.read, batch.created, batch.rejected) == ("checked", 3, 2, 1)
    assert not Case.objects.exists()
    assert columns_of(page)["诉求内容"][1] == "text"
    assert columns_of(page)["备注"][1] == ""
    examples = [column["example"] for column in page.context["columns"]]
    assert examples == ["R1", "2026/1/1 9:12", "路灯不亮", "urban", "路灯", "甲"]
    for words in (
        "一月工单.csv",
        "GB18030",
        "时间“2026/2/30”不存在",
        "导入 2 行",
        "1 个待对应",
    ):
        assert words in text
    assert "<script>" not in text

    started = client.post(f"{address}start/")
    assert started.status_code == 302
    assert jobs() == [{"batch": batch.pk, "what": "run", "user": office.users["dora"].pk}]
    waiting = client.get(address, headers={"HX-Request": "true"})
    assert "every 2s" in waiting.content.decode()
    assert "<html" not in waiting.content.decode()
    assert work(office).state == "done"
    assert sorted(Case.objects.values_list("external_number", flat=True)) == ["R1", "R3"]
    assert not list(tmp_path.glob("*.upload"))
    finished = client.get(address)
    assert "撤回这批导入" in finished.content.decode()
    (listed,) = finished.context["made"]
    assert f'href="{listed["url"].replace("&", "&amp;")}"' in finished.content.decode()
    office.receive("别处来的一件", matter="0101")
    rows = client.get(listed["url"]).context["rows"]
    assert (listed["count"], len(rows)) == ("2", 2), "asleep or not, those of the batch alone"
    assert "batch=" in client.get(listed["url"]).context["query"], "filters, bulk and export stay with the batch"
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_rejected_rows_are_downloaded_mended_and_brought_in(office, site):
    client = site()
    address = sent(client)
    client.post(f"{address}start/")
    work(office)
    answer = client.get(f"{address}rejects.xlsx")
    [sheet] = read_tables(io.BytesIO(answer.content))
    [row] = list(sheet.rows)
    assert row.cells[:3] == ("R2", "2026/2/30", "井盖松动")
    assert "2026/2/30" in row.cells[-1]
    mended = [list(row.cells)]
    mended[0][1] = "2026/2/20"
    from gezhi.kit.sheets import write_xlsx

    out = io.BytesIO()
    write_xlsx(out, ("改好", sheet.header, mended))
    upload = SimpleUploadedFile("改好.xlsx", out.getvalue())
    again = client.post("/desk/import/", {"file": upload})["Location"]
    assert (Batch.objects.latest("pk").created, Batch.objects.latest("pk").rejected) == (1, 0)
    assert client.get(f"{again}rejects.xlsx").status_code == 302


def test_columns_are_corrected_kept_and_used_again(office, site):
    client = site()
    odd = "甲,诉求内容,丙\nR1,路灯不亮,夜里很黑\n"
    address = sent(client, text=odd)
    page = client.get(address)
    columns = columns_of(page)
    form = {columns["甲"][0]: "number", columns["诉求内容"][0]: "title", columns["丙"][0]: "text", "mode": "update"}
    assert client.post(f"{address}map/", form).status_code == 302
    page = client.get(address)
    assert {name: held for name, (_, held) in columns_of(page).items()} == {
        "甲": "number",
        "诉求内容": "title",
        "丙": "text",
    }
    assert Batch.objects.get().mode == "update"
    client.post(f"{address}save/", {"name": "老系统"})
    assert ImportMapping.objects.get().columns == {"number": "甲", "title": "诉求内容", "text": "丙"}
    other = client.get(sent(client, text=odd.replace("R1", "R2")))
    assert "按“老系统”读取" in other.content.decode()


def test_a_column_may_be_left_out_until_nothing_is_left(site):
    client = site()
    address = sent(client)
    columns = columns_of(client.get(address))
    client.post(f"{address}map/", {columns["工单编号"][0]: "number", "mode": "reject"})
    page = client.get(address)
    assert (Batch.objects.get().state, columns_of(page)["诉求内容"][1]) == ("checked", "text")
    assert "没有认出内容列" in page.content.decode()
    client.post(f"{address}map/", {columns["诉求内容"][0]: "text", "mode": "reject", "start_clocks": "1"})
    batch = Batch.objects.get()
    assert (batch.state, batch.created, batch.start_clocks) == ("checked", 3, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF-1.7", "PDF"), (b" ", "没有任何行"), ("甲,乙\n1,2\n".encode(), "甲、乙"), (b"PK\x03\x04nothing", "损坏")],
)
def test_files_that_cannot_be_read_are_refused_beside_the_field(site, tmp_path, content, words):
    answer = site().post("/desk/import/", {"file": SimpleUploadedFile("工单.xlsx", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'href="#f-file"' in answer.content.decode()
    assert not Batch.objects.exists()
    assert not list(Path(tmp_path).glob("*.upload"))


def test_undo_asks_and_frees_the_numbers(office, site):
    client = site()
    address = sent(client)
    client.post(f"{address}start/")
    work(office)
    asked = client.get(f"{address}undo/")
    assert "2 件将作废" in asked.content.decode()
    done = client.post(f"{address}undo/", follow=True)
    assert "已撤回：作废 2 件" in done.content.decode()
    assert set(Case.objects.values_list("state", flat=True)) == {"void"}
    assert Batch.objects.get().state == "undone"


def test_who_cannot_take_a_batch_back_is_told_who_can(office, site):
    own = sent(site("olive"))
    batch = Batch.objects.get()
    said = f"请有此权限的人（派单员）撤回，并告知批次号 {batch.pk}"
    tried = site("olive").get(own).content.decode()
    assert "随时能整批撤回" not in tried
    assert said in tried
    assert "随时能整批撤回" in site("dora").get(own).content.decode()
    site("olive").post(f"{own}start/")
    work(office)
    done = site("olive").get(own).content.decode()
    assert said in done
    assert f"第 {batch.pk} 批" in done


def test_the_words_that_are_not_matched_are_named(site):
    page = site().get(sent(site())).content.decode()
    listed = page.partition('id="missing"')[2].partition("</section>")[0]
    assert "交通局" in listed
    assert "天文" in listed
    assert "urban" not in listed
    assert "交通局" not in str(Batch.objects.get().mapping), "words of the sheet lie sealed"


def test_a_batch_taken_back_twice_says_so(office, site):
    client = site()
    address = sent(client)
    client.post(f"{address}start/")
    work(office)
    client.post(f"{address}undo/")
    for again in (client.get(f"{address}undo/", follow=True), client.post(f"{address}undo/", follow=True)):
        assert again.redirect_chain == [(address, 302)]
        assert "已经撤回过" in again.content.decode()


def test_large_batches_are_undone_in_the_background(office, site, monkeypatch):
    from gezhi.loop.pages import importing

    monkeypatch.setattr(importing, "AT_ONCE", 1)
    client = site()
    address = sent(client)
    client.post(f"{address}start/")
    work(office)
    client.post(f"{address}undo/")
    assert Batch.objects.get().state == "undoing"
    assert jobs()[-1]["what"] == "undo"
    last = jobs()[-1]
    background.work(last["batch"], last["what"], last["user"], now=office.now)
    assert Batch.objects.get().state == "undone"


def test_only_ones_own_batches_are_shown(office, site):
    address = sent(site("dora"))
    assert site("olive").get(address).status_code == 404
    assert site("olive").post(f"{address}start/").status_code == 404
    assert site("olive").get(f"{address}rejects.xlsx").status_code == 404
    assert site("hugo").get("/desk/import/").status_code == 403
    own = sent(site("olive"))
    assert site("dora").get(own).status_code == 200
    assert site("olive").get(f"{own}undo/").status_code == 403
    assert "一月工单.csv" in site("olive").get("/desk/import/").content.decode()


def test_a_run_that_stopped_can_go_on(office, site, monkeypatch):
    client = site()
    address = sent(client)
    batch = Batch.objects.get()
    batch.state = "running"
    batch.save()
    monkeypatch.setattr(background, "STALLED", -1)
    assert "没有进展" in client.get(address).content.decode()
    client.post(f"{address}start/")
    assert work(office).state == "done"


def test_a_run_whose_process_was_killed_goes_on_by_itself(office, site):
    client = site()
    address = sent(client)
    client.post(f"{address}start/")
    Batch.objects.update(state="running")
    before = len(jobs())
    tasks.resume(int(office.now.timestamp()))
    assert len(jobs()) == before  # it made progress a moment ago
    late = int(office.now.timestamp()) + background.STALLED + 60
    tasks.resume(late)
    tasks.resume(late)  # the first is still waiting for the worker
    assert len(jobs()) == before + 1
    batch = work(office)
    assert (batch.state, batch.created) == ("done", 2)


def test_a_run_of_the_command_line_is_left_alone(office, site):
    """It has no file among the uploads; taking it up would call it failed while it works."""
    client = site()
    client.post(f"{sent(client)}start/")
    batch = Batch.objects.get()
    batch.mapping.pop("file")
    batch.state = "running"
    batch.save()
    before = len(jobs())
    tasks.resume(int(office.now.timestamp()) + background.STALLED + 60)
    assert len(jobs()) == before


def test_uploads_nobody_came_back_for_are_cleared(office, site, tmp_path):
    from datetime import timedelta

    address = sent(site())
    assert background.sweep(office.now) == 0
    assert background.sweep(office.now + timedelta(days=2)) == 1
    answer = site().post(f"{address}start/", follow=True)
    assert "已清除" in answer.content.decode()
    assert not list(tmp_path.iterdir())


def test_what_people_wrote_is_not_kept_in_the_clear(site):
    sent(site(), text=SHEET.replace("路灯不亮", "王小明的秘密"))
    batch = Batch.objects.get()
    assert "王小明" not in str(batch.mapping)


def test_the_same_over_http(office, site):
    from gezhi.trust.rules import Actor
    from gezhi.trust.service import create_token

    def api(name):
        token = create_token(name, "t", actor=Actor.system("tests"), now=office.now)
        return Client(headers={"Authorization": f"Bearer {token}"})

    dora = api("dora")
    made = dora.post("/api/v1/loop/imports", {"file": file(), "mode": "skip"})
    assert made.status_code == 202, made.content
    batch = made.json()
    assert (batch["state"], batch["created"], batch["rejected"], batch["mode"]) == ("checked", 2, 1, "skip")
    assert batch["rejects"][0]["code"] == "import-time-impossible"
    assert dora.post(f"/api/v1/loop/imports/{batch['id']}/start").status_code == 202
    work(office)
    assert dora.get(f"/api/v1/loop/imports/{batch['id']}").json()["state"] == "done"
    undone = dora.post(f"/api/v1/loop/imports/{batch['id']}/undo")
    assert undone.json() == {"batch": batch["id"], "undone": 2, "kept": 0, "numbers": []}
    assert api("hugo").get(f"/api/v1/loop/imports/{batch['id']}").status_code in (403, 404)
    assert dora.get("/api/v1/loop/imports/99999999999999").status_code == 404
    refused = dora.post("/api/v1/loop/imports", {"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.7")})
    assert (refused.status_code, refused.json()["code"]) == (422, "sheet-not-a-table")
    assert dora.post("/api/v1/loop/imports", {"file": file(), "mode": "merge"}).json()["code"] == "import-mode-unknown"
