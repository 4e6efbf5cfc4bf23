"""Templates that come with the product, built by python-docx when one is wanted, so that no binary file is kept.

They are filled like an office's own, and can be taken down, changed in Word and brought back as version 1.
"""

import io
from functools import cache

TITLES = {
    "referral": "转 办 单", "supervision": "督 办 通 知",
    "postponement": "延 期 申 请", "instruction": "批 示 办 理 单",
}  # fmt: skip
HEAD = (
    ("工单编号", "{{ case.number }}", "受理时间", "{{ case.received }}"),
    ("诉求类型", "{{ case.kind }}", "来源渠道", "{{ case.channel }}"),
    ("事项", "{{ case.matter }}", "紧急程度", "{{ case.urgency }}"),
    ("区域", "{{ case.area }}", "办理时限", "{{ case.due }}"),
    ("诉求人", "{{ case.requester }}", "受理中心", "{{ case.desk }}"),
)
BODY: dict[str, tuple[tuple[str, str], ...]] = {
    "referral": (
        ("主办单位", "{{ case.lead }}"), ("协办单位", "{{ case.assisting }}"),
        ("派单意见", "{{ act.words }}\n{{ act.by }}　{{ act.at }}"), ("签收（盖章）", ""),
    ),
    "supervision": (
        ("被督办单位", "{{ case.lead }}"), ("督办原因", "{{ act.words }}"),
        ("办结要求", "请于 {{ act.due }} 前办结并书面反馈。"),
        ("督办人", "{{ act.by }}　{{ act.at }}"), ("办理情况", ""),
    ),
    "postponement": (
        ("申请单位", "{{ case.lead }}"), ("申请原因", "{{ act.cause }}\n{{ act.words }}"),
        ("申请延长", "{{ act.amount }}"),
        ("申请人", "{{ act.by }}　{{ act.at }}"), ("审批意见", ""),
    ),
    "instruction": (
        ("批示编号", "{{ instruction.paper }}　{{ instruction.state }}"), ("拟办意见", "{{ instruction.proposal }}"),
        ("领导批示", "{{ instruction.words }}\n{{ instruction.leader }}　{{ instruction.at }}"),
        ("承办单位", "{{ instruction.units }}"), ("反馈日期", "{{ instruction.due }}"),
        ("办理结果", "{{ instruction.feedback }}"),
    ),
}  # fmt: skip
STEPS = ("{% for step in steps %}{{ step.at }}", "{{ step.unit }}", "{{ step.move }}", "{{ step.words }}{% endfor %}")


@cache
def built_in(kind: str) -> bytes:
    """The .docx of a kind."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made = Document()
    style = made.styles["Normal"]
    style.font.size = Pt(12)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")
    made.core_properties.author = made.core_properties.comments = ""
    made.core_properties.title = TITLES[kind].replace(" ", "")
    made.add_paragraph("{{ secret }}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for words, size in (("{{ office }}", 16), (TITLES[kind], 22)):
        line = made.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(words)
        run.bold, run.font.size = True, Pt(size)
    table = made.add_table(0, 4, style="Table Grid")
    for row in HEAD:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    where = ("诉求内容", "{{ case.title }}\n{{ case.place }}\n{{ case.text }}")
    for label, words in (where, *BODY[kind]):
        cells = table.add_row().cells
        cells[0].text = label
        cells[1].merge(cells[3]).text = words
    made.add_paragraph()
    made.add_paragraph("办理过程").runs[0].bold = True
    steps = made.add_table(0, 4, style="Table Grid")
    for row in (("时间", "单位", "步骤", "说明"), STEPS):
        for cell, words in zip(steps.add_row().cells, row, strict=True):
            cell.text = words
    made.add_paragraph("{{ made.by }}　{{ made.on }}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
