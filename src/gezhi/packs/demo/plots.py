"""The plots: what happens to a case from its acceptance to its end, one function for each kind of story."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from gezhi.packs.demo.passages import (
    answer,
    assist,
    contact,
    dispatch,
    glad,
    intake,
    led_by_another,
    lukewarm,
    once_more,
    sign,
    start,
    supervised,
    verdict,
    verdict_bank,
    verdict_told,
    work,
)
from gezhi.packs.demo.tales import Tale


def plain(t: Tale) -> None:
    start(t)
    if t.sometimes(0.04):
        supervised(t)
    work(t)
    answer(t)
    if t.sometimes(0.05):
        verdict_bank(t, "dissatisfied", "unsolved", "unhappy")
        if t.acts[-1].move == "close":
            return
        once_more(t)
        answer(t, number=99)
    verdict(t, glad(t), "solved")


def answered(t: Tale) -> None:
    """A question answered at once."""
    story = t.scene.story
    t.minutes(2, 14)
    t.act(t.operator, "answer", matter=story.matter, kind=story.kind, urgency=story.urgency, area=t.scene.area,
          outcome="answered", reply=t.reply())  # fmt: skip


def declined(t: Tale) -> None:
    """Not accepted, with the basis; or found out only by the unit that it is nobody's here."""
    if t.sometimes(0.35):
        start(t)
        work(t, 0.2, 0.6)
        answer(t, "not_ours", basis="basis_decline")
        verdict(t, lukewarm(t), "unsolved")
        return
    t.minutes(4, 60)
    t.act(t.operator, "decline", cause=t.cause("decline_reason"), basis=t.phrase("basis_decline"), reply=t.reply())


def returned(t: Tale) -> None:
    """A quarrel of departments: the first unit returns, the case is given to another."""
    _quarrel(t, "uphold")


def wrong_return(t: Tale) -> None:
    """A return that is ruled back."""
    _quarrel(t, "reject")


def _quarrel(t: Tale, ruling: str) -> None:
    told = len(t.scene.story.reply) == 3
    intake(t)
    signed = t.sometimes(0.6)
    if signed:
        t.within("sign", t.at, 0.05, 0.2)
        t.act(t.handler, "sign")
    t.within("return", t.sent or t.at, 0.3, 0.85)
    reason = t.reply(0) if told else t.phrase("return")
    t.act(t.handler, "return", cause=t.cause("return_reason"), basis=reason, proposed=t.other.key)
    t.within("adjudicate", t.at, 0.2, 0.9)
    judge = t.rng.choice(t.world.cast.supervisors)
    basis = t.reply(1) if told else t.phrase(f"ruling_{ruling}")
    t.act(judge, "adjudicate", ruling=ruling, unit=t.other.key if ruling == "uphold" else None, basis=basis,
          precedent=t.sometimes(0.5))  # fmt: skip
    if ruling == "uphold":
        t.give_to(t.other)
        t.sent = t.at
        if t.sometimes(0.2):
            _second_return(t)
            signed = False
    if ruling == "uphold" or not signed:
        sign(t)
    contact(t)
    work(t, 0.5, 1.0)
    answer(t, number=2 if told else 0)
    verdict(t, glad(t), "solved")


def _second_return(t: Tale) -> None:
    """The second unit returns as well; the ruling is final and somebody else's."""
    t.within("return", t.at, 0.2, 0.8)
    t.act(t.handler, "return", cause=t.cause("return_reason"), basis=t.phrase("return"), proposed=t.other.key)
    t.within("adjudicate", t.at, 0.2, 0.9)
    t.sent = t.at
    t.act(t.dispatcher, "adjudicate", ruling="reject", basis=t.phrase("ruling_reject"))


def postponed(t: Tale) -> None:
    """More time is asked for and granted, or not."""
    start(t)
    told = len(t.scene.story.reply) > 1
    t.within("handle", t.dispatched or t.at, 0.25, 0.7)
    amount = t.rng.randint(3, 8)
    t.act(t.handler, "postpone_ask", cause=t.cause("postpone_reason"), amount=amount, unit_of="workday",
          reason=t.reply(0) if told else t.phrase("postpone"))  # fmt: skip
    t.office(0.5, 5)
    granted = t.sometimes(0.85)
    note = t.phrase("decide_yes" if granted else "decide_no")
    t.act(t.rng.choice(t.world.cast.supervisors), "postpone_decide", approve=granted, note=note,
          amount=amount if granted else None)  # fmt: skip
    work(t, *((1.1, 1.7) if granted else (0.6, 1.1)))
    answer(t, number=1 if told else 0)
    verdict(t, glad(t), "solved")


