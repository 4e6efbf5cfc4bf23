"""Files that people send: kinds by their bytes, and what is swept when no case holds it."""

import hashlib
import os
from datetime import timedelta

import pytest

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import Attachment, Case
from gezhi.loop.service.sweeping import sweep_files


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"avif"])
def test_pictures_that_cannot_be_made_anew_are_no_films(brand):
    with pytest.raises(Refused, match=r"^file-kind"):
        uploads.kind_of(b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00")
    assert uploads.kind_of(b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00") == ("video", "video/mp4")


def test_files_that_no_case_holds_are_swept_after_a_day(office, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    held, original, lost, fresh = (uploads.keep(name.encode()) for name in ("held", "original", "lost", "fresh"))
    case = Case.objects.get(pk=office.receive())
    Attachment.objects.create(case=case, digest=held, original=original, kind="pdf", size=4, created_at=office.now)
    half = uploads.path_of(lost).with_name(f".{lost}.1")
    half.write_bytes(b"ha")
    (tmp_path / "triage").mkdir()
    model = tmp_path / "triage" / hashlib.sha256(b"model").hexdigest()
    model.write_bytes(b"model")
    long_ago = (office.now - timedelta(days=2)).timestamp()
    for path in (*(uploads.path_of(digest) for digest in (held, original, lost)), half, model):
        os.utime(path, (long_ago, long_ago))
    os.utime(uploads.path_of(fresh), (office.now.timestamp(), office.now.timestamp()))
    assert sweep_files(office.now) == 1
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {held, original, fresh, model.name}
