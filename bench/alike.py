"""Similar cases among a million: texts with their own streets, numbers and objects, asked as the desk asks."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import psycopg

from bench.client import call, many, report
from bench.installation import ROOT, Installation, environment, installation
from bench.measure import Figure
from bench.million import grow
from gezhi.kit.text import tokens

SEED = 12_345
HAN = (  # characters that names are made of
    "丽江青山南湖书院春风和平建设解放人民中华东西北新城光明永安福临金桥银杏翠竹碧水蓝天红旗白云紫荆绿洲玉兰桂花梅岭"
    "松涛柳浪荷塘菊园枫林石榴双龙凤凰龙泉虎啸鹿鸣鹤舞雁栖燕归云梦洞庭潇湘岳麓衡阳湘潭浏阳宁乡长沙天心雨花开福芙蓉星"
    "沙望岳观音火炬高峰大桥小河前进后湖左岸右江上林下沙内塘外滩正阳太平兴隆昌盛瑞祥嘉禾康乐宁静致远明德思贤文昌武胜"
    "忠信仁义礼智"
)
ROADS, ESTATES = ("路", "街", "大道", "巷"), ("小区", "花园", "家园", "新村", "国际城", "公寓", "苑", "府")
_ISSUES = (
    "夜间施工噪声扰民 路灯不亮 垃圾没人清运 下水道堵塞污水外溢 井盖松动 占道经营 违章搭建 油烟直排 停水没有通知 "
    "电梯经常坏 物业乱收费 消防通道被堵 车辆乱停乱放 广场舞音响太大 树枝遮挡窗户 路面破损坑洼 公交车不按时发车 "
    "红绿灯时间太短 房屋漏水不修 拖欠农民工工资 幼儿园学位不够 小区大门不通 供暖不热 燃气改造迟迟不开工 "
    "宠物随地大小便 楼道堆放杂物 河水发黑发臭 工地扬尘严重 共享单车堆积 培训机构不退费 房产证办不下来 "
    "拆迁补偿没有到位 自来水发黄 电压不稳 网络诈骗 快递站占用车位 麻将馆扰民 养狗不拴绳 烧烤摊冒烟 断头路不通"
)
_FILLERS = (
    "希望相关部门尽快处理 已经反映多次没有结果 严重影响居民生活 老人和小孩休息不好 存在安全隐患 "
    "请给一个明确答复 物业说管不了 社区说没有办法 从上个月开始 每天晚上十点以后 业主群里都在说 打过电话没有人来 "
    "请领导重视 有照片为证 附近学校学生多 雨天更严重 恳请早日解决 希望公开处理结果 之前答应过整改 "
    "到现在还没有动静 大家意见很大 我们是普通老百姓 感谢你们的工作 请安排人现场查看 造成车辆受损 "
    "周边商户也受影响"
)
ISSUES, FILLERS = _ISSUES.split(), _FILLERS.split()
OBJECTS = ("井盖", "路灯杆", "电梯", "配电箱", "垃圾桶", "公交站牌", "摄像头", "消火栓")


def zipf(chance: random.Random, names: list[str]) -> Iterator[str]:
    """Names without end, the first as often as they are in a city."""
    weights = list(accumulate(1 / (rank + 10) ** 0.8 for rank in range(len(names))))
    while True:
        yield from chance.choices(names, cum_weights=weights, k=4096)


class Teller:
    """Tells a case: title, place, object and text, each with its words ready for the index."""

    def __init__(self, seed: int = SEED) -> None:
        chance = self.chance = random.Random(seed)
        made = {"".join(chance.choices(HAN, k=chance.choice((2, 2, 3)))) for _ in range(14_000)}
        names = sorted(made)
        chance.shuffle(names)
        self.roads = zipf(chance, [name + chance.choice(ROADS) for name in names[:3_000]])
        self.estates = zipf(chance, [name + chance.choice(ESTATES) for name in names[3_000:11_000]])
        self.issues, self.fillers = zipf(chance, ISSUES), zipf(chance, FILLERS)
        self.known: dict[str, list[str]] = {}

    def words(self, phrase: str) -> list[str]:
        """The search words of a phrase, worked out once."""
        if phrase not in self.known:
            self.known[phrase] = tokens(phrase)
        return self.known[phrase]

    def one(self) -> tuple[list[str], list[str], list[str], list[str]]:
        """Phrases of place, object, title and text."""
        chance, estate, issue = self.chance, next(self.estates), next(self.issues)
        place = [next(self.roads), f"{chance.randrange(1, 400)}号", estate, f"{chance.randrange(1, 40)}栋"]
        object_ = [chance.choice(OBJECTS), f"{chance.randrange(10_000, 99_999)}"] if chance.random() < 0.1 else []
        text = [estate, issue, *(next(self.fillers) for _ in range(chance.randrange(2, 6)))]
        if chance.random() < 0.5:
            text.append("".join(chance.choices(HAN, k=3)))  # a name, a shop: something only this case has
        return place, object_, [estate, issue], text

    def vector(self, number: str, month: str) -> str:
        """A whole case as the index holds it."""
        place, object_, title, text = self.one()
        found: dict[str, list[str]] = {}
        at = 0
        for phrases, weight in ((place, "A"), (object_, "B"), (title, "C"), (text, "")):
            for phrase in phrases:
                for word in self.words(phrase):
                    at += 1
                    found.setdefault(word, []).append(f"{min(at, 16_000)}{weight}")
        words = " ".join(f"'{word}':{','.join(places)}" for word, places in found.items())
        return f"{words} '{number.lower()}':{at + 1} '~t{month}'"


def retold(owner: psycopg.Connection[Any]) -> None:
    """Give every case words of its own, in place of those it was cloned with."""
    teller = Teller()
    definition = owner.execute("SELECT pg_get_indexdef('case_words'::regclass)").fetchone()
    rows = owner.execute(
        "SELECT id, number, to_char(received_at AT TIME ZONE 'UTC', 'YYYYMM') FROM loop_case ORDER BY received_at"
    ).fetchall()
    owner.execute("TRUNCATE loop_casetext")
    owner.execute("DROP INDEX case_words")
    with owner.cursor() as cursor, cursor.copy("COPY loop_casetext (case_id, search) FROM STDIN") as copy:
        for key, number, month in rows:
            copy.write_row((key, teller.vector(number, month)))
    owner.execute("SET maintenance_work_mem = '1GB'")
    owner.execute(str(definition[0] if definition else ""))
    owner.execute("RESET maintenance_work_mem")
    owner.execute("VACUUM (ANALYZE) loop_casetext")


def asked(place: Installation, times: int) -> dict[str, Any]:
    """What a process of its own measures: see `bench.alike_asking`."""
    env = {**environment(place.folder, place.port), "DJANGO_SETTINGS_MODULE": "gezhi.web.settings"}
    said = subprocess.run(
        [sys.executable, "-m", "bench.alike_asking", str(times)],
        env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    ).stdout  # fmt: skip
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def alike(*, small: bool) -> Iterator[Figure]:
    """Candidates at the desk: p50, p95 and statements for kinds of questions, and how long counting words takes."""
    size, times = (5_000, 40) if small else (1_000_000, 300)
    with installation() as place, place.owner() as owner:
        matter = place.people["matter"]
        many(lambda n: call(place, "operator", "POST", "/api/v1/loop/cases", report(n, matter))[0] == 201, 200, 4)
        grow(owner, size, place.people["units"])
        retold(owner)
        row = owner.execute("SELECT count(*), pg_relation_size('case_words') / 1048576 FROM loop_casetext").fetchone()
        yield Figure("alike.cases", float(row[0] if row else 0), "cases")
        yield Figure("alike.index", float(row[1] if row else 0), "MB")
        found = asked(place, times)
        yield Figure("alike.count", found.pop("count"), "s")
        for name, figures in found.items():
            for what, value in figures.items():
                yield Figure(f"alike.{name}.{what}", value, {"p50": "ms", "p95": "ms"}.get(what, what), None)
