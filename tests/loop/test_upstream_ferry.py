"""Two sites that no wire joins: parcels are closed, signed and numbered; a gap is refused, a repeat changes nothing."""

import secrets

import pytest
from upstream_hand import SYSTEM, tell

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Partner, PartnerCase, Piece
from gezhi.loop.partners import service
from gezhi.loop.partners.kinds.upstream.ferry import keys
from gezhi.loop.partners.kinds.upstream.ferry.parcels import pack, unpack
from gezhi.loop.partners.kinds.upstream.pages import elsewhere
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.service import open_text

STORY = "小区门口井盖破损。"


@pytest.fixture
def sites(office, monkeypatch):
    """The public site's partner `desk` and the desk's partner `public`, each with the other's key."""

    class Config:
        known: dict[str, str] = {}

        def secret(self, name):
            return self.known.setdefault(name, secrets.token_urlsafe(48))

    config = Config()
    monkeypatch.setattr(keys, "config", lambda: config)

    def put(code, side, other=""):
        wishes = {"mapping": f"ferry-{side}.toml", "other": other}
        return service.put_partner(Wish(code, "upstream", code, wishes=wishes), actor=SYSTEM, now=office.now)

    there, here = put("desk", "public"), put("public", "desk")
    there, here = put("desk", "public", keys.own(here).public), put("public", "desk", keys.own(there).public)
    return there, here


@pytest.fixture
def at(office, sites):
    """Which of the two sites the acts that follow happen at; in life each has its own database."""

    def set_to(code):
        tell(office)
        for row in Partner.objects.all():
            service.set_active(row.code, active=row.code == code, actor=SYSTEM, now=office.now)

    return set_to


@pytest.fixture
def reported(office, sites, at, tmp_path):
    """A report at the public site, carried over to the desk."""
    at("desk")
    case = office.receive(STORY, matter="0101", name="王小明", phone="13800001234")
    tell(office)
    assert pack(sites[0], tmp_path / "1.bin", now=office.now) == {"first": 1, "last": 1, "pieces": 1}
    at("public")
    assert unpack(sites[1], tmp_path / "1.bin", now=office.now) == {"last": 1, "pieces": 1, "left": 0}
    return Case.objects.get(pk=case), Case.objects.exclude(pk=case).get()


def test_a_report_crosses_once_and_the_answer_comes_back(office, sites, at, reported, tmp_path):
    public, desk = reported
    assert desk.external_number == public.number
    assert open_text(desk.requester, desk.story)["text"] == STORY
    again = unpack(sites[1], tmp_path / "1.bin", now=office.now)
    assert (again, Case.objects.count()) == ({"last": 1, "pieces": 0, "left": 0}, 2)
    office.to("handling", str(desk.pk))
    tell(office)
    pack(sites[1], tmp_path / "a.bin", now=office.now)
    unpack(sites[0], tmp_path / "a.bin", now=office.now)
    public.refresh_from_db()
    assert (public.state, elsewhere(public)) == ("received", "handling")
    office.move(str(desk.pk), "reply", "hugo", outcome="solved", reply="已修好。")
    office.move(str(desk.pk), "review_pass", "lena")
    tell(office)
    pack(sites[1], tmp_path / "2.bin", now=office.now)
    at("desk")
    assert unpack(sites[0], tmp_path / "2.bin", now=office.now)["left"] == 0
    public.refresh_from_db()
    assert (public.state, PartnerCase.objects.get(case=public).state) == ("closed", "verifying")
    step = public.steps.get(move="answer")
    assert open_text(public.requester, step.text.sealed)["reply"] == "已修好。"


