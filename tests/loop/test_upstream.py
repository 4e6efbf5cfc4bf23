"""A platform above ours: its cases, dues and answers come in, our states go out; both lists agree at the end."""

import json
from datetime import date, datetime, timedelta

import pytest
from fake_platform import TOKEN, running
from upstream_hand import SYSTEM, fetch, tell, whole

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Partner, PartnerCase, Piece
from gezhi.loop.partners import service
from gezhi.loop.partners.kinds.upstream.reconciling import reconcile
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.service.citizens import citizen_view
from gezhi.trust.service import open_text

MAPPING = "platform-http.toml"


@pytest.fixture
def mapped(mappings):
    return lambda *turns: mappings.write("city.toml", MAPPING, *turns)


@pytest.fixture
def put(office, mapped):
    def made(place, code="city", **more):
        mapping = mapped(("[matters]", '[matters]\n"路灯照明" = "0101"'))
        wishes = {"mapping": mapping, "place": place, **more.pop("wishes", {})}
        wish = Wish(code, "upstream", "市平台", source=code, wishes=wishes,
                    secrets={"token": TOKEN, **more.pop("secrets", {})}, **more)  # fmt: skip
        return service.put_partner(wish, actor=SYSTEM, now=office.now)

    return made


ORDER = {"content": "路灯不亮，晚上走路危险。", "categoryName": "路灯照明", "orderType": "投诉", "callerName": "王小明",
         "callerPhone": "13800001234", "status": "已交办"}  # fmt: skip


def due_in(platform, **span):
    return platform.shown(platform.now + timedelta(**span))


def test_a_case_of_theirs_comes_in_once_with_its_number_its_due_and_its_matter(office, put):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", limitTime=due_in(platform, hours=30), **ORDER)
        assert fetch(office, partner) == 1
        assert fetch(office, partner) == 0
    case = Case.objects.get()
    link = PartnerCase.objects.get()
    assert (case.source, case.external_number, case.matter, case.kind) == ("city", "S-1", "0101", "complaint")
    assert (link.due_at, link.state) == (office.now + timedelta(hours=30), "已交办")
    assert open_text(case.requester, case.story)["text"] == ORDER["content"]
    assert case.due_at == office.now + timedelta(hours=2), "our own limit of acceptance ends first"


@pytest.mark.parametrize(("hours", "theirs"), [(30, True), (24 * 30, False)])
def test_the_earlier_of_both_dues_governs_and_both_run(office, put, hours, theirs):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", limitTime=due_in(platform, hours=hours), **ORDER)
        fetch(office, partner)
    case = Case.objects.get()
    given = PartnerCase.objects.get().due_at
    office.to("handling", str(case.pk))
    office.move(str(case.pk), "contact", "hugo", reached="reached")
    case.refresh_from_db()
    ours = CaseClock.objects.get(case=case, stage="handle", label="").due_at
    assert CaseClock.objects.get(case=case, label=f"@{partner.pk}").due_at == given
    assert case.due_at == (given if theirs else ours) == min(given, ours)
    assert citizen_view(case, actor=office.citizen(str(case.pk))).promise == case.due_at
    assert whole()


def test_what_we_grant_inside_does_not_move_their_due_and_what_they_grant_does(office, put):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", limitTime=due_in(platform, hours=50), **ORDER)
        fetch(office, partner)
        key = office.to("handling", str(Case.objects.get().pk))
        given = PartnerCase.objects.get().due_at
        office.move(key, "postpone_ask", "hugo", cause="parts", reason="灯具缺货", amount=5, unit_of="workday")
        office.move(key, "postpone_decide", "dora", approve=True)
        clock = CaseClock.objects.get(label=f"@{partner.pk}")
        assert clock.due_at == given
        tell(office)
        number, _, said = platform.asked[0]
        assert (number, said["applyType"], said["reason"]) == ("S-1", "postpone", "灯具缺货")
        platform.now = office.later(minutes=10)
        later = due_in(platform, hours=200)
        platform.write("S-1", "审批", applyType="延期", applyResult="同意", limitTime=later)
        fetch(office, partner)
    clock.refresh_from_db()
    assert clock.due_at == platform.now + timedelta(hours=200) == PartnerCase.objects.get().due_at
    assert Piece.objects.get(kind="ask").facts["verdict"] == "accepted"
    assert whole()


