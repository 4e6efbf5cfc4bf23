from django.db import migrations, models

OPEN = ("received", "accepted", "dispatched", "handling", "waiting", "suspended", "returned", "replied", "verifying")


class Migration(migrations.Migration):
    dependencies = [("loop", "0006_batch_desk")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("dormant", False), ("state__in", OPEN), ("more__has_key", "called")),
                fields=["due_at", "id"],
                name="open_called",
            ),
        ),
    ]
