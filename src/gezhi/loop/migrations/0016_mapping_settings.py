"""What a saved mapping knows beside its columns: time zone, words, whose numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0015_watch")]

    operations = [
        migrations.AddField("importmapping", "settings", models.JSONField(default=dict)),
    ]
