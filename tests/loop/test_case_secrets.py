"""The six digits told on the phone: a copy of the database alone must not give them away."""

import hashlib

from gezhi.loop.importing import service as importing
from gezhi.loop.importing.running import Options
from gezhi.loop.models import Case
from gezhi.loop.service import case_secret, secret_digest
from gezhi.loop.store import reading


def told(case):
    """The digest that a person's number and digits lead to."""
    return secret_digest(case.number, case_secret(case.pk))


def test_the_six_digits_cannot_be_tried_out_on_a_copy_of_the_database(office, tmp_path, settings):
    path = tmp_path / "工单.csv"
    path.write_text("编号,内容\nR1,路灯不亮\n", encoding="utf-8")
    importing.import_file(path, name="a.csv", options=Options(), actor=office.actor("olive"), now=office.now)
    for case in (Case.objects.get(pk=office.receive()), Case.objects.get(external_number="R1")):
        kept, digits = bytes(case.secret_hash), case_secret(case.pk)
        assert len(digits) == 6
        assert kept == told(case)
        assert reading.by_number_secret(case.number, kept).pk == case.pk
        for words in (digits, f"{case.number}:{digits}", f"{case.number}{digits}"):
            assert kept != hashlib.sha256(words.encode()).digest()
        ours, settings.GEZHI_KEYS = settings.GEZHI_KEYS, tmp_path / f"other-{case.number}"
        assert kept != secret_digest(case.number, digits), "another installation's key finds nothing"
        settings.GEZHI_KEYS = ours
        assert kept == told(case)
