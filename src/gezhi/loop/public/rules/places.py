"""Where, as far as everybody may know: the street, never the door, the house or the estate."""

import re
from collections.abc import Iterator

import rjieba

ENDINGS = ("大道", "大街", "胡同", "公路", "路", "街", "巷", "弄")
HAN = re.compile(r"[一-鿿]{1,5}")
ENGLISH = re.compile(r"\b(?:[A-Z][a-z]+\s){1,3}(?:Road|Street|Avenue|Lane|Alley|Boulevard|Highway)\b")
NO_NAMES = {"马路", "道路", "公路", "小路", "大路", "走路", "这条路", "十字路", "一路", "半路", "铁路", "线路", "电路"}
MOST = 2  # streets of a crossing


def streets(place: str) -> str:
    """The streets that a place names, at most two; empty where it names none.

    >>> streets("临江市城东区解放路12号3单元301"), streets("解放路与中山路交叉口"), streets("丽江新城6栋")
    ('解放路', '解放路、中山路', '')
    >>> streets("12 Jiefang Road, flat 3")
    'Jiefang Road'
    """
    found = list(dict.fromkeys([*_han(place), *(match[0] for match in ENGLISH.finditer(place))]))
    return "、".join(found[:MOST])


def _han(place: str) -> Iterator[str]:
    before = ""
    for word in rjieba.cut(place):
        ending = next((one for one in ENDINGS if word.endswith(one)), "")
        if ending and word != ending and word not in NO_NAMES and HAN.fullmatch(word.removesuffix(ending)):
            yield word
        elif ending and word == ending and HAN.fullmatch(before) and before + word not in NO_NAMES:
            yield before + word
        before = word
