"""Fixtures of the room."""

import pytest


@pytest.fixture
def office(db):
    """A small government with one person for each role; see loop_office."""
    from loop_office import build_office

    from gezhi.loop.triage.service import forget
    from gezhi.trust.service import acts

    acts.look_again()
    forget()  # what another test put on the desk
    yield build_office()
    acts.look_again()
    forget()
