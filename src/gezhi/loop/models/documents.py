"""Templates of documents: every version stays as it was put, and which is in force is a row of its own."""

from django.db import models


class DocumentTemplate(models.Model):
    """One version of the office's own template of a kind; its bytes lie under their digest."""

    insert_only = True

    kind = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=4)  # docx | xlsx
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    put_by = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    put_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="document_versions")]


class DocumentChoice(models.Model):
    """Which version of a kind holds from now on; no template means the one that came with the product."""

    insert_only = True

    kind = models.CharField(max_length=20)
    template = models.ForeignKey(DocumentTemplate, models.PROTECT, null=True, related_name="+")
    chosen_by = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
