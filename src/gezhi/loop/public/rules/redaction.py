"""Words fit for everybody: no number, name, plate, door, account or trait of an insider that points at a person.

The text is read twice: as it stands, and as a shadow of the same length in which full-width, circled and styled
characters are plain ones. Patterns look at the shadow and allow blanks, marks and invisible characters between digits,
so that a number set apart by hand is met as well; what is cut is cut from the text itself.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import rjieba

from gezhi.loop.rules.redact import FAMILY, NAMED, NEXT, SELF, SURNAMES

MASK = "***"
KINDS = ("number", "name", "known", "plate", "door", "account", "insider", "link")
RISKY = ("insider", "known")  # what the words around may still tell: a person looks before it is shown
HIDDEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff\u20e3"
GAP = rf"[\s{HIDDEN}\-_.,;:|/\\*~·•、。，；：—–―()\[\]+#]{{0,3}}"
SPACE = rf"[\s{HIDDEN}]{{0,2}}"
HAN_DIGITS = str.maketrans("零〇○幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖", "00011223456789123456789")
DATE = re.compile(r"(?<!\d)(?:19|20)\d{2}[-/.年][01]?\d[-/.月][0-3]?\d日?(?!\d)(?:[ T]?[0-2]?\d:[0-5]\d(?::[0-5]\d)?)?")
AMOUNT = re.compile(r"(?<![\d\-])(?:\d{1,3}(?:,\d{3})+|[1-9]\d{6,8})(?:\.\d+)?(?=\s*(?:元|万|亿|平方|㎡|吨|公里|公斤))")
NUMBER = re.compile(rf"(?<![A-Z0-9])[+(]{{0,2}}[A-Z]?\d(?:{GAP}\d){{6,}}(?:{SPACE}X(?![A-Z]))?[{HIDDEN}]*")
SPELT = re.compile(rf"\d(?:[\s{HIDDEN}\-]{{0,2}}\d){{6,}}")
REGIONS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
STOP = rf"[\s{HIDDEN}·•.\-]{{0,3}}"
PLATE = re.compile(rf"[{REGIONS}]{STOP}[A-Z]{STOP}(?:[A-Z0-9]{STOP}){{4,5}}[A-Z0-9挂学警港澳]")
DIGITS = r"(?:\d|(?<=\d)\s(?=\d)|[〇零一二三四五六七八九十百])+"
FLAT = r"(?:\s*-?\s*[A-Z]?\d{1,4}(?![\d栋幢单室户号楼座层门])|[〇零一二三四五六七八九]{3,4}(?!号|单元))"
DOOR = re.compile(
    rf"{DIGITS}\s*(?:#\s*楼?|号楼|号院|栋|幢|座|单元|室|房间|楼|层){FLAT}?"
    rf"|{DIGITS}\s*门\s*\d{{2,4}}|(?:[甲乙丙丁戊东西南北中]|[A-Z])\s*(?:栋|幢|座|单元){FLAT}?|(?<=[楼层元])\s*[东西南北中]\s*户"
    rf"|\d{{2,4}}\s*(?:户|房)(?!居民|人|家)|(?<!\d)\d{{3,4}}(?=\s*(?:住户|业主|邻居|家的))"
    rf"|(?<=[路街巷弄道里村组园区苑城湾府庭居厦寓])\s*{DIGITS}\s*号(?!线){FLAT}?"
    r"|(?<![\d\-])\d{1,3}[-\u2014]\d{1,3}[-\u2014]\d{2,4}(?!\d)"
)
MAIL = re.compile(r"[A-Z0-9._%+\-]+\s?@\s?[A-Z0-9\-]+\.[A-Z.]{2,}")
LINK = re.compile(r"(?:HTTPS?://|WWW\.)[^\s，。；、]+")
ACCOUNT = re.compile(
    r"(?:微信|薇信|V信|VX|QQ|WECHAT|抖音|快手|微博|TELEGRAM|WHATSAPP)\s*(?:号码?|ID|群)?\s*[:是为]?\s*@?[A-Z0-9_\-]{5,}"
)
LABELLED = re.compile(
    r"(?:工号|员工编?号|职工编?号|胸牌号?|警号|学号|病历号|住院号|门诊号|社保号|户号|表号|账号|卡号|合同号|订单号|运单号|案号|护照号?|"
    r"证件号?|准考证号?|STAFF ID|EMPLOYEE ID|ID NO\.?)(?:码)?\s*[:是为]?\s*(?=[A-Z\-]*\d)[A-Z0-9\-]{2,}"
)
EMPLOYER = "公司|集团|工厂|厂|车间|工地|项目部|门店|店|酒店|餐厅|医院|学校|幼儿园|银行|单位|局|所|事务所|平台|物业"
INSIDER = re.compile(
    rf"(?:我|本人|我们)(?:是|就是|作为|系)[^，。；！？,.;!?\n]{{0,20}}(?:{EMPLOYER})[^，。；！？,.;!?\n]{{0,12}}"
    r"(?:员工|职工|工人|会计|出纳|保安|司机|骑手|经理|主管|主任|班长|组长|学徒|实习生|医生|护士|老师|教师|职员|文员|客服|技术员|工程师|质检员|仓管)"
    rf"|(?:我|本人|我们)(?:一直|之前|曾|曾经|目前|现在|还)?在[^，。；！？,.;!?\n]{{1,24}}(?:{EMPLOYER})[^，。；！？,.;!?\n]{{0,10}}"
    r"(?:上班|工作|任职|打工|做工|干活|供职|就职|实习)[^，。；！？,.;!?\n]{0,8}"
    r"|\bI (?:work|worked|am employed) (?:at|for|in) [^,.;!?\n]{2,40}"
)
TITLES = (
    "先生|女士|小姐|太太|阿姨|大爷|大妈|大叔|奶奶|爷爷|师傅|老师|医生|大夫|护士|律师|警官|经理|主任|书记|局长|所长|科长|处长|镇长|乡长|"
    "村长|队长|校长|院长|会计|老板|某"
)
ADDRESSED = re.compile(rf"(?:[{SURNAMES}]|欧阳|司马|上官|诸葛|司徒)(?:[一-鿿]{{1,2}})?(?=(?:{TITLES}))")
SHORT_ADDRESS = re.compile(rf"(?<![一-鿿])[{SURNAMES}](?=(?:{TITLES}))|[{SURNAMES}](?=(?:{TITLES}))")
LATIN = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Mme)\.?\s+[A-Z][a-z]+(?:\s[A-Z][a-z]+)?")
CALLED = re.compile(
    rf"((?:邻居|房东|业主|户主|患者|病人|学生|孩子|丈夫|妻子|老公|老婆|父亲|母亲|儿子|女儿|负责人|联系人|法人|法定代表人|老板|司机|当事人)"
    rf"(?:名?叫做?|是|为|[:]|\s)?\s*)([{SURNAMES}][一-鿿]{{1,2}}?)(?=[,，。；;、!！?？:()（）\s\d]|{NEXT}|$)"
)
COMMON = frozenset([  # words that a dictionary takes for names as well
    "谢谢", "谢谢你们", "谢谢您", "孙子", "孙女", "高峰", "高峰期", "张贴", "许可", "许可证", "白屏", "叶子", "顾客",
    "张榜", "马扎", "付清", "文明", "张表", "白吃", "张单", "周转", "杨絮", "杨树", "毛巾", "梁柱", "高新", "高层",
    "黄金", "黄土", "石头", "石材", "马路", "马桶", "金属", "金额", "万元", "万达", "万科", "万家", "方便", "方向",
    "平安", "康乐", "温水", "向阳", "向上", "明珠", "雷达", "夏天", "白天", "任何", "于是", "安静", "汤池", "陈旧",
    "周边", "周围", "严重", "谭家",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a text that is not for everybody."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text for everybody, and what kinds of things were cut out of it."""

    text: str
    kinds: tuple[str, ...]


