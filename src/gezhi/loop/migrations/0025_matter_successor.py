"""The matter that new cases take instead of a retired one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0024_joint")]

    operations = [
        migrations.AddField(
            model_name="matter",
            name="successor",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    ]
