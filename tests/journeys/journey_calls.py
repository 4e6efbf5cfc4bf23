"""The telephone part as the journeys see it: a day of calls, missed ones, a roster and a handover, and its screens."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

from django.utils import timezone
from journey_office import Office, now

from gezhi.loop.calls import sim, use
from gezhi.loop.calls.pages.door import CtiEvent
from gezhi.loop.calls.service.hearing import hear
from gezhi.loop.calls.service.rostering import hand_over, put_extension, put_on_duty, put_shift
from gezhi.loop.models import Call, Handover
from gezhi.trust.rules import Actor

SAID = "今晚三中队值班，防汛电话已转接。"


def telephone(office: Office) -> None:
    """Two telephones, one of nobody, three hours of calls, a shift of the whole day with its handover."""
    dora = office.actor("dora")
    for name, number in (("olive", "8001"), ("dora", "8002")):
        put_extension(office.users[name].pk, number, actor=dora, now=now())
    row = put_shift(
        None, name_zh="全天", name_en="All day", starts=time(0), ends=time(0), active=True, actor=dora, now=now()
    )
    today = timezone.localtime(now()).date()
    people = [office.users[name].pk for name in ("olive", "dora")]
    put_on_duty(today, row.pk, people, office.users["dora"].pk, actor=dora, now=now())
    begun = now() - timedelta(hours=3)
    wish = sim.Wish(agents=["8001", "8002", "8099"], rate=0.004, missed=0.3, talk=60, seconds=9000, seed=6)
    for said in sim.moments(wish, begun):
        event = CtiEvent.model_validate(said).model_dump()
        hear(event, actor=Actor.system("cti"), now=event["at"])
    hand_over(today, row.pk, SAID, actor=office.actor("olive"), now=now())
    use.look_again()


def calls_screens(office: Office) -> Iterator[Any]:
    """The screens of the telephone part."""
    from journey_screens import Screen

    telephone(office)
    note, heard = Handover.objects.get(), Call.objects.filter(recorded=True).latest("began_at")
    today = timezone.localtime(now()).date()
    entry = f"week={today - timedelta(days=today.weekday())}&day={today}&shift={note.shift_id}"
    paths = {"calls": "/desk/calls/", "calls-figures": "/desk/calls/figures/", "calls-list": "/desk/calls/list/",
             "shifts": "/desk/shifts/", "handover": f"/desk/shifts/handover/{note.pk}/",
             "listen": f"/desk/calls/{heard.pk}/listen/", "shifts-entry": f"/desk/shifts/?{entry}"}  # fmt: skip
    for name, path in paths.items():
        yield Screen(name, "dora", path)
