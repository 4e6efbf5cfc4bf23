"""What everybody may see: the rule of each matter, what was decided on a case, photos with parts made unknowable."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now

from gezhi.kernel.ids import uuid7
from gezhi.loop.models.content import Content


class PublicRule(Content):
    """How cases of a matter, and of those below it, come before the public; an empty matter is the general rule."""

    matter = models.CharField(max_length=20, default="", blank=True)
    mode = models.CharField(max_length=10)  # off | reviewed | automatic
    since = models.CharField(max_length=10, default="answered")  # accepted | answered
    days = models.PositiveIntegerField(null=True)  # how long an automatic one waits


class PublicCase(models.Model):
    """A case that is, was or may come before the public. Its words are sealed under the requester's key even while
    they are shown: with the key goes the page. The search words are those of the shown text alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=16, unique=True)  # the address; the number of a case is not told
    case = models.OneToOneField("loop.Case", models.CASCADE, related_name="+")
    state = models.CharField(max_length=10)  # waiting | shown | withheld
    fresh = models.BooleanField(default=False)  # shown, and an answer has come since that nobody has looked at
    words = models.BinaryField(null=True)  # sealed: title, text, place, answer as shown; note of who decided
    answered = models.CharField(max_length=64, default="")  # digest of the answer that the words hold
    round = models.PositiveSmallIntegerField(default=0)  # of that answer
    edited = models.BooleanField(default=False)  # a person wrote the words
    cause = models.CharField(max_length=20, default="")
    due_at = models.DateTimeField(null=True)  # when it shows itself, where its rule lets it
    decided_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["state", "-changed_at"], name="public_by_state"),
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="public_due"),
            GinIndex(fields=["search"], name="public_words"),
        ]


class PublicPhoto(models.Model):
    """A photo that a person allowed, with areas made unknowable; a copy of its own, the source stays as it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(PublicCase, models.CASCADE, related_name="photos")
    source = models.ForeignKey("loop.Attachment", models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    areas = models.JSONField(default=list)  # [left, top, width, height] in per cent
    allowed_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    allowed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "source"], name="public_photo_once")]


class OnBehalf(models.Model):
    """For whom of the family somebody reported; sealed under the key of the requester, with a link of its own."""

    case = models.OneToOneField("loop.Case", models.CASCADE, primary_key=True, related_name="behalf")
    relation = models.CharField(max_length=16)
    sealed = models.BinaryField()  # name, phone
    token_hash = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["token_hash"], name="behalf_by_token")]
