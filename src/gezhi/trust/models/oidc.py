"""Coming in by a provider: rules from claims to posts, who is who there, and what vouches for a session."""

from django.db import models
from django.db.models import Q

from gezhi.trust.models.access import SignedIn
from gezhi.trust.models.people import Role, Unit, User


class OidcRule(models.Model):
    """One row of the mapping: a value of a claim gives a role over a unit, or denies entry."""

    position = models.IntegerField(default=0)
    claim = models.CharField(max_length=200)
    value = models.CharField(max_length=300)
    deny = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="oidc_rules")
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.PROTECT, related_name="oidc_rules")

    class Meta:
        db_table = "trust_oidc_rule"
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "value", "deny", "unit", "role"], nulls_distinct=False, name="trust_oidc_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(deny=True, unit__isnull=True, role__isnull=True)
                | Q(deny=False, unit__isnull=False, role__isnull=False),
                name="trust_oidc_rule_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim}={self.value}"


class OidcIdentity(models.Model):
    """Who a user is at the provider; `made` says that the account was made by coming in this way."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="oidc_identity")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    made = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)  # nobody could be asked for too long: tokens rest

    class Meta:
        db_table = "trust_oidc_identity"
        constraints = (models.UniqueConstraint(fields=["issuer", "subject"], name="trust_oidc_identity_once"),)

    def __str__(self) -> str:
        return f"identity of {self.user_id}"


class OidcGrant(models.Model):
    """What the provider can be asked with whether somebody still belongs: sealed tokens of one sign-in.

    Without a session it is kept only as long as the person has live tokens of the API.
    """

    identity = models.ForeignKey(OidcIdentity, on_delete=models.CASCADE, related_name="grants")
    session = models.OneToOneField(
        SignedIn, null=True, blank=True, on_delete=models.SET_NULL, related_name="oidc_grant"
    )
    sid = models.CharField(max_length=255, blank=True, default="")
    sources = models.CharField(max_length=60, blank=True, default="")  # where the claims came from: id, userinfo
    sealed = models.BinaryField()
    opened_at = models.DateTimeField()
    checked_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "trust_oidc_grant"

    def __str__(self) -> str:
        return f"grant of identity {self.identity_id}"
