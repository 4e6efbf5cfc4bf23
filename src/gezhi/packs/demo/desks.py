"""What lies on the desks beside cases: drafts, calls without a case, marks, views, shifts, scores and a report.

Everything is done by the verbs that people use, at moments shortly before the demo's present.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from gezhi.loop.calls.service import rostering
from gezhi.loop.documents.service import make_report
from gezhi.loop.intake.service import ending, pasting, typing
from gezhi.loop.marks import service as marks
from gezhi.loop.scores import service as scores
from gezhi.loop.scores.rules.definition import Definition
from gezhi.loop.views import service as views
from gezhi.packs.demo import fieldwork
from gezhi.packs.demo.city import SHOWN
from gezhi.packs.demo.tales import Tale, World
from gezhi.packs.demo.texts import Story, stories
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor

Words = tuple[str, str]
VIEWS: Sequence[tuple[str, Words, Mapping[str, str]]] = (
    ("operators", ("紧急件在前", "Urgent first"), {"tab": "open", "order": "urgent"}),
    ("operators", ("市长信箱", "Mayor's mailbox"), {"tab": "open", "channel": "mailbox"}),
    ("dispatchers", ("今天到期", "Due today"), {"tab": "open", "light": "today"}),
    ("supervisors", ("已超期", "Overdue"), {"tab": "open", "light": "late"}),
    ("leads", ("本单位投诉件", "Complaints of our unit"), {"tab": "open", "kind": "complaint"}),
)
SHIFTS: Sequence[tuple[Words, time, time]] = (
    (("早班", "Morning"), time(8), time(16)), (("中班", "Evening"), time(16), time(0)),
    (("夜班", "Night"), time(0), time(8)),
)  # fmt: skip
MESSAGE = ("{n}、姓名：{who}，电话：{phone}，反映：{text}", "{n}. Name: {who}\nPhone: {phone}\n{text}")
EMPTY = ("silent", "wrong_number", "silent", "nuisance", "wrong_number", "silent")  # calls of the last days
MARKS = (("abuse", 0.1), ("flood", 3.0), ("abuse", 9.0))  # why, and how many days ago
NAMED = ("help", "suggest")  # kinds that nobody tells without his name
OBJECTS = 5  # days after which somebody objects to a mark
SCORED = "three_rates"


@dataclass(slots=True)
class Desks:
    """The city with its cases told, at the demo's present."""

    world: World
    told: Sequence[tuple[Tale, str]]  # each case with its key
    requesters: Mapping[str, str]  # who asked, by the key of the case
    now: datetime

    def before(self, **ago: float) -> datetime:
        return self.now - timedelta(**ago)

    def said(self, words: Words) -> str:
        return words[self.world.writer.language == "en"]

    def lay(self) -> None:
        """All of it, in the order of a day."""
        self.roster()
        self.empty_calls()
        self.mark_numbers()
        self.keep_views()
        self.work_out_scores()
        self.make_daily()
        self.paste_two()
        self.leave_draft()
        fieldwork.lay(self)

    # ---- what operators have before them
    def _fresh(self) -> tuple[Story, Any]:
        """A story in words that nobody has used yet, by somebody with a name and a number."""
        month = self.now.astimezone(self.world.stage.zone).month
        known = [replace(one, plot="desk") for one in stories(self.world.writer.language)
                 if one.kind in NAMED and (not one.months or month in one.months)]  # fmt: skip
        self.world.rng.shuffle(known)
        for story in known:
            try:
                return story, self.world.stage.set(story, self.now)
            except LookupError:  # its words are used up
                continue
        raise LookupError("no story is left for the desks")

    def paste_two(self) -> None:
        """Two messages of a residents' group, pasted as one text: two drafts wait to be looked through."""
        told = []
        for number in (1, 2):
            _, scene = self._fresh()
            line = self.said(MESSAGE)
            who, phone = scene.caller.name, scene.caller.phone
            told.append(line.format(n=number, who=who, phone=phone, text=scene.text))
        actor = self.world.cast.operators[0]
        pasting.paste("\n".join(told), [], "wechat", actor=actor, now=self.before(minutes=25))

    def leave_draft(self) -> None:
        """An operator is called away in the middle of a call."""
        story, scene = self._fresh()
        half = scene.text[: len(scene.text) * 2 // 3]
        typed = {"phone": scene.caller.phone, "name": scene.caller.name, "place": scene.place, "text": half,
                 "kind": story.kind, "urgency": "1", "confidential": "normal"}  # fmt: skip
        fields = {name: [value] for name, value in typed.items()}
        typing.save(fields, key="demo-call", actor=self.world.cast.operators[0], now=self.before(minutes=4))

    def empty_calls(self) -> None:
        """Calls that held no request, one of them from a number that has cases."""
        rng, known = self.world.rng, [tale.scene.caller.phone for tale, _ in self.told if tale.scene.caller.phone]
        for day, cause in enumerate(EMPTY):
            phone = rng.choice(known) if day == 0 else f"100{rng.randint(1000, 9999)}9{day:03}"
            at = self.before(days=day, minutes=rng.randint(30, 300))
            began = at - timedelta(seconds=rng.randint(8, 40))
            ending.without_case(cause, phone=phone, began_at=began, actor=rng.choice(self.world.cast.operators), now=at)

    # ---- marks on a number
    def mark_numbers(self) -> None:
        """One mark waits for the head of the shift, one holds, against one the person objects."""
        seen: set[str] = set()
        for cause, days in MARKS:
            found = self._rang_before(days, seen)
            if found is None:
                continue
            tale, key = found
            seen.add(tale.scene.caller.phone)
            at = tale.scene.received + timedelta(minutes=30)
            row = marks.propose(key, cause, tale.phrase("mark"), actor=tale.operator, now=at)
            if days < 1:
                continue
            judge = self.world.rng.choice(self.world.cast.dispatchers)
            marks.confirm(row.pk, True, actor=judge, now=at + timedelta(minutes=40))
            if days > OBJECTS:
                person = citizen_actor(self.requesters[key], kind="citizen")
                marks.appeal(row.pk, tale.phrase("mark_appeal"), actor=person, now=self.before(hours=5))

    def _rang_before(self, days: float, seen: set[str]) -> tuple[Tale, str] | None:
        """The newest case that came by telephone so many days ago or earlier, from a number that is not marked yet."""
        for tale, key in reversed(self.told):
            phone = tale.scene.caller.phone
            open_to_it = phone and phone not in seen and tale.channel == "hotline" and not tale.confidential
            if open_to_it and self.now - tale.scene.received >= timedelta(days=days):
                return tale, key
        return None

    # ---- views, shifts
    def keep_views(self) -> None:
        """Lists that people have kept, one of them shown to the whole unit."""
        cast = self.world.cast
        who = {"operators": cast.operators, "dispatchers": cast.dispatchers, "supervisors": cast.supervisors,
               "leads": [cast.parties[code].lead for code in SHOWN if code in cast.parties]}  # fmt: skip
        for group, name, wish in VIEWS:
            for actor in who[group][:2]:
                view = views.keep(self.said(name), wish, actor=actor, now=self.before(days=12))
                if group == "supervisors" and actor is who[group][0]:
                    views.share(view.pk, on=True, actor=actor, now=self.before(days=12))

    def roster(self) -> None:
        """Three shifts, who works them this week, and the note of the shift before."""
        cast, moment = self.world.cast, self.before(days=9)
        head = cast.dispatchers[0]
        rows = [
            rostering.put_shift(None, name_zh=names[0], name_en=names[1], starts=starts, ends=ends, active=True,
                                actor=head, now=moment)
            for names, starts, ends in SHIFTS
        ]  # fmt: skip
        today = self.now.astimezone(self.world.stage.zone).date()
        people = [int(actor.id) for actor in cast.operators]
        for day in range(-7, 7):
            for number, row in enumerate(rows):
                alone = number == len(rows) - 1  # at night; nobody works two shifts of a day
                on = [people[(day + number * 2 + more) % len(people)] for more in range(1 if alone else 2)]
                lead = int(cast.dispatchers[number % len(cast.dispatchers)].id)
                rostering.put_on_duty(today + timedelta(days=day), row.pk, on, lead, actor=head, now=moment)
        over = [(span.until, row, day) for day in (today - timedelta(days=1), today) for row in rows
                if (span := rostering.span_of(row, day)).until < self.now]  # fmt: skip
        self._hand_over(sorted(over, key=lambda one: one[0]))

    def _hand_over(self, over: Sequence[tuple[datetime, Any, date]]) -> None:
        """Every shift that has ended left a note; the last of them nobody has taken over yet."""
        operators = self.world.cast.operators
        for number, (until, row, day) in enumerate(over):
            words, writer = self.world.writer.phrase("handover", {}), operators[number % len(operators)]
            note = rostering.hand_over(day, row.pk, words, actor=writer, now=until)
            if number < len(over) - 1:
                other = operators[(number + 1) % len(operators)]
                rostering.take_over(note.pk, actor=other, now=until + timedelta(minutes=6))

    # ---- figures
    def work_out_scores(self) -> None:
        """The three rates of last month, published; a unit says that one case was counted wrongly."""
        actor = self.world.cast.evaluators[0]
        last = self.now.astimezone(self.world.stage.zone).date().replace(day=1) - timedelta(days=1)
        wish = scores.Wish(SCORED, last.replace(day=1), last)
        run = scores.run_scores(wish, actor=actor, now=self.before(hours=6))
        scores.publish_run(run.pk, actor=actor, now=self.before(hours=5))
        self._appeal(run)

    def _appeal(self, run: Any) -> None:
        """By the first unit with a sign-in of the demo, else any, that lost something by a case."""
        parties, told = self.world.cast.parties, {key: tale for tale, key in self.told}
        wanted = [code for code in (*SHOWN, *parties) if code in parties]
        for party in (parties[code] for code in wanted):
            for indicator in Definition.of(run.definition).indicators:
                lost = scores.cases_of(run, party.key, indicator.code, "missed", actor=party.lead, most=1).rows
                if lost:
                    words = told[str(lost[0].pk)].phrase("score_appeal")
                    scores.appeal(run.pk, party.key, lost[0].pk, indicator.code, words, actor=party.lead,
                                  now=self.before(hours=3))  # fmt: skip
                    return

    def make_daily(self) -> None:
        """The daily report of the last day that was over in the morning, as the head of the hotline gets it."""
        tongue = "en" if self.world.writer.language == "en" else "zh-hans"
        actor: Actor = self.world.cast.dispatchers[0]
        make_report("daily", "", "docx", actor=actor, now=self.before(hours=7), language=tongue)