def hung_up(t: Tale) -> None:
    """What cannot be done now is suspended, by another's leave, and taken up again."""
    start(t)
    told = len(t.scene.story.reply) > 1
    t.office(1, 6)
    wait = t.rng.uniform(12, 58)  # no reason of the pack allows less than sixty days between two reviews
    review: date = (t.at + timedelta(days=wait)).date()
    t.act(t.handler, "hangup_ask", cause=t.cause("hangup_reason"), review_on=review.isoformat(),
          reason=t.reply(0) if told else t.phrase("hangup"))  # fmt: skip
    t.office(1, 6)
    t.act(t.rng.choice(t.world.cast.supervisors), "hangup_decide", approve=True, note=t.phrase("decide_yes"))
    t.days(wait, wait + 4)
    if t.sometimes(0.4):
        _looked_at_again(t)
    t.act(t.handler, "resume", note=t.phrase("resume"))
    t.dispatched = t.at
    work(t, 0.1, 0.5)
    solved = t.sometimes(0.85)
    answer(t, "solved" if solved else "unsolved", number=1 if told else 0)
    verdict(t, glad(t) if solved else "basic", "solved" if solved else "unsolved")


def _looked_at_again(t: Tale) -> None:
    """The day of review has come, and it has to rest a while longer."""
    more = t.rng.uniform(10, 40)
    on = (t.at + timedelta(days=more)).date()
    t.act(t.rng.choice(t.world.cast.supervisors), "hangup_review", keep=True, review_on=on.isoformat(),
          reason=t.phrase("hangup"))  # fmt: skip
    t.days(more, more + 3)


def waited(t: Tale) -> None:
    """The person is asked for material; the clock rests."""
    start(t)
    told = len(t.scene.story.reply) > 1
    t.office(0.3, 3)
    t.act(t.handler, "ask", ask=t.reply(0) if told else t.phrase("ask"))
    t.days(0.3, 4)
    t.act(t.citizen(), "supply", words=t.said(0, "supply") if len(t.scene.story.voice) > 1 else t.phrase("supply"))
    t.dispatched = t.at
    work(t)
    answer(t, number=1 if told else 0)
    verdict(t, glad(t), "solved")


def redone(t: Tale) -> None:
    """Dissatisfied once, then put right."""
    start(t)
    work(t)
    answer(t, "solved")
    verdict_told(t, "dissatisfied", 0)
    once_more(t)
    answer(t, number=1)
    verdict(t, glad(t), "solved")


def angry(t: Tale) -> None:
    """Dissatisfied twice; then the matter is under supervision."""
    start(t)
    work(t)
    answer(t, "solved")
    verdict_told(t, "dissatisfied", 0)
    once_more(t)
    answer(t, "solved", number=1)
    verdict_told(t, "very_dissatisfied", 1)
    sign(t)
    t.office(0.5, 4)
    t.act(t.party.lead, "supervise_answer", note=t.phrase("supervise_answer"))
    contact(t)
    work(t)
    t.act(t.rng.choice(t.world.cast.supervisors), "supervise_accept")
    t.minutes(5, 40)
    answer(t, number=2)
    verdict(t, lukewarm(t), "solved")


def chased(t: Tale) -> None:
    """Nothing seems to happen, so the person rings again."""
    start(t)
    t.office(2, 6)
    words = t.said(0, "chase") if len(t.scene.story.voice) > 1 else t.phrase("chase")
    t.act(t.citizen(), "chase", words=words)
    work(t, 0.5, 0.98)
    answer(t)
    verdict(t, glad(t), "solved")


def withdrawn(t: Tale) -> None:
    """It has settled itself: taken back, or answered as no longer needed."""
    start(t)
    if t.sometimes(0.3):
        work(t, 0.2, 0.6)
        answer(t, "not_needed")
        verdict(t, "satisfied", "solved")
        return
    t.office(1, 8)
    t.act(t.citizen(), "withdraw", reason=t.said(0, "withdraw"))


