"""Lists of the desk come with a pack: how a call without a case may end, how long drafts are kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gezhi.loop.intake import store
from gezhi.loop.intake.service.ending import causes
from gezhi.loop.store import content
from gezhi.packs.rules.spec import TABLES
from gezhi.packs.service import load_pack
from gezhi.trust.rules import Actor


@pytest.mark.slow
def test_the_bundled_pack_brings_them(db):
    load_pack("citizen-requests", actor=Actor.system("tests"), now=datetime(2026, 3, 2, tzinfo=UTC))
    content.forget()
    try:
        assert causes() == ["wrong_number", "silent", "nuisance"]
        assert set(content.content().codes["no_case"]) == set(causes()), "of the pack, not our own"
        assert store.window("pasted", timedelta(0)) == timedelta(days=14)
        assert store.window("typed", timedelta(0)) == timedelta(days=1)
        assert content.content().codes["callback_plan"]["again"].extra["amount"] == 4
    finally:
        content.forget()


def test_the_reference_names_them():
    told = (Path(__file__).parents[2] / "docs" / "reference" / "packs.md").read_text(encoding="utf-8")
    for table in ("no_case_reasons", "drafts", "callback_plan", "nuisance_reasons", "nuisance"):
        assert table in TABLES
        assert f"`{table}`" in told, table
