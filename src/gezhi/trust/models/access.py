"""How a person or a program comes in: tokens, one-time links, open sessions, throttles, office settings."""

from django.db import models
from django.db.models.functions import Now

from gezhi.trust.models.people import User


class Token(models.Model):
    """A bearer token of the API; only its SHA-256 is kept."""

    digest = models.BinaryField(unique=True, max_length=32)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "trust_token"

    def __str__(self) -> str:
        return self.name


class SignInLink(models.Model):
    """A link that signs its user in once; only the SHA-256 of its secret is kept."""

    digest = models.BinaryField(unique=True, max_length=32)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "trust_sign_in_link"

    def __str__(self) -> str:
        return f"link of {self.user_id}"


class SignedIn(models.Model):
    """One open browser session of a user, so that it can be seen and ended from elsewhere."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True, default="")
    agent = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "trust_signed_in"

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class Throttle(models.Model):
    """Failed attempts of one account or one address; the key is a keyed hash, never the address itself."""

    key = models.BinaryField(primary_key=True, max_length=32)
    failures = models.IntegerField(default=0)
    last_at = models.DateTimeField()
    wait_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "trust_throttle"

    def __str__(self) -> str:
        return f"{self.failures} failures"


class Setting(models.Model):
    """What an office may change in the page; every change is in the ledger."""

    key = models.CharField(primary_key=True, max_length=64)
    value = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)

    class Meta:
        db_table = "trust_setting"

    def __str__(self) -> str:
        return self.key
