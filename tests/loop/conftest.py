"""Fixtures of the room."""

import copy

import pytest


@pytest.fixture(scope="module")
def laid_office(django_db_setup, django_db_blocker):
    """The office, built once for a file, in a transaction around those of its tests."""
    from django.db import transaction
    from loop_office import build_office

    with django_db_blocker.unblock(), transaction.atomic():
        yield build_office()
        transaction.set_rollback(True)


@pytest.fixture
def office(laid_office, db):
    """A small government with one person for each role, as it was built; see loop_office."""
    from loop_office import Office

    _forget()
    yield Office(copy.deepcopy(laid_office.units), copy.deepcopy(laid_office.users))
    _forget()


def _forget():
    """What another test put on the desk or into a cache."""
    from django.utils import translation

    from gezhi.loop.store import content, numbers
    from gezhi.loop.triage.service import forget
    from gezhi.trust.service import acts

    translation.deactivate()  # the language of the last page that was asked for
    acts.look_again()
    forget()
    content.forget()
    numbers.forget()


@pytest.fixture
def mappings(tmp_path, monkeypatch):
    """The folder of mapping files of a test's own installation; see upstream_hand."""
    from upstream_hand import Mappings

    from gezhi.loop.partners.kinds.upstream import files

    monkeypatch.setattr(files, "folder", lambda: tmp_path / "partners")
    return Mappings(tmp_path / "partners")


@pytest.fixture
def box(tmp_path):
    """A maildir; see mail_hand."""
    from mail_hand import Box

    return Box(tmp_path / "mail")


@pytest.fixture
def mailbox(office, box):
    """The office's mailbox; see mail_hand."""
    from mail_hand import Mailbox

    return Mailbox(office, box)


@pytest.fixture
def out(office, settings, tmp_path):
    """What goes out to citizens; see reach_hand."""
    from reach_hand import Out

    settings.GEZHI_DATA, settings.GEZHI_LINK_BASE = tmp_path, "https://12345.example.cn"
    settings.GEZHI_SMS_QUIET = ""
    return Out(office, tmp_path)