def test_a_return_that_they_refuse_comes_back_to_the_desk(office, put):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", limitTime=due_in(platform, hours=50), **ORDER)
        fetch(office, partner)
        key = str(Case.objects.get().pk)
        office.move(key, "decline", "olive", cause="court", basis="属法院受理范围", reply="请向法院提出。")
        tell(office)
        assert [(said["applyType"], said["reason"]) for _, _, said in platform.asked] == [("return", "属法院受理范围")]
        assert platform.orders["S-1"]["state"] == "已退回"
        platform.now = office.later(minutes=10)
        platform.write("S-1", "审批", applyType="退回", applyResult="不同意", remark="仍由你单位办理")
        fetch(office, partner)
    case = Case.objects.get()
    assert case.state == "accepted"
    assert CaseClock.objects.filter(case=case, label=f"@{partner.pk}", finished_at=None).count() == 1


def test_a_rest_that_they_agree_to_rests_their_due_until_the_case_goes_on(office, put):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", limitTime=due_in(platform, hours=500), **ORDER)
        fetch(office, partner)
        key = office.to("handling", str(Case.objects.get().pk))
        office.move(key, "hangup_ask", "hugo", cause="funds", reason="等资金", review_on="2026-03-20")
        office.move(key, "hangup_decide", "dora", approve=True)
        clock = CaseClock.objects.get(label=f"@{partner.pk}")
        assert not clock.paused, "until they agree, their due runs"
        tell(office)
        assert platform.asked[0][2]["until"] == "2026-03-20 23:59:59"
        platform.now = office.later(minutes=10)
        platform.write("S-1", "审批", applyType="挂账", applyResult="同意")
        fetch(office, partner)
        clock.refresh_from_db()
        assert clock.paused
        office.later(hours=10)
        office.move(key, "resume", "hugo")
    before, clock = clock.due_at, CaseClock.objects.get(pk=clock.pk)
    assert (clock.paused, clock.due_at - before) == (False, timedelta(hours=10))
    assert whole()


def test_every_state_goes_out_in_order_with_the_answer_only_at_the_end_and_nothing_from_inside(office, put, mappings):
    with running(office.now) as (platform, url):
        partner = put(url)
        mappings.turn("city.toml", 'handling = "办理中"', 'handling = "办理中"\nreplied = "审核中"')
        platform.write("S-1", limitTime=due_in(platform, hours=50), **ORDER)
        fetch(office, partner)
        key = str(Case.objects.get().pk)
        platform.now = office.now
        for state in ("accepted", "dispatched", "handling", "replied", "verifying", "closed"):
            if state == "replied":
                office.move(key, "note", "hugo", note="内部记录：找了三家供货商")
            _one_step(office, key, state)
            platform.now = office.now
            tell(office)
    states = [said["status"] for _, _, said in platform.told]
    assert states == ["已接收", "已派单", "办理中", "审核中", "已答复", "已办结"]
    assert [said["reply"] for _, _, said in platform.told] == ["", "", "", "", "已修好。", "已修好。"]
    assert "供货商" not in json.dumps(platform.told, ensure_ascii=False, default=str)
    link = PartnerCase.objects.get()
    assert (link.told, Piece.objects.exclude(state="done").count()) == ("已办结", 0)
    assert all(piece.facts["receipt"].startswith("R") for piece in Piece.objects.filter(direction="out"))


WAY = {
    "accepted": ("accept", "dora", {}), "dispatched": ("dispatch", "dora", {}), "handling": ("sign", "hugo", {}),
    "replied": ("reply", "hugo", {"outcome": "solved", "reply": "已修好。"}),
    "verifying": ("review_pass", "lena", {}),
    "closed": ("callback", "cal", {"contacted": True, "satisfaction": "satisfied", "solved": "solved"}),
}  # fmt: skip


def _one_step(office, key, state):
    name, by, data = WAY[state]
    if name == "dispatch":
        data = {"unit": office.units["urban"].pk}
    office.later(minutes=4)
    office.move(key, name, by, **data)


