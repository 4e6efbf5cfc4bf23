"""What comes before the public and what never does: rules, decisions, photos, objections, erasure, the ledger."""

import io
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from PIL import Image
from public_town import TEXT, entry, picture, rule, shown, told, with_photo

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import Attachment, Case, PublicCase, PublicPhoto
from gezhi.loop.public import events, store
from gezhi.loop.public.rules.showing import Rule
from gezhi.loop.public.service import deciding, photos, publishing
from gezhi.loop.service.sweeping import sweep_files
from gezhi.loop.store.erasing import unnamed
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, erase, open_text


def visible(case):
    return store.shown().filter(case=case).exists()


def allow(office, case, words=None, pictures=(), by="dora"):
    looked = deciding.opened(entry(case).pk, actor=office.actor(by))
    return deciding.allow(looked.entry.pk, words or looked.words, pictures, actor=office.actor(by), now=office.now)


def test_nothing_is_shown_before_a_person_has_looked(office):
    assert not PublicCase.objects.filter(case=told(office, state="handling")).exists(), "not before an answer"
    case = told(office)
    assert entry(case).state == "waiting"
    assert not visible(case)
    looked = deciding.opened(entry(case).pk, actor=office.actor("dora"))
    assert looked.draft.original["text"] == TEXT
    assert "13800001234" not in looked.words["text"]
    assert "王小明" not in str(looked.words)
    assert looked.words["place"] == "解放路"
    assert set(looked.draft.kinds) >= {"number", "door"}
    allow(office, case)
    assert visible(case)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "report"},
        {"confidential": True},
        {"state": "void"},
        {"state": "merged"},
        {"state": "withdrawn"},
        {"dormant": True},
    ],
)
def test_what_must_never_be_shown_is_gone_with_the_act_that_made_it_so(office, change):
    case = shown(office)
    assert visible(case)
    Case.objects.filter(pk=case).update(**change)
    assert not visible(case), "at once, before any message is delivered"
    with pytest.raises(Refused, match="public-not-found"):
        deciding.opened(
            PublicCase.objects.filter(case=case).values_list("pk", flat=True).first(), actor=office.actor("dora")
        )
    publishing.look(case, now=office.now)
    assert not PublicCase.objects.filter(case=case).exists()


def test_reports_and_confidential_ones_never_become_candidates(office):
    for more in ({"kind": "report"}, {"confidential": True}):
        case = told(office, **more)
        assert not PublicCase.objects.filter(case=case).exists()
    assert publishing.catch_up(office.now) == 0


def test_withdrawing_takes_it_off_and_reopening_asks_anew(office):
    rule("automatic", "accepted")
    case = told(office, state="handling")
    assert publishing.publish_due(office.now) == 1
    assert visible(case)
    office.move(case, "withdraw", "citizen")
    assert not visible(case)
    publishing.look(case, now=office.now)
    assert not PublicCase.objects.filter(case=case).exists()


def test_an_automatic_rule_waits_its_days_and_needs_to_be_verified(office):
    rule("automatic", days=3, matter="0101", verified=False)
    case = told(office)
    assert entry(case).due_at is None
    assert publishing.publish_due(office.later(days=30)) == 0
    deciding.set_rule(Rule("0101", "automatic", "answered", 3), actor=office.actor("dora"), now=office.now)
    other = told(office)
    assert publishing.publish_due(office.later(days=2)) == 0
    assert publishing.publish_due(office.later(days=1, minutes=1)) == 1
    assert visible(other)
    assert not visible(case)
    record = apps.get_model("trust", "LedgerRecord").objects.get(act="public.publish")
    assert record.actor_kind == "system"


@pytest.mark.parametrize("more", [{"text": "我是宏远公司的会计，路灯坏了。"}, {"complained": True}])
def test_what_tells_of_an_insider_or_complains_of_an_office_waits_for_a_person(office, more):
    rule("automatic")
    if more.pop("complained", False):
        more["complained"] = office.units["housing"].pk
    case = told(office, **{"text": "路灯坏了", **more})
    assert publishing.publish_due(office.now) == 0
    assert entry(case).state == "waiting"


def test_a_new_answer_is_not_shown_before_it_was_looked_at(office):
    case = shown(office, words={"answer": "已修好。"})
    office.move(case, "redo", "citizen", reason="又坏了")
    office.later(minutes=5)
    office.move(case, "sign", "hugo")
    office.move(case, "reply", "hugo", outcome="solved", reply="王小明同志，又修好了。")
    office.move(case, "review_pass", "lena")
    publishing.look(case, now=office.now)
    row = entry(case)
    assert row.fresh
    assert row.state == "shown"
    from gezhi.loop.public.pages.shown import lines

    assert lines([store.shown().get(case=case)])[0]["answer"] == ""
    allow(office, case)
    assert lines([store.shown().get(case=case)])[0]["answer"] == "***同志，又修好了。"


def test_the_form_that_has_not_seen_the_newest_answer_is_refused(office):
    case = told(office)
    with pytest.raises(Refused, match="public-moved"):
        deciding.allow(
            entry(case).pk, {"title": "t", "text": "x"}, seen="old", actor=office.actor("dora"), now=office.now
        )
    assert not visible(case)


def test_withheld_stays_withheld_and_says_why(office):
    case = shown(office)
    with pytest.raises(Refused, match="public-cause"):
        deciding.withhold(entry(case).pk, "because", actor=office.actor("dora"), now=office.now)
    deciding.withhold(entry(case).pk, "third_party", "邻居的姓名", actor=office.actor("sue"), now=office.now)
    assert not visible(case)
    assert entry(case).search is None
    publishing.look(case, now=office.now)
    rule("automatic")
    assert publishing.publish_due(office.later(days=9)) == 0
    assert not visible(case)


