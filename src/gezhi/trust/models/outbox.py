"""Events on their way to other rooms: written with the change, delivered by the worker at least once."""

from django.db import models
from django.db.models.functions import Now


class Outbox(models.Model):
    """An event as it was published; ids and codes only."""

    insert_only = True

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=64)
    version = models.SmallIntegerField(default=1)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    payload = models.JSONField()
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "trust_outbox"

    def __str__(self) -> str:
        return f"{self.topic} {self.subject_id}"


class OutboxPending(models.Model):
    """Events not yet handed to their subscribers; filled by a trigger, so a late commit is never skipped."""

    event_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "trust_outbox_pending"

    def __str__(self) -> str:
        return str(self.event_id)


class Delivery(models.Model):
    """How far one subscriber is with one event."""

    WAITING, DONE, DEAD = "waiting", "done", "dead"

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Outbox, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.CharField(max_length=96)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default=WAITING)
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "trust_delivery"
        constraints = (models.UniqueConstraint(fields=["subscriber", "event"], name="trust_delivery_once"),)
        indexes = (
            models.Index(
                fields=["subscriber", "subject_kind", "subject_id", "event"],
                name="trust_delivery_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["event"], name="trust_delivery_dead", condition=models.Q(state="dead")),
        )

    def __str__(self) -> str:
        return f"{self.subscriber} {self.event_id} {self.state}"
