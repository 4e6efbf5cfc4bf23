"""A shift that follows one with other times begins on a day, so that figures of earlier days stay as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0013_comfort")]

    operations = [migrations.AddField(model_name="shift", name="since", field=models.DateField(null=True))]
