"""Steps and their sealed words only grow; running numbers come from a sequence, so that a rollback never reuses one."""

from django.db import migrations

from gezhi.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("loop", "0001_initial")]
    operations = [
        append_only("loop_step"),
        migrations.RunSQL(
            "CREATE SEQUENCE loop_number INCREMENT BY 20 START WITH 20",
            "DROP SEQUENCE loop_number",
        ),
    ]
