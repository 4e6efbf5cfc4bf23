"""The passages that plots share: accepted and dispatched, signed, worked on, answered, called back."""

from datetime import timedelta

from gezhi.packs.demo.tales import WEB, Tale


def intake(t: Tale) -> None:
    """Accepted and dispatched; now and then classified wrongly at first."""
    story, area = t.scene.story, t.scene.area
    t.within("accept", t.scene.received, 0.02, 0.5)
    wrong = t.world.duties.sibling(story.matter) if t.sometimes(0.05) else story.matter
    t.act(t.operator, "accept", matter=wrong, kind=story.kind, urgency=story.urgency, area=area,
          note=t.note("accept", 0.2))  # fmt: skip
    if wrong != story.matter:
        t.minutes(5, 60)
        t.act(t.operator, "correct", matter=story.matter, reason=t.phrase("correct"))
    dispatch(t)


def dispatch(t: Tale) -> None:
    t.within("dispatch", t.at, 0.01, 0.12)
    t.begin()
    t.act(t.dispatcher, "dispatch", unit=t.party.key, note=t.note("dispatch", 0.2))


def sign(t: Tale) -> None:
    """Signed by the unit, some late, now and then handed to a colleague."""
    t.within("sign", t.sent or t.at, *((1.1, 1.7) if t.sometimes(0.05) else (0.05, 0.9)))
    t.act(t.handler, "sign")
    colleagues = [other for other in t.party.handlers if other.id != t.handler.id]
    if colleagues and t.sometimes(0.06):
        t.minutes(5, 30)
        other = t.rng.choice(colleagues)
        t.act(t.handler, "transfer", user=f"user:{other.id}", note=t.phrase("transfer"))
        t.handler = other


def contact(t: Tale) -> None:
    if not t.scene.caller.phone:
        return
    t.within("contact", t.sent or t.at, 0.1, 0.8)
    t.act(t.handler, "contact", reached="reached", note=t.phrase("contact"))


def start(t: Tale) -> None:
    """Everything until the unit has spoken with the person."""
    intake(t)
    sign(t)
    contact(t)


def work(t: Tale, low: float = 0.3, high: float = 0.85) -> None:
    """The unit works; people ask how far it is; units are asked to help."""
    if t.sometimes(0.45):
        t.office(0.5, 3)
        t.act(t.handler, "note", note=t.phrase("note"))
    if t.sometimes(0.06):
        t.office(0.5, 3)
        t.act(t.citizen(), "supplement", words=t.phrase("supplement"))
    if t.sometimes(0.07):
        t.office(1, 4)
        t.act(t.citizen(), "chase", words=t.phrase("chase"))
    if t.sometimes(0.04):
        assist(t)
    t.share(low, high)


def assist(t: Tale, words: str | None = None) -> None:
    t.office(0.2, 1)
    t.act(t.handler, "task", unit=t.other.key, ask=t.phrase("task"))
    t.office(2, 8)
    t.act(t.rng.choice(t.other.handlers), "task_done", unit=t.other.key, note=words or t.phrase("task_done"))


def answer(t: Tale, outcome: str = "solved", *, number: int = 0, basis: str = "") -> None:
    """The unit's answer and its review; now and then it is sent back once."""
    text = t.reply(number)
    why = t.phrase(basis) if basis else None
    t.act(t.handler, "reply", outcome=outcome, reply=text, basis=why)
    t.office(0.3, 3)
    if t.sometimes(0.06):
        t.act(t.party.lead, "review_back", reason=t.phrase("review_back"))
        t.office(0.5, 4)
        t.act(t.handler, "reply", outcome=outcome, reply=t.world.writer.answer(text, t.slots()), basis=why)
        t.office(0.3, 2)
    t.act(t.party.lead, "review_pass", note=t.note("review_pass", 0.35))
    _signed_off(t)


def _signed_off(t: Tale) -> None:
    """What the channel asks beyond the unit's own review: another person passes it, with words for the public."""
    rule = t.world.duties.rule(t.channel)
    signers = t.rng.sample(list(t.world.cast.supervisors), rule.sign_offs)
    for number, signer in enumerate(signers, 1):
        t.office(0.5, 4)
        last = number == len(signers) and rule.public_reply
        t.act(signer, "review_pass", public_reply=t.phrase("public_reply") if last else None)


def verdict(t: Tale, satisfaction: str, solved: str, *, number: int = -1) -> None:
    """The person is called back, or rates by himself; who gave no name is closed without."""
    if not t.scene.caller.phone:
        t.days(0.5, 2)
        t.act(t.rng.choice(t.world.cast.callers), "close", reason=t.phrase("close"))
        return
    answered = {"satisfaction": satisfaction, "solved": solved, "scores": t.scores(satisfaction)}
    if t.channel in WEB and t.sometimes(0.6):
        t.days(0.1, 1.5)
        t.act(None, "rate", words=t.voice(number) if t.sometimes(0.6) else None, **answered)
        return
    caller = t.rng.choice(t.world.cast.callers)
    if t.sometimes(0.08):
        t.office(1, 6)
        t.act(caller, "callback", contacted=False)
    t.office(2, 14)
    t.act(caller, "callback", contacted=True, words=t.voice(number), **answered)


def glad(t: Tale) -> str:
    return t.rng.choices(("very", "satisfied", "basic"), (45, 45, 10))[0]


def lukewarm(t: Tale) -> str:
    return t.rng.choices(("satisfied", "basic"), (35, 65))[0]


def once_more(t: Tale) -> None:
    """A new round with the same unit."""
    sign(t)
    contact(t)
    work(t)


def verdict_bank(t: Tale, satisfaction: str, solved: str, bank: str) -> None:
    """A call-back in words of a bank, for a round that the story does not tell."""
    if not t.scene.caller.phone:
        t.days(0.5, 2)
        t.act(t.rng.choice(t.world.cast.callers), "close", reason=t.phrase("close"))
        return
    t.office(2, 14)
    t.act(t.rng.choice(t.world.cast.callers), "callback", contacted=True, satisfaction=satisfaction, solved=solved,
          scores=t.scores(satisfaction), words=t.phrase(bank))  # fmt: skip
    t.begin()


def supervised(t: Tale) -> None:
    t.office(0.5, 3)
    due = (t.at + timedelta(days=3)).date()
    t.act(t.rng.choice(t.world.cast.supervisors), "supervise", reason=t.phrase("supervise"), due=due.isoformat())
    t.office(1, 6)
    t.act(t.party.lead, "supervise_answer", note=t.phrase("supervise_answer"))
    t.office(1, 6)
    t.act(t.rng.choice(t.world.cast.supervisors), "supervise_accept")


def led_by_another(t: Tale) -> None:
    """Most of the work turns out to be the other unit's, which leads from now on; the one before assists."""
    before, first = t.party, t.handler
    t.office(0.5, 3)
    t.act(t.dispatcher, "change_lead", unit=t.other.key, keep=True, reason=t.phrase("return"),
          basis=t.phrase("ruling_uphold"))  # fmt: skip
    t.give_to(t.other)
    t.sent = t.at
    sign(t)
    contact(t)
    t.office(2, 8)
    t.act(first, "task_done", unit=before.key, note=t.phrase("task_done"))


def verdict_told(t: Tale, satisfaction: str, number: int) -> None:
    """A call-back that is surely answered, in the story's words."""
    t.office(2, 14)
    t.act(t.rng.choice(t.world.cast.callers), "callback", contacted=True, satisfaction=satisfaction, solved="unsolved",
          scores=t.scores(satisfaction), words=t.voice(number))  # fmt: skip
    t.begin()
