"""How the newest supervision of each case stands is read off its steps, as the fold does from now on."""

from django.db import migrations, models

WATCH = """
UPDATE loop_case c SET more = c.more || jsonb_build_object('watch', coalesce((
    SELECT CASE s.move WHEN 'supervise' THEN 'asked' ELSE 'answered' END FROM loop_step s
    WHERE s.case_id = c.id AND s.move IN ('supervise', 'supervise_answer') ORDER BY s.no DESC LIMIT 1), 'asked'))
WHERE c.supervised
"""


class Migration(migrations.Migration):
    dependencies = [("loop", "0014_shift_since")]

    operations = [
        migrations.RunSQL(WATCH, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["closed_at", "id"], condition=models.Q(supervised=True, state="closed"), name="closed_supervised"
            ),
        ),
    ]
