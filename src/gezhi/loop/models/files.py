"""Photos and papers of a case; the bytes lie content-addressed in the data folder."""

from django.db import models

from gezhi.kernel.ids import uuid7


class Attachment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("loop.Case", models.PROTECT, null=True, related_name="files")
    step = models.ForeignKey("loop.Step", models.PROTECT, null=True, related_name="files")
    digest = models.CharField(max_length=64)  # of the served file
    original = models.CharField(max_length=64, default="")  # of the sealed original, where one is kept
    kind = models.CharField(max_length=10)  # image | pdf | audio | video | text
    size = models.PositiveIntegerField()
    name = models.BinaryField(null=True)  # the sender's file name, sealed: it may name a person
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    created_at = models.DateTimeField()
    public = models.BooleanField(default=True)  # shown to the requester
