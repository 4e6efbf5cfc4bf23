"""Pages of administrators and the auditor: who gets in, what they do, what is shown when it is refused."""

import io
import json
import re

import pytest
from django.utils import timezone
from small_city import GIVEN, SYSTEM

from gezhi.kit.sheets import read_tables
from gezhi.trust import service
from gezhi.trust.models import Holding, LedgerRecord, Unit, User
from gezhi.trust.service import ledger


def sign_in(client, user):
    client.force_login(user, backend="gezhi.trust.backend.PeopleBackend")
    return client


@pytest.fixture
def admin(city):
    for name, role in (("sys", "sysadmin"), ("sec", "secadmin"), ("aud", "auditor")):
        service.grant_post(name, role, "city", **GIVEN)
    return city


@pytest.fixture
def sysadmin(client, admin):
    return sign_in(client, admin["sys"])


@pytest.fixture
def secadmin(client, admin):
    return sign_in(client, admin["sec"])


@pytest.fixture
def auditor(client, admin):
    return sign_in(client, admin["aud"])


PAGES = {
    "/office/units/": "sysadmin",
    "/office/units/new/": "sysadmin",
    "/office/units/import/": "sysadmin",
    "/office/units/urban/": "sysadmin",
    "/office/users/": "sysadmin secadmin",
    "/office/users/new/": "sysadmin secadmin",
    "/office/users/import/": "sysadmin",
    "/office/users/import/posts/": "secadmin",
    "/office/users/ann/": "sysadmin secadmin",
    "/office/roles/": "secadmin",
    "/office/roles/handler/": "secadmin",
    "/office/sign-in/": "secadmin",
    "/office/settings/": "sysadmin",
    "/office/ledger/": "auditor",
    "/office/reveals/": "auditor",
    "/office/letters/": "sysadmin",
    "/account/": "sysadmin secadmin auditor",
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_who_sees_which_page(client, admin, path, language):
    client.cookies["gezhi_language"] = language
    assert client.get(path)["Location"].startswith("/sign-in/?next=")
    for name, role in (("sys", "sysadmin"), ("sec", "secadmin"), ("aud", "auditor")):
        sign_in(client, admin[name])
        page = client.get(path)
        assert page.status_code == (200 if role in PAGES[path].split() else 403), role
        if page.status_code == 200:
            text = page.content.decode()
            assert 'id="main"' in text
            visible = re.sub(r"<[^>]+>", "", re.sub(r'(?s)<(style|script).*?</\1>|lang="zh">[^<]*<', "", text))
            if language == "en":
                known = "本级政府|测试市|城管局|东区中队|水务局|简体中文|中文"
                assert not re.search(r"[\u4e00-\u9fff]", re.sub(known, "", visible)), visible


def test_the_number_of_statements_does_not_grow(client, admin, django_assert_max_num_queries):
    for number in range(60):
        service.create_user(f"user{number}", f"User {number}", unit="urban", **GIVEN)
        service.grant_post(f"user{number}", "handler", "urban", **GIVEN)
    sign_in(client, admin["sys"])
    client.get("/office/users/")  # what a process asks once
    for path in ("/office/users/", "/office/users/?page=2", "/office/units/"):
        with django_assert_max_num_queries(9):
            assert client.get(path).status_code == 200


def test_units_through_the_page(sysadmin):
    answer = sysadmin.post(
        "/office/units/new/", {"code": "park", "name_zh": "园林局", "parent": "city", "kind": "bureau"}
    )
    assert answer.status_code == 302
    wrong = sysadmin.post("/office/units/new/", {"code": "p k", "name_zh": "园", "parent": "city", "kind": "bureau"})
    assert wrong.status_code == 422
    assert "p k" in wrong.content.decode()
    sysadmin.post("/office/units/park/", {"name_zh": "园林绿化局", "name_en": "Parks", "parent": "urban"})
    park = Unit.objects.get(code="park")
    assert (park.name_zh, park.path) == ("园林绿化局", "city.urban.park")
    assert sysadmin.post("/office/units/urban/close/").status_code == 409
    assert sysadmin.post("/office/units/park/close/").status_code == 302
    assert not Unit.objects.get(code="park").active


def test_users_and_posts_through_the_pages(client, admin):
    sign_in(client, admin["sys"])
    client.post("/office/users/new/", {"username": "dai", "display_name": "戴", "unit": "urban"})
    given = {"role": "handler", "scope": "urban", "matter": "", "area_path": ""}
    assert client.post("/office/users/dai/posts/", given).status_code == 403
    page = client.post("/office/users/dai/link/").content.decode()
    secret = re.search(r"/sign-in/link/([\w-]+)/", page)[1]
    assert service.link_user(secret, timezone.now()).username == "dai"
    sign_in(client, admin["sec"])
    assert client.post("/office/users/dai/posts/", given).status_code == 302
    clash = client.post("/office/users/dai/posts/", {**given, "role": "dispatcher"})
    assert clash.status_code == 409
    holding = Holding.objects.get(user__username="dai")
    assert client.post(f"/office/users/dai/posts/{holding.pk}/end/").status_code == 302
    sign_in(client, admin["sys"])
    client.post("/office/users/dai/switch/")
    assert not User.objects.get(username="dai").is_active


def test_import_through_the_page(sysadmin):
    text = "单位编码,单位名称,上级单位\npark,园林局,city\nbad code,坏,city\n"

    def send(**more):
        return sysadmin.post("/office/units/import/", {"file": io.BytesIO(text.encode("utf-8-sig")), **more})

    tried = send(**{"try": "1"}).content.decode()
    assert "bad code" in tried
    assert not Unit.objects.filter(code="park").exists()
    assert send().status_code == 200  # one row was rejected, so the reasons are shown
    assert Unit.objects.filter(code="park").exists()
    assert sysadmin.post("/office/units/import/", {}).status_code == 422


def test_people_by_one_administrator_and_their_posts_by_another(client, admin):
    text = "用户名,姓名,单位,角色\ndai,戴,urban,承办人\nwu,吴,urban,\n"
    sign_in(client, admin["sys"])
    assert client.get("/office/users/import/posts.xlsx").status_code == 404
    file = {"file": io.BytesIO(text.encode())}
    tried = client.post("/office/users/import/", {**file, "try": "1"})
    assert tried.context["waiting"] == 1
    assert client.get("/office/users/import/posts.xlsx").status_code == 404
    done = client.post("/office/users/import/", {"file": io.BytesIO(text.encode())})
    assert "1 个岗位" in done.content.decode() or "1 post waits" in done.content.decode()
    assert "/office/users/import/posts.xlsx" in done.content.decode()
    sheet = client.get("/office/users/import/posts.xlsx")
    [table] = read_tables(io.BytesIO(sheet.content))
    assert [row.cells[:3] for row in table.rows] == [("dai", "handler", "urban")]
    assert client.post("/office/users/import/posts/", {"file": io.BytesIO(sheet.content)}).status_code == 403

    sign_in(client, admin["sec"])
    assert client.get("/office/users/import/posts.xlsx").status_code == 403
    assert "/office/users/import/posts/" in client.get("/office/users/").content.decode()
    tried = client.post("/office/users/import/posts/", {"file": io.BytesIO(sheet.content), "try": "1"})
    assert tried.context["report"].posts == 1
    assert not Holding.objects.filter(user__username="dai").exists()
    assert client.post("/office/users/import/posts/", {"file": io.BytesIO(sheet.content)}).status_code == 302
    assert Holding.objects.get(user__username="dai").post.role_id == "handler"


def test_a_way_into_an_account_of_the_three_is_offered_to_the_security_administrator_alone(client, admin):
    sign_in(client, admin["sys"])
    assert "/office/users/aud/link/" not in client.get("/office/users/aud/").content.decode()
    assert "/office/users/ann/link/" in client.get("/office/users/ann/").content.decode()
    refused = client.post("/office/users/aud/link/")
    assert refused.status_code == 403
    assert "gezhi user password aud --link" in refused.content.decode()
    sign_in(client, admin["sec"])
    assert "/office/users/ann/link/" not in client.get("/office/users/ann/").content.decode()
    assert "/office/users/aud/link/" in client.get("/office/users/aud/").content.decode()
    assert "/sign-in/link/" in client.post("/office/users/aud/link/").content.decode()
    given = {"role": "auditor", "scope": "city", "matter": "", "area_path": ""}
    told = client.post("/office/users/bob/posts/", given, follow=True).content.decode()
    assert "旧密码已失效" in told or "old password" in told


def test_roles_through_the_page(secadmin):
    assert secadmin.post("/office/roles/evaluator/", {"verb": ["case.read"]}).status_code == 302
    assert LedgerRecord.objects.filter(act="role.edit", subject_id="evaluator").exists()
    assert secadmin.post("/office/roles/auditor/", {"verb": ["case.read"]}).status_code == 409
    assert secadmin.post("/office/roles/evaluator/", {"verb": ["case.fly"]}).status_code == 422


def test_settings_through_the_page(sysadmin):
    sysadmin.post("/office/settings/", {"profile": "small_office", "government_zh": "滨海县人民政府"})
    assert service.profile() == "small_office"
    assert service.office_setting("government_zh") == "滨海县人民政府"


def test_the_auditor_searches_and_checks(auditor, city):
    found = auditor.get("/office/ledger/", {"act": "post.grant"}).content.decode()
    assert found.count("post.grant") >= 3
    assert auditor.get("/office/ledger/", {"before": "nonsense"}).status_code == 200
    assert "is-good" in auditor.post("/office/ledger/verify/").content.decode()
    paper = auditor.post("/office/ledger/checkpoint/")
    assert paper["Content-Disposition"].startswith("attachment")
    assert ledger.checkpoint_fault(json.loads(paper.content)) == ""


def test_the_auditor_is_told_what_is_broken(auditor):
    from test_trust_ledger import tamper

    key = LedgerRecord.objects.order_by("id").first().pk
    tamper("UPDATE ledger_record SET act = 'x' WHERE id = %s", key)
    page = auditor.post("/office/ledger/verify/").content.decode()
    assert "is-bad" in page
    assert str(key) in page


def test_dead_letters_through_the_page(sysadmin, monkeypatch):
    from datetime import timedelta

    from django.db import transaction

    from gezhi.trust.models import Delivery
    from gezhi.trust.service import outbox

    def handle(event):
        raise ValueError

    monkeypatch.setattr(outbox, "_subscriptions", {"test.topic": {"room": handle}})
    with transaction.atomic():
        service.publish("test.topic", "thing", "7", {})
    now = timezone.now()
    for hour in range(0, 50, 5):
        service.deliver_pending(now + timedelta(hours=hour))
    page = sysadmin.get("/office/letters/").content.decode()
    assert "test.topic" in page
    letter = Delivery.objects.get(state="dead")
    assert sysadmin.post(f"/office/letters/{letter.pk}/replay/").status_code == 302
    assert Delivery.objects.get().state == "waiting"


def test_reveals_are_listed(auditor):
    requester = service.new_requester(name="张三")
    service.reveal(requester, actor=SYSTEM, now=timezone.now(), purpose="handling", case_id=None, fields=["name"])
    page = auditor.get("/office/reveals/").content.decode()
    assert "办理需要" in page
    assert "张三" not in page


# ---- the API


def bearer(user):
    return {"Authorization": f"Bearer {service.create_token(user, 'test', actor=SYSTEM, now=timezone.now())}"}


def test_the_api(client, admin):
    assert client.get("/api/v1/trust/me").json()["code"] == "sign-in-needed"
    assert client.get("/api/v1/trust/me", headers={"Authorization": "Bearer gz_x"}).status_code == 401
    system, audit = bearer("sys"), bearer("aud")
    me = client.get("/api/v1/trust/me", headers=system).json()
    assert (me["name"], me["posts"][0]["role"], me["posts"][0]["unit"]) == ("Sys", "sysadmin", "city")
    units = client.get("/api/v1/trust/units", headers=system).json()
    assert [unit["path"] for unit in units] == ["city", "city.urban", "city.urban.east", "city.water"]
    body = {"username": "dai", "display_name": "戴", "unit": "urban"}
    made = client.post("/api/v1/trust/users", body, content_type="application/json", headers=system)
    assert made.status_code == 201
    again = client.post("/api/v1/trust/users", body, content_type="application/json", headers=system)
    assert (again.status_code, again.json()["code"]) == (409, "user-exists")
    denied = client.post("/api/v1/trust/users", body, content_type="application/json", headers=audit).json()
    assert (denied["code"], denied["facts"]["lacks"]) == ("not-allowed", "verb")
    listed = client.get("/api/v1/trust/users?unit=urban", headers=system).json()
    assert [user["username"] for user in listed["users"]] == ["dai"]
    state = client.get("/api/v1/trust/ledger/status", headers=audit).json()
    verdict = client.post("/api/v1/trust/ledger/verify", headers=audit).json()
    assert verdict["whole"]
    assert verdict["sequence"] > state["sequence"]


def test_a_request_with_a_token_needs_one_statement_to_know_who_asks(client, admin, django_assert_num_queries):
    headers = bearer("sys")
    with django_assert_num_queries(1):
        assert client.get("/api/v1/trust/me", headers=headers).status_code == 200


def test_a_token_of_somebody_whose_password_is_due_is_refused(client, admin):
    headers = bearer("ann")
    User.objects.filter(username="ann").update(must_change_password=True)
    assert client.get("/api/v1/trust/me", headers=headers).status_code == 401
