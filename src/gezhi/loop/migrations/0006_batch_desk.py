"""The desk for which a batch was imported, by which its readers are known."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('loop', '0005_fingerprint_index'),
        ('trust', '0002_guards'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='desk',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trust.unit'),
        ),
    ]
