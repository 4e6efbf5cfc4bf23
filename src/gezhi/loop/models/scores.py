"""Scores: what is counted and by which formula (content of packs), runs with their figures, exclusions, appeals."""

from django.db import models

from gezhi.loop.models.content import Content


class ScoreMeasure(Content):
    """What is counted: events of one kind of which a condition holds."""

    code = models.CharField(max_length=40)
    event = models.CharField(max_length=20)
    condition = models.CharField(max_length=300, default="", blank=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, default="", blank=True)


class ScoreSet(Content):
    """A set of indicators that together give a score."""

    code = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, default="", blank=True)
    params = models.JSONField(default=dict, blank=True)
    nothing_due = models.CharField(max_length=10, default="apart")  # apart | rescale
    shrink = models.CharField(max_length=20, default="10")


class ScoreIndicator(Content):
    """One figure of a set: its formula, parameters, and the points it is worth."""

    set = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, default="", blank=True)
    formula = models.CharField(max_length=300)
    params = models.JSONField(default=dict, blank=True)
    unit = models.CharField(max_length=10, default="percent")
    better = models.CharField(max_length=10, default="higher")
    full = models.CharField(max_length=100, default="0")
    marks = models.CharField(max_length=300, default="", blank=True)


class ScoreGroup(Content):
    """Units that are compared with each other; parameters given here win over those of the set."""

    sets = models.JSONField(default=list, blank=True)  # empty: every set
    code = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, default="", blank=True)
    kinds = models.JSONField(default=list, blank=True)
    units = models.JSONField(default=list, blank=True)
    params = models.JSONField(default=dict, blank=True)


class ScoreBand(Content):
    """A class of units by their score."""

    sets = models.JSONField(default=list, blank=True)  # empty: every set
    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, default="", blank=True)
    least = models.CharField(max_length=20)


class ScoreRun(models.Model):
    """One working out of a set for a period; once published nothing of it changes, a mended one is a new version."""

    created_at = models.DateTimeField()
    created_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    set = models.CharField(max_length=40)
    group = models.CharField(max_length=40, default="", blank=True)
    first = models.DateField()
    last = models.DateField()
    cutoff = models.CharField(max_length=5)
    moved = models.CharField(max_length=10, default="keep")
    start = models.DateTimeField()
    end = models.DateTimeField()
    ranks = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, default="draft"
    )  # working | failed | draft | published | replaced | discarded
    version = models.PositiveSmallIntegerField(default=1)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="following")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    definition = models.JSONField()  # formulas, parameters, groups, bands as they were
    corrections = models.JSONField(default=dict)  # exclusions and changes of unit that were in force
    units = models.JSONField(default=list)  # [id, code, path, kind] as they were
    calendar = models.JSONField(default=dict)  # the working days by which it was counted, as they were
    outside = models.JSONField(default=dict)  # how many cases stand outside, by reason
    cases = models.PositiveIntegerField(default=0)
    events = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")  # over every figure

    # what the worker has before it, and how far it is
    task = models.CharField(max_length=6, default="", blank=True)  # run | check
    done = models.PositiveIntegerField(default=0)  # cases read
    total = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    error = models.JSONField(default=dict)  # the refusal that ended it: code and facts
    checked_at = models.DateTimeField(null=True)
    differing = models.PositiveIntegerField(default=0)  # figures that the steps no longer gave at the last check
    differences = models.JSONField(default=list)  # the first of them: [unit, indicator, column, stored, found]

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="score_runs_newest")]


class ScoreRow(models.Model):
    """One figure of one unit in a run; without an indicator the unit's score. Fractions are kept exact, as text."""

    insert_only = True

    run = models.ForeignKey(ScoreRun, models.PROTECT, related_name="rows")
    unit = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")  # none: the whole group
    group = models.CharField(max_length=40, default="", blank=True)
    indicator = models.CharField(max_length=40, default="", blank=True)
    value = models.TextField(default="", blank=True)  # empty: nothing was due
    raw = models.TextField(default="", blank=True)  # as if nothing had been excluded
    full = models.TextField(default="0")
    marks = models.TextField(default="", blank=True)
    counts = models.JSONField(default=dict)  # measure → [counted, before exclusions]
    digests = models.JSONField(default=dict)  # measure → SHA-256 of the sorted case ids
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    shrunk = models.TextField(default="", blank=True)
    band = models.CharField(max_length=40, default="", blank=True)
    rank = models.PositiveIntegerField(null=True)
    excluded = models.PositiveIntegerField(default=0)
    outside = models.PositiveIntegerField(default=0)
    due = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["run", "unit"], name="score_rows_of_unit")]


class ScoreEvent(models.Model):
    """One thing that counted in a run, so that each figure opens its cases and each deduction names its own."""

    run = models.ForeignKey(ScoreRun, models.PROTECT, related_name="scored")
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    unit = models.IntegerField()  # the unit that had it
    home = models.IntegerField(null=True)  # the unit that answers for it in this run
    round = models.PositiveSmallIntegerField()
    step = models.PositiveIntegerField()
    at = models.DateTimeField()
    facts = models.TextField(default="", blank=True)
    outside = models.CharField(max_length=20, default="", blank=True)  # void, or x and the number of an exclusion

    class Meta:
        indexes = [models.Index(fields=["run", "home", "kind"], name="score_events_of_unit")]


class ScoreExclusion(models.Model):
    """A case that shall not count: asked for by one person, decided by another, taken back with a record."""

    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    set = models.CharField(max_length=40, default="", blank=True)  # empty: every set
    kinds = models.JSONField(default=list, blank=True)  # kinds of events; empty: all
    reason = models.CharField(max_length=40)  # of the code list exclusion_reason
    evidence = models.BinaryField()  # sealed words under the requester's key
    files = models.JSONField(default=list, blank=True)  # attachments of the case that prove it
    state = models.CharField(max_length=10, default="asked")  # asked | approved | refused | undone
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    words = models.BinaryField(null=True)  # sealed: why it was refused or taken back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "set", "kinds"],
                condition=models.Q(state__in=("asked", "approved")),
                name="one_exclusion_at_once",
            ),
        ]


class ScoreAppeal(models.Model):
    """What a unit says against its published score: one case, a reason; judged by somebody who did not score it."""

    run = models.ForeignKey(ScoreRun, models.PROTECT, related_name="appeals")
    unit = models.ForeignKey("trust.Unit", models.PROTECT, related_name="+")
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=40)
    words = models.BinaryField()  # sealed under the requester's key
    files = models.JSONField(default=list, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default="asked")  # asked | upheld | rejected
    remedy = models.CharField(max_length=10, default="", blank=True)  # exclude | move
    to_unit = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    answer = models.BinaryField(null=True)  # sealed
    exclusion = models.ForeignKey(ScoreExclusion, models.PROTECT, null=True, related_name="+")
    result = models.ForeignKey(ScoreRun, models.PROTECT, null=True, related_name="+")  # the version that took it in

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "unit", "case", "indicator"],
                condition=models.Q(state="asked"),
                name="one_appeal_at_once",
            ),
        ]
