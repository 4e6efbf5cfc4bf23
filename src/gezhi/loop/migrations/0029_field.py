"""What people in the field are asked, where they go and what they found."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import gezhi.kernel.ids
from gezhi.kit.append_only import append_only

KEPT = django.db.models.deletion.PROTECT


def link(to: str, *, null: bool = False, name: str = "+") -> models.ForeignKey:
    return models.ForeignKey(null=null, on_delete=KEPT, related_name=name, to=to)


def own_key() -> models.UUIDField:
    return models.UUIDField(default=gezhi.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)


def given_key() -> models.UUIDField:
    return models.UUIDField(editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0028_public"),
        ("trust", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FieldTask",
            fields=[
                ("id", own_key()),
                ("phase", models.CharField(max_length=8)),
                ("state", models.CharField(default="open", max_length=10)),
                ("words", models.BinaryField()),
                ("area", models.CharField(default="", max_length=12)),
                ("shown", models.BooleanField(default=False)),
                ("due_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("asked_by", link(settings.AUTH_USER_MODEL)),
                ("case", link("loop.case", name="looks")),
                ("unit", link("trust.unit")),
                ("user", link(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["unit", "due_at"], condition=models.Q(("state", "open")), name="looks_open"
                    ),
                    models.Index(fields=["case"], name="looks_of_case"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldPlace",
            fields=[
                ("id", own_key()),
                ("mark", models.BinaryField(max_length=32)),
                ("position", models.PositiveIntegerField(default=0)),
                ("kind", models.CharField(default="", max_length=40)),
                ("area", models.CharField(default="", max_length=12)),
                ("every", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("last_at", models.DateTimeField(null=True)),
                ("last_result", models.CharField(default="", max_length=8)),
                ("lon", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("requester", link("trust.requester")),
                ("unit", link("trust.unit")),
                ("user", link(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("unit", "mark"), name="field_place_once")],
                "indexes": [
                    models.Index(
                        fields=["unit", "due_on"], condition=models.Q(("active", True)), name="field_places_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldAct",
            fields=[
                ("id", given_key()),
                ("kind", models.CharField(max_length=8)),
                ("result", models.CharField(max_length=12)),
                ("step", models.PositiveIntegerField(null=True)),
                ("clash", models.CharField(default="", max_length=10)),
                ("sealed", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                ("accuracy", models.PositiveIntegerField(null=True)),
                ("metres", models.PositiveIntegerField(null=True)),
                ("source", models.CharField(default="", max_length=8)),
                ("no_place", models.CharField(default="", max_length=12)),
                ("case", link("loop.case", null=True)),
                ("place", link("loop.fieldplace", null=True, name="acts")),
                ("task", link("loop.fieldtask", null=True, name="acts")),
                ("unit", link("trust.unit", null=True)),
                ("user", link(settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-made_at"], name="field_acts_of_user"),
                    models.Index(fields=["place", "-made_at"], name="field_acts_of_place"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldPart",
            fields=[
                ("id", given_key()),
                ("name", models.CharField(default="", max_length=80)),
                ("length", models.PositiveIntegerField()),
                ("got", models.PositiveIntegerField(default=0)),
                ("act", models.UUIDField(null=True)),
                ("touched_at", models.DateTimeField()),
                ("user", link(settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["user", "touched_at"], name="field_parts_of_user")],
            },
        ),
        append_only("loop_fieldact"),
    ]
