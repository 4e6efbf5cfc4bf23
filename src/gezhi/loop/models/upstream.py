"""What an adapter remembers of a partner between two rounds: how far it has read, which files it has had."""

from django.db import models

from gezhi.loop.models.partners import Partner


class PartnerMark(models.Model):
    """One thing remembered: a cursor, the digest of a file, the serial of a parcel."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="marks")
    name = models.CharField(max_length=120)
    value = models.CharField(max_length=200, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "name"], name="partner_marks_once")]
