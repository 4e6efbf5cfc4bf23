"""Tables of likeness; the search words of cases already there get the marks of their month and place."""

import django.db.models.deletion
from django.db import migrations, models

MARKS = """
UPDATE loop_casetext t SET search = t.search
  || ('''~t' || to_char(c.received_at AT TIME ZONE 'UTC', 'YYYYMM') || '''')::tsvector
  || coalesce(('''~g' || floor(c.lat / 0.005)::bigint || '.' || floor(c.lon / 0.005)::bigint || '''')::tsvector, '')
FROM loop_case c WHERE c.id = t.case_id AND t.search <> ''::tsvector
"""
# a list of words not yet sorted in is read whole at each question, and a question asks often
PENDING = "ALTER INDEX case_words SET (gin_pending_list_limit = 512)"
# words move out of the row, so that finding which cases have a word reads a twentieth of the pages
NARROW = "ALTER TABLE loop_casetext ALTER COLUMN search SET STORAGE EXTERNAL, SET (toast_tuple_target = 128)"


class Migration(migrations.Migration):
    dependencies = [
        ("loop", "0008_telephone"),
    ]

    operations = [
        migrations.CreateModel(
            name="WordShares",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("total", models.PositiveIntegerField()),
                ("cases", models.PositiveIntegerField()),
                ("counts", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Likeness",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="likeness",
                        serialize=False, to="loop.case",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("best", models.FloatField(default=0)),
                ("others", models.JSONField(default=list)),
            ],
        ),
        migrations.RunSQL(MARKS, migrations.RunSQL.noop),
        migrations.RunSQL(PENDING, "ALTER INDEX case_words RESET (gin_pending_list_limit)"),
        migrations.RunSQL(
            NARROW, "ALTER TABLE loop_casetext ALTER COLUMN search SET STORAGE EXTENDED, RESET (toast_tuple_target)"
        ),
    ]  # fmt: skip
