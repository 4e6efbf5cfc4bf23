"""Saved views of the worklist: whose, what they filter, with which unit they are shared, and who begins with which."""

from django.db import models


class SavedView(models.Model):
    """A filter of the worklist under a name of its owner's."""

    owner = models.ForeignKey("trust.User", models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    wish = models.JSONField(default=dict)  # what the address of the list holds, as names and values
    position = models.PositiveSmallIntegerField(default=0)
    shared = models.ForeignKey("trust.Unit", models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="view_names")]
        indexes = [models.Index(fields=["shared"], condition=models.Q(shared__isnull=False), name="views_shared")]


class ViewChoice(models.Model):
    """The view with which a person's worklist opens."""

    user = models.OneToOneField("trust.User", models.CASCADE, primary_key=True, related_name="+")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")
