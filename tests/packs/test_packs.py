"""Loading a pack: versions, local edits, units of the template, areas, commands."""

from datetime import UTC, datetime

import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.service.contents import edit_matter
from gezhi.loop.store.content import content, forget
from gezhi.packs import store
from gezhi.packs.install import install
from gezhi.packs.service import bundled_packs, load_pack
from gezhi.trust.rules import Actor
from gezhi.trust.service import create_unit

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ADMIN = Actor.system("test")


@pytest.fixture(autouse=True)
def fresh_content(db):
    forget()
    yield
    forget()


def load(**more):
    return load_pack("citizen-requests", actor=ADMIN, now=NOW, **more)


def test_the_whole_pack_is_in_force_after_loading():
    done = load(units=True)
    assert done.units_unknown == []
    assert done.units_made == len(store.standing_units())
    kept = content()
    assert kept.matters["110101"].name_en == "Building at night"
    assert kept.matter_path("110101") == "11.1101.110101"
    assert kept.knows("decline_reason", "in_court")
    assert kept.knows("postpone_reason", "weather")
    assert kept.codes["number"]["pattern"].name_zh == "{yyyyMMdd}{seq:5}"
    assert kept.edition_name == "citizen-requests@1.5.0"
    limits = kept.limits_for("handle", matter="010301", area="", kind="complaint", urgency=1)
    assert {row.label: (row.amount, row.unit_of) for row in limits} == {
        "stop": (4, "workhour"), "penalty": (7, "workday"), "demolish": (20, "workday"),
    }  # fmt: skip


@pytest.mark.slow
def test_the_units_of_an_area_take_what_the_catalogue_gives_to_the_place():
    load(units=True)
    rows = {duty.area: duty for duty in content().duties if duty.matter == "110405"}
    assert rows["990104101"].lead == "town_shuangtang"
    assert rows[""].lead == "agriculture"  # the place is not known: the first that assists


@pytest.mark.slow
def test_loading_again_changes_nothing():
    load(units=True)
    before = len(content().duties), len(content().limits), len(content().matters)
    again = load(units=True)
    assert again.units_made == 0
    assert before == (len(content().duties), len(content().limits), len(content().matters))


@pytest.mark.slow
def test_a_version_with_other_content_is_refused(tmp_path):
    load()
    for name, data in store.files_of(store.folder_of("citizen-requests")).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data.replace("暴露垃圾,Unc".encode(), "露天垃圾,Unc".encode()))
    with pytest.raises(Refused, match="pack-version-differs"):
        load_pack(tmp_path, actor=ADMIN, now=NOW)
    assert content().matters["010101"].name_zh == "暴露垃圾"


@pytest.mark.slow
def test_local_edits_win_and_stay():
    load()
    edit_matter("010101", name_zh="垃圾未清", parent="0101", actor=ADMIN, now=NOW)
    assert content().matters["010101"].name_zh == "垃圾未清"
    load()
    forget()
    assert content().matters["010101"].name_zh == "垃圾未清"


@pytest.mark.slow
def test_a_catalogue_waits_until_a_unit_stands():
    done = load()
    assert done.catalogue_waits
    assert content().duties == []
    create_unit("ours", "某县人民政府", kind="city", actor=ADMIN, now=NOW)
    create_unit("police", "公安局", parent="ours", actor=ADMIN, now=NOW)
    done = load()
    forget()
    assert not done.catalogue_waits
    assert "police" not in done.units_unknown
    assert "housing" in done.units_unknown
    assert content().duties


@pytest.mark.slow
def test_units_of_the_template_go_below_the_root_that_stands():
    create_unit("ours", "某县人民政府", kind="city", actor=ADMIN, now=NOW)
    load(units=True)
    standing = store.standing_units()
    assert "government" not in standing
    assert standing["police"] == "ours"
    assert standing["hotline"] == "government_services"


def test_a_new_installation_has_the_bundled_pack_once():
    install(now=NOW)
    assert store.in_force() == {"citizen-requests": "1.5.0"}
    install(now=NOW)
    assert [pack.in_force for pack in bundled_packs() if pack.name == "citizen-requests"] == ["1.5.0"]


def test_a_faulty_or_unknown_pack_is_refused_and_nothing_is_loaded(tmp_path):
    with pytest.raises(Refused) as unknown:
        load_pack("no-such-pack", actor=ADMIN, now=NOW)
    assert unknown.value.code == "pack-unknown"
    (tmp_path / "manifest.toml").write_text('name = "empty"\nversion = "1.0"\n', encoding="utf-8")
    with pytest.raises(Refused) as faulty:
        load_pack(tmp_path, actor=ADMIN, now=NOW)
    assert faulty.value.code == "pack-faulty"
    assert store.in_force() == {}
