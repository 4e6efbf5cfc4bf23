"""Pasting at the desk: drafts sealed, the split shown first and corrected, pictures stripped, a case in one act."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from gezhi.kit import uploads
from gezhi.loop.intake import store
from gezhi.loop.intake.service import typing
from gezhi.loop.models import Attachment, Case, CodeItem, Draft, Paste, Picture
from gezhi.loop.service.sweeping import sweep_files
from gezhi.loop.store import content
from gezhi.trust.models import LedgerRecord
from gezhi.trust.service import open_text

TEXT = ("姓名：王小明\n电话：13812346207\n地址：书院路45号\n内容：路灯三天不亮，晚上走路危险。\n"
        "姓名：李红\n电话：13900000002\n地址：滨河路8号\n内容：井盖松动，车辆经过有响声。")  # fmt: skip


@pytest.fixture
def site(office, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(content, "FRESH", 600.0)  # on a slow machine nothing is read anew in between
    settings.GEZHI_FILES = tmp_path / "files"
    office.now = timezone.now() - timedelta(hours=1)
    CodeItem.objects.create(list="channel", code="wechat", name_zh="微信", name_en="WeChat", pack="test")
    CodeItem.objects.create(list="channel", code="mail", name_zh="邮件", name_en="Mail", pack="test")
    content.forget()

    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def photo(name="现场王小明.jpg", at=None, colour=(20, 30, 40)):
    picture, out = Image.new("RGB", (60, 40), colour), io.BytesIO()
    exif = Image.Exif()
    if at is not None:
        lat, lon = at
        exif[0x8825] = {1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)}
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def pasted(client, text=TEXT, files=(), channel="mail"):
    answer = client.post("/desk/intake/", {"pasted": text, "files": list(files), "channel": channel, "act": "keep"})
    assert answer.status_code == 302, answer.content.decode()[:1500]
    return answer.url


def test_the_split_is_shown_and_nothing_is_kept(office, site):
    olive = site("olive")
    shown = olive.post("/desk/intake/look/", {"pasted": TEXT}).content.decode()
    for said in ("2 requests", "王小明", "13900000002", "滨河路8号"):
        assert said in shown
    whole = olive.post("/desk/intake/", {"pasted": TEXT, "act": "look"})  # without scripts
    assert "2 requests" in whole.content.decode()
    assert TEXT.split("\n")[3] in whole.content.decode()
    assert not Paste.objects.exists()
    for path in ("/desk/intake/", "/desk/intake/look/"):
        assert site("hugo").post(path, {"pasted": TEXT}).status_code == 403


def test_what_is_pasted_lies_sealed_and_belongs_to_one_person(office, site):
    olive = site("olive")
    url = pasted(olive, files=[photo()])
    row = Paste.objects.get()
    assert (row.channel, row.drafts.count()) == ("mail", 2)
    stored = b"".join(bytes(one) for one in (row.sealed, *Draft.objects.values_list("sealed", flat=True)))
    assert "王小明".encode() not in stored
    assert b"13812346207" not in stored
    picture = Picture.objects.get()
    assert "王小明".encode() not in bytes(picture.name)
    assert b"13812346207" not in str(LedgerRecord.objects.get(act="intake.paste").body).encode()
    page = olive.get(url).content.decode()
    assert "井盖松动，车辆经过有响声。" in page
    for path in (url, f"/desk/intake/picture/{picture.pk}/", f"/desk/intake/draft/{Draft.objects.first().pk}/near/"):
        assert site("dora").get(path).status_code == 404
    assert olive.get(f"/desk/intake/picture/{picture.pk}/")["Content-Type"] == "image/jpeg"


def test_pictures_are_judged_counted_and_stripped(office, site):
    olive = site("olive")
    ten = olive.post("/desk/intake/", {"pasted": TEXT, "files": [photo(f"{n}.jpg") for n in range(10)]})
    assert ten.status_code == 422
    assert "9" in ten.content.decode()
    paper = SimpleUploadedFile("x.jpg", b"%PDF-1.7 no picture", "image/jpeg")
    assert olive.post("/desk/intake/", {"pasted": TEXT, "files": [paper]}).status_code == 422
    assert olive.post("/desk/intake/", {"pasted": "  "}).status_code == 422
    assert olive.post("/desk/intake/", {"pasted": "长" * 60_001}).status_code == 422
    assert not Paste.objects.exists()
    url = pasted(olive, "路灯不亮，请尽快修好。", [photo(at=(28.0, 115.0))])
    picture = Picture.objects.get()
    assert (picture.lat, picture.lon, picture.draft_id) == (28.0, 115.0, Draft.objects.get().pk)
    assert b"Exif" not in uploads.read(picture.digest)
    assert b"Exif" not in uploads.read(picture.original), "the original lies sealed"
    assert "28.0, 115.0" in olive.get(url).content.decode()


def sheet(page, **more):
    """The form of the sheet as it stands, with what the clerk changes."""
    data = {}
    for card in page.context["cards"]:
        for field in (card["text"], *card["fields"]):
            chosen = [o["value"] for o in field.get("options", ()) if o.get("selected")]
            data[field["name"]] = chosen[0] if chosen else field.get("value") or ""
        for shot in card["pictures"]:
            data[f"shot-{shot['id']}"] = card["id"]
    for shot in page.context["loose"]:
        data[f"shot-{shot['id']}"] = ""
    return {**data, **more}


def test_drafts_are_joined_cut_and_pictures_moved(office, site):
    olive = site("olive")
    url = pasted(olive, files=[photo(colour=(1, 2, 3)), photo(colour=(9, 9, 9))])
    page = olive.get(url)
    first, second = (card["id"] for card in page.context["cards"])
    loose = page.context["loose"][0]["id"]
    text = "井盖松动。\n---\n路边积水，第二件事。"
    olive.post(url, sheet(page, act=f"cut:{second}", **{f"{second}-text": text, f"shot-{loose}": second}))
    page = olive.get(url)
    assert [card["text"]["value"] for card in page.context["cards"]][1:] == ["井盖松动。", "路边积水，第二件事。"]
    third = page.context["cards"][2]
    assert [f["value"] for f in third["fields"] if f["name"].endswith("-phone")] == ["13900000002"]
    assert [shot["id"] for shot in page.context["cards"][1]["pictures"]] == [loose]
    olive.post(url, sheet(page, act=f"join:{second}"))
    page = olive.get(url)
    assert page.context["cards"][0]["text"]["value"].endswith("危险。\n井盖松动。")
    assert [shot["id"] for shot in page.context["cards"][0]["pictures"]] == [loose]
    one = page.context["cards"][1]["id"]
    assert olive.post(url, sheet(page, act=f"cut:{one}")).status_code == 422
    olive.post(url, sheet(page, act=f"cut:{one}", **{f"{one}-cursor": "5"}))
    olive.post(url, sheet(olive.get(url), act=f"drop:{first}"))
    assert [card["text"]["value"] for card in olive.get(url).context["cards"]] == ["路边积水，", "第二件事。"]


def test_a_cut_stands_where_the_cursor_stood_whatever_ends_the_lines(office, site):
    """A browser counts a line break as one character and sends two."""
    olive = site("olive")
    shown = "  甲甲甲\n乙乙乙\n丙丙丙\n丁楼道灯坏了"
    url = pasted(olive, "路灯不亮，请尽快修好。")
    page = olive.get(url)
    (one,) = (card["id"] for card in page.context["cards"])
    more = {f"{one}-text": shown.replace("\n", "\r\n"), f"{one}-cursor": str(shown.index("丁"))}
    olive.post(url, sheet(page, act=f"cut:{one}", **more))
    texts = [card["text"]["value"] for card in olive.get(url).context["cards"]]
    assert texts == ["甲甲甲\n乙乙乙\n丙丙丙", "丁楼道灯坏了"]


def test_a_line_of_hyphens_cuts_and_each_part_keeps_its_own_person(office, site):
    olive = site("olive")
    url = pasted(olive, "匿名网友：建议在公交站加装遮阳棚，王先生 13500009999 投诉学校不退费。")
    page = olive.get(url)
    (one,) = (card["id"] for card in page.context["cards"])
    assert page.context["cards"][0]["fields"][1]["value"] == "13500009999"
    text = "匿名网友：建议在公交站加装遮阳棚\r\n---\r\n王先生 13500009999 投诉学校不退费。"
    assert olive.post(url, sheet(page, act=f"cut:{one}", **{f"{one}-text": text})).status_code == 302
    cards = olive.get(url).context["cards"]
    assert [card["text"]["value"][:4] for card in cards] == ["匿名网友", "投诉学校"]
    said = [[f["value"] for f in card["fields"] if f["name"].endswith(("-name", "-phone"))] for card in cards]
    assert said == [["", ""], ["王先生", "13500009999"]]


def test_a_cut_that_breaks_off_loses_no_word_and_a_paste_sent_twice_is_one(office, site, monkeypatch):
    olive = site("olive")
    form = {"pasted": TEXT, "channel": "mail", "act": "keep", "key": "p-1"}
    url = olive.post("/desk/intake/", form).url
    assert olive.post("/desk/intake/", form).url == url
    assert Paste.objects.count() == 1
    assert olive.post("/desk/intake/", {**form, "pasted": "另一段：楼下的井盖不见了。"}).status_code == 409
    page = olive.get(url)
    second = page.context["cards"][1]["id"]
    text = "井盖松动。\n---\n路边积水，第二件事。"

    def killed(rows):
        raise SystemExit

    monkeypatch.setattr(store, "insert_drafts", killed)
    with pytest.raises(SystemExit):
        olive.post(url, sheet(page, act=f"cut:{second}", **{f"{second}-text": text}))
    assert "第二件事" in olive.get(url).context["cards"][1]["text"]["value"]


def test_ticked_drafts_become_cases_each_in_its_own_act(office, site):
    olive = site("olive")
    url = pasted(olive, files=[photo(at=(28.0, 115.0))])
    page = olive.get(url)
    first, second = (card["id"] for card in page.context["cards"])
    given = sheet(page, act="register", ending="accept", draft=[first, second])
    given |= {f"shot-{page.context['loose'][0]['id']}": first, f"{first}-matter": "0101", f"{first}-point": "1"}
    given[f"{second}-matter"] = ""
    answer = olive.post(url, given)
    assert answer.status_code == 422, "the second has no matter"
    row = Case.objects.select_related("requester").get()
    story = open_text(row.requester, row.story)
    assert (row.state, row.channel, row.lat, story["place"]) == ("accepted", "mail", 28.0, "书院路45号")
    file = Attachment.objects.get(case=row)
    assert (file.lat, file.public) == (28.0, True)
    assert b"Exif" not in uploads.read(file.digest)
    assert not Picture.objects.exists()
    settled = Draft.objects.get(pk=first)
    assert (settled.state, settled.case_id, settled.sealed, settled.wrapped_key) == ("kept", row.pk, None, None)
    assert Paste.objects.get().sealed is not None
    olive.post(url, {**given, "draft": [first]})
    assert Case.objects.count() == 1
    olive.post(url, sheet(olive.get(url), act="register", ending="keep", draft=[second]))
    assert Case.objects.count() == 2
    assert Paste.objects.get().sealed is None, "with the last part the pasted words go"
    assert row.number in olive.get(url).content.decode()
    assert olive.post(url, {"act": "register", "ending": "dispatch", "draft": [second]}).status_code == 422


def test_a_dispatcher_dispatches_drafts_by_the_catalogue(office, site):
    dora = site("dora")
    url = pasted(dora, "书院路路灯不亮，请修。")
    page = dora.get(url)
    key = page.context["cards"][0]["id"]
    dora.post(url, sheet(page, act="register", ending="dispatch", draft=[key], **{f"{key}-matter": "0101"}))
    row = Case.objects.get()
    assert (row.state, row.lead.code) == ("dispatched", "urban")


def test_a_draft_is_finished_on_the_call_screen_with_its_pictures(office, site):
    olive = site("olive")
    url = pasted(olive, "王女士13812346207，书院路45号路灯不亮，请修。", [photo()])
    page = olive.get(url)
    key = page.context["cards"][0]["id"]
    answer = olive.post(url, sheet(page, act=f"finish:{key}", **{f"{key}-object": "45号灯杆"}))
    assert answer.url == f"/desk/call/?draft={key}"
    screen = olive.get(answer.url)
    text = screen.content.decode()
    for said in ("45号灯杆", "13812346207", 'name="draft"', "/desk/intake/picture/"):
        assert said in text
    sent = {"key": screen.context["key"], "draft": key, "text": "路灯不亮，请修。", "phone": "13812346207"}
    sent |= {"object": "45号灯杆", "ending": "receive"}
    done = olive.post("/desk/call/", sent)
    assert done.url == url
    row = Case.objects.get()
    assert (row.channel, Attachment.objects.filter(case=row).count()) == ("mail", 1)
    assert Draft.objects.get(pk=key).state == "kept"
    assert olive.post("/desk/call/", sent).status_code == 302
    assert (Case.objects.count(), Attachment.objects.count()) == (1, 1)


def test_what_may_be_the_same_is_hinted(office, site):
    office.receive("书院路45号路灯不亮，晚上走路危险", phone="13812346207", place="书院路45号")
    olive = site("olive")
    url = pasted(olive)
    key = olive.get(url).context["cards"][0]["id"]
    shown = olive.get(f"/desk/intake/draft/{key}/near/").content.decode()
    assert "1 open case of this number." in shown
    assert "书院路45号路灯不亮" in shown


def test_the_sheet_takes_the_same_statements_for_two_drafts_and_for_nine(office, site):
    olive = site("olive")

    def statements(count):
        url = pasted(olive, "\n".join(f"{n}、第{n}个路口的路灯不亮，请修。" for n in range(1, count + 1)))
        olive.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert len(olive.get(url).context["cards"]) == count
        return len(captured)

    assert statements(2) == statements(9) <= 9


def test_pastes_are_swept_with_their_pictures_and_files(office, site):
    olive, moment = site("olive"), timezone.now()
    pasted(olive, files=[photo()])
    assert sweep_files(moment + timedelta(days=2)) == 0, "a picture of a paste is no orphan"
    assert typing.sweep(moment + timedelta(days=13)) == 0
    assert typing.sweep(moment + timedelta(days=15)) > 0
    assert not Paste.objects.exists()
    assert not Draft.objects.exists()
    assert sweep_files(moment + timedelta(days=15)) == 2
