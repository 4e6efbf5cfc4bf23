"""Batches of imported cases, the rows they refused, and the column mappings that an office saved."""

from django.db import models


class Batch(models.Model):
    """One run of an import; it can be watched, left and undone."""

    created_at = models.DateTimeField()
    created_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")
    desk = models.ForeignKey("trust.Unit", models.PROTECT, null=True, related_name="+")  # for whom it was imported
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=40, default="import")
    mode = models.CharField(max_length=10)  # skip | update | reject
    start_clocks = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10
    )  # draft | checking | checked | waiting | running | done | failed | undoing | undone
    error = models.CharField(max_length=300, default="", blank=True)
    mapping = models.JSONField(default=dict)
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    already = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)


class BatchReject(models.Model):
    """A row that could not be imported, with the reason, for the file to mend."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rejects")
    sheet = models.CharField(max_length=80, default="")
    row = models.PositiveIntegerField()
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    sealed = models.BinaryField()  # the row as it stood, sealed under the office's key until mended or forgotten


class ImportMapping(models.Model):
    """Which column means what, remembered by the header it was made for."""

    name = models.CharField(max_length=80)
    signature = models.CharField(max_length=64, unique=True)
    columns = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)  # zone, words and whatever else files of this source need
    created_at = models.DateTimeField()
