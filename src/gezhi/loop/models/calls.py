"""Telephone calls: what the telephone system told, missed calls to ring back, calls asked for, shifts and handovers."""

from django.db import models
from django.db.models.functions import Now

from gezhi.kernel.ids import uuid7
from gezhi.loop.models.case import Case


class Extension(models.Model):
    """The telephone of a person of the office, as the telephone system names it."""

    user = models.OneToOneField("trust.User", models.PROTECT, primary_key=True, related_name="+")
    number = models.CharField(max_length=40, unique=True)


class Call(models.Model):
    """One telephone call. Its columns repeat what its events say; numbers and recordings are sealed with the events."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call_id = models.CharField(max_length=80, unique=True)  # as the telephone system names it
    requester = models.ForeignKey("trust.Requester", models.PROTECT, related_name="+")  # who is on the other end
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="calls")
    direction = models.CharField(max_length=3)  # in | out
    state = models.CharField(max_length=12)  # ringing | talking | ended | missed | not_reached
    agent_name = models.CharField(max_length=64, default="")  # extension or user name, as it was told
    agent = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    skill = models.CharField(max_length=40, default="")
    began_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wait_s = models.PositiveIntegerField(null=True)
    talk_s = models.PositiveIntegerField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    recorded = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    # what a desk shows at once: whose, until when, and how many earlier cases of the number he may see
    shown_to = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    shown_until = models.DateTimeField(null=True)
    earlier = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["shown_to"], condition=models.Q(shown_to__isnull=False), name="calls_shown"),
            models.Index(fields=["began_at"], name="calls_by_time"),
            models.Index(fields=["requester"], name="calls_by_requester"),
            models.Index(fields=["case"], condition=models.Q(case__isnull=False), name="calls_by_case"),
            models.Index(
                fields=["agent_name"], condition=models.Q(agent=None) & ~models.Q(agent_name=""), name="calls_unknown"
            ),
        ]


class CallEvent(models.Model):
    """One thing that the telephone system told of a call; a second telling of it is the first."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="events")
    event = models.CharField(max_length=12)  # ringing | answered | transferred | ended | missed | rated
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    facts = models.JSONField(default=dict)  # direction, agent, skill, queue_s, talk_s, rating: nothing of the person
    sealed = models.BinaryField(null=True)  # caller, called, recording_url under the requester's key
    digest = models.BinaryField(max_length=32, null=True)  # keyed hash of the whole; gone when the person is erased

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "event"], name="call_event_once")]


class Ringback(models.Model):
    """A number whose call was missed; settled when somebody reached it, or when it called again by itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.OneToOneField(Call, models.PROTECT, related_name="ringback")  # the first that was missed
    state = models.CharField(max_length=12)  # open | reached | not_reached | came_again | void
    missed = models.PositiveSmallIntegerField(default=1)
    missed_at = models.DateTimeField()
    last_missed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    soon_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=120, default="")
    verified = models.BooleanField(default=True)
    tries = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    by_call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["missed_at"], condition=models.Q(state="open"), name="ringbacks_open")]


class RingbackTry(models.Model):
    """One try to reach a number again."""

    ringback = models.ForeignKey(Ringback, models.PROTECT, related_name="tried")
    no = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12)  # reached | no_answer | busy | wrong | given_up

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ringback", "no"], name="ringback_tries")]


class Dial(models.Model):
    """A call that somebody asked the telephone system to make; the number stays sealed with the requester."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requester = models.ForeignKey("trust.Requester", models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    ringback = models.ForeignKey(Ringback, models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    extension = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="asked")  # asked | sent | late
    sent_at = models.DateTimeField(null=True)


class Shift(models.Model):
    """A shift 班次; it ends on the next day where it ends before it begins."""

    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, default="", blank=True)
    starts = models.TimeField()
    ends = models.TimeField()
    since = models.DateField(null=True)  # where it follows one with other times: its first day
    active = models.BooleanField(default=True)


class OnDuty(models.Model):
    """Who works which shift on which day, and who leads it."""

    day = models.DateField()
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="on_duty")
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    leader = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "shift", "user"], name="on_duty_once"),
            models.UniqueConstraint(fields=["day", "shift"], condition=models.Q(leader=True), name="one_duty_leader"),
        ]


class Handover(models.Model):
    """What a leaving shift told the next, with what was open at that moment, and who took it over."""

    day = models.DateField()
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="handovers")
    words = models.TextField()
    open = models.JSONField(default=dict)  # keys of urgent cases and missed calls, how many calls waited
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "shift"], name="one_handover_per_shift")]
