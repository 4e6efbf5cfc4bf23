"""Trained triage models: what each was trained on, how good it measured, which one is on the desk."""

from django.db import models


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
