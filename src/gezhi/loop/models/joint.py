"""What working together goes by: the list of township duties, and rulings kept as precedents."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gezhi.loop.models.content import Content


class TownDuty(Content):
    """One line of the list of township duties 乡镇履职事项清单. The office's own list, once imported, holds alone."""

    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)  # basic | cooperating | taken_back
    position = models.PositiveIntegerField(default=0)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, default="", blank=True)
    matter = models.CharField(max_length=20, default="", blank=True)
    keywords = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    unit = models.CharField(max_length=60, default="", blank=True)  # the township it is for; empty: each
    lead = models.CharField(max_length=120, default="", blank=True)  # the department, by code or by name
    basis_zh = models.CharField(max_length=300, default="", blank=True)
    basis_en = models.CharField(max_length=400, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "version", "code"], name="town_duty_once")]


class Precedent(models.Model):
    """A ruling that shall guide later ones: where it was made, and its reason as every unit may read it."""

    step = models.OneToOneField("loop.Step", models.PROTECT, primary_key=True, related_name="+")
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="+")
    matter = models.CharField(max_length=20)
    area = models.CharField(max_length=12, default="")
    ruling = models.CharField(max_length=12)
    returned_by = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")  # in charge after the ruling
    basis = models.TextField(default="")  # empty where the case is confidential
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["matter", "-made_at"], name="precedents_by_matter")]
