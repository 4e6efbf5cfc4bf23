"""Templates of documents and which is in force; both tables only grow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from gezhi.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0010_scores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("format", models.CharField(max_length=4)),
                ("digest", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("put_at", models.DateTimeField()),
                (
                    "put_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="documenttemplate",
            constraint=models.UniqueConstraint(fields=("kind", "version"), name="document_versions"),
        ),
        migrations.CreateModel(
            name="DocumentChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("chosen_at", models.DateTimeField()),
                (
                    "chosen_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="loop.documenttemplate",
                    ),
                ),
            ],
        ),
        append_only("loop_documenttemplate"),
        append_only("loop_documentchoice"),
    ]  # fmt: skip
