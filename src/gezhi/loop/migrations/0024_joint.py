"""The list of township duties, and rulings kept as precedents."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0023_distinct"), ("trust", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="TownDuty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack", models.CharField(default="local", max_length=40)),
                ("version", models.CharField(default="1", max_length=20)),
                ("source", models.CharField(blank=True, default="", max_length=200)),
                ("verified", models.BooleanField(default=True)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("active", models.BooleanField(default=True)),
                ("code", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=12)),
                ("position", models.PositiveIntegerField(default=0)),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(blank=True, default="", max_length=300)),
                ("matter", models.CharField(blank=True, default="", max_length=20)),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("unit", models.CharField(blank=True, default="", max_length=60)),
                ("lead", models.CharField(blank=True, default="", max_length=120)),
                ("basis_zh", models.CharField(blank=True, default="", max_length=300)),
                ("basis_en", models.CharField(blank=True, default="", max_length=400)),
            ],
        ),
        migrations.AddConstraint(
            model_name="townduty",
            constraint=models.UniqueConstraint(fields=("pack", "version", "code"), name="town_duty_once"),
        ),
        migrations.CreateModel(
            name="Precedent",
            fields=[
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+",
                        serialize=False, to="loop.step",
                    ),
                ),
                ("matter", models.CharField(max_length=20)),
                ("area", models.CharField(default="", max_length=12)),
                ("ruling", models.CharField(max_length=12)),
                ("basis", models.TextField(default="")),
                ("made_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="loop.case"),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trust.unit"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trust.unit"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="precedent", index=models.Index(fields=["matter", "-made_at"], name="precedents_by_matter")
        ),
    ]  # fmt: skip
