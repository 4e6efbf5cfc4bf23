"""Units, users, posts: what is refused and why, what the tree and the rights look like afterwards."""

import io
from datetime import timedelta

import openpyxl
import pytest
from small_city import GIVEN, NOW, SYSTEM, actor_of

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import LedgerRecord, Unit, User
from gezhi.trust.rules import SMALL_OFFICE, allowed

LATER = NOW + timedelta(days=1)


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_the_tree(city):
    assert list(Unit.objects.order_by("path").values_list("path", flat=True)) == [
        "city",
        "city.urban",
        "city.urban.east",
        "city.water",
    ]
    ids = set(Unit.objects.filter(code__in=["urban", "east"]).values_list("pk", flat=True))
    assert set(Unit.objects.filter(pk__in=service.units_under("city.urban")).values_list("pk", flat=True)) == ids
    above = Unit.objects.filter(path__holds="city.urban").order_by("path")
    assert [unit.code for unit in above] == ["city", "urban"]
    under = Unit.objects.filter(path__descends_any=["city.water", "city.urban.east"]).order_by("code")
    assert [unit.code for unit in under] == ["east", "water"]
    assert not Unit.objects.filter(path__descends_any=[]).exists()


@pytest.mark.parametrize(
    ("code", "name", "parent", "kind", "expected"),
    [
        ("a b", "名", "city", "bureau", "unit-code"),
        ("城管", "名", "city", "bureau", "unit-code"),
        ("x", " ", "city", "bureau", "unit-name"),
        ("x", "名", "city", "palace", "unit-kind"),
        ("urban", "名", "city", "bureau", "unit-exists"),
        ("x", "名", "nowhere", "bureau", "unit-unknown"),
        ("x", "名", "", "bureau", "unit-root-exists"),
    ],
)
def test_a_unit_that_cannot_be(city, code, name, parent, kind, expected):
    assert refusal(lambda: service.create_unit(code, name, parent=parent, kind=kind, **GIVEN)) == expected
    assert Unit.objects.count() == 4


def test_moving_takes_the_whole_subtree_and_the_rights_with_it(city):
    service.grant_post("ann", "handler", "water", **GIVEN)
    service.move_unit("urban", "water", **GIVEN)
    paths = dict(Unit.objects.values_list("code", "path"))
    assert paths["urban"] == "city.water.urban"
    assert paths["east"] == "city.water.urban.east"
    ann = actor_of(city["ann"])
    assert allowed(ann, "case.sign", unit_paths=[paths["east"]], matter="", area_path="")
    assert refusal(lambda: service.move_unit("water", "east", **GIVEN)) == "unit-move"
    assert refusal(lambda: service.move_unit("city", "water", **GIVEN)) == "unit-move"


def test_a_unit_closes_only_when_nobody_needs_it(city):
    assert refusal(lambda: service.close_unit("urban", **GIVEN)) == "unit-in-use"
    holding = service.grant_post("ann", "handler", "east", **GIVEN)
    assert refusal(lambda: service.close_unit("east", **GIVEN)) == "unit-in-use"
    service.revoke_post(holding.pk, actor=SYSTEM, now=LATER)
    closed = service.close_unit("east", actor=SYSTEM, now=LATER)
    assert not closed.active
    assert refusal(lambda: service.create_unit("x", "名", parent="east", **GIVEN)) == "unit-unknown"
    assert refusal(lambda: service.close_unit("city", **GIVEN)) == "unit-root"


def test_renaming_to_the_same_name_writes_nothing(city):
    before = LedgerRecord.objects.count()
    service.rename_unit("urban", "城管局", "Urban management", **GIVEN)
    assert LedgerRecord.objects.count() == before
    service.rename_unit("urban", "城市管理局", **GIVEN)
    assert LedgerRecord.objects.filter(act="unit.rename").count() == 1


def test_a_post_counts_from_when_until_when(city):
    holding = service.grant_post("ann", "handler", "urban", **GIVEN)
    where = {"unit_paths": ["city.urban"], "matter": "", "area_path": ""}
    assert not allowed(actor_of(city["ann"], NOW - timedelta(seconds=1)), "case.sign", **where)
    assert allowed(actor_of(city["ann"], NOW), "case.sign", **where)
    service.revoke_post(holding.pk, actor=SYSTEM, now=LATER)
    assert allowed(actor_of(city["ann"], LATER - timedelta(seconds=1)), "case.sign", **where)
    assert not allowed(actor_of(city["ann"], LATER), "case.sign", **where)
    assert refusal(lambda: service.revoke_post(holding.pk, actor=SYSTEM, now=LATER)) == "holding-unknown"


def test_granting_twice_is_one_holding(city):
    first = service.grant_post("ann", "handler", "urban", **GIVEN)
    assert service.grant_post("ann", "handler", "urban", actor=SYSTEM, now=LATER).pk == first.pk


