"""The case, its steps and its clocks. Columns of a case repeat what its steps decide, so that lists need no history."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now

from gezhi.kernel.ids import uuid7
from gezhi.loop.rules.words import OPEN

IS_OPEN = models.Q(state__in=OPEN, dormant=False)


class Case(models.Model):
    """One request, from first word to last answer. Words of people are sealed under the requester's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=40, unique=True)
    token_hash = models.BinaryField(max_length=32)  # of the 128-bit token in the citizen's link
    secret_hash = models.BinaryField(max_length=32, null=True)  # of the short secret told on the phone
    requester = models.ForeignKey("trust.Requester", models.PROTECT, related_name="+")
    confidential = models.BooleanField(default=False)
    anonymous = models.BooleanField(default=False)
    story = models.BinaryField()  # sealed: title, text, place, object, answers

    channel = models.CharField(max_length=20)
    source = models.CharField(max_length=40, default="")  # the system or office that an external number belongs to
    external_number = models.CharField(max_length=80, default="")
    fingerprint = models.BinaryField(max_length=32, null=True)  # of an imported row's content
    batch = models.ForeignKey("loop.Batch", models.PROTECT, null=True, related_name="cases")
    received_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    # what the steps decide (the fields of Snapshot)
    state = models.CharField(max_length=12)
    last = models.PositiveIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    matter = models.CharField(max_length=20, default="")
    matter_version = models.CharField(max_length=40, default="")
    kind = models.CharField(max_length=12, default="")
    urgency = models.PositiveSmallIntegerField(default=1)
    area = models.CharField(max_length=12, default="")
    lead = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    first_unit = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")
    supervised = models.BooleanField(default=False)
    dormant = models.BooleanField(default=False)  # imported and not yet taken over: no clock, no score, no worklist
    main = models.ForeignKey("self", models.PROTECT, null=True, related_name="secondaries")
    outcome = models.CharField(max_length=16, default="")
    satisfaction = models.CharField(max_length=20, default="")
    solved = models.CharField(max_length=10, default="")
    redos = models.PositiveSmallIntegerField(default=0)
    chases = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    more = models.JSONField(default=dict)  # the rest of the snapshot: returns, pending request, tasks

    # what the worklist shows: the clock that ends first
    due_at = models.DateTimeField(null=True)
    soon_at = models.DateTimeField(null=True)
    due_stage = models.CharField(max_length=12, default="")
    paused = models.BooleanField(default=False)

    desk = models.ForeignKey("trust.Unit", models.PROTECT, related_name="+")
    complained = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_number"],
                condition=~models.Q(external_number="") & ~models.Q(state="void"),
                name="one_case_per_external_number",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], condition=IS_OPEN, name="open_by_state"),
            models.Index(fields=["lead", "state", "due_at", "id"], condition=IS_OPEN, name="open_by_lead"),
            models.Index(fields=["due_at", "id"], condition=IS_OPEN, name="open_by_due"),
            models.Index(
                fields=["due_at", "id"], condition=IS_OPEN & models.Q(more__has_key="pending"), name="open_pending"
            ),
            models.Index(
                fields=["due_at", "id"], condition=IS_OPEN & models.Q(supervised=True), name="open_supervised"
            ),
            models.Index(
                fields=["due_at", "id"], condition=IS_OPEN & models.Q(more__has_key="called"), name="open_called"
            ),
            models.Index(
                fields=["due_at", "id"], condition=models.Q(more__has_key="instruction"), name="with_instruction"
            ),
            models.Index(
                fields=["closed_at", "id"],
                condition=models.Q(supervised=True, state="closed"),
                name="closed_supervised",
            ),
            models.Index(fields=["-received_at", "id"], name="by_received"),
            models.Index(fields=["lead", "-received_at", "id"], name="by_lead_received"),
            models.Index(fields=["requester"], name="by_requester"),
            models.Index(fields=["token_hash"], name="by_token"),
            models.Index(fields=["main"], condition=models.Q(main__isnull=False), name="by_main"),
            models.Index(fields=["batch", "id"], condition=models.Q(batch__isnull=False), name="by_batch"),
            models.Index(fields=["external_number"], condition=~models.Q(external_number=""), name="by_external"),
            models.Index(
                fields=["source", "fingerprint"],
                condition=models.Q(external_number="", fingerprint__isnull=False),
                name="by_fingerprint",
            ),  # rows of sheets without numbers are found again by their content
        ]


class CaseText(models.Model):
    """The words of a case as search tokens, apart from the case so that moves never rewrite them."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="words")
    search = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["search"], name="case_words")]


class Step(models.Model):
    """One act on a case, never changed: who, when, which edge, which codes. No words of people."""

    insert_only = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    no = models.PositiveIntegerField()
    move = models.CharField(max_length=20)
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    actor_kind = models.CharField(max_length=10)
    actor = models.CharField(max_length=64)
    unit = models.IntegerField(null=True)  # the unit for which the actor acted, as it was then
    acted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    facts = models.JSONField(default=dict)
    words = models.BinaryField(max_length=32, null=True)  # SHA-256 of the sealed words that came along
    record = models.UUIDField()  # the ledger record of the act

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "no"], name="steps_in_order")]


class StepText(models.Model):
    """The words of a step, sealed under the requester's key; gone when the key is."""

    step = models.OneToOneField(Step, models.PROTECT, primary_key=True, related_name="text")
    sealed = models.BinaryField()


class CaseClock(models.Model):
    """One clock of a case as its steps left it; the worker finds here what is late."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    key = models.CharField(max_length=24)
    stage = models.CharField(max_length=12)
    label = models.CharField(max_length=40, default="")
    round = models.PositiveSmallIntegerField()
    unit = models.IntegerField(null=True)
    amount = models.PositiveIntegerField()
    unit_of = models.CharField(max_length=10)
    source = models.CharField(max_length=120, default="")
    verified = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    pauses = models.JSONField(default=list)
    extensions = models.JSONField(default=list)
    rung = models.PositiveSmallIntegerField(default=0)  # how far up the escalation ladder this clock has climbed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="clock_keys")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(finished_at=None, paused=False), name="clocks_running"),
        ]


class Involvement(models.Model):
    """A unit that was once in charge or assisting keeps reading what it saw."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="involved")
    unit = models.ForeignKey("trust.Unit", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "case"], name="involved_once")]


class Serial(models.Model):
    """Where the running number stood when a day (a scope of the number pattern) was first used."""

    scope = models.CharField(primary_key=True, max_length=40)
    base = models.BigIntegerField()
