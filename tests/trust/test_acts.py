import datetime as dt
import pytest
from gezhi.trust.rules import Actor
from gezhi.trust.service import verb, record, NoRecordError
NOW=dt.datetime(2026,11,21,tzinfo=dt.UTC)

def test_x(db):
    @verb("x.y")
    def f(*, actor, now):
        record("x.y","thing",1,actor=actor)
        return 1
    assert f(actor=Actor.system("trust"), now=NOW)==1
