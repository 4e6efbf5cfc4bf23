"""Limits may hold for one channel only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0017_privacy")]

    operations = [
        migrations.AddField(
            model_name="limit", name="channel", field=models.CharField(blank=True, default="", max_length=20)
        ),
    ]
