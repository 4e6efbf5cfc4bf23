"""Triage: keywords of packs, trained models and which one is on the desk, and what was suggested for each case."""

from django.db import models

from gezhi.loop.models.case import Case
from gezhi.loop.models.content import Content


class TriageModel(models.Model):
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    target = models.CharField(max_length=10)  # matter | unit
    digest = models.CharField(max_length=64)  # of the file in the data folder
    rows = models.PositiveIntegerField()
    classes = models.PositiveIntegerField()
    columns = models.JSONField(default=list)
    quality = models.JSONField(default=dict)
    in_use = models.BooleanField(default=False)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target"], condition=models.Q(in_use=True), name="one_triage_in_use"),
        ]


class Keyword(Content):
    """A word that speaks for a matter; what triage knows before the office has closed cases of its own."""

    matter_code = models.CharField(max_length=20)
    keyword = models.CharField(max_length=60)
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "version", "matter_code", "keyword"], name="keyword_once"),
        ]


class Suggested(models.Model):
    """What triage said about a case when it came in: codes and probabilities, no word of what anybody wrote."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="suggested")
    made_at = models.DateTimeField()
    origin = models.CharField(max_length=10)  # model | keywords | both
    digest = models.CharField(max_length=64, default="")  # of the matter model that spoke
    sure = models.BooleanField(default=False)
    matters = models.JSONField(default=list)  # [[code, probability], …] best first
    units = models.JSONField(default=list)


class TriageDesk(models.Model):
    """Which model was put on the desk when and by whom; none means that keywords and catalogue spoke alone."""

    insert_only = True

    target = models.CharField(max_length=10)
    model = models.ForeignKey(TriageModel, models.PROTECT, null=True, related_name="+")
    put_at = models.DateTimeField()
    put_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")


class TriageCell(models.Model):
    """Decided cases of one month counted by what was said first and what was chosen; worked out anew each night."""

    month = models.DateField()  # of the decision
    target = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    said = models.CharField(max_length=60)  # empty: nothing was said
    chosen = models.CharField(max_length=60)
    sure = models.BooleanField()
    among = models.BooleanField()  # whether what was chosen stood among the three suggestions
    n = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["target", "month"], name="triage_cells")]


class TriageBand(models.Model):
    """Suggestions of one month counted by how likely the first was, in tenths; worked out anew each night."""

    month = models.DateField()  # in which it was said
    digest = models.CharField(max_length=64)
    band = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