def redacted(text: str, names: Iterable[str] = ()) -> Redacted:
    """The text without what points at a person; `names` are cut wherever they stand.

    >>> redacted("我叫王小明，住解放路12号301，电话１３８ ００００-１２３４").text
    '我叫***，住解放路***，电话***'
    >>> redacted("赣A·12345逆行，2026-03-02 21:30，罚了1200000元").text
    '***逆行，2026-03-02 21:30，罚了1200000元'
    >>> redacted("我在宏远化工公司三车间上班，工号 0712").kinds
    ('account', 'insider')
    """
    cuts = _merged([*_found(text), *_known(text, names)])
    out, at = [], 0
    for cut in cuts:
        out += [text[at : cut.start], MASK]
        at = cut.end
    whole = "".join([*out, text[at:]])
    return Redacted(whole, tuple(sorted({cut.kind for cut in cuts})))


def shadow(text: str) -> str:
    """The text with plain characters in place of full-width, circled and styled ones, each in its place.

    >>> shadow("ａ１③，𝟗")
    'A13,9'
    """
    return "".join(_plain(one) for one in text)


def _plain(one: str) -> str:
    made = unicodedata.normalize("NFKC", one)
    made = made if len(made) == 1 else one
    upper = made.upper()
    return upper if len(upper) == 1 else made


