"""`python -m bench.pairs DATA OUT [--judged FILE]`: pairs of messages labelled the same or not.

DATA is the folder of the message set; OUT is written outside the repository, since the set may not be passed on.
How each kind of pair is made is told in docs/decisions/2026-11-similar-cases.md.
"""

import argparse
import csv
import gzip
import hashlib
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gezhi.kit.text import tokens

COLUMNS = ("text_a", "text_b", "place_a", "place_b", "at_a", "at_b", "label", "kind", "half")
PLACE = re.compile(
    r"[一-龥]{2,7}?(?:小区|花园|家园|新城|国际城|国际|社区|公寓|大厦|广场|公园|学校|小学|中学|幼儿园|医院|公司|山庄|苑|府|湾|城|村|路|街|镇)"
)
CODED = re.compile(r"[A-Z]\d*[市区县]+")
ISSUES = {
    "noise": "噪音 噪声 扰民 广播 麻将 KTV 广场舞", "site": "施工 工地 渣土", "smoke": "油烟 烟道 夜宵 烧烤",
    "parking": "停车 车位 违停", "fees": "物业费 收费 退费 退款 电费 水费", "school": "学位 入学 幼儿园 学区 配套教育",
    "illegal": "违建 违章建筑 搭建", "bus": "公交 地铁 站点", "road": "道路 修路 路面 坑洼 断头路 红绿灯",
    "wages": "工资 社保 公积金", "water": "停水 供水 用水", "power": "停电 电压 高压", "waste": "垃圾 臭气 污水",
    "fire": "消防 电梯", "house": "质量 漏水 交房 烂尾", "deeds": "房产证 不动产 产权", "land": "拆迁 征地 征收 安置",
    "fraud": "诈骗 非法集资 传销 车贷 P2P", "settle": "落户 户口 人才 补贴", "green": "绿化 公园 树木",
}  # fmt: skip
ISSUES_OF = {word: name for name, words in ISSUES.items() for word in words.split()}
SYNONYMS = {
    "噪音": "噪声", "扰民": "吵得人睡不着", "请问": "想问一下", "反映": "投诉", "投诉": "举报", "垃圾": "废弃物",
    "路灯": "照明灯", "停车": "泊车", "车位": "停车位", "小孩": "孩子", "业主": "住户", "住户": "居民",
    "施工": "工地干活", "凌晨": "半夜", "半夜": "深夜", "晚上": "夜里", "拖欠": "欠着", "工资": "薪水",
    "什么时候": "何时", "何时": "几时", "为什么": "为何", "解决": "处理", "处理": "解决", "希望": "恳请",
    "相关部门": "有关单位", "领导": "政府", "严重": "厉害", "影响": "妨碍", "违建": "违章建筑", "开发商": "建设单位",
    "幼儿园": "幼儿院", "公交车": "公交", "堵塞": "堵住", "没有": "没", "已经": "已", "居民": "老百姓",
    "退款": "退钱", "收费": "收钱",
}  # fmt: skip
TYPOS = {
    "的": "地", "在": "再", "像": "象", "做": "作", "账": "帐", "坐": "座", "园": "圆", "苑": "院", "丽": "利",
    "新": "心", "辉": "晖", "湖": "胡", "荣": "蓉", "华": "花", "利": "丽", "青": "清", "阳": "杨", "城": "成",
    "府": "俯", "搅": "绞", "道": "到", "店": "点", "吵": "炒", "侯": "候",
}  # fmt: skip
ALIAS = (
    (r"(?<=[一-龥])(小区|社区|国际社区)", ""), (r"第([一二三四五六七])", r"\1"), (r"(\d+)栋", r"\1幢"), (r"街道", "街")
)  # fmt: skip
GREAT = ("伊景园", "搅拌", "捆绑", "车位", "丽发")  # words of two quarrels that fill a tenth of the set
SEED, DAYS = 20_261, 30
LIMITS = {
    "same-reply": 300, "same-person": 300, "made": 500, "other-issue": 500, "other-place": 700, "same-matter": 400,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the set."""

    key: str
    user: str
    title: str
    body: str
    at: datetime
    reply: str = ""
    matter: str = ""

    @property
    def text(self) -> str:
        return f"{self.title}。{self.body}"

    @property
    def places(self) -> frozenset[str]:
        """Names of places in the title, without the words around them."""
        return frozenset(re.sub(r"^.*(?:位于|请问|咨询|关于|投诉|举报|反映|解决|希望|建议|在|和|与)", "", name)
                         for name in PLACE.findall(CODED.sub(" ", self.title)) if len(name) > 2)  # fmt: skip

    @property
    def issues(self) -> frozenset[str]:
        return frozenset(name for word, name in ISSUES_OF.items() if word in self.text)


Pair = tuple[Message, Message, int, str]


def messages(path: Path) -> list[Message]:
    """Distinct messages of one file, oldest first."""
    found: dict[str, Message] = {}
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            title, body = (re.sub(r"\s", "", row[name]) for name in ("留言主题", "留言详情"))
            digits = [int(part) for part in re.findall(r"\d+", row["留言时间"])[:6]]
            year, month, day, hour, minute, second = digits
            moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            reply = re.sub(r"\s", "", row.get("答复意见", ""))
            made = Message(row["留言编号"], row["留言用户"], title, body, moment, reply, row.get("一级分类", ""))
            found.setdefault(title + body, made)
    return sorted(found.values(), key=lambda one: (one.at, one.key))


# ---- the same, by evidence outside the words of the two messages


def judged(path: Path, known: dict[str, Message]) -> Iterator[Pair]:
    """Pairs that a person read: two numbers and a label; at most fifteen of one great quarrel, which would be all."""
    great: Counter[str] = Counter()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one, two = known[row["a"]], known[row["b"]]
            topic = next((word for word in GREAT if word in one.text + two.text), "")
            great[topic] += 1
            if not topic or great[topic] <= 15:
                yield one, two, int(row["label"]), "judged"


def same_reply(rows: list[Message]) -> Iterator[Pair]:
    """Two messages to which the office gave nearly the same long answer."""
    usable = [row for row in rows if len(row.reply) > 150]
    words = [frozenset(tokens(re.sub(r"[“《].*?[”》]", "", row.reply))) for row in usable]
    counts = Counter(word for one in words for word in one)
    weights = {word: math.log(len(usable) / count) ** 2 for word, count in counts.items()}
    norms = [math.sqrt(sum(weights[word] for word in one)) for one in words]
    holders: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(words):
        near: dict[int, float] = defaultdict(float)
        for word in one:
            if counts[word] < 60:
                for other in holders[word]:
                    near[other] += weights[word]
                holders[word].append(at)
        for other, shared in near.items():
            if shared > 0.6 * norms[at] * norms[other] and usable[at].title != usable[other].title:
                yield usable[other], usable[at], 1, "same-reply"


def same_person(rows: list[Message]) -> Iterator[Pair]:
    """The same account, the same place in both titles, within thirty days."""
    by_user: dict[str, list[Message]] = defaultdict(list)
    for row in rows:
        for before in by_user[row.user][-3:]:
            if (row.at - before.at).days <= DAYS and row.places & before.places and row.title != before.title:
                yield before, row, 1, "same-person"
        by_user[row.user].append(row)


def made(rows: list[Message], chance: random.Random) -> Iterator[Pair]:
    """A message told anew: clauses left out and moved, words replaced, a typing error, the place cut short."""
    for row in rows:
        clauses = [part for part in re.split(r"[，。！？；,;!?]", row.body) if len(part) > 3]
        if len(clauses) < 4:
            continue
        kept = [part for part in clauses if chance.random() < chance.choice((0.35, 0.5, 0.65))] or clauses[:2]
        if chance.random() < 0.5:
            at = chance.randrange(len(kept))
            kept = kept[at:] + kept[:at]
        title = row.title if chance.random() < 0.4 else chance.choice(clauses[:2])
        text = told_anew("，".join([title, *kept]), chance)
        days = chance.choice((0, 1, 2, 5, 9, 20))
        later = datetime.fromtimestamp(row.at.timestamp() + days * 86_400, UTC)
        yield row, Message(f"{row.key}+", "", text[:40], text[40:], later), 1, "made"


def told_anew(text: str, chance: random.Random) -> str:
    """Words replaced by others, characters by those they are mistaken for, places by what people call them."""
    for word, other in SYNONYMS.items():
        if word in text and chance.random() < 0.6:
            text = text.replace(word, other)
    for pattern, other in ALIAS:
        if chance.random() < 0.5:
            text = re.sub(pattern, other, text)
    return "".join(TYPOS[c] if c in TYPOS and chance.random() < 0.15 else c for c in text)


# ---- not the same, though it looks so


def unlike(rows: list[Message], chance: random.Random) -> Iterator[Pair]:
    """The same place with another issue, the same issue at another place; never of one account."""
    by_place, by_issue = defaultdict(list), defaultdict(list)
    for row in rows:
        for place in sorted(row.places):
            by_place[place].append(row)
        for issue in sorted(row.issues):
            by_issue[issue].append(row)
    for here in by_place.values():
        for one, two in _some(here, chance, 6):
            if one.issues and two.issues and not one.issues & two.issues:
                yield one, two, 0, "other-issue"
    for about in by_issue.values():
        for one, two in _some(about, chance, 60):
            apart = not (one.places & two.places) and not any(p in two.text for p in one.places)
            districts = set(CODED.findall(one.title)), set(CODED.findall(two.title))
            if one.places and two.places and apart and not districts[0] & districts[1] and one.issues & two.issues:
                yield one, two, 0, "other-place"


def same_matter(rows: list[Message], chance: random.Random) -> Iterator[Pair]:
    """Two messages of one first-level class, taken by chance."""
    by_matter = defaultdict(list)
    for row in rows:
        by_matter[row.matter].append(row)
    for about in by_matter.values():
        for one, two in _some(about, chance, 80):
            if not one.places & two.places:
                yield one, two, 0, "same-matter"


def _some(rows: list[Message], chance: random.Random, most: int) -> Iterator[tuple[Message, Message]]:
    for _ in range(most if len(rows) > 1 else 0):
        one, two = chance.sample(rows, 2)
        if one.user != two.user:
            yield one, two


# ---- the file


def halves(pairs: list[Pair]) -> list[str]:
    """Which half each pair is for: whatever is bound by a message or a place is in one half."""
    above: dict[str, str] = {}

    def top(key: str) -> str:
        while above.setdefault(key, key) != key:
            key = above[key]
        return key

    for one, two, label, _ in pairs:
        bound = [one.key.rstrip("+"), two.key.rstrip("+")] if label else []
        for group in (bound, [one.key.rstrip("+"), *one.places], [two.key.rstrip("+"), *two.places]):
            for key in group[1:]:
                above[top(key)] = top(group[0])
    return ["tune" if hashlib.sha256(top(one.key.rstrip("+")).encode()).digest()[0] % 2 else "report"
            for one, *_ in pairs]  # fmt: skip


def build(data: Path, judgements: Path | None) -> list[Pair]:
    """All pairs, each kind up to its limit."""
    chance = random.Random(SEED)
    hot, answered = messages(data / "fj3_messages.csv.gz"), messages(data / "fj4_messages_replies.csv.gz")
    classed = messages(data / "DEV_fj2_raw_labelled.csv.gz")
    every: Iterable[Pair] = [
        *same_reply(answered), *same_person(hot), *made(chance.sample(hot, 700), chance), *unlike(hot, chance),
        *same_matter(classed, chance),
    ]  # fmt: skip
    kinds: dict[str, dict[tuple[str, str], Pair]] = defaultdict(dict)
    for pair in every:
        key = (min(pair[0].key, pair[1].key), max(pair[0].key, pair[1].key))
        kinds[pair[3]].setdefault(key, pair)
    chosen: list[Pair] = list(judged(judgements, {row.key: row for row in hot})) if judgements else []
    for kind, found in kinds.items():
        chosen += chance.sample(list(found.values()), min(LIMITS[kind], len(found)))
    return chosen


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.pairs", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--judged", type=Path, help="pairs that a person read: a,b,label")
    given = parser.parse_args(arguments)
    pairs = build(given.data, given.judged)
    with given.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for (one, two, label, kind), half in zip(pairs, halves(pairs), strict=True):
            places = (" ".join(sorted(each.places)) if kind != "made" else "" for each in (one, two))
            writer.writerow([one.text, two.text, *places, one.at.isoformat(), two.at.isoformat(), label, kind, half])
    for (kind, label), count in sorted(Counter((kind, label) for *_, label, kind in pairs).items()):
        print(f"{kind:12} {'same' if label else 'not the same'}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