@pytest.mark.parametrize("name", ["hugo", "lena", "olive", "mayor", "cal"])
def test_only_who_may_decide_opens_and_decides(office, name):
    case = told(office)
    with pytest.raises(Refused) as told_:
        allow(office, case, {"title": "t", "text": "x"}, by=name)
    assert told_.value.code in ("public-not-found", "not-allowed")
    assert not visible(case)


def test_who_may_not_know_the_person_does_not_see_the_original(office):
    case = told(office, complained=office.units["centre"].pk)
    with pytest.raises(Refused, match="public-not-found"):
        deciding.opened(entry(case).pk, actor=office.actor("dora"))
    assert deciding.opened(entry(case).pk, actor=office.actor("sue"))


def test_the_person_takes_it_off_for_good_and_nobody_else_can(office):
    case, other = shown(office), shown(office)
    with pytest.raises(Refused, match="case-not-found"):
        deciding.object_to(case, actor=office.citizen(other), now=office.now)
    deciding.object_to(case, actor=office.citizen(case), now=office.now)
    assert not visible(case)
    assert visible(other)
    early = office.receive("路灯坏了", matter="0101")
    deciding.object_to(early, actor=office.citizen(early), now=office.now)
    office.to("closed", early)
    publishing.look(early, now=office.now)
    rule("automatic")
    publishing.publish_due(office.later(days=9))
    assert not visible(early)


def test_a_rule_that_is_switched_off_takes_its_cases_off(office):
    case = shown(office)
    deciding.set_rule(Rule("01", "off", "answered"), actor=office.actor("dora"), now=office.now)
    assert not visible(case)
    deciding.drop_rule("01", actor=office.actor("dora"), now=office.now)
    assert visible(case)
    for bad in (Rule("99"), Rule("", "soon"), Rule("", since="never"), Rule("", days=400)):
        with pytest.raises(Refused):
            deciding.set_rule(bad, actor=office.actor("dora"), now=office.now)
    with pytest.raises(Refused, match="not-allowed"):
        deciding.set_rule(Rule(""), actor=office.actor("hugo"), now=office.now)


def test_photos_are_shown_only_when_chosen_and_hide_what_was_marked(office):
    case = told(office)
    file = with_photo(office, case)
    allow(office, case)
    assert not store.photos_of([entry(case)])
    allow(office, case, pictures=[photos.Wish(str(file.pk), [(40.0, 35.0, 20.0, 30.0)])])
    row = PublicPhoto.objects.get()
    copy = Image.open(io.BytesIO(uploads.read(row.digest)))
    assert not copy.getexif()
    assert b"secret place" not in uploads.read(row.digest)
    part = copy.crop((245, 145, 355, 255)).convert("L")
    low, high = part.getextrema()
    assert high - low < 40, "black and white squares of four pixels are one grey"
    before = Image.open(io.BytesIO(uploads.read(file.digest))).crop((245, 145, 355, 255)).convert("L").getextrema()
    assert before[1] - before[0] > 200, "the source is as it was"
    assert unnamed([row.digest]) == []
    import os

    os.utime(uploads.path_of(row.digest), (0, 0))
    sweep_files(office.now)
    assert uploads.path_of(row.digest).exists(), "the night does not sweep away what is shown"


def test_foreign_and_hidden_files_and_bombs_are_no_photos(office):
    case, other = told(office), told(office)
    foreign, hidden = with_photo(office, other), with_photo(office, case)
    Attachment.objects.filter(pk=hidden.pk).update(public=False)
    for file in (foreign, hidden):
        with pytest.raises(Refused, match="file-not-found"):
            allow(office, case, pictures=[photos.Wish(str(file.pk))])
    for broken in (b"\xff\xd8\xff", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:500]):
        with pytest.raises(Refused, match="file-broken"):
            photos.blurred(broken, [])
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    with pytest.raises(Refused, match=r"file-(too-large|broken)"):
        photos.blurred(out.getvalue(), [])
    assert not visible(case)


def test_erasing_the_person_leaves_nothing(office):
    case = told(office)
    file = with_photo(office, case)
    allow(office, case, pictures=[photos.Wish(str(file.pk))])
    digest = PublicPhoto.objects.get().digest
    requester = Case.objects.get(pk=case).requester_id
    erase(requester, actor=Actor.system("tests"), now=office.now)
    assert not visible(case), "gone with the key, before the message is delivered"
    events.on_erased(Event(1, "requester.erased", 1, "requester", str(requester), {}, office.now))
    assert not PublicCase.objects.filter(case=case).exists()
    assert not uploads.path_of(digest).exists()


def test_words_are_sealed_even_while_shown_and_the_ledger_holds_none(office):
    case = shown(office, words={"text": "特别的话", "title": "标题"})
    row = entry(case)
    assert "特别的话".encode() not in bytes(row.words)
    assert open_text(Case.objects.get(pk=case).requester, row.words)["text"] == "特别的话"
    with connection.cursor() as cursor:
        cursor.execute("SELECT body::text FROM ledger_record WHERE act LIKE 'public.%'")
        bodies = [body for (body,) in cursor.fetchall()]
    assert bodies
    assert not any("特别" in body or "王" in body for body in bodies)


def test_a_second_delivery_changes_nothing(office):
    case = shown(office)
    before = PublicCase.objects.values().get(case=case)
    for _ in range(2):
        publishing.look(case, now=office.now + timedelta(days=1))
    assert PublicCase.objects.values().get(case=case) == before