def test_the_three_administrators_exclude_one_another(city):
    service.grant_post("sys", "sysadmin", "city", **GIVEN)
    for role in ("secadmin", "auditor"):
        assert refusal(lambda role=role: service.grant_post("sys", role, "city", **GIVEN)) == "admins-exclusive"
    service.set_office("profile", SMALL_OFFICE, **GIVEN)
    assert refusal(lambda: service.grant_post("sys", "auditor", "city", **GIVEN)) == "admins-exclusive"


def test_profiles(city):
    service.grant_post("ann", "dispatcher", "city", **GIVEN)
    assert refusal(lambda: service.grant_post("ann", "handler", "urban", **GIVEN)) == "roles-exclusive"
    service.set_office("profile", SMALL_OFFICE, **GIVEN)
    service.grant_post("ann", "handler", "urban", **GIVEN)
    record = LedgerRecord.objects.get(act="settings.edit")
    assert record.subject_id == "profile"
    assert refusal(lambda: service.set_office("profile", "anarchy", **GIVEN)) == "setting-choice"
    assert refusal(lambda: service.set_office("colour", "red", **GIVEN)) == "setting-unknown"


def test_who_may_do_what_to_people(city):
    for name, role in (("sys", "sysadmin"), ("sec", "secadmin"), ("aud", "auditor")):
        service.grant_post(name, role, "city", **GIVEN)
    sysadmin, secadmin, auditor = (actor_of(city[name]) for name in ("sys", "sec", "aud"))
    service.create_user("dai", "Dai", unit="urban", actor=sysadmin, now=NOW)
    service.grant_post("dai", "handler", "urban", actor=secadmin, now=NOW)
    assert refusal(lambda: service.grant_post("dai", "handler", "water", actor=sysadmin, now=NOW)) == "not-allowed"
    assert refusal(lambda: service.create_user("eve", "Eve", actor=secadmin, now=NOW)) == "not-allowed"
    assert refusal(lambda: service.create_unit("x", "名", parent="city", actor=auditor, now=NOW)) == "not-allowed"
    assert refusal(lambda: service.grant_post("sec", "handler", "urban", actor=secadmin, now=NOW)) == "own-post"
    assert refusal(lambda: service.set_verbs("handler", ["case.read"], actor=sysadmin, now=NOW)) == "not-allowed"
    holding = actor_of(city["sec"]).grants[0]
    assert holding.role == "secadmin"


def test_a_district_administrator_stays_in_the_district(city):
    service.grant_post("sys", "sysadmin", "urban", **GIVEN)
    district = actor_of(city["sys"])
    service.create_unit("west", "西区中队", parent="urban", actor=district, now=NOW)
    with pytest.raises(Refused) as refused:
        service.create_unit("pipe", "管网所", parent="water", actor=district, now=NOW)
    assert refused.value.facts["lacks"] == "unit"
    assert refused.value.facts["rule"].startswith("sysadmin@city.urban#")
    assert refusal(lambda: service.create_user("eve", "Eve", unit="water", actor=district, now=NOW)) == "not-allowed"
    assert refusal(lambda: service.move_unit("east", "water", actor=district, now=NOW)) == "not-allowed"


def test_the_last_administrator_stays(city):
    holding = service.grant_post("sec", "secadmin", "city", **GIVEN)
    assert refusal(lambda: service.revoke_post(holding.pk, actor=SYSTEM, now=LATER)) == "last-administrator"
    service.grant_post("bob", "secadmin", "city", **GIVEN)
    service.revoke_post(holding.pk, actor=SYSTEM, now=LATER)


def test_the_verbs_of_a_role_can_be_edited_but_not_those_of_administrators(city):
    service.grant_post("ann", "handler", "urban", **GIVEN)
    service.set_verbs("handler", ["case.read", "case.sign"], **GIVEN)
    assert actor_of(city["ann"]).grants[0].verbs == {"case.read", "case.sign"}
    assert refusal(lambda: service.set_verbs("secadmin", [], **GIVEN)) == "role-fixed"
    assert refusal(lambda: service.set_verbs("handler", ["case.fly"], **GIVEN)) == "verb-unknown"
    assert refusal(lambda: service.set_verbs("handler", ["role.edit"], **GIVEN)) == "verb-unknown"


def test_loading_roles_again_changes_nothing(city):
    before = LedgerRecord.objects.count()
    assert service.load_roles(**GIVEN) == 0
    assert LedgerRecord.objects.count() == before


