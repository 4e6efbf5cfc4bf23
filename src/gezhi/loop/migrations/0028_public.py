"""What everybody may see: rules by matter, decisions on cases, photos, and reports on behalf of family."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import gezhi.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0027_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack", models.CharField(default="local", max_length=40)),
                ("version", models.CharField(default="1", max_length=20)),
                ("source", models.CharField(blank=True, default="", max_length=200)),
                ("verified", models.BooleanField(default=True)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("active", models.BooleanField(default=True)),
                ("matter", models.CharField(blank=True, default="", max_length=20)),
                ("mode", models.CharField(max_length=10)),
                ("since", models.CharField(default="answered", max_length=10)),
                ("days", models.PositiveIntegerField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OnBehalf",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="behalf",
                        serialize=False,
                        to="loop.case",
                    ),
                ),
                ("relation", models.CharField(max_length=16)),
                ("sealed", models.BinaryField()),
                ("token_hash", models.BinaryField(max_length=32)),
            ],
            options={
                "indexes": [models.Index(fields=["token_hash"], name="behalf_by_token")],
            },
        ),
        migrations.CreateModel(
            name="PublicCase",
            fields=[
                (
                    "id",
                    models.UUIDField(default=gezhi.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("slug", models.CharField(max_length=16, unique=True)),
                ("state", models.CharField(max_length=10)),
                ("fresh", models.BooleanField(default=False)),
                ("words", models.BinaryField(null=True)),
                ("answered", models.CharField(default="", max_length=64)),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("edited", models.BooleanField(default=False)),
                ("cause", models.CharField(default="", max_length=20)),
                ("due_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("shown_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("search", django.contrib.postgres.search.SearchVectorField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "case",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="loop.case"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PublicPhoto",
            fields=[
                (
                    "id",
                    models.UUIDField(default=gezhi.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("digest", models.CharField(max_length=64)),
                ("areas", models.JSONField(default=list)),
                ("allowed_at", models.DateTimeField()),
                (
                    "allowed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="loop.publiccase"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="loop.attachment"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="publiccase",
            index=models.Index(fields=["state", "-changed_at"], name="public_by_state"),
        ),
        migrations.AddIndex(
            model_name="publiccase",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="public_due"),
        ),
        migrations.AddIndex(
            model_name="publiccase",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="public_words"),
        ),
        migrations.AddConstraint(
            model_name="publicphoto",
            constraint=models.UniqueConstraint(fields=("entry", "source"), name="public_photo_once"),
        ),
    ]
