"""Systems beside ours: who they are, which of their numbers belongs to which case, and every piece that passes."""

from django.db import models
from django.db.models.functions import Now

from gezhi.loop.models.case import Case


class Partner(models.Model):
    """A system that sends us cases or hears of ours: a platform above or below, a webhook, a mailbox."""

    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)  # the adapter: webhook, upstream, mail …
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, default="", blank=True)
    channel = models.CharField(max_length=20, default="api")  # under which its cases come in
    source = models.CharField(max_length=40, default="", blank=True)  # whose external numbers its numbers are
    desk = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")
    wishes = models.JSONField(default=dict)  # what its adapter needs to know: addresses, mappings, filters; no secret
    keeper = models.ForeignKey("trust.Requester", models.PROTECT, related_name="+")  # whose key seals what follows
    secrets = models.BinaryField()  # signing secret, password or token, by name
    active = models.BooleanField(default=True)
    silent_since = models.DateTimeField(null=True)  # since when nothing gets through to it
    looked_at = models.DateTimeField(null=True)  # when it was last asked for what it has
    created_at = models.DateTimeField(db_default=Now())


class PartnerCase(models.Model):
    """What a partner says of a case, and what it has been told of it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="cases")
    case = models.ForeignKey(Case, models.PROTECT, related_name="partners")
    number = models.CharField(max_length=80)  # theirs
    due_at = models.DateTimeField(null=True)  # theirs
    state = models.CharField(max_length=40, default="")  # theirs, as they call it
    told = models.CharField(max_length=40, default="")  # ours, as they last confirmed it
    told_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="partner_numbers"),
            models.UniqueConstraint(fields=["partner", "case"], name="partner_cases"),
        ]


class Piece(models.Model):
    """One thing that came from a partner or goes to it; its key is said once, whatever happens on the way."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="pieces")
    direction = models.CharField(max_length=3)  # in | out
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="pieces")
    facts = models.JSONField(default=dict)  # codes and numbers; what people wrote is sealed, or read when it is sent
    sealed = models.BinaryField(null=True)  # what came in, under the partner's key
    digest = models.BinaryField(max_length=32, null=True)  # keyed hash of what came in, to tell a repeat
    state = models.CharField(max_length=8)  # waiting | done | refused | dead
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=80, default="")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "direction", "key"], name="pieces_once")]
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=models.Q(direction="out", state="waiting"), name="pieces_due"
            ),
            models.Index(fields=["partner", "-id"], name="pieces_of_partner"),
            models.Index(
                fields=["case", "id"], condition=models.Q(direction="out", state="waiting"), name="pieces_in_order"
            ),
            models.Index(
                fields=["partner", "id"], condition=models.Q(state__in=("refused", "dead")), name="pieces_left"
            ),
        ]
