"""Work handed to somebody without an account by a link: who it is under a key of its own, words under the case's."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from gezhi.kernel.ids import uuid7


class Link(models.Model):
    """One person asked to do one thing for one case. Of the token only a digest is kept, of the phone a keyed one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="links")
    unit = models.ForeignKey("trust.Unit", models.PROTECT, related_name="+")  # in whose name it was sent
    sent_by = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    token_hash = models.BinaryField(max_length=32, unique=True)
    wrapped_key = models.BinaryField(null=True)  # the key of the person's own name and phone; destroyed by rule
    person = models.BinaryField(null=True)  # sealed under that key: name, phone
    digits_hash = models.BinaryField(max_length=32, null=True)  # of the last four digits, bound to this link
    words = models.BinaryField()  # sealed under the requester's key: what is asked, the words of the request as shown
    shown = models.JSONField(default=list)  # keys of the photos of the case that the person may see
    due_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=10, default="sent")
    tries = models.PositiveSmallIntegerField(default=0)  # wrong digits since they were last right
    opened_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # from when on the person's name and phone are needed no more
    step = models.PositiveIntegerField(null=True)  # the number of the step by which the answer came into the case
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["case", "sent_at"], name="links_of_case"),
            models.Index(fields=["valid_until"], condition=Q(ended_at=None), name="links_running"),
            models.Index(fields=["ended_at"], condition=Q(wrapped_key__isnull=False), name="links_to_forget"),
        ]


class LinkNote(models.Model):
    """What the person wrote, or what the sender wrote when sending it back; no part of the case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    link = models.ForeignKey(Link, models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=8)  # note | done | cannot by the person, back by the sender
    words = models.BinaryField()  # sealed under the requester's key
    at = models.DateTimeField()


class LinkFile(models.Model):
    """A photo or paper that came with a note; it becomes one of the case when the answer is taken over."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    note = models.ForeignKey(LinkNote, models.PROTECT, related_name="files")
    digest = models.CharField(max_length=64)  # of the served file
    original = models.CharField(max_length=64, default="")  # of the sealed original, where one is kept
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    name = models.BinaryField()  # the sender's file name, sealed
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    created_at = models.DateTimeField()
