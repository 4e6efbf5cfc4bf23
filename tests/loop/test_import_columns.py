"""Columns: what headers mean, what a person may change, and what is remembered."""

import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.importing.columns import Mapping, guess, known, plain, reapplied, recognise, remapped, signature

HOTLINE = [
    *(
        "工单编号",
        "工单类型",
        "问题分类",
        "标签",
        "标题",
        "主要内容",
        "工单状态",
        "来电人",
        "来电人电话/账号",
        "被反映区",
    ),
    *(
        "被反映街乡镇",
        "办理结果",
        "回复内容",
        "处理受理方式",
        "办结时间",
        "企业名称",
        "是否解决",
        "是否满意",
        "工单性质",
    ),
    *("村/社区", "小区点位"),
]


def test_a_district_hotline_table():
    assert recognise(HOTLINE).saved() == {
        "number": "工单编号",
        "requester_name": "来电人",
        "phone": "来电人电话/账号",
        "title": "标题",
        "text": "主要内容",
        "place": "小区点位",
        "area": "被反映区",
        "street": "被反映街乡镇",
        "community": "村/社区",
        "object": "企业名称",
        "matter": "问题分类",
        "kind": "工单类型",
        "channel": "处理受理方式",
        "state": "工单状态",
        "closed_at": "办结时间",
        "reply": "回复内容",
        "solved": "是否解决",
        "satisfaction": "是否满意",
    }
    assert [name for _, name in recognise(HOTLINE).extras()] == ["标签", "办理结果", "工单性质"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("留言编号", "number"),
        ("工单编号 *", "number"),
        ("来电时间（必填）", "received_at"),
        ("Ｔｉｔｌｅ", "title"),
        ("处置/时间", "closed_at"),
        ("来电人/姓名", "requester_name"),
        ("处置情况/承办单位", "unit"),
        ("市民来电时间", "received_at"),
        ("第一次回复内容", "reply"),
        ("诉求内客", "text"),
        ("case_enquiry_id", "number"),
        ("open_dt", "received_at"),
        ("closure_reason", "reply"),
        ("Adress", "place"),
        ("一级分类", "matter_1"),
        ("三级分类名称", None),
        ("天气", None),
        ("序号", None),
        ("fire_district", None),
        ("target_dt", "due_at"),
        ("expected_datetime", "due_at"),
        ("办结时限", "due_at"),
        ("办结时间", "closed_at"),
        ("OnTime", "on_time"),
        ("反对数", None),
        ("", None),
        ("标", None),
    ],
)
def test_names(name, field):
    found = guess(name)
    assert (found.field if found else None) == field


def test_the_better_name_wins_a_field():
    assert recognise(["创建时间", "来电时间", "时间", "内容"]).saved()["received_at"] == "来电时间"
    assert recognise(["编号", "工单编号"]).saved()["number"] == "工单编号"
    assert recognise(["市民诉求内容", "内容"]).saved()["text"] == "内容"  # an exact name before an ending


def test_every_synonym_means_one_field():
    from gezhi.loop.importing.columns import _table

    seen = {}
    for field, names in _table().items():
        for name in names:
            assert seen.setdefault(plain(name), field) == field, name
            assert guess(name).field == field
            assert known(name)


def test_a_person_changes_the_mapping():
    mapping = recognise(["编号", "内容", "备用内容", "时间"])
    changed = remapped(mapping, {"text": "备用内容", "received_at": "", "title": "2"})
    assert changed.saved() == {"number": "编号", "title": "内容", "text": "备用内容"}
    assert [name for _, name in changed.extras()] == ["时间"]
    for wish, code in (({"colour": "编号"}, "import-field-unknown"), ({"text": "没有"}, "import-column-unknown")):
        with pytest.raises(Refused) as caught:
            remapped(mapping, wish)
        assert caught.value.code == code


def test_one_column_holds_one_field():
    assert remapped(recognise(["编号", "内容"]), {"title": "内容"}).saved() == {"number": "编号", "title": "内容"}


def test_saved_mappings_fit_the_same_columns_again():
    saved = remapped(recognise(["编号", "甲", "乙"]), {"text": "乙"})
    again = reapplied(["乙（必填）", "甲", "编 号"], saved.saved())
    assert again.columns == {"number": 2, "text": 0}
    assert again.signature == saved.signature == signature(["甲", "编号", "乙"])
    assert reapplied(["甲"], saved.saved()).columns == {}
    assert signature(["甲"]) != signature(["乙"])


def test_repeated_extra_names_are_numbered():
    assert Mapping(("内容", "备注", "备注", "", "序号"), {"text": 0}).extras() == ((1, "备注"), (2, "备注 (2)"))
