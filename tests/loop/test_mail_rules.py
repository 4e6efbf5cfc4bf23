"""Where new words end and the quoted letter begins, by mail program; HTML as text; marks that prove a thread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.loop.partners.kinds.mail.rules import html, marks
from gezhi.loop.partners.kinds.mail.rules.headers import decoded, words
from gezhi.loop.partners.kinds.mail.rules.quoting import new_words
from gezhi.loop.partners.kinds.mail.rules.reading import read

QUOTED = {
    "gmail zh": "灯还是不亮。\n\n12345 <a@b.cn> 于2026年3月2日周一 10:00写道：\n\n> 您好，已修好。\n> 12345",
    "gmail zh in two lines": "灯还是不亮。\n\n于 2026年3月2日周一 10:00，\n12345热线 <a@b.cn> 写道：\n> 已修好",
    "gmail en": "灯还是不亮。\n\nOn Mon, Mar 2, 2026 at 10:00 AM 12345 <a@b.cn> wrote:\n> fixed",
    "gmail en in two lines": "灯还是不亮。\n\nOn Mon, Mar 2, 2026 at 10:00 AM The Office\n<a@b.cn> wrote:\n> fixed",
    "qq": '灯还是不亮。\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "12345"',
    "qq plain": '灯还是不亮。\n\n------------------ 原始邮件 ------------------\n发件人: "12345" <a@b.cn>;\n'
                '发送时间: 2026年3月2日(星期一) 上午10:00\n收件人: "王"<wang@qq.com>;\n主题: 已答复\n\n已修好',
    "163": '灯还是不亮。\n\n\n\n\n\nAt 2026-03-02 10:00:00, "12345" <a@b.cn> wrote:\n>已修好',
    "163 zh": '灯还是不亮。\n\n在 2026-03-02 10:00:00，"12345" <a@b.cn> 写道：\n\n已修好',
    "163 phone": "灯还是不亮。\n\n---- 回复的原邮件 ----\n| 发件人 | 12345 |\n| 日期 | 2026年3月2日 10:00 |",
    "outlook zh": "灯还是不亮。\n\n发件人: 12345 <a@b.cn>\n发送时间: 2026年3月2日 10:00\n"
                  "收件人: 王小明\n主题: 已答复\n\n已修好",
    "outlook en": "灯还是不亮。\n\n________________________________\nFrom: 12345 <a@b.cn>\n"
                  "Sent: Monday, March 2, 2026 10:00 AM\nTo: Wang\nSubject: answered\n\nfixed",
    "outlook en without a line": "灯还是不亮。\n\nFrom: 12345 <a@b.cn>\nSent: Monday, March 2, 2026\nTo: W\n\nfixed",
    "outlook express": "灯还是不亮。\n\n----- Original Message -----\nFrom: 12345\n\nfixed",
    "apple zh": "灯还是不亮。\n\n发自我的iPhone\n\n在 2026年3月2日，上午10:00，12345 <a@b.cn> 写道：\n\n﻿已修好",
    "apple en": "灯还是不亮。\n\nSent from my iPhone\n\n> On Mar 2, 2026, at 10:00, 12345 <a@b.cn> wrote:\n> fixed",
    "thunderbird": "灯还是不亮。\n\nOn 2026/3/2 10:00, 12345 wrote:\n> fixed",
    "thunderbird zh": "灯还是不亮。\n\n在 2026/3/2 10:00, 12345 写道:\n> 已修好",
    "signature": "灯还是不亮。\n-- \n王小明\n某某公司 13800001234",
    "traditional": "灯还是不亮。\n\n12345 於 2026年3月2日 10:00 寫道：\n> 已修好",
}  # fmt: skip


@pytest.mark.parametrize("name", QUOTED)
def test_only_the_new_words_are_left(name):
    assert new_words(QUOTED[name].replace("&nbsp;", " ")) == "灯还是不亮。"


@pytest.mark.parametrize(
    "text",
    [
        "我在小区门口发现\n路灯不亮，写道：此处危险",  # his own words, which only sound like a quotation
        "发件人：没有\n就是路灯不亮",
        "From the park to the school all lights are out.\nTo be repaired soon, please.",
        "1. 路灯\n2. 井盖\n----\n谢谢",
        "On Monday the lights were out.\nWe wrote to you already.",
        "日期：3月2日\n地点：人民路",
    ],
)
def test_words_that_only_sound_like_a_quotation_stay(text):
    assert new_words(text) == text


def test_an_answer_below_the_quotation_and_a_letter_of_quotation_alone_stay():
    assert new_words("> 请补灯杆号\n灯杆号是 1203") == "灯杆号是 1203"
    assert new_words("---- 原始邮件 ----\n转给你们看") == "---- 原始邮件 ----\n转给你们看"


@given(st.text(max_size=400))
def test_something_said_is_never_lost_altogether(text):
    assert bool(new_words(text)) == bool(text.strip())


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>一<br>二</p>", "一\n二"),
        ("<style>p{}</style><p>一</p><script>evil()</script>", "一"),
        ('<p>一</p><p style="display:none">藏</p><div hidden>藏</div>', "一"),
        ('<div>一</div><div class="gmail_quote">旧<div>更旧</div></div><div>二</div>', "一\n二"),
        ('<img src="http://track.example/x.gif" onerror="x()">一', "一"),
        ("<a href='javascript:x()'>点这里</a>", "点这里"),
        ("一 &lt;script&gt; 二", "一 <script> 二"),
        ("<p>没有关<b>上", "没有关上"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲乙"),
    ],
)
def test_html_is_what_a_reader_sees(page, text):
    assert html.plain(page) == text


@given(st.text(max_size=300))
def test_no_page_breaks_the_reader(page):
    html.plain(page)
    html.plain(f"<div><{page}")


def test_a_page_of_a_hundred_thousand_open_elements_is_read():
    assert html.plain("<div>" * 100_000 + "一").strip() == "一"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(raw):
    body = read(raw)
    assert set(body) >= {"from", "subject", "text", "files", "fault"}
    read(b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" + raw)


def test_a_mark_is_believed_only_with_its_signature():
    case = "0190f3a2-0000-7000-8000-000000000001"
    good, sign = "abcdefghijklmnop", lambda key: "abcdefghijklmnop" if key == case else "q" * 16
    mark = marks.message_mark(case, good, "1")
    assert marks.cases_in([f"{mark}@city.example"], sign) == [case]
    assert marks.cases_in([marks.plus_address("a@b.cn", case, good)], sign) == [case]
    for wrong in (mark.replace(good, "a" * 16), mark.replace("0190f3a2", "0190f3a3"), "gz..@", "gz.zz.aa@x"):
        assert marks.cases_in([f"{wrong}@city.example"], sign) == []


def test_character_sets_that_lie():
    assert decoded("镕".encode("gb18030"), "gb2312") == "镕"
    assert decoded("路灯".encode("gb18030"), "us-ascii") == "路灯"
    assert decoded(b"\xff\xfe\xff", "utf-8")
    assert words("\u202e路灯\u200b不亮") == "路灯不亮"
