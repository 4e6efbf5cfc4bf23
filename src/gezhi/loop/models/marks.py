"""Nuisance marks on a number: the number is known by the keyed hash of the requester alone, the words are sealed."""

from django.db import models
from django.db.models.functions import Now

from gezhi.kernel.ids import uuid7


class NuisanceMark(models.Model):
    """One mark: set by one person, confirmed by another, over by itself; it lowers a place in a queue, bars nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requester = models.ForeignKey("trust.Requester", models.PROTECT, related_name="+")
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    cause = models.CharField(max_length=40)
    state = models.CharField(max_length=10)  # proposed | confirmed | declined | lifted
    words = models.BinaryField()  # sealed: why, the appeal, the answer to it
    set_by = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    appeal = models.CharField(max_length=10, default="")  # asked | granted | refused
    appealed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["state", "expires_at"], name="marks_in_force")]
