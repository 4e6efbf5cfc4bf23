"""The articles of the bundled pack answer as they stand: short enough to read out, with basis, owner and review day."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from gezhi.loop.replies.rules.texts import FIELD, Text, suiting

PACK = Path(__file__).parents[2] / "src/gezhi/packs/bundled/citizen-requests"


def rows(name):
    with (PACK / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


TEXTS = rows("replies.csv")
ARTICLES = [row for row in TEXTS if row["kind"] == "article"]
ASKED = [
    ("社保卡丢了，怎么补办？", "know-social-card"),
    ("接种门诊周末开门吗？", "know-vaccine"),
    ("办食品经营许可证要带什么？", "know-food-permit"),
    ("异地住院医保怎么报销？", "know-care-elsewhere"),
    ("低保怎么申请？", "know-dibao"),
    ("养犬证在哪里办？", "know-dog"),
    ("居住证怎么办，要带什么", "know-residence"),
    ("身份证丢了怎么补", "know-id-card"),
    ("刚出生的孩子怎么上户口", "know-newborn"),
    ("公积金怎么提取", "know-fund"),
    ("养老金认证怎么弄", "know-pension-check"),
    ("残疾证怎么办理", "know-disability"),
    ("拖欠工资找谁投诉", "know-arrears"),
    ("法律援助怎么申请", "know-legal-aid"),
    ("外地孩子没有本地户口怎么报名上学", "know-school"),
    ("结婚登记要带什么", "know-marriage"),
    ("驾驶证到期了怎么换", "know-licence"),
    ("夜间几点以后不能施工？", "know-night-noise"),
    ("停车罚单不服怎么申诉", "know-ticket"),
    ("个体户营业执照怎么办", "know-stall-licence"),
    ("网购七天能退货吗", "know-seven-days"),
    ("公租房怎么申请", "know-public-rent"),
    ("我六十五了老年证怎么办", "know-senior-card"),
    ("办老年证要什么材料", "know-senior-card"),
    ("敬老卡去哪里办", "know-senior-card"),
    ("孩子上小学怎么查学区", "know-catchment"),
    ("我家属于哪个学区", "know-catchment"),
    ("过年城里让不让放烟花", "know-fireworks"),
    ("小区里能放鞭炮吗", "know-fireworks"),
    ("居住证快到期了去哪续签", "know-residence-renew"),
    ("居住证签注在哪里办", "know-residence-renew"),
    ("身份证到期了怎么换", "know-id-card"),
]
UNFIT = [
    ("孩子上小学怎么查学区", "know-newborn"),
    ("办老年证要什么材料", "know-food-permit"),
    ("我六十五了老年证怎么办", "know-residence"),
    ("公积金租房怎么提取出来", "know-public-rent"),
    ("居住证快到期了去哪续签", "know-id-card"),
    ("想开小吃店营业执照怎么办", "know-food-permit"),
    ("过年城里让不让放烟花", "know-newborn"),
]


def offered(said, without=()):
    texts = [
        Text(row["code"], row["matter"], f"{row['title_zh']} {row['title_en']}", f"{row['text_zh']} {row['text_en']}",
             row["kind"])
        for row in TEXTS if row["kind"] in ("article", "answer") and row["code"] not in without
    ]  # fmt: skip
    return suiting(texts, said, "", 3)


def test_there_are_articles_for_the_commonest_questions():
    assert len(ARTICLES) >= 24
    assert len({row["title_zh"] for row in ARTICLES}) == len({row["code"] for row in ARTICLES}) == len(ARTICLES)
    twice = Counter(row["matter"] for row in ARTICLES)
    assert {matter for matter, n in twice.items() if n > 1} == {"030303"}, "getting a permit and renewing it"


@pytest.mark.parametrize("row", ARTICLES, ids=lambda row: row["code"])
def test_an_article_can_be_read_out_as_it_stands(row):
    assert 80 <= len(row["text_zh"]) <= 160
    assert len(row["text_en"]) <= 500
    assert len(FIELD.findall(row["text_zh"])) <= 1
    assert all(row[name] for name in ("title_zh", "title_en", "text_en", "basis_zh", "basis_en", "owner"))
    assert date.fromisoformat(row["review_on"]) > date(2026, 11, 22)
    assert row["verified"] == "no", "an office reads it against its own rules first"


@pytest.mark.parametrize(("said", "code"), ASKED)
def test_a_question_finds_its_article_first(said, code):
    assert offered(said)[0] == code


@pytest.mark.parametrize(("said", "code"), UNFIT)
def test_what_does_not_fit_the_words_is_not_offered_beside_what_does(said, code):
    assert code not in offered(said)


@pytest.mark.parametrize(("said", "code"), UNFIT[:2])
def test_without_an_article_of_its_own_a_question_is_given_none_rather_than_a_wrong_one(said, code):
    found = offered(said, without=("know-senior-card", "know-catchment"))
    assert [one for one in found if one.startswith("know-")] == [], code


@pytest.mark.parametrize("said", ["路灯不亮三天了没人修", "楼上邻居天天吵架", "我家门口有一只死猫", "公交车司机骂人"])
def test_what_no_article_answers_gets_none(said):
    assert [code for code in offered(said) if code.startswith("know-")] == []
