"""HTML of a letter as plain text: what a reader would see, and nothing that runs, loads or hides."""

import re
from html.parser import HTMLParser

SILENT = ("script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "iframe", "select")
BREAKS = ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "hr", "pre", "section")
QUOTE = re.compile(r"(gmail_quote|moz-cite-prefix|yahoo_quoted|divrplyfwdmsg|qmquote|protonmail_quote|isreplycontent"
                   r"|appendonsend)", re.IGNORECASE)  # fmt: skip
_HIDDEN = re.compile(
    r"(display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(px|pt|em)?\s*(;|$))", re.IGNORECASE
)
_VOID = ("br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track", "param")
DEEPEST = 400


class _Reader(HTMLParser):
    """Collects the words; what stands in a silent or hidden element, or in a quotation, is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []  # each open element, and whether it silences what it holds

    @property
    def silent(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS and not self.silent:
            self.said.append("\n")
        if tag in _VOID or len(self.open) >= DEEPEST:
            return
        known = {name: value or "" for name, value in attrs}
        quoted = QUOTE.search(f"{known.get('class', '')} {known.get('id', '')}") is not None
        cited = tag == "blockquote" and known.get("type", "").lower() == "cite"
        hides = (
            tag in SILENT or quoted or cited or "hidden" in known or _HIDDEN.search(known.get("style", "")) is not None
        )
        self.open.append((tag, self.silent or hides))

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _ in self.open):
            return
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag in BREAKS and not self.silent:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(re.sub(r"[ \t\r\n\f\xa0]+", " ", data))


def plain(html: str) -> str:
    r"""The text of a page of HTML.

    >>> plain("<p>路灯&nbsp;不亮<script>alert(1)</script></p><p>谢谢</p>")
    '路灯 不亮\n谢谢'
    >>> plain('<div>新的话</div><blockquote type="cite">旧的话</blockquote>')
    '新的话'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.said).split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