@pytest.mark.parametrize(
    ("kind", "more", "move"),
    [("催办", {}, "chase"), ("督办", {"remark": "市领导关注"}, "supervise"),
     ("补充", {"remark": "在南门"}, "supplement"), ("撤回", {"remark": "重复派单"}, "withdraw")],
)  # fmt: skip
def test_what_they_urge_add_or_withdraw_becomes_a_step_once_even_where_it_comes_before_its_case(
    office, put, kind, more, move
):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", kind, **more)
        fetch(office, partner)
        assert Piece.objects.get().fault == "partner-number-unknown"
        platform.write("S-1", **ORDER)
        fetch(office, partner)
        fetch(office, partner)
    assert [step.move for step in Case.objects.get().steps.order_by("no")] == ["receive", move]
    assert not Piece.objects.exclude(state="done").exists()


def test_a_record_that_is_not_understood_stops_no_other_and_is_made_once_the_mapping_is_mended(office, put, mapped):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", limitTime="明天下午", **ORDER)
        platform.write("S-2", **ORDER)
        platform.write("S-3", "新类型", **ORDER)
        fetch(office, partner)
        assert sorted(Piece.objects.filter(state="refused").values_list("fault", flat=True)) == [
            "upstream-act", "upstream-date",
        ]  # fmt: skip
        mapped(('"工单" = "order"', '"工单" = "order"\n"新类型" = "order"'))
        service.work_again(Piece.objects.get(fault="upstream-act").pk, actor=SYSTEM, now=office.now)
    assert sorted(Case.objects.values_list("external_number", flat=True)) == ["S-2", "S-3"]


def test_a_mapping_that_breaks_later_holds_up_what_goes_out_and_loses_none_of_it(office, put, mappings):
    with running(office.now) as (platform, url):
        partner = put(url)
        platform.write("S-1", **ORDER)
        fetch(office, partner)
        kept = (mappings.place / "city.toml").read_text(encoding="utf-8")
        (mappings.place / "city.toml").write_text("carrier =", encoding="utf-8")
        office.to("handling", str(Case.objects.get().pk))
        tell(office)
        assert (platform.told, fetch(office, partner)) == ([], 0)
        (mappings.place / "city.toml").write_text(f"{kept}\n", encoding="utf-8")
        for _ in range(6):
            office.later(minutes=10)
            service.deliver(office.now)
    assert [said["status"] for _, _, said in platform.told] == ["已接收", "已派单", "办理中"]
    assert not Piece.objects.exclude(state="done").exists()


def test_new_words_of_a_case_are_added_once_and_a_matter_nobody_mapped_is_listed(office, put):
    from gezhi.loop.partners.kinds.upstream import store

    with running(office.now) as (platform, url):
        partner = put(url)
        order = {**ORDER, "categoryName": "违章停车"}
        platform.write("S-1", **order)
        platform.write("S-1", **{**order, "content": "还有一盏也不亮。"})
        platform.write("S-1", **{**order, "content": "还有一盏也不亮。", "status": "已督促"})
        fetch(office, partner)
    case = Case.objects.get()
    assert [step.move for step in case.steps.order_by("no")] == ["receive", "supplement"]
    assert case.matter == ""
    assert store.unmatched(partner) == {"违章停车": 1}
    assert PartnerCase.objects.get().state == "已督促"


@pytest.mark.parametrize(
    ("turn", "what"),
    [(('carrier = "http"', 'carrier = "telex"'), "carrier"), (('number = "orderNo"', ""), "fields.number"),
     (('zone = "Asia/Shanghai"', 'zone = "Asia/Nowhere"'), "zone"),
     (('solved = "已解决"', 'sold = "x"'), "outcomes.sold"),
     (('"工单" = "order"', '"工单" = "orders"'), "acts.工单"), (("[fields]", "[feilds]"), "feilds"),
     (('reply = "public_reply"', 'reply = "note"'), "say.reply"), (("[fields]", "[fields"), "TOML")],
)  # fmt: skip
def test_a_mapping_that_is_wrong_is_refused_by_name(office, mapped, turn, what):
    wish = Wish("city", "upstream", "市平台", wishes={"mapping": mapped(turn), "place": "http://x/"})
    with pytest.raises(Refused) as caught:
        service.put_partner(wish, actor=SYSTEM, now=office.now)
    assert (caught.value.code, caught.value.facts["what"]) == ("mapping-wrong", what)


