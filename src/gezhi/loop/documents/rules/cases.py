"""What a template of a case may ask for: the office, the case, the step that it puts on paper, all steps."""

OFFICE = {
    "office": ("机关名称", "Name of the government"),
    "made.on": ("制作日期", "Day on which the document is made"),
    "made.by": ("制作人", "Who makes it"),
}
SECRET = {"secret": ("保密工单为“保密件”，否则空", "“保密件” for a confidential case, else empty")}
CASE = {
    "case.number": ("工单编号", "Number of the case"),
    "case.title": ("标题", "Title"),
    "case.text": ("诉求内容", "What was reported"),
    "case.kind": ("诉求类型", "Kind of request"),
    "case.matter": ("事项", "Matter"),
    "case.channel": ("来源渠道", "Channel"),
    "case.urgency": ("紧急程度", "Urgency"),
    "case.area": ("所属区域", "Area"),
    "case.place": ("发生地点", "Place in words"),
    "case.state": ("当前状态", "State"),
    "case.round": ("办理轮次", "Round"),
    "case.received": ("受理时间", "When it was received"),
    "case.due": ("当前时限", "When the present step is due"),
    "case.handle_due": ("办理时限（分阶段的逐项列出）", "When handling is due, each part of a staged limit"),
    "case.lead": ("承办单位", "Unit in charge"),
    "case.assisting": ("协办单位", "Assisting units"),
    "case.desk": ("受理中心", "Desk that took it"),
    "case.requester": ("诉求人（隐去全名）", "Requester, name masked"),
}
ACT = {
    "act.at": ("该步骤的时间", "When the step was made"),
    "act.unit": ("该步骤的经办单位", "Unit that made it"),
    "act.by": ("该步骤的经办人", "Who made it"),
    "act.words": ("该步骤的说明", "Words of the step"),
    "act.cause": ("原因（代码表文字）", "Cause, by its name in the code list"),
    "act.due": ("要求完成日期", "Day by which it is to be done"),
    "act.amount": ("申请延长的时间", "By how much it is to be postponed"),
}
INSTRUCTION = {
    "instruction.leader": ("批示领导", "Leader who instructed, or to whom it is submitted"),
    "instruction.paper": ("批示编号", "Number of the paper"),
    "instruction.words": ("批示内容", "What he wrote"),
    "instruction.at": ("批示时间", "When he wrote it"),
    "instruction.due": ("反馈日期", "Day by which the units answer"),
    "instruction.units": ("办理单位", "Units to act"),
    "instruction.state": ("批示状态", "State of the instruction"),
    "instruction.proposal": ("拟办意见", "What was proposed to him"),
    "instruction.feedback": ("办理结果（各单位反馈）", "What the units answered"),
}
STEPS = {
    "steps[].at": ("每步的时间", "When each step was made"),
    "steps[].move": ("每步的名称", "What it was"),
    "steps[].unit": ("每步的单位", "Which unit made it"),
    "steps[].words": ("每步的说明", "Its words"),
}