def test_users(city):
    service.create_user(" ＺＨＡＯ ", "赵敏", unit="urban", **GIVEN)
    user = User.objects.get(username="zhao")
    assert not user.has_usable_password()
    assert refusal(lambda: service.create_user("Zhao", "又一个", **GIVEN)) == "user-exists"
    assert refusal(lambda: service.create_user("a b", "名", **GIVEN)) == "user-name"
    assert refusal(lambda: service.create_user("q1", " ", **GIVEN)) == "user-display-name"
    service.change_user("zhao", unit="water", **GIVEN)
    user.refresh_from_db()
    assert user.unit.code == "water"
    service.disable_user("zhao", **GIVEN)
    assert refusal(lambda: service.actor_for(user, NOW)) == "sign-in-needed"
    service.enable_user("zhao", **GIVEN)
    assert service.actor_for(user, NOW).unit_path == "city.water"


def sheet(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


UNITS = (
    ("某市单位名册", None, None, None),
    ("单位编码", "单位名称", "上级单位", "类型"),
    ("river", "滨河街道", "district", "街道"),
    ("district", "江东区", "city", "区"),
    ("urban", "城市管理局", "", ""),
    ("", "无编码社区", "滨河街道", "社区"),
    ("bad code", "坏编码", "city", ""),
    ("lost", "孤儿", "没有的单位", ""),
    ("water", "水务局", "", ""),
)


def test_units_from_a_spreadsheet(city):
    before = LedgerRecord.objects.count()
    tried = service.import_units(sheet(*UNITS), dry_run=True, **GIVEN)
    assert Unit.objects.count() == 4
    assert LedgerRecord.objects.count() == before
    report = service.import_units(sheet(*UNITS), **GIVEN)
    assert (report.read, report.created, report.changed, report.same) == (7, 3, 1, 1)
    assert [(number, refused.code) for number, refused in report.rejected] == [(7, "unit-code"), (8, "unit-parent")]
    assert [(number, refused.code) for number, refused in tried.rejected] == [(7, "unit-code"), (8, "unit-parent")]
    assert Unit.objects.get(name_zh="无编码社区").path.startswith("city.district.river.u")
    again = service.import_units(sheet(*UNITS), **GIVEN)
    assert (again.created, again.changed, again.same) == (0, 0, 5)


USERS = (
    ("账号", "姓名", "单位", "角色", "范围"),
    ("wang", "王小明", "城管局", "承办人、单位负责人", ""),
    ("li", "李娜", "city", "受理员", "city"),
    ("li2", "李四", "没有的局", "", ""),
    ("zhou", "周五", "水务局", "飞行员", ""),
    ("mix", "混合", "城管局", "派单员,承办人", ""),
    ("ann", "安妮", "urban", "", ""),
)


def test_users_from_a_spreadsheet(city):
    report = service.import_users(sheet(*USERS), **GIVEN)
    assert (report.read, report.created, report.changed, report.posts) == (6, 2, 1, 3)
    assert [(number, refused.code) for number, refused in report.rejected] == [
        (4, "unit-unknown"),
        (5, "role-unknown"),
        (6, "roles-exclusive"),
    ]
    assert not User.objects.filter(username__in=["li2", "zhou", "mix"]).exists()
    roles = {grant.role for grant in actor_of(User.objects.get(username="wang")).grants}
    assert roles == {"handler", "unit_lead"}
    again = service.import_users(sheet(*USERS), **GIVEN)
    assert (again.created, again.changed, again.posts, again.same) == (0, 0, 0, 3)


def three(city):
    """The three administrators as actors."""
    for name, role in (("sys", "sysadmin"), ("sec", "secadmin"), ("aud", "auditor")):
        service.grant_post(name, role, "city", **GIVEN)
    return [actor_of(city[name]) for name in ("sys", "sec", "aud")]


def test_who_may_not_give_posts_brings_in_the_people_and_leaves_the_posts(city):
    sysadmin, secadmin, _ = three(city)
    service.grant_post("ann", "handler", "urban", **GIVEN)
    rows = (*USERS, ("ann", "安妮", "urban", "承办人、单位负责人", ""), ("wu", "吴", "urban", "受理员", "没有的局"))
    report = service.import_users(sheet(*rows), actor=sysadmin, now=NOW)
    assert [(number, refused.code) for number, refused in report.rejected] == [
        (4, "unit-unknown"),
        (5, "role-unknown"),
        (9, "unit-unknown"),
    ]
    assert (report.created, report.posts) == (3, 0)
    assert report.waiting == [
        ("wang", "handler", "urban", "", ""),
        ("wang", "unit_lead", "urban", "", ""),
        ("li", "operator", "city", "", ""),
        ("mix", "dispatcher", "urban", "", ""),
        ("mix", "handler", "urban", "", ""),
        ("ann", "unit_lead", "urban", "", ""),
    ]
    assert not actor_of(User.objects.get(username="wang")).grants

    posts = sheet(("用户名", "角色", "单位", "事项", "区域"), *report.waiting, ("nobody", "handler", "urban", "", ""))
    with pytest.raises(Refused, match="not-allowed"):
        service.import_posts(posts, actor=sysadmin, now=NOW)
    tried = service.import_posts(posts, dry_run=True, actor=secadmin, now=NOW)
    assert (tried.posts, len(tried.rejected)) == (5, 2)
    assert not actor_of(User.objects.get(username="wang")).grants
    given = service.import_posts(posts, actor=secadmin, now=NOW)
    assert [(number, refused.code) for number, refused in given.rejected] == [
        (6, "roles-exclusive"),
        (8, "user-unknown"),
    ]
    assert {grant.role for grant in actor_of(User.objects.get(username="wang")).grants} == {"handler", "unit_lead"}
    again = service.import_posts(posts, actor=secadmin, now=NOW)
    assert (again.posts, again.same) == (0, 5)
    assert service.import_users(sheet(*USERS[:3]), actor=sysadmin, now=NOW).waiting == []


WAYS = {
    "link": lambda name, actor: service.reset_password(name, actor=actor, now=NOW),
    "password": lambda name, actor: service.set_password(name, "Korrekt-Pferd-7", actor=actor, now=NOW),
    "token": lambda name, actor: service.create_token(name, "x", actor=actor, now=NOW),
}


@pytest.mark.parametrize("way", WAYS)
def test_only_the_security_administrator_opens_the_accounts_of_the_three(city, way):
    """Whoever opens a way into an account can use it: else one of the three could become another."""
    sysadmin, secadmin, auditor = three(city)
    service.grant_post("cai", "sysadmin", "city", **GIVEN)
    enter = WAYS[way]
    for name in ("sec", "aud", "cai"):
        assert refusal(lambda name=name: enter(name, sysadmin)) == "security-account"
    for shut in (service.disable_user, service.enable_user):
        assert refusal(lambda shut=shut: shut("sec", actor=sysadmin, now=NOW)) == "security-account"
    assert refusal(lambda: enter("sec", auditor)) == "security-account"
    assert refusal(lambda: enter("ann", auditor)) == "not-allowed"
    enter("ann", sysadmin)
    assert refusal(lambda: enter("ann", secadmin)) == "not-allowed"
    enter("aud", secadmin)
    enter("cai", secadmin)
    service.grant_post("bob", "secadmin", "urban", **GIVEN)
    enter("bob", secadmin)
    assert refusal(lambda: enter("sec", actor_of(city["bob"]))) == "not-allowed"  # of the bureau, not of the city


def test_the_last_security_administrator_is_opened_on_the_server_alone(city):
    _, secadmin, _ = three(city)
    assert refusal(lambda: service.reset_password("sec", actor=secadmin, now=NOW)) == "security-account-last"
    service.grant_post("bob", "secadmin", "city", **GIVEN)
    service.reset_password("sec", actor=actor_of(city["bob"]), now=NOW)
    service.disable_user("bob", **GIVEN)
    assert refusal(lambda: service.reset_password("sec", actor=secadmin, now=NOW)) == "security-account-last"
    assert service.reset_password("sec", **GIVEN)


def test_who_made_an_account_cannot_enter_it_once_it_is_one_of_the_three(city):
    sysadmin, secadmin, _ = three(city)
    service.create_user("dai", "Dai", unit="city", actor=sysadmin, now=NOW)
    link = service.reset_password("dai", actor=sysadmin, now=NOW)
    token = service.create_token("dai", "x", actor=sysadmin, now=NOW)
    service.set_password("dai", "Korrekt-Pferd-7", actor=sysadmin, now=NOW)
    service.grant_post("dai", "handler", "urban", actor=secadmin, now=NOW)
    assert User.objects.get(username="dai").has_usable_password()  # an ordinary post changes nothing
    service.grant_post("dai", "auditor", "city", actor=secadmin, now=NOW)
    assert not User.objects.get(username="dai").has_usable_password()
    assert service.actor_of_token(token, NOW) is None
    assert refusal(lambda: service.link_user(link, NOW)) == "link-unknown"
    fresh = service.reset_password("dai", actor=secadmin, now=NOW)
    service.grant_post("dai", "auditor", "urban", actor=secadmin, now=NOW)
    assert service.link_user(fresh, NOW).username == "dai"


def test_a_sheet_without_known_columns_is_refused(city):
    assert refusal(lambda: service.import_units(sheet(("甲", "乙"), (1, 2), (3, 4)), **GIVEN)) == "columns-unknown"


def test_csv_in_gb18030(city):
    text = "单位编码,单位名称,上级单位\npark,园林局,city\n"
    report = service.import_units(io.BytesIO(text.encode("gb18030")), **GIVEN)
    assert report.created == 1
    assert Unit.objects.get(code="park").name_zh == "园林局"
