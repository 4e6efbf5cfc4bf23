"""Work handed to people without accounts: links, what was written by them, and the files that came along."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import gezhi.kernel.ids

KEPT = django.db.models.deletion.PROTECT


def key() -> models.UUIDField:
    return models.UUIDField(default=gezhi.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)


def to(what: str, *, null: bool = False, name: str = "+") -> models.ForeignKey:
    return models.ForeignKey(null=null, on_delete=KEPT, related_name=name, to=what)


LINK = [
    ("id", key()),
    ("sent_at", models.DateTimeField()),
    ("token_hash", models.BinaryField(max_length=32, unique=True)),
    ("wrapped_key", models.BinaryField(null=True)),
    ("person", models.BinaryField(null=True)),
    ("digits_hash", models.BinaryField(max_length=32, null=True)),
    ("words", models.BinaryField()),
    ("shown", models.JSONField(default=list)),
    ("due_at", models.DateTimeField()),
    ("valid_until", models.DateTimeField()),
    ("state", models.CharField(default="sent", max_length=10)),
    ("tries", models.PositiveSmallIntegerField(default=0)),
    ("opened_at", models.DateTimeField(null=True)),
    ("signed_at", models.DateTimeField(null=True)),
    ("finished_at", models.DateTimeField(null=True)),
    ("decided_at", models.DateTimeField(null=True)),
    ("ended_at", models.DateTimeField(null=True)),
    ("step", models.PositiveIntegerField(null=True)),
    ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
    ("case", to("loop.case", name="links")),
    ("decided_by", to(settings.AUTH_USER_MODEL, null=True)),
    ("sent_by", to(settings.AUTH_USER_MODEL)),
    ("unit", to("trust.unit")),
]
NOTE = [
    ("id", key()),
    ("kind", models.CharField(max_length=8)),
    ("words", models.BinaryField()),
    ("at", models.DateTimeField()),
    ("link", to("loop.link", name="notes")),
]
FILE = [
    ("id", key()),
    ("digest", models.CharField(max_length=64)),
    ("original", models.CharField(default="", max_length=64)),
    ("kind", models.CharField(max_length=10)),
    ("size", models.PositiveIntegerField()),
    ("name", models.BinaryField()),
    ("taken_at", models.DateTimeField(null=True)),
    ("lon", models.FloatField(null=True)),
    ("lat", models.FloatField(null=True)),
    ("created_at", models.DateTimeField()),
    ("case", to("loop.case")),
    ("note", to("loop.linknote", name="files")),
]
INDEXES = [
    models.Index(fields=["case", "sent_at"], name="links_of_case"),
    models.Index(condition=models.Q(("ended_at", None)), fields=["valid_until"], name="links_running"),
    models.Index(condition=models.Q(("wrapped_key__isnull", False)), fields=["ended_at"], name="links_to_forget"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0026_partners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(name="Link", fields=LINK, options={"indexes": INDEXES}),
        migrations.CreateModel(name="LinkNote", fields=NOTE),
        migrations.CreateModel(name="LinkFile", fields=FILE),
    ]
