"""What must not stand in public: numbers in every spelling, names, plates, doors, insiders; streets; few counts."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.loop.public.rules import areas, figures, places, showing
from gezhi.loop.public.rules.origins import ancestors
from gezhi.loop.public.rules.redaction import redacted

PHONES = [
    "13800001234",
    "138 0000 1234",
    "138-0000-1234",
    "138.0000.1234",
    "１３８００００１２３４",
    "１３８　００００　１２３４",
    "1 3 8 0 0 0 0 1 2 3 4",
    "138\u200b0000\u200b1234",
    "138\u20600000\ufeff1234",
    "①③⑧⓪⓪⓪⓪①②③④",
    "𝟏𝟑𝟖𝟎𝟎𝟎𝟎𝟏𝟐𝟑𝟒",
    "一三八零零零零一二三四",
    "幺三八 〇〇〇〇 幺二三四",
    "一3八0000一2三4",
    "(0791) 8888 1234",
    "0791－88881234",
    "+86 138，0000，1234",
    "1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣",
    "138/0000/1234",
    "138~0000~1234",
]


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_is_cut_in_every_spelling(phone):
    said = redacted(f"请拨打{phone}联系我").text
    assert said == "请拨打***联系我"


@pytest.mark.parametrize(
    "number",
    [
        "360102199001011234",
        "36010219900101123X",
        "360102 19900101 123 x",
        "３６０１０２１９９００１０１１２３Ｘ",
        "6222 0200 0000 1234 567",
    ],
)
def test_identity_and_card_numbers_are_cut(number):
    said = redacted(f"证号{number}。").text
    assert not re.search(r"\d{3}", unicodedata.normalize("NFKC", said)), said
    assert "X" not in said.upper()


@given(
    st.lists(st.sampled_from([" ", "　", "-", ".", "\u200b", "", "·", ","]), min_size=10, max_size=10), st.booleans()
)
def test_marks_between_digits_hide_nothing(marks, wide):
    digits = "13800001234"
    spelt = "".join(digit + mark for digit, mark in zip(digits, [*marks, ""], strict=True))
    if wide:
        spelt = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in spelt)
    said = unicodedata.normalize("NFKC", redacted(f"电话{spelt}谢谢").text)
    assert not re.search(r"\d", said), said


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("我叫王小明，路灯坏了", "王小明"),
        ("邻居李伟国半夜放音乐", "李伟国"),
        ("请找张女士", "张"),
        ("刘大爷说的", "刘"),
        ("联系人：赵丽", "赵丽"),
        ("我姓欧，电话见下", "xx"),
        ("房东陈建军不退押金", "陈建军"),
        ("Please call Mr. Smith", "Smith"),
        ("车牌赣A12345乱停", "A12345"),
        ("赣ＡＤ１２３４５逆行", "Ａ"),
        ("赣 A · 1 2 3 4 5", "1 2 3"),
        ("粤b12345挡路", "b12345"),
        ("家住丽江新城6栋2单元301室", "301"),
        ("解放路12号", "12"),
        ("住书院路45号3单元301", "301"),
        ("书院路45号3栋2单元 301 室", "301"),
        ("学府街9号302", "302"),
        ("丽江新城6栋2单元三〇一室", "三〇一"),
        ("二栋三零一漏水", "三零一"),
        ("四号楼东单元五楼西户", "西户"),
        ("6幢乙单元1203", "1203"),
        ("10号楼2门401", "401"),
        ("6#楼1203", "1203"),
        ("南湖路118号-2", "-2"),
        ("石桥村三组12号", "12号"),
        ("301住户半夜拖家具", "301"),
        ("6-2-301漏水", "301"),
        ("Ａ座１２０３漏水", "１２０３"),
        ("幸福里三号楼", "三号"),
        ("微信号abc_12345", "abc"),
        ("QQ：1234567", "1234567"),
        ("wang@example.com", "wang"),
        ("看 https://x.example/u/wang", "wang"),
        ("工号0712", "0712"),
        ("病历号 A-991", "991"),
        ("我是宏远化工公司的会计，老板偷排", "会计"),
        ("本人在宏远化工三车间上班，夜里偷排", "车间"),
        ("我们公司的事，我一直在那家酒店工作", "酒店工作"),
        ("I work at Hongyuan Chemicals, they dump at night", "Hongyuan"),
    ],
)
def test_what_tells_of_a_person_is_cut(text, gone):
    assert gone not in redacted(text).text


@pytest.mark.parametrize(
    "text",
    [
        "3号线旁边2026-03-02又停水，5号才修",
        "罚款1200000元",
        "共1,200,000元",
        "高峰期堵车，谢谢你们",
        "2026年3月2日 21:30 还在施工",
        "井盖松动，车子压过很响",
        "路灯不亮，晚上走路危险",
        "每月1日到15日",
        "温度只有16度",
        "公交12路半小时不来",
        "<b>危险</b>",
        "小区南门烧烤店占道",
        "南湖菜市场东门口",
        "12路公交车",
        "300户居民停水",
    ],
)
def test_what_tells_of_nobody_stays(text):
    assert redacted(text).text == text


def test_known_names_are_cut_wherever_and_however_they_stand():
    said = redacted("阿依古丽家的灯，阿 依 古 丽 说的；ＴＯＭ来过", ["阿依古丽", "Tom"])
    assert "古丽" not in said.text
    assert "ＴＯＭ" not in said.text
    assert "known" in said.kinds


def test_the_place_is_no_nearer_than_the_street():
    assert places.streets("临江市城东区解放路12号丽江新城3单元301") == "解放路"
    assert places.streets("丽江新城6栋2单元") == ""
    assert places.streets("我家门口") == ""


@given(st.dictionaries(st.sampled_from(["01", "02", "03", "04", "05"]), st.integers(0, 40), max_size=5))
def test_no_hidden_count_can_be_worked_out(cells):
    shown = figures.covered(cells)
    hidden = [cells[key] for key, value in shown.cells.items() if value is None]
    assert all(value is None or value == 0 or value >= 5 for value in shown.cells.values())
    assert all(shown.cells[key] == cells[key] for key, value in shown.cells.items() if value is not None)
    if hidden and shown.total is not None:
        assert len(hidden) > 1
        assert shown.total - sum(value for value in shown.cells.values() if value is not None) >= 5


@pytest.mark.parametrize(
    "text", ["1,2,3", "a,b,c,d", "1,2,3,0", "-1,2,3,4", "100,0,1,1", "1,2,3,4,5", "1e1,2,3,4", "0,0,0.123,4"]
)
def test_areas_that_mean_nothing_are_refused(text):
    with pytest.raises(Exception, match="public-areas"):
        areas.read(text)


def test_too_many_areas_are_refused():
    with pytest.raises(Exception, match="public-areas"):
        areas.read(";".join(["1,1,1,1"] * 21))


def test_the_nearest_rule_holds_and_an_unverified_one_shows_nothing_by_itself():
    rules = [
        showing.Rule("", "off"),
        showing.Rule("01", "reviewed"),
        showing.Rule("0104", "automatic", verified=False),
        showing.Rule("0104", "off", local=True),
    ]
    assert showing.rule_for(rules, "02.0201").mode == "off"
    assert showing.rule_for(rules, "01.0102").mode == "reviewed"
    assert showing.rule_for(rules, "01.0104.010404").mode == "off"
    assert showing.rule_for(rules[:3], "01.0104.010404").way == "reviewed"


def test_only_origins_reach_the_policy():
    given_ = [
        "https://a.example.cn",
        "https://a.example.cn; script-src *",
        "*",
        "'unsafe-inline'",
        "http://x y",
        "https://b.cn/p",
    ]
    assert ancestors(given_) == "https://a.example.cn"