def voided(t: Tale) -> None:
    """Entered twice: void by another's leave, or answered as a duplicate."""
    story = t.scene.story
    t.minutes(5, 60)
    if t.sometimes(0.35):
        t.act(t.operator, "answer", matter=story.matter, kind=story.kind, urgency=story.urgency, area=t.scene.area,
              outcome="duplicate", reply=t.reply())  # fmt: skip
        return
    t.act(t.operator, "void_ask", cause=t.cause("void_reason"), reason=t.phrase("void"))
    t.office(0.5, 5)
    t.act(t.rng.choice(t.world.cast.supervisors), "void_decide", approve=True)


def tasked(t: Tale) -> None:
    """Another unit has a part of the work."""
    start(t)
    told = len(t.scene.story.reply) > 1
    assist(t, t.reply(0) if told else None)
    if t.sometimes(0.25):
        led_by_another(t)
    work(t)
    answer(t, number=1 if told else 0)
    verdict(t, glad(t), "solved")


def late(t: Tale) -> None:
    """Overdue, some of it under supervision."""
    start(t)
    work(t, 1.12, 1.9)
    if t.sometimes(0.4):
        supervised(t)
        t.office(0.5, 3)
    answer(t)
    verdict(t, lukewarm(t), "solved")


def reopened(t: Tale) -> None:
    """Closed, and back again."""
    start(t)
    work(t)
    answer(t)
    verdict_bank(t, "satisfied", "solved", "happy")
    t.days(3, 18)
    t.act(t.dispatcher, "reopen", reason=t.said(0, "reopen"))
    dispatch(t)
    once_more(t)
    answer(t, number=1)
    verdict(t, glad(t), "solved")


def partly(t: Tale) -> None:
    start(t)
    work(t)
    unsolved = t.sometimes(0.2)
    answer(t, "unsolved" if unsolved else "partly")
    verdict(t, "basic", "unsolved" if unsolved else "partly")


def refused(t: Tale) -> None:
    """Refused by law, with the basis."""
    start(t)
    work(t, 0.2, 0.7)
    answer(t, "refused", basis="basis_refused")
    verdict(t, lukewarm(t), "unsolved")


def policy_limit(t: Tale) -> None:
    start(t)
    work(t, 0.3, 0.9)
    answer(t, "policy_limit", basis="basis_policy")
    verdict(t, lukewarm(t), "partly")


def unreachable(t: Tale) -> None:
    """Done, but nobody answers the telephone."""
    intake(t)
    sign(t)
    t.office(0.2, 1.5)
    t.act(t.handler, "contact", reached="unreached", note=t.said(0, "contact_failed"))
    work(t)
    answer(t, "unreachable" if t.sometimes(0.6) else "solved")
    caller = t.rng.choice(t.world.cast.callers)
    for _ in range(3):
        t.office(1, 6)
        t.act(caller, "callback", contacted=False)
    t.office(0.2, 1)
    t.act(caller, "close", reason=t.phrase("close"))


def praised(t: Tale) -> None:
    intake(t)
    sign(t)
    work(t, 0.1, 0.4)
    answer(t, "answered")
    verdict(t, "very", "solved")


def merged(t: Tale) -> None:
    """The main one of several; the others are told beside it."""
    start(t)
    t.at = max(t.at, t.scene.received + timedelta(hours=30))  # by then the others have come in
    work(t, 0.5, 0.9)
    answer(t)
    verdict(t, glad(t), "solved")


def joined(t: Tale) -> None:
    """One of the others: merged into the main case."""
    story = t.scene.story
    t.minutes(3, 40)
    t.act(t.operator, "accept", matter=story.matter, kind=story.kind, urgency=story.urgency, area=t.scene.area)
    t.minutes(3, 30)
    t.act(t.operator, "merge", main=t.main, note=t.phrase("merge"))


PLOTS: Mapping[str, Callable[[Tale], None]] = {
    "plain": plain, "answered": answered, "declined": declined, "return": returned, "wrong_return": wrong_return,
    "postpone": postponed, "hangup": hung_up, "waiting": waited, "redo": redone, "angry_redo": angry,
    "chase": chased, "withdrawn": withdrawn, "void": voided, "task": tasked, "late": late, "reopen": reopened,
    "partly": partly, "refused": refused, "policy_limit": policy_limit, "unreachable": unreachable,
    "praise": praised, "merged": merged,
}  # fmt: skip
