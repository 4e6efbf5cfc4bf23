"""Notices to people of the office, what each of them wants to hear of, and the state of their mailbox."""

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """Something that a person should know of: codes and keys, never a word of anybody."""

    user = models.ForeignKey("trust.User", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    case = models.ForeignKey("loop.Case", models.CASCADE, null=True, related_name="+")
    step = models.PositiveIntegerField(null=True)  # the step that tells of it; none for a light
    stage = models.CharField(max_length=12, default="")
    origin = models.CharField(max_length=120)  # what it comes from: told once, however often it is delivered
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "origin"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-at"], name="notices_of"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notices_unread"),
            models.Index(fields=["case", "step"], name="notices_of_step"),
            models.Index(fields=["at"], name="notices_by_age"),
        ]


class NoticeWish(models.Model):
    """What a person wants to hear of, and whether and where by mail."""

    OFF, HOURLY, DAILY = "off", "hourly", "daily"

    user = models.OneToOneField("trust.User", models.CASCADE, primary_key=True, related_name="+")
    unwanted = models.JSONField(default=list)  # kinds
    digest = models.CharField(max_length=6, default=OFF)
    address = models.EmailField(max_length=200, default="")
    bounced_at = models.DateTimeField(null=True)
    bounce = models.CharField(max_length=12, default="")  # the code with which the letter came back
    sent_at = models.DateTimeField(null=True)


class NoticeMark(models.Model):
    """Until when the lights of the clocks have been looked at."""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()