@pytest.mark.parametrize(
    ("wishes", "refusal"),
    [({"mapping": "../../etc/passwd"}, "mapping-missing"), ({"mapping": "none.toml"}, "mapping-missing"),
     ({"mapping": MAPPING, "place": "file:///etc"}, "upstream-place"), ({"mapping": MAPPING}, "upstream-place"),
     ({"mapping": "county-folder.toml", "place": "in/here"}, "upstream-place"),
     ({"mapping": "exchange-tables.toml"}, "upstream-place")],
)  # fmt: skip
def test_a_platform_that_cannot_be_reached_as_said_is_refused(office, wishes, refusal):
    with pytest.raises(Refused) as caught:
        service.put_partner(Wish("city", "upstream", "市", wishes=wishes), actor=SYSTEM, now=office.now)
    assert caught.value.code == refusal


# ---- a day with a platform that behaves ill


@pytest.mark.slow
def test_a_day_with_a_platform_that_drops_doubles_delays_and_refuses_loses_nothing(office, put, mappings):
    with running(office.now, ill=0.05) as (platform, url):
        partner = put(url)
        mappings.turn("city.toml", "[http]", "[http]\noverlap = 30")
        start, sent = office.now, 0
        while office.now < start + timedelta(hours=9):
            platform.now = office.now
            for _ in range(2 if sent % 5 == 4 else 1) if office.now < start + timedelta(hours=8) else ():
                sent += 1
                platform.write(f"S-{sent}", limitTime=due_in(platform, hours=72), **ORDER)
                if sent % 10 == 0:
                    platform.write(f"S-{sent - 5}", "催办")
            fetch(office, partner)
            _work(office)
            tell(office)
            office.later(minutes=5)
        _retry(office)
        platform.now = office.now
        found = reconcile(Partner.objects.get(), date(2026, 3, 2))
    assert sent >= 110
    assert Case.objects.count() == PartnerCase.objects.count() == sent
    assert sum(platform.moods[name] for name in ("drop", "doubt", "refuse", "double", "late")) > 25, platform.moods
    assert found.as_dict()["clean"], found.as_dict()
    assert found.theirs == {"办理中": sent - 50, "已办结": 50}
    assert Case.objects.filter(steps__move="chase").count() == sent // 10
    said = [(number, told["status"]) for number, _, told in platform.told]
    assert len(said) == len(set(said)), "nothing is told twice"
    replies = {number for number, order in platform.orders.items() if order["reply"] == "已修好。"}
    assert replies == {f"S-{n}" for n in range(1, 51)}
    _in_time(platform)
    assert whole()


def _work(office):
    """Every case moves on by a step: the first of them to the end, the others until somebody works at them."""
    following = {"received": "accepted", "accepted": "dispatched", "dispatched": "handling", "handling": "replied",
                 "replied": "verifying", "verifying": "closed"}  # fmt: skip
    before = office.now
    for case in Case.objects.exclude(state="closed").order_by("received_at", "number"):
        number = int(case.external_number.removeprefix("S-"))
        if case.state == "handling" and number > 50:
            continue
        name, by, data = WAY[following[case.state]]
        if name == "dispatch":
            data = {"unit": office.units["urban"].pk}
        office.move(str(case.pk), name, by, **data)
    assert office.now == before


def _retry(office):
    """What was refused too often is sent once more by a person, as the page of partners offers."""
    for _ in range(5):
        for piece in Piece.objects.filter(direction="out", state="dead"):
            service.retry(piece.pk, actor=SYSTEM, now=office.now)
        tell(office)
        office.later(minutes=15)


def _in_time(platform):
    """Our state was out within five minutes, save where the platform itself did not take it."""
    quick = sum(1 for number, moment, told in platform.told
                if moment - datetime.strptime(told["time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=moment.tzinfo)
                + timedelta(hours=8) < timedelta(minutes=5))  # fmt: skip
    assert quick >= 0.9 * len(platform.told)
