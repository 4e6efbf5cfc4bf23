"""Screens of scores: a published run of this month, an exclusion and an appeal that wait, and a draft."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from journey_office import Office, now

from gezhi.loop.scores import service

WORDS = ("已电话联系，未点按钮。", "挂账审批表在案。")


def scores_screens(office: Office, case: str) -> list[tuple[str, str, str]]:
    """Name, reader and address of each screen."""
    moment = now() + timedelta(days=2)  # when the month so far may be worked out
    today = timezone.localtime(now()).date()
    wish: dict[str, Any] = {"first": today - timedelta(days=30), "last": today}
    eva = office.actor("eva")
    run = service.run_scores(service.Wish("three_rates", **wish), actor=eva, now=moment)
    service.publish_run(run.pk, actor=eva, now=moment)
    draft = service.run_scores(service.Wish("grid", **wish, ranks=True), actor=eva, now=moment)
    unit = office.units["urban_management"].pk
    service.ask_exclusion(case, "legacy", WORDS[1], actor=office.actor("lena"), now=moment)
    lena = office.actor("lena")
    asked = service.appeal(run.pk, unit, case, "response", WORDS[0], actor=lena, now=moment)
    figure = f"unit={unit}&indicator=response"
    return [
        ("scores", "eva", "/desk/scores/"), ("score-new", "eva", "/desk/scores/new/"),
        ("score-run", "eva", f"/desk/scores/{run.pk}/"), ("score-draft", "eva", f"/desk/scores/{draft.pk}/"),
        ("score-own", "lena", f"/desk/scores/{run.pk}/"), ("score-what-if", "eva", f"/desk/scores/{run.pk}/what-if/"),
        ("score-cases", "lena", f"/desk/scores/{run.pk}/cases/?{figure}"),
        ("score-exclusions", "eva", "/desk/scores/exclusions/"), ("score-appeals", "sue", "/desk/scores/appeals/"),
        ("score-review", "sue", f"/desk/scores/appeals/{asked.pk}/review/"),
    ]  # fmt: skip
