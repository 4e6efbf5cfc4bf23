"""What people in the field are asked, where they go, what they found, and the photos that are on their way."""

from django.db import models
from django.db.models.functions import Now

from gezhi.kernel.ids import uuid7


class FieldTask(models.Model):
    """Somebody is asked to look at the place of a case, before it is taken up or after it is mended."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="looks")
    phase = models.CharField(max_length=8)  # before | after
    state = models.CharField(max_length=10, default="open")  # open | done | cancelled
    words = models.BinaryField()  # sealed under the requester's key: what to look at, and where
    user = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")  # empty: whoever of the unit
    unit = models.ForeignKey("trust.Unit", models.PROTECT, related_name="+")
    area = models.CharField(max_length=12, default="")
    shown = models.BooleanField(default=False)  # the citizen reads the finding
    due_at = models.DateTimeField()
    asked_by = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["unit", "due_at"], condition=models.Q(state="open"), name="looks_open"),
            models.Index(fields=["case"], name="looks_of_case"),
        ]


class FieldPlace(models.Model):
    """A household or place that is visited every so many days; who lives there is sealed with a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requester = models.ForeignKey("trust.Requester", models.PROTECT, related_name="+")
    mark = models.BinaryField(max_length=32)  # keyed hash of name and address: a sheet read twice adds nobody twice
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=40, default="")
    unit = models.ForeignKey("trust.Unit", models.PROTECT, related_name="+")
    user = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=12, default="")
    every = models.PositiveSmallIntegerField()  # days
    due_on = models.DateField()
    last_at = models.DateTimeField(null=True)
    last_result = models.CharField(max_length=8, default="")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "mark"], name="field_place_once")]
        indexes = [models.Index(fields=["unit", "due_on"], condition=models.Q(active=True), name="field_places_due")]


class FieldAct(models.Model):
    """One thing that somebody did in the field; its key was made on the phone, so that sending twice counts once."""

    insert_only = True

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=8)  # before | after | patrol | visit
    result = models.CharField(max_length=12)
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    unit = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")
    task = models.ForeignKey(FieldTask, models.PROTECT, null=True, related_name="acts")
    place = models.ForeignKey(FieldPlace, models.PROTECT, null=True, related_name="acts")
    case = models.ForeignKey("loop.Case", models.PROTECT, null=True, related_name="+")
    step = models.PositiveIntegerField(null=True)  # number of the step on the case
    clash = models.CharField(max_length=10, default="")  # moved | answered | cancelled, while it was on its way
    sealed = models.BinaryField(null=True)  # the note and the position, under the key of the person concerned
    made_at = models.DateTimeField()  # by the phone's clock, put right by the server's
    arrived_at = models.DateTimeField()
    accuracy = models.PositiveIntegerField(null=True)  # metres
    metres = models.PositiveIntegerField(null=True)  # from the place where the case or the household is said to be
    source = models.CharField(max_length=8, default="")  # phone | photo
    no_place = models.CharField(max_length=12, default="")  # why there is none

    class Meta:
        indexes = [
            models.Index(fields=["user", "-made_at"], name="field_acts_of_user"),
            models.Index(fields=["place", "-made_at"], name="field_acts_of_place"),
        ]


class FieldPart(models.Model):
    """A photo on its way up, piece by piece; what has arrived lies in the data folder under its key."""

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, default="")
    length = models.PositiveIntegerField()
    got = models.PositiveIntegerField(default=0)
    act = models.UUIDField(null=True)  # the act that used it
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "touched_at"], name="field_parts_of_user")]
