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


class Likeness(models.Model):
    """The cases like one that came in, best first: keys, scores and codes of reasons, no word of what anybody wrote."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="likeness")
    made_at = models.DateTimeField()
    best = models.FloatField(default=0)
    others = models.JSONField(default=list)  # [[case, score, [[code, amount, of], …]], …]
