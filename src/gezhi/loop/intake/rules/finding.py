"""What stands in one pasted request: telephone, name, place, time, object, kind; found by labels, else by its shape."""

import re
import unicodedata
from collections.abc import Mapping

from gezhi.loop.intake.rules.labels import labelled
from gezhi.loop.intake.rules.splitting import CHAT, Piece
from gezhi.loop.rules.redact import SURNAMES
from gezhi.loop.rules.words import KINDS

MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?!\d)")
FIXED = re.compile(r"(?<!\d)(0\d{2,3}[ -]?\d{7,8})(?!\d)")
CALLED = re.compile(
    rf"(?:(?:我叫|姓名是|联系人|来电人|反映人|诉求人|投诉人|市民|居民|群众|业主|村民)[是为:： ]{{0,2}})?"
    rf"(?<![一-鿿])([{SURNAMES}](?:[一-鿿]{{1,2}})?(?:先生|女士|小姐|阿姨|师傅|大爷|大妈|同志|老师))"
)
ADDRESSED = re.compile(rf"([{SURNAMES}](?:先生|女士|小姐))")  # among other characters only a surname is sure
NAMED = re.compile(
    rf"(?:我叫|联系人|来电人|反映人|诉求人|投诉人|本人)[是为:： ]{{0,2}}([{SURNAMES}][一-鿿]{{1,2}})"
    r"(?=[,，。;；\s\d(（]|电话|手机|$)"
)
CLOCK = (
    r"(?:(?:凌晨|早上|上午|中午|下午|傍晚|晚上|夜里|半夜|夜间)?(?:[01]?\d|2[0-4]|十[一二]?|二十[一二三四]?|[零一二三四五六七八九两])"
    r"(?:点半|[点时](?:\d{1,2}分?)?|[:：]\d{2})(?:左右|许|多)?)"
)
WHEN = re.compile(
    rf"(?:(?:\d{{4}}[年./-])?\d{{1,2}}[月./-]\d{{1,2}}[日号]?(?![\d号栋弄]){CLOCK}?|(?:今天|昨天|前天|今日|昨日|前日|昨晚|今早|今晨|昨夜|前晚"
    rf"|上周[一二三四五六日]?|本周[一二三四五六日]?|每天|每晚)(?:凌晨|早上|上午|中午|下午|傍晚|晚上|夜里|半夜)?{CLOCK}?)"
)
ROAD = (
    r"[一-鿿A-Za-z0-9]{1,12}?(?:路|街|大道|巷|弄|胡同|村|社区|小区|花园|新城|广场|公园"
    r"|市场|家园|公寓|大厦|工业园|产业园|学校|小学|中学|医院|新村|里)"
)
TAIL = (
    r"(?:[A-Za-z0-9一二三四五六七八九十百]{1,5}(?:号楼|号院|号|栋|幢|单元|楼|室|组|期|区)"
    r"|(?:[东南西北]{1,2}(?:大门|门|侧|面)|大门口|门口|路口|交叉口|对面|旁边?|附近|公交站|地铁站|[A-Z]口))*"
)
PLACE = re.compile(rf"({ROAD}{TAIL})")
BEFORE = re.compile(r"^.{0,8}(?:位置在|位于|住在|家住|地址在|就在|反映的?|投诉的?|建议在|希望在|反映在)|^(?:在|住)")
NOT_PLACES = re.compile(r"^(?:我们?|请问|这个|那个|希望|反映|咨询|因为|由于|每|有|是|的|了|都|很|把|被|让|要|不)")
COMPANY = re.compile(
    r"([一-鿿A-Za-z0-9（）()]{2,20}(?:有限公司|公司|物业|工地|搅拌站|烧烤店|饭店|餐馆|超市|健身房|培训机构|幼儿园|KTV|工厂|砖厂))"
)
AROUND = re.compile(
    r"^.*(?:投诉|举报|反映|我要|关于|[东南西北]门外?|门口|号|旁边?|附近|对面|小区|花园|新城|村|[路街](?=[一-鿿]{3}))"
)
ASKS = re.compile(r"请问|咨询|怎么办理|如何办理|需要什么材料|需要哪些材料|是否可以")
WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("report", re.compile(r"举报|检举")), ("praise", re.compile(r"表扬|感谢")),
    ("complaint", re.compile(r"投诉|扰民|态度恶劣")),
    ("suggest", re.compile(r"建议")), ("consult", ASKS), ("help", re.compile(r"求助|请求帮助|希望帮")),
)  # fmt: skip
LIMITS = {"phone": 40, "name": 100, "place": 200, "object": 200, "occurred": 200, "text": 19_000}


