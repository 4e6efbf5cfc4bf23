"""The forms of a case: referral, supervision notice, postponement, instruction."""

from gezhi.loop.documents.builtin.layout import WIDTH, Paper, looped

TITLES = {
    "referral": ("转 办 单", "Referral"), "supervision": ("督 办 通 知", "Supervision notice"),
    "postponement": ("延 期 申 请", "Request for postponement"), "instruction": ("批 示 办 理 单", "Instruction form"),
}  # fmt: skip
HEAD = (
    ("工单编号", "Case", "{{ case.number }}", "受理时间", "Received", "{{ case.received }}"),
    ("诉求类型", "Kind", "{{ case.kind }}", "来源渠道", "Channel", "{{ case.channel }}"),
    ("事项", "Matter", "{{ case.matter }}", "紧急程度", "Urgency", "{{ case.urgency }}"),
    ("区域", "Area", "{{ case.area }}", "办理时限", "Due", "{{ case.handle_due }}"),
    ("诉求人", "Requester", "{{ case.requester }}", "受理中心", "Desk", "{{ case.desk }}"),
)
SIGNED = "{{ act.by }}　{{ act.at }}"
BODY: dict[str, tuple[tuple[str, str, str], ...]] = {
    "referral": (
        ("主办单位", "Unit in charge", "{{ case.lead }}"), ("协办单位", "Assisting units", "{{ case.assisting }}"),
        ("派单意见", "Note of dispatch", f"{{{{ act.words }}}}\n{SIGNED}"), ("签收（盖章）", "Received (stamp)", ""),
    ),
    "supervision": (
        ("被督办单位", "Unit", "{{ case.lead }}"), ("督办原因", "Reason", "{{ act.words }}"),
        ("办结要求", "Due", "{{ act.due }}"), ("督办人", "Asked by", SIGNED), ("办理情况", "What was done", ""),
    ),
    "postponement": (
        ("申请单位", "Unit", "{{ case.lead }}"), ("申请原因", "Cause", "{{ act.cause }}\n{{ act.words }}"),
        ("申请延长", "By", "{{ act.amount }}"), ("申请人", "Asked by", SIGNED), ("审批意见", "Decision", ""),
    ),
    "instruction": (
        ("批示编号", "Paper", "{{ instruction.paper }}　{{ instruction.state }}"),
        ("拟办意见", "Proposal", "{{ instruction.proposal }}"),
        ("领导批示", "Instruction", "{{ instruction.words }}\n{{ instruction.leader }}　{{ instruction.at }}"),
        ("承办单位", "Units", "{{ instruction.units }}"), ("反馈日期", "Answer by", "{{ instruction.due }}"),
        ("办理结果", "Result", "{{ instruction.feedback }}"),
    ),
}  # fmt: skip
STEPS = {"zh": ("时间", "单位", "步骤", "说明"), "en": ("Time", "Unit", "Step", "Words")}


def paper(kind: str, side: str) -> bytes:
    """The .docx of a kind in one language."""
    zh = side == "zh"
    made = Paper(TITLES[kind][0 if zh else 1], side, secret=True)
    table = made.table([], [(a if zh else b, c, d if zh else e, f) for a, b, c, d, e, f in HEAD], (27, 51, 27, 51))
    where = ("诉求内容", "Request", "{{ case.title }}\n{{ case.place }}\n{{ case.text }}")
    for label, name, words in (where, *BODY[kind]):
        cells = table.add_row().cells
        cells[0].text = label if zh else name
        cells[1].merge(cells[3]).text = words
    made.section("办理过程" if zh else "Course")
    made.table(STEPS[side], [looped("steps", ("at", "unit", "move", "words"))], (32, 34, 26, WIDTH - 92), left=4)
    made.line("{{ made.by }}　{{ made.on }}", align="right", space=10)
    return made.saved()
