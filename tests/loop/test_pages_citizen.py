"""Citizens' pages without scripts: report named and unnamed, follow, add, rate, withdraw, nobody else's business."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gezhi.loop.models import Attachment, Case, Step
from gezhi.loop.pages import citizen as pages
from gezhi.loop.service import case_secret, case_token
from gezhi.trust.service import find_by_phone

REPORT = {"text": "南湖菜市场东门口的垃圾两天没有人清走了", "place": "南湖菜市场东门", "who": "phone",
          "phone": "138 1234 6207", "name": "王女士", "key": "r1", "website": ""}  # fmt: skip


@pytest.fixture
def citizen(office):
    from datetime import timedelta

    from django.utils import timezone

    office.now = timezone.now() - timedelta(hours=1)
    client = Client()
    client.cookies["gezhi_language"] = "en"
    return client


def photo(name="p.jpg"):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def link(case):
    return f"/f/{case_token(case)}/"


def test_home_and_report_open_for_everybody(citizen):
    home = citizen.get("/")
    assert home.status_code == 200
    assert 'href="/report/"' in home.content.decode()
    form = citizen.get("/report/")
    assert form.status_code == 200
    assert "<script>" not in form.content.decode()


def test_a_named_report_with_a_photo_is_kept_and_followed(citizen):
    answer = citizen.post("/report/", {**REPORT, "files": [photo()]})
    assert answer.status_code == 302, answer.content.decode()
    case = Case.objects.get()
    assert (case.channel, case.anonymous, case.state) == ("web", False, "received")
    assert case.requester_id in find_by_phone("13812346207")
    assert Attachment.objects.filter(case=case).count() == 1
    done = citizen.get(answer["Location"]).content.decode()
    assert case.number in done
    assert case_secret(case.pk) in done
    page = citizen.get(link(case.pk))
    assert page.status_code == 200
    assert "南湖菜市场东门" in page.content.decode()
    file = citizen.get(f"{link(case.pk)}files/{Attachment.objects.get().pk}/")
    assert file["Content-Type"] == "image/jpeg"
    assert "sandbox" in file["Content-Security-Policy"]


def test_sending_twice_is_one_report(citizen):
    for _ in range(2):
        assert citizen.post("/report/", REPORT).status_code == 302
    assert Case.objects.count() == 1


def test_an_anonymous_report_holds_no_name(citizen):
    citizen.post("/report/", {**REPORT, "who": "anonymous"})
    case = Case.objects.get()
    assert case.anonymous
    assert case.requester_id not in find_by_phone("13812346207")
    assert "who/" not in citizen.get(link(case.pk)).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"text": ""}, "text"), ({"place": " "}, "place"), ({"phone": "12"}, "phone"), ({"who": ""}, "who")],
)
def test_what_is_missing_is_said_and_nothing_lost(citizen, change, field):
    answer = citizen.post("/report/", {**REPORT, **change})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in text
    assert 'name="key" value="r1"' in text
    assert Case.objects.count() == 0
    if field != "text":
        assert REPORT["text"] in text


def test_machines_and_floods_are_refused(citizen):
    assert citizen.post("/report/", {**REPORT, "website": "http://x"}).status_code == 422
    for n in range(10):
        assert citizen.post("/report/", {**REPORT, "key": f"k{n}"}).status_code == 302
    assert citizen.post("/report/", {**REPORT, "key": "k10"}).status_code == 429
    assert Case.objects.count() == 10


def test_a_broken_photo_keeps_the_words_and_opens_no_case(citizen):
    bad = SimpleUploadedFile("x.jpg", b"\xff\xd8\xff no image", content_type="image/jpeg")
    answer = citizen.post("/report/", {**REPORT, "files": [bad]})
    assert answer.status_code == 422
    assert REPORT["text"] in answer.content.decode()
    assert Case.objects.count() == 0


def test_number_and_secret_lead_to_the_case_and_guessing_waits(citizen, office):
    case = office.to("handling")
    number = Case.objects.get(pk=case).number
    good = citizen.post("/follow/", {"number": number.lower(), "secret": case_secret(case)})
    assert good["Location"] == link(case)
    for _ in range(5):
        wrong = citizen.post("/follow/", {"number": number, "secret": "000000x"})
        assert wrong.status_code == 422
    assert citizen.post("/follow/", {"number": number, "secret": case_secret(case)}).status_code == 429


def test_a_wrong_link_is_no_case(citizen, office):
    office.to("handling")
    assert citizen.get("/f/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    assert citizen.post("/f/AAAAAAAAAAAAAAAAAAAAAA/withdraw/", {}).status_code == 404


def test_the_citizen_sees_units_and_words_but_no_person_of_the_office(citizen, office):
    case = office.to("handling")
    office.move(case, "note", "hugo", note="内部说明，不给居民看")
    office.move(case, "note", "hugo", note="配件已到", shown=True)
    page = citizen.get(link(case)).content.decode()
    assert "配件已到" in page
    assert "内部说明" not in page
    assert "Hugo" not in page
    steps = re.findall(r'<li class="(y|n)?"', page)
    assert steps[:3] == ["y", "y", "n"]


def test_the_citizen_supplements_chases_supplies_and_withdraws(citizen, office):
    case = office.to("handling")
    at = link(case)
    citizen.post(f"{at}supplement/", {"key": "s", "words": "昨晚又黑了", "files": [photo()]})
    citizen.post(f"{at}chase/", {"key": "c"})
    assert list(Step.objects.filter(case=case).order_by("no").values_list("move", flat=True))[-2:] == [
        "supplement",
        "chase",
    ]
    assert Attachment.objects.get().step.move == "supplement"
    assert citizen.post(f"{at}supplement/", {"key": "s2", "words": ""}).status_code == 422
    office.move(case, "ask", "hugo", ask="请拍一张灯杆编号")
    assert "请拍一张灯杆编号" in citizen.get(at).content.decode()
    citizen.post(f"{at}supply/", {"key": "p", "words": "编号 8812", "last": Case.objects.get(pk=case).last})
    assert Case.objects.get(pk=case).state == "handling"
    citizen.post(f"{at}withdraw/", {"key": "w", "reason": ""})
    assert Case.objects.get(pk=case).state == "withdrawn"


def test_only_the_citizens_own_moves_exist_under_a_link(citizen, office):
    case = office.to("handling")
    assert citizen.post(f"{link(case)}reply/", {"reply": "x"}).status_code == 404
    assert Case.objects.get(pk=case).state == "handling"


def test_a_happy_rating_closes_and_an_unhappy_one_goes_back(citizen, office):
    case = office.to("verifying")
    at = link(case)
    assert "已修好。" in citizen.get(at).content.decode()
    assert citizen.get(f"{at}rate/").status_code == 200
    missing = citizen.post(f"{at}rate/", {"key": "x", "solved": "solved"})
    assert missing.status_code == 422
    citizen.post(f"{at}rate/", {"key": "r", "solved": "solved", "satisfaction": "very", "speed": "5", "result": "4"})
    row = Case.objects.get(pk=case)
    assert (row.state, row.satisfaction) == ("closed", "very")
    assert Step.objects.get(case=case, move="rate").facts["scores"] == {"speed": 5, "result": 4}
    other = office.to("verifying")
    citizen.post(
        f"{link(other)}rate/",
        {"key": "r", "solved": "unsolved", "satisfaction": "dissatisfied", "for_unit": "还是黑的"},
    )
    again = Case.objects.get(pk=other)
    assert (again.state, again.round) == ("dispatched", 2)


def test_who_looked_is_shown_to_the_person(citizen, office):
    from gezhi.loop.service.reading import reveal_requester

    case = office.to("handling")
    assert "Nobody so far" in citizen.get(f"{link(case)}who/").content.decode()
    reveal_requester(case, actor=office.actor("hugo"), now=office.now)
    page = citizen.get(f"{link(case)}who/").content.decode()
    assert "urban" in page
    assert "Hugo" not in page


def test_me_too_is_merged_and_answered_with_the_main_case(citizen, office):
    main = office.receive("南湖菜市场东门口垃圾两天没有人清走", matter="0101", kind="complaint", place="南湖菜市场东门")
    office.to("handling", main)
    near = citizen.post("/report/near/", {"text": REPORT["text"], "place": REPORT["place"]})
    assert main in near.content.decode()
    assert "两天没有人清走" not in near.content.decode()
    citizen.post("/report/", {**REPORT, "join": main})
    mine = Case.objects.exclude(pk=main).get()
    assert (mine.state, str(mine.main_id)) == ("merged", main)
    office.move(main, "reply", "hugo", outcome="solved", reply="已清运。")
    office.move(main, "review_pass", "lena")
    assert "已清运。" in citizen.get(link(mine.pk)).content.decode()


def test_people_of_the_office_go_from_home_to_their_work(citizen, office):
    citizen.force_login(office.users["hugo"], backend="gezhi.trust.backend.PeopleBackend")
    assert citizen.get("/")["Location"] == "/desk/"
    assert citizen.get("/?stay").status_code == 200


def test_only_files_of_the_answer_that_passed_are_shown(citizen, office):
    from gezhi.loop.service.attaching import Incoming
    from gezhi.loop.service.carrying import carry

    def with_photo(case, move, by, name, **data):
        file = Incoming(name, photo(name).file)
        office.later(minutes=1)
        carry(case, move, data, [file], actor=office.actor(by), now=office.now)
        return f"{link(case)}files/{Attachment.objects.order_by('-pk').first().pk}/"

    case = office.to("handling")
    inside = with_photo(case, "note", "hugo", "inside.jpg", note="the neighbour's papers")
    told = with_photo(case, "note", "hugo", "told.jpg", note="work has begun", shown=True)
    first = with_photo(case, "reply", "hugo", "first.jpg", outcome="solved", reply="Done.")
    office.move(case, "review_back", "lena", reason="The photo shows another street.")
    second = with_photo(case, "reply", "hugo", "second.jpg", outcome="solved", reply="Done now.")
    assert citizen.get(second).status_code == 404  # not reviewed yet
    office.move(case, "review_pass", "lena")
    assert [citizen.get(at).status_code for at in (inside, told, first, second)] == [404, 200, 404, 200]
    page = citizen.get(link(case)).content.decode()
    assert second in page
    assert inside not in page
    assert first not in page


def test_another_problem_at_the_same_place_is_not_offered(citizen, office):
    other = office.receive("南湖菜市场东门公积金提取办不了，窗口说系统坏了", matter="0102", place="南湖菜市场东门")
    office.to("handling", other)
    near = citizen.post("/report/near/", {"text": "垃圾桶满了几天没有人清运，臭味很大", "place": REPORT["place"]})
    assert other not in near.content.decode()
    far = office.receive("垃圾桶满了几天没有人清运", matter="0101", place="城北火车站")
    office.to("handling", far)
    near = citizen.post("/report/near/", {"text": "垃圾桶满了几天没有人清运，臭味很大", "place": REPORT["place"]})
    assert far not in near.content.decode()


def test_looking_for_the_same_without_end_finds_nothing_more(citizen, office, monkeypatch):
    """Every look asks the index; a program behind one address must not keep it busy, by whatever door."""
    main = office.receive("南湖菜市场东门口垃圾两天没有人清走", matter="0101", kind="complaint", place="南湖菜市场东门")
    office.to("handling", main)
    monkeypatch.setattr(pages, "LOOKS_FREE", 3)
    typed = {"text": REPORT["text"], "place": REPORT["place"]}
    shown = [main in citizen.post("/report/near/", typed).content.decode() for _ in range(5)]
    assert shown == [True, True, True, False, False]
    assert main not in citizen.get("/report/", typed).content.decode()
    assert main in citizen.post("/report/near/", typed, REMOTE_ADDR="10.0.0.9").content.decode()


def test_near_cases_are_of_the_matter_that_was_guessed(citizen, office, monkeypatch):
    main = office.receive("南湖菜市场东门口垃圾两天没有人清走", matter="0101", kind="complaint", place="南湖菜市场东门")
    office.to("handling", main)
    for guess, shown in (("0101", True), ("0102", False)):
        monkeypatch.setattr("gezhi.loop.pages.asking.guessed", lambda *_, code=guess: ([code], None))
        near = citizen.post("/report/near/", {"text": REPORT["text"], "place": REPORT["place"]})
        assert (main in near.content.decode()) is shown
