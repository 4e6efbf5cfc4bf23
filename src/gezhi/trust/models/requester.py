"""The sealed identity of a requester and the record of each time it was opened."""

from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from gezhi.kernel.ids import uuid7


def new_id() -> UUID:
    """A fresh key that sorts by time."""
    return uuid7()


class Requester(models.Model):
    """Who asked. Everything personal is encrypted under the wrapped key; without that key nothing can be read."""

    id = models.UUIDField(primary_key=True, default=new_id)
    wrapped_key = models.BinaryField(null=True, blank=True)
    identity_ct = models.BinaryField(null=True, blank=True)
    phone_hash = models.BinaryField(null=True, blank=True, max_length=32)
    id_hash = models.BinaryField(null=True, blank=True, max_length=32)
    masked_name = models.CharField(max_length=32, blank=True, default="")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "trust_requester"
        indexes = (
            models.Index(
                fields=["phone_hash"], name="trust_requester_phone", condition=models.Q(phone_hash__isnull=False)
            ),
            models.Index(fields=["id_hash"], name="trust_requester_id_no", condition=models.Q(id_hash__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.id)


class Reveal(models.Model):
    """Who opened which fields of whose identity, when and for what; the person concerned can read it."""

    insert_only = True

    id = models.UUIDField(primary_key=True, default=new_id)
    requester = models.ForeignKey(Requester, on_delete=models.PROTECT, related_name="reveals")
    case_id = models.UUIDField(null=True, blank=True)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    unit = models.ForeignKey("trust.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=32)
    fields = models.CharField(max_length=200)
    acted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "trust_reveal"
        indexes = (models.Index(fields=["case_id"], name="trust_reveal_case"),)

    def __str__(self) -> str:
        return f"{self.purpose} {self.fields}"
