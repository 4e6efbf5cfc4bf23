"""Sign-in by a provider of identities: mapping, identities, grants, and which posts were given by a claim."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trust", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="holding",
            name="given_by",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.CreateModel(
            name="OidcIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=255)),
                ("made", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="oidc_identity",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "trust_oidc_identity",
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="trust_oidc_identity_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OidcGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sid", models.CharField(blank=True, default="", max_length=255)),
                ("sources", models.CharField(blank=True, default="", max_length=60)),
                ("sealed", models.BinaryField()),
                ("opened_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(db_index=True)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="trust.oidcidentity"
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="oidc_grant",
                        to="trust.signedin",
                    ),
                ),
            ],
            options={"db_table": "trust_oidc_grant"},
        ),
        migrations.CreateModel(
            name="OidcRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.IntegerField(default=0)),
                ("claim", models.CharField(max_length=200)),
                ("value", models.CharField(max_length=300)),
                ("deny", models.BooleanField(default=False)),
                (
                    "role",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="oidc_rules",
                        to="trust.role",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="oidc_rules",
                        to="trust.unit",
                    ),
                ),
            ],
            options={
                "db_table": "trust_oidc_rule",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("claim", "value", "deny", "unit", "role"),
                        name="trust_oidc_rule_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deny", True), ("role__isnull", True), ("unit__isnull", True)
                        )
                        | models.Q(("deny", False), ("role__isnull", False), ("unit__isnull", False)),
                        name="trust_oidc_rule_whole",
                    ),
                ],
            },
        ),
    ]
