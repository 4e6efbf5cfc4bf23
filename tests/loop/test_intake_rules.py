"""Pasted texts as people send them: how each falls apart, and what stands in each part; nothing breaks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gezhi.loop.intake.rules.finding import found_in
from gezhi.loop.intake.rules.splitting import MOST, Piece, split

HOW = [
    ("1、书院路路灯不亮。\n2、滨河路井盖松动。\n3、南湖菜市场门口垃圾没人清。", "numbers", 3),
    ("今日群众反映的问题如下：\n（1）书院路路灯不亮；\n（2）滨河路井盖松动。", "numbers", 2),
    ("一、夜间施工噪声大，请查处。\n二、小区门口烧烤店油烟重。", "numbers", 2),
    ("①路灯不亮，请修。②\n", "whole", 1),
    ("2026-03-02 又停水，5号才修好。\n2026-03-05 又停电。", "whole", 1),
    ("15、16栋之间的路灯不亮。\n18、19栋之间也不亮。", "whole", 1),
    ("姓名：王小明\n内容：路灯三天不亮。\n姓名：李红\n内容：井盖松动有响声。", "labels", 2),
    ("【姓名】赵琳【电话】13700000003【地址】人民广场地铁站C口【内容】共享单车堵住盲道。", "whole", 1),
    ("张三 11-21 14:32\n搅拌站又开工了\n张三 11-21 14:33\n家里老人没法睡\n李四 11-21 14:40\n烧烤店占道经营", "chat", 2),
    ("编号\t来电人\t诉求内容\nRX1\t王小明\t路灯不亮\nRX2\t李红\t井盖松动", "table", 2),
    ("诉求内容\t联系电话\n路灯不亮，请修\t13812346207", "table", 1),
    ("王小明\t13812346207\t书院路45号路灯不亮\n李红\t13800000002\t滨河路8号井盖松动", "table", 2),
    ("书院路路灯不亮了，请修。\n\n小区南门烧烤店占道经营。\n\n医保异地报销需要哪些材料？", "blocks", 3),
    ("您好：\n\n我家住书院路45号，路灯不亮三天了。\n\n谢谢！", "whole", 1),
    ("发件人: 李红\n主题: 井盖松动\n\n滨河路8号门口井盖松动，车辆经过有响声。", "whole", 1),
    ("路灯三天不亮，请修。", "whole", 1),
    ("路灯坏了三天\n---\n水管爆了", "lines", 2),
    ("路灯坏了三天\r\n ———— \r\n---\r\n水管爆了，路面积水", "lines", 2),
    ("1、路灯不亮。\n2、建议加装遮阳棚\n---\n@所有人 大家早上好\n转：王先生 13500009999 投诉学校不退费", "lines", 3),
    ("路灯坏了三天，请修\n---", "whole", 1),
    ("", "whole", 0),
    ("Street light out at 45 Shuyuan Road.\n\nManhole loose at 8 Binhe Road.", "blocks", 2),
]  # fmt: skip

FOUND = [
    # text, field → value; a dash: must not be found
    ("姓名：王小明 电话：13812346207\n地址：书院路45号门口\n内容：路灯不亮。",
     {"name": "王小明", "phone": "13812346207", "place": "书院路45号门口", "text": "路灯不亮。"}),
    (("您好，我叫王小明，电话是138 1234 6207，我要投诉宏远搅拌站夜间施工扰民，"
     "位置在丽江新城6栋北门外，11月20日晚上10点半开始。"),
     {"name": "王小明", "phone": "13812346207", "place": "丽江新城6栋北门", "object": "宏远搅拌站",
      "occurred": "11月20日晚上10点半", "kind": "complaint"}),
    ("王女士13812346207，昨晚十二点书院路45号路灯不亮",
     {"name": "王女士", "phone": "13812346207", "occurred": "昨晚十二点"}),
    ("云溪镇云溪村三组陈先生（0791-88886666）反映，每天晚上砖厂冒黑烟。",
     {"name": "陈先生", "phone": "079188886666", "place": "云溪镇云溪村三组"}),
    ("咨询一下，农村危房改造怎么申请？需要哪些材料？", {"kind": "consult", "phone": "-", "place": "-", "name": "-"}),
    ("＋86 １３８１２３４６２０７ 路灯不亮", {"phone": "13812346207"}),
    ("身份证110105194912310021的低保什么时候发", {"phone": "-"}),
    ("感谢环卫工人雪天清扫", {"kind": "praise", "name": "-"}),
    ("建议在临江市第三小学东门增设斑马线", {"kind": "suggest", "place": "临江市第三小学东门"}),
    ("5号线旁边2026-03-02 22:30又停水", {"occurred": "2026-03-02"}),
    ("李四 11-21 14:40\n滨河路18号烧烤店占道经营", {"name": "李四", "place": "滨河路18号", "object": "烧烤店"}),
    ("反映时间：昨晚8点\n诉求地址：人民广场地铁站C口\n诉求内容：共享单车堵住盲道", {"place": "人民广场地铁站C口"}),
    ("联系人：欧阳 手机：13900001111 地点：滨河路 问题描述：井盖松动", {"phone": "13900001111", "text": "井盖松动"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "how", "count"), HOW)
def test_a_text_falls_apart_as_people_mean_it(text, how, count):
    found = split(text)
    assert (found.how, len(found.pieces)) == (how, count)


@pytest.mark.parametrize(("text", "wanted"), FOUND)
def test_what_stands_in_a_request_is_found(text, wanted):
    found = found_in(Piece(text))
    assert {name: found.get(name, "-") for name in wanted} == wanted


def test_one_person_before_a_list_reports_all_of_it():
    text = "反映人：张三 13800000001，住丽江新城6栋\n一、夜间施工噪声大；\n二、小区门口烧烤店油烟重。"
    found = [found_in(piece) for piece in split(text).pieces]
    assert [(one["name"], one["phone"]) for one in found] == [("张三", "13800000001")] * 2


def test_an_entry_without_a_name_does_not_take_the_next_person():
    text = ("1、张阿姨13600005678：云溪花园3栋电梯坏了三天没人修。\n2、匿名网友：建议在湖滨里公交站加装遮阳棚\n"
            "转：王先生 13500009999 投诉明途培训学校不退费，金额8600元。")  # fmt: skip
    found = [found_in(piece) for piece in split(text).pieces]
    assert [one.get("phone") for one in found] == ["13600005678", None, "13500009999"]
    own = split("1、路灯不亮，请修。\n王先生 13500009999\n2、井盖松动，晚上危险。").pieces
    assert [found_in(piece).get("phone") for piece in own] == ["13500009999", None]


def test_cells_of_a_table_keep_their_columns():
    text = "来电人\t联系电话\t诉求地址\t事项\t诉求内容\n王小明\t13812346207\t书院路45号\t路灯\t三天不亮"
    (piece,) = split(text).pieces
    found = found_in(piece)
    assert (found["name"], found["phone"], found["place"], found["text"]) == (
        "王小明", "13812346207", "书院路45号", "三天不亮",
    )  # fmt: skip
    assert dict(piece.cells)["matter"] == "路灯"


LINES = st.lists(
    st.one_of(
        st.text(alphabet="路灯不亮书院井盖松动请修一二三、。：\t 0123456789", max_size=30),
        st.sampled_from(
            ["姓名：王小明", "电话：13812346207", "", "1、路灯不亮", "2、井盖松动", "张三 14:32", "内容："]
        ),
    ),
    max_size=14,
)


@given(LINES)
@settings(max_examples=150, deadline=None)
def test_no_character_of_a_request_is_lost(lines):
    text = "\n".join(lines)
    kept = "".join(piece.text + "".join(value for _, value in piece.cells) for piece in split(text).pieces)
    for sign in set("路灯亮院井盖松动修") & set(text):
        assert kept.count(sign) >= 1


@given(st.text(max_size=600))
@settings(max_examples=150, deadline=None)
def test_whatever_is_pasted_gives_drafts_within_bounds(text):
    found = split(text)
    assert len(found.pieces) <= MOST
    for piece in found.pieces:
        fields = found_in(piece)
        assert fields.get("text", "").strip() or not piece.text.strip()
        assert all(isinstance(value, str) and value for value in fields.values())


def test_a_number_after_its_label_is_kept_whatever_its_form():
    for said, phone in (("95588", "95588"), ("+44 20 7946 0018", "+442079460018"), ("10033781746", "10033781746")):
        (one, _) = split(
            f"1、姓名：张大海，电话：{said}，反映：小区停水三天，138 1234 6207 是物业。\n2、路灯不亮请修"
        ).pieces
        found = found_in(one)
        assert (found["phone"], found["name"]) == (phone, "张大海"), said
