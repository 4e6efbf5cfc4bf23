"""What tests of scores share: sets small enough to work out by hand, people who evaluate, and a month of cases."""

from datetime import date, timedelta

from django.apps import apps

from gezhi.loop.models import CodeItem, ScoreBand, ScoreGroup, ScoreIndicator, ScoreMeasure, ScoreSet
from gezhi.loop.scores import service
from gezhi.trust.service.roles import grant_post

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
MEASURES = {
    "contact_due": ("contact", ""), "contact_in_time": ("contact", "in_time"),
    "handle_due": ("handle", ""), "handle_in_time": ("handle", "in_time"), "handle_closed": ("handle", "round_closed"),
    "asked": ("opinion", "solved or partly or unsolved"), "solved": ("opinion", "solved"),
    "partly": ("opinion", "partly"),
    "rated": ("opinion", "satisfied or basic or dissatisfied"), "satisfied": ("opinion", "satisfied"),
    "basic": ("opinion", "basic"), "sent": ("sent", ""), "sent_right": ("sent", "right"), "redos": ("redo", ""),
    "closed": ("closed", ""), "rejected": ("ruling", "rejected"), "rectify_due": ("rectify", ""),
    "rectified": ("rectify", "in_time"), "task_due": ("task", ""), "task_in_time": ("task", "in_time"),
    "recall_due": ("recall", ""), "recalled": ("recall", "in_time"), "late_closed": ("closed", "round_late"),
    "verify_due": ("verify", ""), "verified": ("verify", "in_time"), "attempts": ("attempt", ""),
    "unreached": ("attempt", "not contacted"), "sign_due": ("sign", ""), "signed": ("sign", "in_time"),
}  # fmt: skip
INDICATORS = {
    "rates": [
        ("response", "contact_in_time / contact_due", "100*w1"),
        ("solution", "(solved + a*partly) / asked", "100*w2"),
        ("satisfaction", "(satisfied + b*basic) / rated", "100*w3"),
    ],
    "grid": [
        ("handled", "handle_in_time / handle_due", "50"), ("closing", "handle_closed / handle_due", "30"),
        ("rework", "redos / closed", "20"), ("refusals", "rejected", "0"), ("rectify", "rectified / rectify_due", "0"),
        ("recall", "recalled / recall_due", "0"), ("assisting", "task_in_time / task_due", "0"),
        ("late", "late_closed / closed", "0"), ("signing", "signed / sign_due", "0"),
    ],
    "desk": [("right", "sent_right / sent", "100"), ("verified", "verified / verify_due", "0"),
             ("unreached", "unreached / attempts", "0")],
}  # fmt: skip
LOWER = ("rework", "refusals", "late", "unreached")


def lay_scores(office):
    """Sets, groups, bands, reasons; Eva and Edda evaluate, Vic supervises scores."""
    for code, (event, condition) in MEASURES.items():
        ScoreMeasure.objects.create(code=code, event=event, condition=condition, name_zh=code, pack="test")
    for place, (code, indicators) in enumerate(INDICATORS.items()):
        params = {"w1": "0.3", "w2": "0.35", "w3": "0.35", "a": "0.5", "b": "0.5"} if code == "rates" else {}
        how = "apart" if code == "rates" else "rescale"
        ScoreSet.objects.create(code=code, position=place, name_zh=code, params=params, nothing_due=how, pack="test")
        for at, (name, formula, full) in enumerate(indicators):
            better, unit = ("lower" if name in LOWER else "higher"), ("count" if name == "refusals" else "percent")
            ScoreIndicator.objects.create(
                set=code,
                code=name,
                position=at,
                name_zh=name,
                formula=formula,
                full=full,
                better=better,
                unit=unit,
                marks="-value" if name == "refusals" else "",
                pack="test",
            )
    ScoreGroup.objects.create(code="bureaus", name_zh="职能部门", kinds=["bureau"], sets=["rates", "grid"], pack="test")
    ScoreGroup.objects.create(
        code="towns", position=1, name_zh="街道乡镇", kinds=["street"], sets=["rates", "grid"], pack="test"
    )
    ScoreGroup.objects.create(code="desks", name_zh="中心", kinds=["centre", "city"], sets=["desk"], pack="test")
    for code, least in (("advanced", "90"), ("progressing", "80"), ("governed", "0")):
        ScoreBand.objects.create(code=code, name_zh=code, least=least, pack="test")
    for code in ("legacy", "malicious"):
        CodeItem.objects.create(list="exclusion_reason", code=code, name_zh=code, name_en=code, pack="test")
    people = apps.get_model("trust", "User")
    for name, role in (("eva", "evaluator"), ("edda", "evaluator"), ("vic", "supervisor")):
        office.users[name] = people.objects.create(username=name, display_name=name.title(), unit=office.units["city"])
        grant_post(name, role, "city", actor=office.actor("system"), now=office.now)
    return office


def wish(code="rates", **more):
    return service.Wish(code, more.pop("first", FIRST), more.pop("last", LAST), **more)


def run(office, code="rates", by="eva", **more):
    return service.run_scores(wish(code, **more), actor=office.actor(by), now=office.now)


def published(office, code="rates", **more):
    row = run(office, code, **more)
    return service.publish_run(row.pk, actor=office.actor("eva"), now=office.now)


def figure(row, unit, indicator=""):
    """The stored row of one figure."""
    return next(one for one in row.rows.all() if one.unit_id == unit and one.indicator == indicator)


def told(office, *, lead="urban", late=False, contacted=True, satisfaction="satisfied", solved="solved"):
    """A case from call to call-back, by the shortest way; late by ten days where wished."""
    handler, chief = ("hugo", "lena") if lead == "urban" else ("hana", "liam")
    case = office.to("handling", lead=lead)
    if contacted:
        office.later(minutes=5)
        office.move(case, "contact", handler, reached="reached")
    if late:
        office.later(days=10)
    office.later(minutes=5)
    office.move(case, "reply", handler, outcome="solved", reply="好了。")
    office.later(minutes=5)
    office.move(case, "review_pass", chief)
    if satisfaction:
        office.later(minutes=5)
        again = {"for_unit": "仍未解决"} if "dissatisfied" in satisfaction else {}
        office.move(case, "callback", "cal", contacted=True, satisfaction=satisfaction, solved=solved, **again)
    return case


def month_end(office):
    """April: the month may be worked out."""
    office.now = max(office.now, office.now.replace(month=4, day=2)) + timedelta(hours=1)
    return office
