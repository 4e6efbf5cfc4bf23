"""What varies by place and year, as rows: matters, catalogue, limits, calendars, code lists, replies, questions.

Every row names its pack and version. A version is never edited; local changes live in the pack `local`, which wins.
"""

from django.db import models


class Content(models.Model):
    """What every row of a pack carries."""

    pack = models.CharField(max_length=40, default="local")
    version = models.CharField(max_length=20, default="1")
    source = models.CharField(max_length=200, default="", blank=True)
    verified = models.BooleanField(default=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    active = models.BooleanField(default=True)  # of the version in force

    class Meta:
        abstract = True


class Matter(Content):
    """What a request is about: three levels, the code is the path (01 › 0103 › 010304)."""

    code = models.CharField(max_length=20)
    parent = models.CharField(max_length=20, default="", blank=True)
    level = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, default="", blank=True)
    hint_zh = models.CharField(max_length=300, default="", blank=True)
    hint_en = models.CharField(max_length=400, default="", blank=True)
    successor = models.CharField(max_length=20, default="", blank=True)  # of one past its `valid_to`

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "version", "code"], name="matter_once")]
        indexes = [models.Index(fields=["code"], name="matter_code")]


class Limit(Content):
    """How long a stage may take. The most specific row wins: channel, then matter, area, kind, urgency."""

    stage = models.CharField(max_length=12)
    label = models.CharField(max_length=40, default="", blank=True)  # several labels of one stage are several clocks
    label_zh = models.CharField(max_length=60, default="", blank=True)
    label_en = models.CharField(max_length=80, default="", blank=True)
    matter = models.CharField(max_length=20, default="", blank=True)
    area = models.CharField(max_length=12, default="", blank=True)
    kind = models.CharField(max_length=12, default="", blank=True)
    urgency = models.PositiveSmallIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=20, default="", blank=True)
    amount = models.PositiveIntegerField()
    unit_of = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index(fields=["stage", "active"], name="limits_by_stage")]


class Rung(Content):
    """One rung of the escalation ladder: when a clock has used `share` per cent, tell `role`."""

    stage = models.CharField(max_length=12, default="", blank=True)
    urgency = models.PositiveSmallIntegerField(null=True, blank=True)
    level = models.PositiveSmallIntegerField()
    share = models.PositiveIntegerField()
    role = models.CharField(max_length=20)


class CodeItem(Content):
    """A word of a code list: channels, reasons, outcomes; `extra` holds what one list needs more."""

    list = models.CharField(max_length=30)
    code = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, default="", blank=True)
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["list", "active"], name="codes_by_list")]


class StandardReply(Content):
    """A ready text: an answer with fields to fill, or an article of what people of the desk must know.

    An edit is a new row in the pack `local` with the next version; the rows before stay, no longer active.
    """

    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, default="reply")  # one of replies.rules.texts.KINDS
    matter = models.CharField(max_length=20, default="", blank=True)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, default="", blank=True)
    text_zh = models.TextField()
    text_en = models.TextField(default="", blank=True)
    basis_zh = models.CharField(max_length=300, default="", blank=True)
    basis_en = models.CharField(max_length=400, default="", blank=True)
    owner = models.CharField(max_length=60, default="", blank=True)  # code of the unit that keeps it right
    review_on = models.DateField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True)
    edited_by = models.CharField(max_length=64, default="", blank=True)


class ReplyUse(models.Model):
    """How often a ready text went out with an answer, by day."""

    code = models.CharField(max_length=40)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "day"], name="reply_use_of_day")]


class ReplyCheck(Content):
    """One thing that a good answer has or avoids: a hint with the sentence that calls for it, never a bar."""

    code = models.CharField(max_length=40)
    rule = models.CharField(max_length=20)  # which function judges, see replies.rules.check
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, default="", blank=True)
    hint_zh = models.CharField(max_length=300, default="", blank=True)
    hint_en = models.CharField(max_length=400, default="", blank=True)
    pattern_zh = models.TextField(default="", blank=True)
    pattern_en = models.TextField(default="", blank=True)
    unless_zh = models.TextField(default="", blank=True)
    unless_en = models.TextField(default="", blank=True)
    outcomes = models.JSONField(default=list, blank=True)  # only with these; none: with all
    amount = models.PositiveIntegerField(null=True)
    off = models.BooleanField(default=False)  # the office does not want this one


class FormQuestion(Content):
    """A structured question that a matter asks of the citizen."""

    code = models.CharField(max_length=40)
    matter = models.CharField(max_length=20)
    position = models.PositiveIntegerField(default=0)
    type = models.CharField(max_length=12)
    required = models.BooleanField(default=False)
    text_zh = models.CharField(max_length=200)
    text_en = models.CharField(max_length=300, default="", blank=True)
    extra = models.JSONField(default=dict, blank=True)  # options, stops


class CatalogueVersion(models.Model):
    """One edition of the dispatch catalogue 职责清单; exactly one is in force."""

    name = models.CharField(max_length=60, unique=True)
    note = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    in_force = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"], condition=models.Q(in_force=True), name="one_catalogue_in_force"
            ),
        ]


class CatalogueItem(models.Model):
    """matter × area → lead, assisting and fallback unit, with the rule it rests on."""

    edition = models.ForeignKey(CatalogueVersion, models.CASCADE, related_name="items")
    no = models.PositiveIntegerField()
    matter = models.CharField(max_length=20)
    area = models.CharField(max_length=12, default="", blank=True)
    lead = models.CharField(max_length=60)  # unit code, so that a sheet can be read before units are made
    assisting = models.JSONField(default=list, blank=True)
    fallback = models.CharField(max_length=60, default="", blank=True)
    basis_zh = models.CharField(max_length=300, default="", blank=True)
    basis_en = models.CharField(max_length=400, default="", blank=True)
    verified = models.BooleanField(default=True)
    source = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "matter", "area"], name="one_row_per_duty")]
        indexes = [models.Index(fields=["edition", "matter"], name="catalogue_by_matter")]


class OfficeHours(Content):
    """Office hours of a season: from month-day to month-day, with the periods of a working day."""

    start = models.CharField(max_length=5)  # MM-DD
    end = models.CharField(max_length=5)
    periods = models.CharField(max_length=100)  # 08:30-12:00,14:00-17:30


class CalendarDay(models.Model):
    """A day that differs from its weekday: a holiday, or a make-up working day 调休."""

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10)  # holiday | workday
    name_zh = models.CharField(max_length=60, default="", blank=True)
    name_en = models.CharField(max_length=80, default="", blank=True)
    verified = models.BooleanField(default=True)
    source = models.CharField(max_length=120, default="", blank=True)
