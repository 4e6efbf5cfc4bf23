"""Scores are worked out by the worker, and keep the working days by which they were counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0018_channel_limits")]

    operations = [
        migrations.AddField("scorerun", "calendar", models.JSONField(default=dict)),
        migrations.AddField("scorerun", "task", models.CharField(blank=True, default="", max_length=6)),
        migrations.AddField("scorerun", "done", models.PositiveIntegerField(default=0)),
        migrations.AddField("scorerun", "total", models.PositiveIntegerField(default=0)),
        migrations.AddField("scorerun", "beat_at", models.DateTimeField(null=True)),
        migrations.AddField("scorerun", "error", models.JSONField(default=dict)),
        migrations.AddField("scorerun", "checked_at", models.DateTimeField(null=True)),
        migrations.AddField("scorerun", "differing", models.PositiveIntegerField(default=0)),
        migrations.AddField("scorerun", "differences", models.JSONField(default=list)),
        migrations.AlterField("scorerun", "digest", models.CharField(default="", max_length=64)),
    ]
