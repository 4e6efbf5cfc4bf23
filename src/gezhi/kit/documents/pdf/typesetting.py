"""The words and measures of typst, the fonts that it may use, and the run of it: no files, no network, no packages."""

import re
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from gezhi.kernel.errors import Refused

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LATIN = "Libertinus Serif"  # comes with typst
SERIF = ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Songti SC")
SANS = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "SimHei", "Microsoft YaHei")
NAMED = {  # as office programs call them, and as the fonts call themselves
    "仿宋": "FangSong", "仿宋_GB2312": "FangSong_GB2312", "宋体": "SimSun", "黑体": "SimHei", "楷体": "KaiTi",
    "楷体_GB2312": "KaiTi_GB2312", "微软雅黑": "Microsoft YaHei", "等线": "DengXian",
    "方正小标宋简体": "FZXiaoBiaoSong-B05S",
}  # fmt: skip
_HEAVY = ("黑", "hei", "等线", "deng", "sans", "arial", "calibri", "helvetica")
_one_at_a_time = Lock()


def words(said: str) -> str:
    r"""A text as typst writes one: nothing in it is markup.

    >>> words('a "b" #c\\ \x07')
    '"a \\"b\\" #c\\\\ "'
    """
    plain = _UNSEEN.sub("", said).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'.replace("\n", "\\n").replace("\t", "\\t")


def number(value: float) -> str:
    """A measure without a tail.

    >>> number(12.0), number(1.23456)
    ('12', '1.235')
    """
    return f"{value:.3f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=500)
def family(*names: str | None, bold: bool = False) -> str:
    """The fonts of a text, those that were asked for first, ours after them; bold Chinese is set in the heavy face."""
    wanted = [name for one in names if one for name in dict.fromkeys((NAMED.get(one, one), one))]
    heavy = bold or any(mark in name.lower() for name in wanted for mark in _HEAVY)
    there = known()
    chosen = [name for name in wanted if name.lower() in there]
    rest = [name for name in (LATIN, *(SANS if heavy else SERIF), *(SERIF if heavy else SANS)) if name.lower() in there]
    return "(" + ", ".join(words(name) for name in dict.fromkeys([*chosen, *rest])) + ",)"


@cache
def fonts() -> Any:
    """The fonts of the machine and the one that comes along; looked for once."""
    from pylopdf_fonts_zh_cn import serif_path  # late: with typst it is 90 MB that few processes need
    from typst import Fonts

    return Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(serif_path().parent)])


@cache
def known() -> frozenset[str]:
    """The families that can be used. Refuses document-font-missing (409) where none has Chinese characters."""
    found = frozenset(name.lower() for name in fonts().families())
    if not any(name.lower() in found for name in (*SERIF, *SANS)):
        raise Refused("document-font-missing", fonts=", ".join(SERIF[:2]))
    return found


def pdf(source: str) -> bytes:
    return bytes(_run(source, format="pdf"))


def pages(source: str, most: int) -> list[bytes]:
    """The first pages as pictures."""
    made = _run(source, format="png", ppi=80.0)
    return [bytes(one) for one in (made if isinstance(made, list) else [made])[:most]]


def _run(source: str, **how: Any) -> Any:
    """One at a time: a long paper takes memory."""
    import typst

    try:
        with _one_at_a_time:
            return typst.compile(source.encode(), font_paths=fonts(), ignore_system_fonts=True, **how)
    except typst.TypstError as error:
        raise Refused("document-pdf", status=422, what=str(error)[:200]) from error


def start(width: float, height: float, margins: tuple[float, float, float, float], head: str, foot: str) -> str:
    """The page, in millimetres: margins top, right, bottom, left."""
    top, right, bottom, left = (f"{number(one)}mm" for one in margins)
    header = f"header: {head}, " if head else ""
    footer = f"footer: {foot}, " if foot else ""
    return (
        f"#set page(width: {number(width)}mm, height: {number(height)}mm, "
        f"margin: (top: {top}, right: {right}, bottom: {bottom}, left: {left}), {header}{footer}numbering: none)\n"
        f'#set text(lang: "zh", region: "cn", size: 12pt, font: {family()})\n'
        "#set par(leading: 0.7em, spacing: 0.7em)\n#set table(stroke: 0.5pt, inset: 4pt)\n"
    )
