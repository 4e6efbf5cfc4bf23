"""Areas: the tree of administrative divisions, dated, so that old cases keep the names of their day."""

from django.contrib.postgres.indexes import GistIndex
from django.db import models

from gezhi.kit.fields import LtreeField


class Area(models.Model):
    """One division; `path` is the codes from the top, `level` 1 province … 5 village or community."""

    code = models.CharField(primary_key=True, max_length=20)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = LtreeField(unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True, default="")
    level = models.SmallIntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "place_area"
        indexes = (GistIndex(fields=["path"], name="place_area_path"),)

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"
