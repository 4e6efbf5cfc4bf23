"""The ledger: records written in the transaction of the act, seals that chain them, signed checkpoints."""

from django.db import models
from django.db.models.functions import Now


class LedgerRecord(models.Model):
    """Who did what to which subject: codes, ids, times and digests only. The database sets time and digest."""

    insert_only = True

    id = models.UUIDField(primary_key=True)
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    act = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    body = models.TextField(default="{}")
    digest = models.BinaryField(max_length=32, default=b"")

    class Meta:
        db_table = "ledger_record"
        indexes = (
            models.Index(fields=["subject_id", "id"], name="ledger_record_subject"),
            models.Index(fields=["actor_id", "id"], name="ledger_record_actor"),
            models.Index(fields=["act", "id"], name="ledger_record_act"),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.subject_kind} {self.subject_id}"


class LedgerPending(models.Model):
    """Records not yet sealed; filled by a trigger, emptied in the transaction that seals."""

    record_id = models.UUIDField(primary_key=True)
    recorded_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ledger_pending"

    def __str__(self) -> str:
        return str(self.record_id)


class LedgerSeal(models.Model):
    """One link of the chain; the sequence is given at sealing, so a late commit is never skipped."""

    insert_only = True

    sequence = models.BigIntegerField(primary_key=True)
    record_id = models.UUIDField(unique=True)
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "ledger_seal"

    def __str__(self) -> str:
        return str(self.sequence)


class LedgerCheckpoint(models.Model):
    """A signed statement of how far the chain reached and with which hash."""

    insert_only = True

    id = models.UUIDField(primary_key=True)
    sequence = models.BigIntegerField()
    document = models.TextField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_checkpoint"
        indexes = (models.Index(fields=["sequence"], name="ledger_checkpoint_sequence"),)

    def __str__(self) -> str:
        return f"checkpoint at {self.sequence}"


class IdempotencyKey(models.Model):
    """What an act with this key of this actor led to, so that sending it again changes nothing."""

    id = models.BigAutoField(primary_key=True)
    actor = models.CharField(max_length=96)
    key = models.CharField(max_length=200)
    act = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "trust_idempotency_key"
        constraints = (models.UniqueConstraint(fields=["actor", "key"], name="trust_idempotency_once"),)

    def __str__(self) -> str:
        return f"{self.act} {self.key}"
