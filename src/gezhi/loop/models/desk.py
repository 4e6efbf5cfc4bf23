"""What is not a case yet: drafts of the call screen, pasted texts with their pictures; and calls that brought none."""

from django.db import models

from gezhi.kernel.ids import uuid7
from gezhi.loop.models.calls import Call
from gezhi.loop.models.case import Case


class Paste(models.Model):
    """A text that a clerk pasted, with its pictures; cut into drafts. Sealed under a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wrapped_key = models.BinaryField(null=True)
    sealed = models.BinaryField(null=True)  # the text as it was pasted
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-made_at"], name="pastes_of_user")]


class Draft(models.Model):
    """What may become a case: typed on the call screen, or one part of a paste. Its key goes when it is done with."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wrapped_key = models.BinaryField(null=True)
    sealed = models.BinaryField(null=True)  # the fields of the call screen by name
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    paste = models.ForeignKey(Paste, models.CASCADE, null=True, related_name="drafts")
    call = models.ForeignKey(Call, models.CASCADE, null=True, related_name="+")  # the call on the line
    position = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=100)  # of the form: what is sent twice is one case
    state = models.CharField(max_length=8, default="open")  # open | kept | dropped
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="draft_once")]
        indexes = [
            models.Index(fields=["user", "-saved_at"], condition=models.Q(state="open"), name="drafts_open"),
            models.Index(fields=["saved_at"], name="drafts_by_time"),
        ]


class Picture(models.Model):
    """A picture of a paste: made anew without what its camera wrote; the original stays sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    paste = models.ForeignKey(Paste, models.CASCADE, related_name="pictures")
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    original = models.CharField(max_length=64)  # of the sealed bytes as they came
    size = models.PositiveIntegerField()
    name = models.BinaryField()  # the sender's file name, sealed
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)


class NoCase(models.Model):
    """A call that brought no case: wrong number, silent, nuisance. The number lies sealed with the requester."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requester = models.ForeignKey("trust.Requester", models.PROTECT, null=True, related_name="+")
    call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    cause = models.CharField(max_length=40)
    ended_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(null=True)  # from the first key to the end

    class Meta:
        indexes = [
            models.Index(fields=["requester"], name="no_case_of_number"),
            models.Index(fields=["ended_at"], name="no_case_by_time"),
        ]
