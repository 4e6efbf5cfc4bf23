"""Old addresses of requests that came from other systems."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0029_field")]

    operations = [
        migrations.CreateModel(
            name="OldAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(max_length=20)),
                ("digest", models.BinaryField(max_length=32)),
                ("secret", models.BooleanField(default=False)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="loop.case"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("system", "digest"), name="old_address_once")],
            },
        ),
    ]
