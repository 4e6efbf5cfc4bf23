"""Invented requests of three kinds for the tests of triage."""

import random
from datetime import UTC, datetime

from gezhi.loop.triage.rules.training import Example

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TOPICS = {
    "路灯": ["路灯不亮", "灯杆倾斜", "夜里漆黑", "路灯损坏", "照明故障", "灯泡不亮"],
    "噪声": ["施工噪声", "深夜打桩", "机器轰鸣", "喇叭扰民", "噪音太大", "广场舞吵闹"],
    "学校": ["学校收费", "老师补课", "学区划分", "入学名额", "学生食堂", "幼儿园收费"],
}
PLACES = ["人民路", "建设路", "东湖小区", "西街", "南门桥", "北苑", "中山路", "平安里"]


def stories(per_label: int = 70, seed: int = 1) -> list[Example]:
    """Short invented requests of three kinds."""
    chance = random.Random(seed)
    rows = []
    for label, phrases in TOPICS.items():
        for _ in range(per_label):
            one, two = chance.sample(phrases, 2)
            place, days = chance.choice(PLACES), chance.randint(2, 30)
            rows.append(Example((f"{place}{one}", f"{place}附近{one}已经{days}天，{two}，请派人看看。"), label))
    chance.shuffle(rows)
    return rows