def _found(text: str) -> Iterator[Cut]:
    plain = shadow(text)
    bare = AMOUNT.sub(_blank, DATE.sub(_blank, plain))
    for pattern, kind in ((NUMBER, "number"), (PLATE, "plate"), (DOOR, "door"), (MAIL, "account"), (LINK, "link"),
                          (ACCOUNT, "account"), (LABELLED, "account")):  # fmt: skip
        yield from _cuts(pattern, bare, kind)
    yield from _cuts(SPELT, bare.translate(HAN_DIGITS), "number")
    yield from _cuts(INSIDER, text, "insider")
    yield from _names(text)


def _blank(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _cuts(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Cut]:
    for match in pattern.finditer(text):
        yield Cut(match.start(), match.end(), kind)


def _names(text: str) -> Iterator[Cut]:
    """Names by how they are introduced, by the title that follows, and by a dictionary of names."""
    for pattern in (NAMED, SELF, CALLED):
        for match in pattern.finditer(text):
            yield Cut(match.start(2), match.end(2), "name")
    for match in FAMILY.finditer(text):
        yield Cut(match.end() - 1, match.end(), "name")
    for pattern in (ADDRESSED, SHORT_ADDRESS, LATIN):
        for match in pattern.finditer(text):
            if match[0] not in COMMON:
                yield Cut(match.start(), match.end(), "name")
    at = 0
    for word, tag in rjieba.tag(text):
        start = text.find(word, at)
        at = start + len(word) if start >= 0 else at
        if start >= 0 and tag == "nr" and 2 <= len(word) <= 4 and word[0] in SURNAMES and word not in COMMON:
            yield Cut(start, at, "name")


def _known(text: str, names: Iterable[str]) -> Iterator[Cut]:
    plain = shadow(text)
    for name in {"".join(shadow(each).split()) for each in names}:
        if len(name) > 1:
            pattern = re.compile(SPACE.join(re.escape(one) for one in name))
            yield from _cuts(pattern, plain, "known")


def _merged(cuts: Iterable[Cut]) -> list[Cut]:
    """The cuts in order, those that meet as one."""
    made: list[Cut] = []
    for cut in sorted(cuts, key=lambda one: (one.start, -one.end)):
        if made and cut.start <= made[-1].end:
            made[-1] = Cut(made[-1].start, max(made[-1].end, cut.end), made[-1].kind)
        else:
            made.append(cut)
    return made
