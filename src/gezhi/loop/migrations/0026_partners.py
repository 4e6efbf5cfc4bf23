"""Systems beside ours: partners, their numbers of our cases, and the pieces that pass."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0025_matter_successor"),
        ("trust", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("name_zh", models.CharField(max_length=80)),
                ("name_en", models.CharField(blank=True, default="", max_length=120)),
                ("channel", models.CharField(default="api", max_length=20)),
                ("source", models.CharField(blank=True, default="", max_length=40)),
                ("wishes", models.JSONField(default=dict)),
                ("secrets", models.BinaryField()),
                ("active", models.BooleanField(default=True)),
                ("silent_since", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "desk",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trust.unit"
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trust.requester"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PartnerCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=80)),
                ("due_at", models.DateTimeField(null=True)),
                ("state", models.CharField(default="", max_length=40)),
                ("told", models.CharField(default="", max_length=40)),
                ("told_at", models.DateTimeField(null=True)),
                ("heard_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="partners", to="loop.case"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="loop.partner"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "number"), name="partner_numbers"),
                    models.UniqueConstraint(fields=("partner", "case"), name="partner_cases"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("direction", models.CharField(max_length=3)),
                ("key", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=30)),
                ("facts", models.JSONField(default=dict)),
                ("sealed", models.BinaryField(null=True)),
                ("digest", models.BinaryField(max_length=32, null=True)),
                ("state", models.CharField(max_length=8)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(default="", max_length=80)),
                ("at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="pieces", to="loop.case"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pieces", to="loop.partner"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("direction", "out"), ("state", "waiting")),
                        fields=["next_at", "id"],
                        name="pieces_due",
                    ),
                    models.Index(fields=["partner", "-id"], name="pieces_of_partner"),
                    models.Index(
                        condition=models.Q(("direction", "out"), ("state", "waiting")),
                        fields=["case", "id"],
                        name="pieces_in_order",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("refused", "dead"))),
                        fields=["partner", "id"],
                        name="pieces_left",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("partner", "direction", "key"), name="pieces_once")],
            },
        ),
    ]
