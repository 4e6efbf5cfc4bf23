"""Saved views with two clicks in one moment, in threads that really commit; and for somebody of no unit."""

from dataclasses import replace

import pytest
from at_once import at_once, refused
from loop_office import build_office

from gezhi.kernel.errors import Refused
from gezhi.loop.models import SavedView
from gezhi.loop.views import service
from gezhi.trust.service import acts


def test_one_name_kept_twice_in_one_moment_is_one_view(committing_db):
    acts.look_again()
    office = build_office()
    dora = office.actor("dora")

    def keep(light):
        return lambda: service.keep("超时", {"tab": "open", "light": light}, actor=dora, now=office.now)

    assert refused(at_once(*(keep(light) for light in ("late", "soon", "today")))) == []
    assert SavedView.objects.filter(name="超时").count() == 1


def test_who_belongs_to_no_unit_is_told_that_nobody_could_see_it(office):
    lena = office.actor("lena")
    view = service.keep("本局超时", {"tab": "handling"}, actor=lena, now=office.now)
    with pytest.raises(Refused, match="view-no-unit"):
        service.share(view.pk, on=True, actor=replace(lena, unit_id=None, unit_path=""), now=office.now)
