"""Many names map onto one list: of imports, partners and programs; what nobody mapped is asked for; shares by month."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.utils import timezone
from partner_hand import SECRET, signed

from gezhi.kernel.errors import Refused
from gezhi.loop.channels import names
from gezhi.loop.channels.shares import shares
from gezhi.loop.importing.columns import plain
from gezhi.loop.models import Case, ChannelName, CodeItem
from gezhi.loop.partners import service
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.store import content
from gezhi.trust.rules import Actor

SYSTEM = Actor.system("tests")
PACK = Path(__file__).parents[2] / "src/gezhi/packs/bundled/citizen-requests"


@pytest.fixture
def channels(office):
    for code, zh in (("hotline", "12345热线"), ("netmsg", "网民留言"), ("app", "小程序与App"), ("api", "系统对接")):
        CodeItem.objects.create(list="channel", code=code, name_zh=zh, name_en=code.title(), pack="test")
    for code, zh, to in (("n1", "市长热线", "hotline"), ("n2", "人民网留言板", "netmsg"), ("n3", "旧渠道", "gone")):
        row = CodeItem(list="channel_name", code=code, name_zh=zh, name_en="", pack="test", extra={"channel": to})
        row.save()
    content.forget()


def meant(word, office, default="api"):
    return names.channel_of(word, default, source="test", now=office.now)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("市长热线", "hotline"), ("市长热线（转办）", "hotline"), (" 人民网留言板 ", "netmsg"),
        ("12345热线", "hotline"),
        ("hotline", "hotline"), ("Netmsg", "netmsg"), ("", "api"), ("旧渠道", "api"),
        ("飞鸽传书", "api"),
    ],
)  # fmt: skip
def test_a_name_means_a_channel_of_the_list(office, channels, word, code):
    assert meant(word, office) == code


def test_a_name_that_nobody_knows_is_asked_for_once_and_mapped(office, channels):
    for _ in range(3):
        assert meant("飞鸽传书", office) == "api"
    row = ChannelName.objects.get()
    assert (row.shown, row.count, row.channel) == ("飞鸽传书", 3, "")
    names.map_name(row.pk, "app", actor=office.actor("dora"), now=office.now)
    assert meant("飞鸽传书*", office) == "app"
    names.map_name(row.pk, "", actor=office.actor("dora"), now=office.now)
    assert meant("飞鸽传书", office) == "api"


def test_texts_in_a_column_of_channels_do_not_fill_the_list(office, channels, monkeypatch):
    monkeypatch.setattr(names, "MOST", 5)
    for n in range(20):
        meant(f"很长的一段话{n}" * 20, office)
    assert ChannelName.objects.count() <= 5
    assert all(len(row.name) <= 60 for row in ChannelName.objects.all())


@pytest.mark.parametrize(("name", "status"), [("hugo", 403), ("olive", 403)])
def test_only_who_edits_channels_maps_names(office, channels, client, name, status):
    meant("飞鸽传书", office)
    row = ChannelName.objects.get()
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    assert client.post(f"/desk/channels/names/{row.pk}/", {"channel": "app"}).status_code == status
    assert "飞鸽传书" not in client.get("/desk/channels/").content.decode()
    with pytest.raises(Refused):
        names.map_name(row.pk, "app", actor=office.actor(name), now=office.now)


def test_the_page_lists_unknown_names_and_maps_them_by_a_click(office, channels, client):
    meant("<b>飞鸽</b>传书", office)
    row = ChannelName.objects.get()
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    page = client.get("/desk/channels/").content.decode()
    assert "飞鸽" in page
    assert "<b>飞鸽" not in page
    assert client.post(f"/desk/channels/names/{row.pk}/", {"channel": "nowhere"}).status_code == 422
    assert client.post(f"/desk/channels/names/{row.pk}/", {"channel": "app"}).status_code == 302
    assert client.post("/desk/channels/names/999999/", {"channel": "app"}).status_code == 404
    row.refresh_from_db()
    assert row.channel == "app"


def test_a_partner_and_a_program_say_their_own_names(office, channels, client, monkeypatch):
    from gezhi.loop.partners import door

    monkeypatch.setattr(door.timezone, "now", lambda: office.now)
    wish = Wish("county", "webhook", "县平台", wishes={}, secrets={"secret": SECRET})
    service.put_partner(wish, actor=SYSTEM, now=office.now)
    for n, word in enumerate(("市长热线", "飞鸽传书", "")):
        data = {"number": f"X-{n}", "text": "路灯不亮", "channel": word}
        body = json.dumps({"type": "case.create", "data": data}).encode()
        client.post("/api/partners/county/events", body, content_type="application/json",
                    headers=signed(f"m{n}", office.now, body))  # fmt: skip
    assert list(Case.objects.order_by("external_number").values_list("channel", flat=True)) == ["hotline", "api", "api"]
    assert ChannelName.objects.get().source == "county"


def imported(office, tmp_path, *rows, mode="reject"):
    from gezhi.loop.importing.running import Options
    from gezhi.loop.importing.service import import_file

    file = tmp_path / f"old-{len(list(tmp_path.iterdir()))}.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("工单编号", "诉求内容", "受理时间", "诉求渠道"), *rows])
    return import_file(
        file, name=file.name, options=Options(source="old", mode=mode), actor=office.actor("dora"), now=office.now
    )


def test_an_import_maps_names_asks_for_the_rest_and_knows_its_rows_again(office, channels, tmp_path):
    rows = [
        ("A-1", "路灯不亮", "2026-02-01 08:00", "人民网留言板"),
        ("A-2", "井盖松动", "2026-02-01 09:00", "飞鸽传书"),
    ]
    imported(office, tmp_path, *rows)
    found = dict(Case.objects.values_list("external_number", "channel"))
    assert found == {"A-1": "netmsg", "A-2": "import"}
    row = ChannelName.objects.get()
    assert (row.shown, row.source, row.count) == ("飞鸽传书", "old", 1)
    names.map_name(row.pk, "app", actor=office.actor("dora"), now=office.now)
    again = imported(office, tmp_path, *rows, ("A-3", "垃圾没人清", "2026-02-02 09:00", "飞鸽传书"))
    assert (again.created, again.already, again.rejected) == (1, 2, 0)
    assert Case.objects.get(external_number="A-3").channel == "app"


def test_shares_count_what_one_may_read_by_channel_and_month(office, channels, client):
    for channel in ("hotline", "hotline", "netmsg"):
        office.receive("路灯不亮", channel=channel, matter="0101")
    office.now = office.now.replace(month=4)
    office.receive("路灯不亮", channel="hotline")
    void = office.receive("错件", channel="app")
    Case.objects.filter(pk=void).update(state="void")
    found = shares(office.actor("dora"), office.now)
    assert found.months[-2:] == ("2026-03", "2026-04")
    told = {code: (by[-2:], n, share) for code, by, n, share in found.rows}
    assert told == {"hotline": ((2, 1), 3, 75.0), "netmsg": ((1, 0), 1, 25.0)}
    assert (found.totals[-2:], found.total) == ((3, 1), 4)
    assert shares(office.actor("hana"), office.now).total == 0


def test_shares_as_a_page_and_as_a_sheet(office, channels, client):
    office.receive("路灯不亮", channel="hotline")
    Case.objects.update(received_at=timezone.now())
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    assert "12345热线" in client.get("/desk/channels/shares/").content.decode()
    answer = client.get("/desk/channels/shares/?as=csv")
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert lines[1][:2] == ["hotline", "12345热线"]
    assert lines[1][-2:] == ["1", "100.0"]
    assert len(lines[0]) == 16


def test_the_pack_has_the_usual_names_each_for_one_channel_that_exists():
    with (PACK / "channels.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    with (PACK / "channel_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 60
    assert {row["channel"] for row in rows} <= codes
    seen = [plain(row["name_zh"]) for row in rows]
    assert sorted(set(seen)) == sorted(seen)


@pytest.mark.parametrize(
    "word",
    ["13800001234", "1380000 1234", "０５７１－８８８８７７７７", "wang@example.cn", "330106199001011234",
     "我家门口的路灯坏了很久没有人来修，请快一点派人来"],
)  # fmt: skip
def test_words_that_people_wrote_are_not_kept_as_names_of_channels(office, channels, word):
    assert meant(word, office) == "api"
    assert not ChannelName.objects.exists()
    assert meant("96310转办", office) == "api"
    assert ChannelName.objects.get().shown == "96310转办"


def test_a_column_of_ever_new_words_is_no_column_of_channels(office, channels):
    names.note_unknown({f"王{chr(0x4E00 + n)}": 1 for n in range(31)}, source="old", now=office.now)
    assert not ChannelName.objects.exists()
    names.note_unknown({f"王{chr(0x4E00 + n)}": 1 for n in range(30)}, source="old", now=office.now)
    assert ChannelName.objects.count() == 30


def test_a_name_is_forgotten_by_a_click(office, channels, client):
    meant("王小明", office)
    row = ChannelName.objects.get()
    client.force_login(office.users["hugo"], backend="gezhi.trust.backend.PeopleBackend")
    assert client.post(f"/desk/channels/names/{row.pk}/", {"act": "forget"}).status_code == 403
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    assert "删掉" in client.get("/desk/channels/").content.decode()
    assert client.post(f"/desk/channels/names/{row.pk}/", {"act": "forget", "channel": ""}).status_code == 302
    assert not ChannelName.objects.exists()
    assert client.post(f"/desk/channels/names/{row.pk}/", {"act": "forget"}).status_code == 404
