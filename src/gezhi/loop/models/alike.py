"""What looking for the same needs: how common words are, and what the worker found like a case when it came in."""

from django.db import models

from gezhi.loop.models.case import Case


class WordShares(models.Model):
    """In how many of some counted cases each word stands; one row, counted anew each night. Words of no one case."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    made_at = models.DateTimeField()
    total = models.PositiveIntegerField()  # cases there were
    cases = models.PositiveIntegerField()  # of them counted
    counts = models.JSONField(default=dict)


class Distinct(models.Model):
    """Two cases that a person found to differ: not offered to each other again, until somebody takes that back."""

    one = models.ForeignKey(Case, models.CASCADE, related_name="+")  # the smaller key, so that a pair stands once
    two = models.ForeignKey(Case, models.CASCADE, related_name="+")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey("trust.User", models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("trust.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "two"], condition=models.Q(undone_at=None), name="distinct_once"),
        ]


class Likeness(models.Model):
    """The cases like one that came in, best first: keys, scores and codes of reasons, no word of what anybody wrote."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="likeness")
    made_at = models.DateTimeField()
    best = models.FloatField(default=0)
    others = models.JSONField(default=list)  # [[case, score, [[code, amount, of], …]], …]
