"""Nuisance marks on a number."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import gezhi.kernel.ids

KEPT = django.db.models.deletion.PROTECT


def person(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(null=null, on_delete=KEPT, related_name="+", to=settings.AUTH_USER_MODEL)


class Migration(migrations.Migration):
    dependencies = [("loop", "0021_model_page"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="NuisanceMark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("cause", models.CharField(max_length=40)),
                ("state", models.CharField(max_length=10)),
                ("words", models.BinaryField()),
                ("set_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("appeal", models.CharField(default="", max_length=10)),
                ("appealed_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("case", models.ForeignKey(on_delete=KEPT, related_name="+", to="loop.case")),
                ("requester", models.ForeignKey(on_delete=KEPT, related_name="+", to="trust.requester")),
                ("set_by", person()),
                ("confirmed_by", person(null=True)),
                ("decided_by", person(null=True)),
            ],
            options={"indexes": [models.Index(fields=["state", "expires_at"], name="marks_in_force")]},
        ),
    ]