def found_in(piece: Piece) -> dict[str, str]:
    """Fields of the call screen with what the words say; what is not said is not there.

    >>> found = found_in(Piece("王女士 138 1234 6207 昨晚十二点书院路45号路灯不亮"))
    >>> found["phone"], found["name"], found["occurred"], found["place"]
    ('13812346207', '王女士', '昨晚十二点', '书院路45号')
    """
    head = CHAT.match(piece.text.split("\n", 1)[0])
    text = "\n".join(line for line in piece.text.split("\n") if not CHAT.match(line)) if head else piece.text
    said, body = labelled(text)
    if piece.cells:
        said |= {name: value for name, value in piece.cells if name and name != "text"}
        body = body or piece.text
    spread = unicodedata.normalize("NFKC", " ".join([text, *(value for _, value in piece.cells)]))
    found = {
        "text": _without_head(body or text), "phone": _phone(said.get("phone", ""), spread),
        "name": said.get("requester_name") or _name(spread) or (head["who"].strip() if head else ""),
        "place": said.get("place") or _place(body or text), "object": said.get("object") or _object(body),
        "occurred": said.get("occurred") or _when(body), "kind": _kind(said, body),
    }  # fmt: skip
    if said.get("title") and said["title"] not in found["text"]:
        found["text"] = f"{said['title']}\n{found['text']}" if found["text"] else said["title"]
    return {name: value[: LIMITS.get(name, 200)] for name, value in found.items() if value}


DIGITS = re.compile(r"\+?\d{5,18}")  # of another country, of a service, of no form that we know
HEAD = re.compile(
    rf"^(?:[{SURNAMES}][一-鿿]{{0,2}}?(?:先生|女士|小姐)?[ \t,，:：]*)?"
    r"(?:\+?86)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}[ \t,，:：]*"
)


def _without_head(text: str) -> str:
    """The words without the name and the number that only stand before them."""
    short = HEAD.sub("", text).strip()
    return short or text


def _phone(said: str, text: str) -> str:
    """The number: what stands after its label, whatever its form, before one that is seen in the words."""
    told = unicodedata.normalize("NFKC", said)
    plain = re.sub(r"[ -]", "", told)
    return _number(told) or (plain if DIGITS.fullmatch(plain) else _number(text))


def _number(text: str) -> str:
    match = MOBILE.search(text) or FIXED.search(text)
    return re.sub(r"[ -]", "", match[1]) if match else ""


def _name(text: str) -> str:
    for pattern in (NAMED, CALLED, ADDRESSED):
        match = pattern.search(text)
        if match:
            return match[1]
    return ""


def _when(text: str) -> str:
    match = WHEN.search(text)
    return match[0].strip() if match else ""


def _place(text: str) -> str:
    """The longest run of words that ends like a place; what begins like a sentence is none."""
    plain = WHEN.sub(" ", MOBILE.sub(" ", text))
    best = ""
    for match in PLACE.finditer(plain):
        said = BEFORE.sub("", match[1])
        if not NOT_PLACES.match(said) and len(said) > max(2, len(best)):
            best = said
    return best


def _object(text: str) -> str:
    match = COMPANY.search(WHEN.sub(" ", text))
    return AROUND.sub("", match[1]) if match else ""


def _kind(said: Mapping[str, str], text: str) -> str:
    told = said.get("kind", "")
    for source in (told, text):
        for kind, pattern in WORDS:
            if source and pattern.search(source):
                return kind
    return told if told in KINDS else ""
