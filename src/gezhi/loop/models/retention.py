"""What was planned to be forgotten and was, what must be kept, and what people ask about what is held on them."""

from django.db import models

from gezhi.kernel.ids import uuid7


class RetentionPlan(models.Model):
    """One list of what the rules say is due: counted, released by a second person, then carried out in batches."""

    as_of = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10)  # counting | proposed | released | done | refused | replaced
    rules = models.JSONField(default=list)  # the rules as they were, with the moment before which each reaches
    counts = models.JSONField(default=dict)  # rule -> {due, held: {reason: n}}, written when counted
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="released"), name="one_retention_run_at_once"
            ),
        ]


class RetentionItem(models.Model):
    """One thing of a plan: a case, a call, a batch; codes and keys only, so that it may stay for ever."""

    plan = models.ForeignKey(RetentionPlan, models.PROTECT, related_name="items")
    rule = models.CharField(max_length=40)
    what = models.CharField(max_length=12)
    subject = models.CharField(max_length=40)  # the key of the case, call, batch or handover
    held = models.CharField(max_length=20, default="", blank=True)  # why it stays although it is due
    result = models.CharField(max_length=10, default="", blank=True)  # done | held | gone | failed
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["plan", "rule", "id"], name="retention_by_rule"),
            models.Index(fields=["plan", "id"], condition=models.Q(done_at=None, held=""), name="retention_to_do"),
            models.Index(fields=["subject", "what"], condition=models.Q(result="done"), name="retention_done"),
        ]


class RetentionHold(models.Model):
    """A case that must be kept for a lawsuit, an audit, an inquiry: who said so, why, until when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)  # of the code list hold_reason
    words = models.BinaryField(null=True)  # sealed under the requester's key: file number, court
    put_at = models.DateTimeField()
    put_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case"], condition=models.Q(lifted_at=None), name="retention_holds")]


class PersonRequest(models.Model):
    """What a requester asks about what is held on him: to correct it, to be forgotten; decided by a named person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")  # by whose link it was asked
    kind = models.CharField(max_length=12)  # correct | identity | erase
    cases = models.JSONField(default=list)  # keys of the cases it is about
    words = models.BinaryField(null=True)  # sealed under the requester's key
    proof = models.CharField(max_length=8)  # link | phone: how the person showed who he is
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="asked")  # asked | granted | partly | refused | withdrawn
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    answer = models.BinaryField(null=True)  # sealed as well; an erasure leaves its outcome only
    outcome = models.JSONField(default=dict)  # case -> code of what became of it

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="asked"), name="person_requests_open"),
            models.Index(fields=["case"], name="person_requests_of_case"),
        ]
