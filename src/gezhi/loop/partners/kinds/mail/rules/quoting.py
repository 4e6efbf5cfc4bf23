"""Where a person's new words end and what he answers begins, in the habits of the usual mail programs."""

import re

# a line that begins what is quoted, whatever follows it
_RULED = (  # what stands between two rows of dashes
    r"原始邮件|原邮件|原始訊息|原始信息|转发的?邮件|回复的?原邮件"
    r"|original( message)?|forwarded (message|mail)|replied message"
)
_CUTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^-{{2,}}\s*({_RULED})\s*-{{2,}}\s*$",
        r"^(在|于|於)\s*.{6,120}\s*(写道|写到|寫道|撰写)\s*[:：]\s*$",
        r"^.{0,80}[12]\d{3}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}.{0,120}(写道|写到|寫道)\s*[:：]\s*$",
        r"^on\s.{6,200}\swrote\s*[:：]\s*$",
        r"^at\s\d{4}-\d\d-\d\d.{4,200}wrote\s*[:：]\s*$",
        r"^_{20,}\s*$",
        r"^(begin forwarded message|下面是被转发的邮件)\s*[:：]?\s*$",
    )
)
# the heads of the letter that is answered, as Outlook and QQ Mail set them; two of them in a row begin it
_HEAD = re.compile(
    r"^[*> ]*(发件人|寄件者|寄件人|发送时间|發送時間|寄件日期|日期|收件人|收件者|抄送|主题|主旨"
    r"|from|sent|date|to|cc|subject)\s*[*]?\s*[:：]",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"^[*> ]*(发件人|寄件者|寄件人|from|发送时间|sent)\s*[*]?\s*[:：]", re.IGNORECASE)
_OPEN = re.compile(r"^(on\s.{4,120}|在\s?.{4,80}|于\s?.{4,80}|at\s\d{4}-.{4,120})$", re.IGNORECASE)
_SHUT = re.compile(r"^.{0,160}(wrote|写道|写到|寫道)\s*[:：]\s*$", re.IGNORECASE)
_PROMISE = re.compile(
    r"^(发自我的|從我的|sent from my |sent from |获取 outlook|get outlook for|使用outlook)", re.IGNORECASE
)
_SIGN = re.compile(r"^--\s?$")


def new_words(text: str) -> str:
    r"""What a person wrote himself: the quoted letter and the words of a telephone below it are cut off.

    Nothing is cut where nothing would be left: a forwarded letter, or words below the quotation, stay as they are.

    >>> new_words("灯还是不亮\n\n在 2026年3月2日 9:00，12345 <a@b.cn> 写道：\n> 已修好")
    '灯还是不亮'
    >>> new_words("> 已修好\n没有修好")
    '没有修好'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = next((number for number in range(len(lines)) if _begins(lines, number)), len(lines))
    kept = [line for line in lines[:at] if not line.startswith(">")]
    kept = _unsigned(kept)
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()
    return said or text.strip()


def _begins(lines: list[str], at: int) -> bool:
    """Whether the letter that is answered begins on this line."""
    line = lines[at].strip()
    if any(cut.match(line) for cut in _CUTS):
        return True
    if _BEGINS.match(line) and sum(bool(_HEAD.match(one.strip())) for one in lines[at + 1 : at + 6]) >= 1:
        return True
    # Gmail and Apple Mail break a long line of attribution in two
    return bool(_OPEN.match(line)) and at + 1 < len(lines) and bool(_SHUT.match(lines[at + 1].strip()))


def _unsigned(lines: list[str]) -> list[str]:
    """Without the signature below two dashes, and the sentence that a telephone puts under every letter."""
    at = next((number for number, line in enumerate(lines) if _SIGN.match(line) and number), len(lines))
    left = lines[:at]
    while left and (not left[-1].strip() or _PROMISE.match(left[-1].strip())):
        left.pop()
    return left
