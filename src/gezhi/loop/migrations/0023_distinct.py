"""Pairs of cases that a person found to differ."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0022_marks"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Distinct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                *(
                    (name, models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+",
                                             to="loop.case"))
                    for name in ("one", "two")
                ),
                ("said_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+",
                                              to=settings.AUTH_USER_MODEL)),
                ("undone_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT,
                                                related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            "distinct",
            models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("one", "two"), name="distinct_once"
            ),
        ),
    ]  # fmt: skip
