"""One case replayed from its raw steps, for `recompute_scores.py`: what counts in a period, and for whom.

Nothing of the product is imported here, nor is its way of counting copied: what held before a step is read off all
steps before it, and a clock is the list of what was done to it.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DESK = {"accept", "dispatch", "verify", "adjudicate"}
LEADS = ("receive", "dispatch", "adjudicate", "change_lead")
NEITHER = {"merge", "withdraw", "void_decide", "undo_import", "split", "change_lead", "task_back", "task_refuse"}
GOOD, BAD = {"very", "satisfied"}, {"dissatisfied", "very_dissatisfied"}
ANSWERS = {"solved", "partly", "unsolved"}


def query(db, text, *values):
    with db.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


# ---- the calendar: the close of the nth working day after a moment


class Calendar:
    def __init__(self, db, zone):
        self.zone = ZoneInfo(zone)
        self.days = dict(query(db, "SELECT day, kind FROM loop_calendarday"))
        rows = query(db, 'SELECT pack, start, "end", periods FROM loop_officehours WHERE active')
        self.seasons = [row[1:] for row in rows if row[0] == "local"] or [row[1:] for row in rows]

    def works(self, day):
        return self.days[day] == "workday" if day in self.days else day.weekday() < 5

    def closes(self, day):
        mark = f"{day:%m-%d}"
        for start, end, periods in self.seasons:
            if start <= mark < end if start < end else (mark >= start or mark < end):
                return time.fromisoformat(periods.split(",")[-1].split("-")[1].strip())
        return time(18)

    def after(self, moment, count):
        day = moment.astimezone(self.zone).date()
        while count:
            day += timedelta(days=1)
            count -= 1 if self.works(day) else 0
        return datetime.combine(day, self.closes(day), self.zone)


class Days(Calendar):
    """The working days as a run has kept them: [opens, closes, …] of each day."""

    def __init__(self, kept):
        self.zone, self.days = ZoneInfo(kept["zone"]), kept["days"]

    def works(self, day):
        known = self.days.get(day.isoformat())
        return day.weekday() < 5 if known is None else bool(known)

    def closes(self, day):
        known = self.days.get(day.isoformat())
        return time.fromisoformat(known[-1]) if known else time(18)


# ---- one case


class Case:
    """A case replayed step by step until the end of the period; `found` are its events as plain tuples."""

    def __init__(self, key, desk, channel, steps, run, calendar):
        self.key, self.desk, self.channel = str(key), desk, channel
        self.start, self.end, self.calendar, self.mend = run["start"], run["end"], calendar, run["mend"]
        self.steps = [step for step in steps if step["at"] < self.end]
        self.found = []
        for number, step in enumerate(self.steps):
            step.update(self.before(number))
        self.asleep = self.sleeps()
        self.void = bool(self.steps) and self.steps[-1]["target"] == "void"
        self.kind = next((s["facts"]["kind"] for s in reversed(self.steps) if s["facts"].get("kind")), "")

    def before(self, number):
        """What held just before a step, read off all steps before it."""
        lead, round_, redos, urgency, supervised = None, 1, 0, 1, False
        for step in self.steps[:number]:
            facts, move = step["facts"], step["move"]
            if move in LEADS and facts.get("unit"):
                lead = facts["unit"]
            if move in ("reopen", "appeal", "split"):
                lead = None
            if again(step):
                redos += 1
            round_ += again(step) or move in ("reopen", "appeal")
            urgency = facts.get("urgency") or urgency
            supervised = supervised or move == "supervise" or redos >= 2
        return {"lead": lead, "round": round_, "redos": redos, "urgency": urgency, "supervised": supervised}

    def sleeps(self):
        asleep = False
        for step in self.steps:
            if step["move"] == "history":
                return True
            if step["move"] == "receive":
                asleep = bool(step["facts"].get("dormant"))
            if step["move"] == "adopt":
                asleep = False
        return asleep

    def lead_at(self, moment):
        lead = None
        for step in self.steps:
            if step["at"] > moment:
                break
            if step["move"] in LEADS and step["facts"].get("unit"):
                lead = step["facts"]["unit"]
            if step["move"] in ("reopen", "appeal", "split"):
                lead = None
        return lead or self.desk

    def add(self, kind, unit, at, *facts, step=None, urgency=1, round_=1, supervised=False):
        if not self.start <= at < self.end:
            return
        told = {fact for fact in facts if fact} | {self.kind, "first_round" if round_ == 1 else "redone"}
        told |= {"urgent"} if urgency >= 3 else set()
        told |= {"critical"} if urgency >= 4 else set()
        told |= {"supervised"} if supervised else set()
        told |= {"upstream"} if self.channel == "upstream" else set()
        self.found.append({"kind": kind, "case": self.key, "unit": unit, "facts": told, "step": step, "out": self.void})

    def of(self, kind, step, *facts, lead=True):
        unit = (step["lead"] or self.desk) if lead else self.desk
        direct = "direct" if lead and not step["lead"] else ""
        self.add(kind, unit, step["at"], *facts, direct, step=step["no"], urgency=step["urgency"],
                 round_=step["round"], supervised=step["supervised"])  # fmt: skip

    # clocks: each as the list of what was done to it

    def clocks(self):
        table = {}
        for step in self.steps:
            for op in step["facts"].get("clocks", ()):
                table.setdefault(op["clock"], []).append((step, op))
        return table

    @staticmethod
    def left(ops, until=None):
        """Due, since when it rests, and when it ended, after the operations before a moment."""
        due = rests = end = None
        for step, op in ops:
            if until is not None and step["at"] >= until:
                break
            due = datetime.fromisoformat(op["due"]) if op.get("due") else due
            if op["op"] == "pause":
                rests = step["at"]
            if op["op"] in ("resume", "stop"):
                rests = None
            if op["op"] == "stop":
                end = step
        return due, rests, end

    def count_clocks(self):
        closed = {step["round"] for step in self.steps if step["target"] == "closed"}
        for ops in self.clocks().values():
            first = ops[0][1]
            due, rests, _ = self.left(ops, self.start)
            _, _, end = self.left(ops)
            gone = min(self.start, end["at"]) if end else self.start
            if due and due < gone and (rests is None or rests > due):
                continue  # it ran out in an earlier period
            due, rests, end = self.left(ops)
            if due is None:
                continue
            met = end is not None and end["at"].replace(microsecond=0) <= due
            if met and end["move"] in NEITHER:
                continue
            if not met and ((rests and rests <= due) or due >= self.end):
                continue
            at = end["at"] if met else due
            stage = first["stage"]
            if stage in DESK:
                unit = self.desk
            elif stage == "task":
                unit = first.get("unit") or self.desk
            else:
                unit = (end["lead"] or self.desk) if met else self.lead_at(at)
            began = ops[0][0]
            urgency = began["facts"].get("urgency") or began["urgency"]
            watched = any(step["move"] == "supervise" and step["at"] <= at for step in self.steps)
            self.add(stage, unit, at, "in_time" if met else "late", "" if end else "open",
                     "" if first.get("verified", True) else "unverified",
                     "round_closed" if first["round"] in closed else "", step=end["no"] if end else 0, urgency=urgency,
                     round_=first["round"], supervised=watched)  # fmt: skip

    # everything else

    def count_steps(self):
        for number, step in enumerate(self.steps):
            move, facts = step["move"], step["facts"]
            if move == "callback":
                self.of("attempt", step, "contacted" if facts.get("contacted") else "")
            if said(step):
                self.of("opinion", step, *words(step))
            if move == "return":
                self.of("return", step)
            if move == "adjudicate" and step["lead"]:
                stays = facts.get("ruling") == "reject" or facts.get("unit") == step["lead"]
                self.of("ruling", step, "rejected" if stays else "upheld")
            if move in ("postpone_decide", "hangup_decide"):
                self.of(move.split("_")[0], step, "approved" if facts.get("approve") else "")
            if move in ("chase", "supervise", "reopen"):
                self.of(move, step)
            if again(step):
                self.of("redo", step, "second" if step["redos"] else "")
            if step["target"] == "closed" and step["source"] not in ("closed", "merged"):
                self.of("closed", step, *self.ending(number))
            if said(step) and facts.get("satisfaction") in BAD:
                self.count_mending(number)
        self.count_first()

    def ending(self, number):
        step = self.steps[number]
        told = set()
        for before in self.steps[:number]:
            if before["move"] == "reopen":
                told.add("reopened")
            if before["round"] != step["round"]:
                continue
            approved = before["facts"].get("approve")
            told |= {"postponed"} if before["move"] == "postpone_decide" and approved else set()
            told |= {"hung_up"} if before["move"] == "hangup_decide" and approved else set()
            told |= {"returned"} if before["move"] == "return" else set()
            told |= {"chased"} if before["move"] == "chase" else set()
        late = False
        for ops in self.clocks().values():
            if ops[0][1]["stage"] == "handle" and ops[0][1]["round"] == step["round"]:
                due, _, end = self.left(ops)
                late = late or (due is not None and due < (end["at"] if end else step["at"]))
        return told | {"round_late" if late else "in_time"}

    def count_first(self):
        first = None
        for step in self.steps:
            if first is None:
                first = step if step["move"] == "dispatch" else None
                continue
            to = step["facts"].get("unit")
            wrong = step["move"] in ("dispatch", "adjudicate") and to and to != first["facts"]["unit"]
            if wrong or step["target"] == "closed":
                self.add("sent", self.desk, step["at"], "wrong" if wrong else "right", step=step["no"],
                         urgency=step["urgency"], supervised=step["supervised"])  # fmt: skip
                return
            if step["target"] in ("merged", "withdrawn", "void"):
                return

    def count_mending(self, number):
        step = self.steps[number]
        by = self.calendar.after(step["at"], self.mend)
        recalled = rectified = None
        for later in self.steps[number + 1 :]:
            heard = said(later) or (later["move"] == "contact" and later["facts"].get("reached") != "unreached")
            recalled = recalled or (later if heard else None)
            ended = later["target"] == "closed" and later["source"] != "closed"
            rectified = rectified or (later if later["move"] == "review_pass" or ended else None)
        for kind, done in (("recall", recalled), ("rectify", rectified)):
            met = done is not None and done["at"] <= by
            if not met and by >= self.end:
                continue
            whose = "by_citizen" if step["move"] == "rate" else "by_callback"
            self.add(kind, step["lead"] or self.desk, done["at"] if met else by, "in_time" if met else "late", whose,
                     step=done["no"] if met else 0, urgency=step["urgency"], round_=step["round"],
                     supervised=step["supervised"])  # fmt: skip


def again(step):
    sent_back = step["move"] in ("callback", "rate") and step["target"] in ("dispatched", "accepted")
    return step["move"] == "redo" or sent_back


def said(step):
    return step["move"] == "rate" or (step["move"] == "callback" and bool(step["facts"].get("contacted")))


def words(step):
    facts = step["facts"]
    told = {"contacted", "by_citizen" if step["move"] == "rate" else "by_callback"}
    told |= {facts["solved"]} if facts.get("solved") in ANSWERS else set()
    satisfaction = facts.get("satisfaction")
    told |= {"satisfied"} if satisfaction in GOOD else {"dissatisfied"} if satisfaction in BAD else set()
    told |= {"basic"} if satisfaction == "basic" else set()
    if step["move"] == "callback":
        told.add("sample_random" if facts.get("sample") == "random" else "sample_rule")
    return told
