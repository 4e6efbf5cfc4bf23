"""The words of the loop: every code that a case can carry, in the order in which people read them."""

STATES = (
    "received", "accepted", "dispatched", "handling", "waiting", "suspended", "returned", "replied", "verifying",
    "closed", "declined", "merged", "withdrawn", "void",
)  # fmt: skip
OPEN = ("received", "accepted", "dispatched", "handling", "waiting", "suspended", "returned", "replied", "verifying")
ENDED = ("closed", "declined", "merged", "withdrawn", "void")
WITH_UNIT = ("dispatched", "handling", "waiting", "suspended", "returned", "replied", "verifying")

KINDS = ("consult", "help", "complaint", "report", "suggest", "praise")
URGENCIES = (1, 2, 3, 4)
URGENT = 3  # from here on a case is marked in lists
CRITICAL = 4  # 特急: the unit is telephoned at once, and the call is logged
URGENCY_WORDS = {1: "normal", 2: "raised", 3: "urgent", 4: "critical"}
OUTCOMES = (
    "solved", "partly", "unsolved", "refused", "policy_limit", "not_ours", "duplicate", "unreachable", "answered",
    "not_needed",
)  # fmt: skip
SATISFACTIONS = ("very", "satisfied", "basic", "dissatisfied", "very_dissatisfied", "unrated")
UNHAPPY = ("dissatisfied", "very_dissatisfied")
SOLVED = ("solved", "partly", "unsolved", "unknown")
DIMENSIONS = ("speed", "result", "service", "feedback")
CLOSE_CAUSES = ("unreachable", "outside")  # why no call-back was made; another reason is said in words
REPEAT_REASONS = ("same_person", "same_problem", "not_settled")
CONFIDENTIALITY = ("normal", "confidential")
STAGES = (
    "accept", "dispatch", "phone", "sign", "contact", "handle", "reply", "verify", "adjudicate", "task", "instruct",
    "supervise",
)  # fmt: skip
CHANNELS = (
    "hotline", "web", "app", "counter", "mailbox", "netmsg", "mail", "grid", "api", "import", "upstream",
)  # fmt: skip

TEXT_LIMIT = 20_000  # characters of one text: the longest message seen in the field is far below
TITLE_LIMIT = 200
