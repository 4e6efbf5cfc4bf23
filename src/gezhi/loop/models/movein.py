"""Where requests of other systems went: their old addresses, by digest, and the cases that they are now."""

from django.db import models


class OldAddress(models.Model):
    """One address of another system; a secret one was known to the reporter alone, and leads on to the case."""

    system = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32)
    case = models.ForeignKey("loop.Case", models.CASCADE, related_name="+")
    secret = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "digest"], name="old_address_once")]
