"""How people outside are reached: wishes, where nothing arrives, the texts of the office; names of channels."""

from django.db import models

from gezhi.loop.models.case import Case


class ReachWish(models.Model):
    """By which way whoever reported wants to be told; the address itself stands sealed with the requester."""

    requester = models.OneToOneField("trust.Requester", models.CASCADE, primary_key=True, related_name="+")
    way = models.CharField(max_length=8)  # sms | mail | none
    language = models.CharField(max_length=10, default="")
    agreed_at = models.DateTimeField()
    # form: ticked there; page: chosen later on the page of the request; mail: wrote to us so; desk: told an officer
    agreed_by = models.CharField(max_length=8)


class ReachStop(models.Model):
    """An address at which nothing arrives for good; known by a keyed hash alone."""

    way = models.CharField(max_length=8)
    address_hash = models.BinaryField(max_length=32)
    code = models.CharField(max_length=20)  # what the mail server or the gateway gave as the cause
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")  # whose letter came back
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["way", "address_hash"], name="reach_stops_once")]
        indexes = [models.Index(fields=["case"], name="reach_stops_of_case")]


class TellingVersion(models.Model):
    """One version of a text that goes out to citizens, as the office wrote it; the newest one holds."""

    insert_only = True

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    texts = models.JSONField()  # subject_zh, subject_en, text_zh, text_en
    off = models.BooleanField(default=False)  # nothing goes out
    pack = models.BooleanField(default=False)  # back to the text of the pack
    put_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    put_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="telling_versions_once")]


class ChannelName(models.Model):
    """A name that sources give a channel, as it was met; the office says which channel it means."""

    name = models.CharField(max_length=60, unique=True)  # in its normal form
    shown = models.CharField(max_length=60)  # as it was written first
    channel = models.CharField(max_length=20, default="")  # empty: nobody has said yet
    source = models.CharField(max_length=40, default="")  # where it was met last
    count = models.PositiveIntegerField(default=0)  # how often nothing was known of it
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