def test_what_the_citizen_adds_and_thinks_of_it_crosses_too(office, sites, at, reported, tmp_path):
    public, desk = reported
    at("desk")
    office.move(str(public.pk), "supplement", "citizen", words="还在南门口")
    office.move(str(public.pk), "chase", "citizen")
    tell(office)
    pack(sites[0], tmp_path / "2.bin", now=office.now)
    at("public")
    unpack(sites[1], tmp_path / "2.bin", now=office.now)
    assert [step.move for step in desk.steps.order_by("no")] == ["receive", "supplement", "chase"]
    office.to("verifying", str(desk.pk))
    tell(office)
    pack(sites[1], tmp_path / "3.bin", now=office.now)
    at("desk")
    unpack(sites[0], tmp_path / "3.bin", now=office.now)
    office.move(str(public.pk), "rate", "citizen", satisfaction="satisfied", solved="solved", words="谢谢")
    tell(office)
    pack(sites[0], tmp_path / "4.bin", now=office.now)
    at("public")
    assert unpack(sites[1], tmp_path / "4.bin", now=office.now)["left"] == 0
    desk.refresh_from_db()
    assert (desk.state, desk.satisfaction) == ("closed", "satisfied")


def test_a_parcel_that_is_missing_is_named_and_can_be_written_again(office, sites, at, tmp_path):
    at("desk")
    for number in (1, 2, 3):
        office.receive(f"{STORY}{number}")
        tell(office)
        pack(sites[0], tmp_path / f"{number}.bin", now=office.now)
    at("public")
    unpack(sites[1], tmp_path / "1.bin", now=office.now)
    with pytest.raises(Refused) as caught:
        unpack(sites[1], tmp_path / "3.bin", now=office.now)
    assert (caught.value.code, caught.value.facts) == ("ferry-gap", {"expected": 2, "found": 3})
    assert Case.objects.count() == 4
    at("desk")
    assert pack(sites[0], tmp_path / "again.bin", since=2, now=office.now) == {"first": 2, "last": 3, "pieces": 2}
    at("public")
    assert unpack(sites[1], tmp_path / "again.bin", now=office.now) == {"last": 3, "pieces": 2, "left": 0}
    assert unpack(sites[1], tmp_path / "3.bin", now=office.now)["pieces"] == 0
    assert Case.objects.count() == 6


def test_where_nothing_waits_no_parcel_is_written(office, sites, at, tmp_path):
    at("desk")
    assert pack(sites[0], tmp_path / "1.bin", now=office.now) == {"first": 0, "last": 0, "pieces": 0}
    assert not (tmp_path / "1.bin").exists()
    with pytest.raises(Refused) as caught:
        pack(sites[0], tmp_path / "1.bin", since=5, now=office.now)
    assert caught.value.code == "ferry-since"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda data: data[:100], "ferry-broken"), (lambda data: b"PK" + data, "ferry-broken"),
        (lambda data: data[:-1], "ferry-signature"),
        (lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:], "ferry-signature"),
        (lambda data: data[:-70] + bytes(6) + data[-64:], "ferry-signature"),
    ],
)  # fmt: skip
def test_a_parcel_that_was_changed_or_broken_off_is_refused_whole(office, sites, at, tmp_path, change, refusal):
    at("desk")
    office.receive(STORY)
    tell(office)
    pack(sites[0], tmp_path / "1.bin", now=office.now)
    data = (tmp_path / "1.bin").read_bytes()
    assert STORY.encode() not in data
    (tmp_path / "2.bin").write_bytes(change(data))
    at("public")
    with pytest.raises(Refused) as caught:
        unpack(sites[1], tmp_path / "2.bin", now=office.now)
    assert caught.value.code == refusal
    assert Case.objects.count() == 1
    assert not Piece.objects.filter(direction="in").exists()


def test_a_parcel_for_another_site_or_of_one_is_refused(office, sites, at, tmp_path):
    at("desk")
    office.receive(STORY)
    tell(office)
    pack(sites[0], tmp_path / "1.bin", now=office.now)
    stranger = Wish("third", "upstream", "third", wishes={"mapping": "ferry-desk.toml",
                                                          "other": keys.own(sites[0]).public})  # fmt: skip
    third = service.put_partner(stranger, actor=SYSTEM, now=office.now)
    with pytest.raises(Refused) as caught:
        unpack(third, tmp_path / "1.bin", now=office.now)
    assert caught.value.code == "ferry-signature"
    third.wishes = {**third.wishes, "other": "short"}
    with pytest.raises(Refused) as caught:
        unpack(third, tmp_path / "1.bin", now=office.now)
    assert caught.value.code == "ferry-key"
