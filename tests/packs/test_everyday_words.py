"""Sentences as people say them find their matter by the pack's keywords alone, or nothing; never surely a wrong one."""

import csv
from pathlib import Path

import pytest

from gezhi.loop.triage.rules.keywords import Keywords

PACK = Path(__file__).parents[2] / "src/gezhi/packs/bundled/citizen-requests"
SAID = [
    ("凌晨两点工地还在打桩", "110101"),
    ("工地凌晨两点还在打桩，一家人没法睡觉", "110101"),
    ("工地夜里十一点半还在浇混凝土，吵得睡不着", "110101"),
    ("半夜一点对面工地吊机还在吵", "110101"),
    ("北门旁的垃圾五天没人收，臭味飘进楼里", "010101"),
    ("楼道里堆的垃圾好几天没人拉走", "010101"),
    ("楼下空调外机整夜轰鸣，老人失眠半个月", "110303"),
    ("小区水泵房整晚嗡嗡响", "110303"),
    ("水果摊占盲道", "010201"),
    ("路面有个坑半米宽，昨晚有人骑车摔伤", "010401"),
    ("路面裂开一条大缝，车子一过就颠", "010401"),
    ("路灯全灭了，晚上一片漆黑", "010404"),
    ("食品经营许可证要带什么", "080204"),
    ("养犬证在哪里办", "030105"),
    ("社保卡丢了怎么补", "050503"),
    ("接种门诊周末开门吗", "090401"),
    ("异地住院医保怎么报销", "090202"),
    ("低保怎么申请", "060101"),
    ("新生儿怎么上户口", "030301"),
    ("孩子上学没有本地户口怎么报名", "040202"),
    ("养老金认证怎么弄", "050402"),
    ("水费户名怎么改", "010503"),
    ("停车罚单不服怎么办", "030405"),
    ("老板拖欠三个月工资不给", "050102"),
    ("小区电梯又坏了，老人下不了楼", "010705"),
    ("楼上小孩整天跑来跑去咚咚响", "110203"),
    ("下水道堵了粪水冒出来", "010406"),
    ("理发店关门跑路，卡里还有两千块", "100104"),
    ("公交车半小时都不来一趟", "120102"),
    ("广告牌快掉下来了", "011301"),
    ("共享单车堆满人行道", "120601"),
    ("快递丢了没人赔", "100602"),
    ("电线掉到地上很危险", "010604"),
    ("村里的路全是坑", "020501"),
    ("楼下工地晚上施工太吵", "110101"),
    ("工地大晚上施工吵得没法睡", "110101"),
    ("晚上十点多工地还在干活，噪音很大", "110101"),
    ("对面工地夜里一直响", "110101"),
    ("工地半夜施工吵死了", "110101"),
    ("晚上工地机器响个不停", "110101"),
    ("中午工地施工太吵孩子没法午睡", "110102"),
    ("小区旁边施工噪音扰民", "110102"),
    ("隔壁装修太吵", "110103"),
    ("晚上楼上太吵", "110203"),
    ("KTV半夜唱歌太吵", "110204"),
    ("我六十五了老年证怎么办", "060205"),
    ("办老年证要什么材料", "060205"),
    ("敬老卡怎么办", "060205"),
    ("敬老卡坐公交不让刷", "120106"),
    ("孩子上小学怎么查学区", "040201"),
    ("我家属于哪个学区", "040201"),
    ("过年城里让不让放烟花", "030503"),
    ("小区里能放鞭炮吗", "030503"),
    ("居住证快到期了去哪续签", "030303"),
]


@pytest.fixture(scope="module")
def keywords():
    with (PACK / "keywords.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return Keywords((row["matter_code"], row["keyword"], float(row["weight"])) for row in rows)


@pytest.mark.parametrize(("said", "matter"), SAID)
def test_what_people_say_finds_its_matter(keywords, said, matter):
    found = keywords.suggest([said]).candidates
    assert found, "nothing was found"
    assert found[0].label == matter


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("朋友坑人骗钱", "010401"), ("摩托车轰鸣，半夜飙车", "110303"), ("工地打桩把我家墙震裂了", "110101")],
)
def test_a_word_of_one_matter_is_not_surely_another(keywords, said, wrong):
    found = keywords.suggest([said])
    assert not (found.candidates and found.candidates[0].label == wrong and found.sure)
