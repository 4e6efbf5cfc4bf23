"""A pasted text that holds several requests, cut into drafts; a person confirms each."""

import re

MOST = 20
NUMBERED = re.compile(
    r"^\s*(?:[(\uff08]?\d{1,2}[)\uff09]|\d{1,2}\s*[.\u3001\uff0e\uff0c,](?!\d)|[一二三四五六七八九十]{1,3}\s*[、.\uff0e])\s*"
)


def drafts(text: str) -> list[str]:
    r"""Cut at numbered lines where there are two or more, else at blank lines; what stands before goes to the first.

    >>> drafts("1. 路灯不亮\n书院路\n2、井盖松动")
    ['路灯不亮\n书院路', '井盖松动']
    >>> drafts("路灯不亮\n\n井盖松动")
    ['路灯不亮', '井盖松动']
    >>> drafts("3.5吨货车 2026.3.2 撞坏护栏")
    ['3.5吨货车 2026.3.2 撞坏护栏']
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbered = [place for place, line in enumerate(lines) if NUMBERED.match(line)]
    blank = r"\n[ \t\u3000]*\n\s*"
    parts = _numbered(lines, numbered) if len(numbered) >= 2 else re.split(blank, "\n".join(lines))
    kept = [part.strip() for part in parts if part.strip()]
    return [*kept[: MOST - 1], "\n\n".join(kept[MOST - 1 :])] if len(kept) > MOST else kept


def _numbered(lines: list[str], starts: list[int]) -> list[str]:
    """The parts that begin with a number, without it; a heading before the first stands above it."""
    ends = [*starts[1:], len(lines)]
    parts = []
    for start, end in zip(starts, ends, strict=True):
        parts.append("\n".join([NUMBERED.sub("", lines[start]), *lines[start + 1 : end]]))
    head = "\n".join(lines[: starts[0]]).strip()
    return [f"{head}\n{parts[0]}" if head else parts[0], *parts[1:]]
