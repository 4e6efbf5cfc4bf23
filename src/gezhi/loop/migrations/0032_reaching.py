"""How people outside are reached; the versions of a text that goes out only grow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from gezhi.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0031_upstream"),
        ("trust", "0003_oidc"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("shown", models.CharField(max_length=60)),
                ("channel", models.CharField(default="", max_length=20)),
                ("source", models.CharField(default="", max_length=40)),
                ("count", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ReachWish",
            fields=[
                (
                    "requester",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="trust.requester",
                    ),
                ),
                ("way", models.CharField(max_length=8)),
                ("language", models.CharField(default="", max_length=10)),
                ("agreed_at", models.DateTimeField()),
                ("agreed_by", models.CharField(max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name="ReachStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.CharField(max_length=8)),
                ("address_hash", models.BinaryField(max_length=32)),
                ("code", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="loop.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case"], name="reach_stops_of_case")],
                "constraints": [models.UniqueConstraint(fields=("way", "address_hash"), name="reach_stops_once")],
            },
        ),
        migrations.CreateModel(
            name="TellingVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("texts", models.JSONField()),
                ("off", models.BooleanField(default=False)),
                ("pack", models.BooleanField(default=False)),
                ("put_at", models.DateTimeField()),
                (
                    "put_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("code", "version"), name="telling_versions_once")],
            },
        ),
        append_only("loop_tellingversion"),
    ]
