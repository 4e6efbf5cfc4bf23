"""What the tests of platforms share: mapping files, a round of the post, and whether every case is sound."""

from datetime import UTC, datetime

from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import service
from gezhi.loop.partners.kinds.upstream import files
from gezhi.loop.service.replaying import replay
from gezhi.trust.rules import Actor
from gezhi.trust.service import deliver_pending

SYSTEM = Actor.system("tests")


class Mappings:
    """A folder of mapping files: those that come with the product, changed where a test says so."""

    def __init__(self, place):
        self.place = place
        place.mkdir()

    def write(self, name, base, *turns):
        text = (files.BUILT_IN / base).read_text(encoding="utf-8")
        for old, new in turns:
            assert old in text, old
            text = text.replace(old, new)
        (self.place / name).write_text(text, encoding="utf-8")
        return name

    def turn(self, name, old, new):
        """A file that is changed while the product runs."""
        text = (self.place / name).read_text(encoding="utf-8")
        assert old in text, old
        (self.place / name).write_text(text.replace(old, new), encoding="utf-8")


def fetch(office, partner):
    return service.fetch_from(Partner.objects.select_related("keeper", "desk").get(pk=partner.pk), now=office.now)


def tell(office):
    """Events are handed on, and what is due is carried out; the moments are those of the test."""
    deliver_pending(max(office.now, datetime.now(UTC)))
    Piece.objects.filter(state="waiting", tries=0, direction="out").update(next_at=office.now)
    return service.deliver(office.now)


def whole():
    """Every state and every due follows from its steps."""
    return not [one for one in replay() if not isinstance(one, int)]
