"""Cases with a leader's instruction are few among millions: an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loop", "0011_documents")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("more__has_key", "instruction")), fields=["due_at", "id"], name="with_instruction"
            ),
        ),
    ]
