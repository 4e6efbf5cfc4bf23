"""Hiding what would tell who a confidential requester is: numbers of persons and doors, own names, in free text.

Chinese texts are written with full-width marks and, on some phones, full-width digits; both are met here.
"""

import re

GAP = r"[ \u3000\-\uff0d\u2014]?"  # people set numbers in groups
MARK = r"[,\uff0c\u3002.;\uff1b\u3001!\uff01?\uff1f:\uff1a()\uff08\uff09\s\d]"
PERSONAL = re.compile(
    rf"(?<!\d)(?:\+?86{GAP})?[1\uff11][3-9\uff13-\uff19](?:{GAP}\d){{9}}(?!\d)"  # mobile phones
    r"|(?<!\d)\d{17}[\dXx\uff38\uff58](?![\dXx])"  # identity numbers
    rf"|(?<!\d)[0\uff10]\d{{2,3}}{GAP}\d{{7,8}}(?!\d)"  # fixed phones
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z.]{2,}"
)
DOOR = re.compile(
    r"[\d一二三四五六七八九十百]+\s*(?:号楼|栋|幢|单元|室|户|号院|楼)(?:\d{2,4}(?![\d栋幢单室户号楼]))?"
    r"|(?<=[路街巷弄道里村])\s*\d+\s*号(?:\s*\d+)?"
    r"|(?<![\d\-])\d{1,3}[-\uff0d\u2014]\d{1,3}[-\uff0d\u2014]\d{2,4}(?!\d)"
)
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛"
)
NEXT = "电话|手机|身份证|住|家住|今年|是|在|来自|反映|要|想"
NAMED = re.compile(rf"((?:我的?名字|我|名)叫(?:做)?|姓名{MARK}?)\s*([一-鿿]{{2,4}}?)(?={MARK}|{NEXT}|$)")
SELF = re.compile(rf"((?:我是|本人|联系人{MARK}?)\s*)([{SURNAMES}][一-鿿]{{1,2}}?)(?={MARK}|{NEXT}|$)")
SHORT_NAME = 2  # one character alone is a common word, not a name
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方", "南宫")
ADDRESS = "女士|先生|小姐|太太|夫人|大姐|大哥|阿姨|大妈|大爷|大叔|大娘|叔叔|奶奶|爷爷|婆婆|师傅|老师|同志|某某|某"
FAMILY = re.compile(rf"(我姓)[{SURNAMES}]")


def unnumbered(text: str) -> str:
    """The text without phone, identity and e-mail numbers; a door stays, since a place without it is none.

    >>> unnumbered("滨河路8号，电话13800001234")
    '滨河路8号，电话***'
    """
    return PERSONAL.sub("***", text)


def redact(text: str) -> str:
    """The text without phone, identity, e-mail and door numbers and without a name given after "I am".

    >>> redact("我叫王小明,住丽江新城6栋2单元,电话13800001234")
    '我叫***,住丽江新城****,电话***'
    >>> redact("我叫王小明，住解放路12号301，电话：138 0000 1234")
    '我叫***，住解放路**，电话：***'
    >>> redact("本人张三；姓名：李小四，房号6-2-301，手机１３８００００１２３４")
    '本人***；姓名：***，房号**，手机***'
    >>> redact("我是业主，3号线旁边2026-03-02又停水，5号才修")
    '我是业主，3号线旁边2026-03-02又停水，5号才修'
    """
    text = DOOR.sub("**", unnumbered(text))
    return FAMILY.sub(r"\1*", SELF.sub(r"\1***", NAMED.sub(r"\1***", text)))


def without(text: str, name: str) -> str:
    """The redacted text without a name that is known wherever it stands, nor the family name with a form of address.

    >>> without("电话13800001234，王小明家的灯", "王小明"), without("王家的灯", "王")
    ('电话***，***家的灯', '王家的灯')
    >>> without("已与郭女士通话，郭建设阿姨说郭家路的灯亮了", "郭建设"), without("郭女士不在家，郭先生接的", "郭女士")
    ('已与***通话，***说郭家路的灯亮了', '***不在家，***接的')
    """
    text, name = redact(text), name.strip()
    if len(name) >= SHORT_NAME:
        text = re.sub(f"{re.escape(name)}(?:{ADDRESS})?", "***", text)
    family = name[:2] if name.startswith(DOUBLE) else name[:1]
    if re.fullmatch("[一-鿿]{1,2}", family):
        text = re.sub(f"{family}(?:{ADDRESS})", "***", text)
    return text
