"""Photos in pieces: half uploads, lost answers, a phone that dies, other people's keys, what is left behind."""

from datetime import timedelta

import pytest
from field_office import asked, here, key, photo, staffed

from gezhi.kernel.errors import Refused
from gezhi.loop.field.service import looking, parts
from gezhi.loop.field.service.looking import Answer
from gezhi.loop.models import Attachment, Case, FieldAct, FieldPart

KEY = "66b0e471-ed54-410b-a6be-42c3fba9d85b"


@pytest.fixture
def town(office, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    return staffed(office)


def send(town, own, data, at, size, by="gina", length=None):
    piece = data[at : at + size]
    return parts.put(own, at, length or len(data), piece, name="p.jpg", actor=town.actor(by), now=town.now)


def whole(town, data, by="gina", size=400):
    own, at = key(), 0
    while at < len(data):
        at = send(town, own, data, at, size, by)
    return own


def test_a_photo_that_died_on_the_way_goes_on_where_it_was(town):
    data, own, actor = photo(size=(120, 90)), key(), town.actor("gina")
    assert parts.offset(own, actor=actor) == 0
    send(town, own, data, 0, 300)
    assert parts.offset(own, actor=actor) == 300
    with pytest.raises(Refused, match="field-offset") as refused:
        send(town, own, data, 0, 300)
    assert (refused.value.status, refused.value.facts["offset"]) == (409, 300)
    at = 300
    while at < len(data):
        at = send(town, own, data, at, 300)
    assert parts.path_of(FieldPart.objects.get().pk).read_bytes() == data


def test_what_a_broken_request_left_on_the_disk_is_cut_off(town):
    data, own = photo(size=(120, 90)), key()
    send(town, own, data, 0, 300)
    path = parts.path_of(FieldPart.objects.get().pk)
    path.write_bytes(path.read_bytes() + b"half a piece that was never told of")
    send(town, own, data, 300, len(data))
    assert path.read_bytes() == data


def test_what_the_disk_has_lost_is_asked_for_again(town):
    data, own, actor = photo(size=(120, 90)), key(), town.actor("gina")
    send(town, own, data, 0, 500)
    parts.path_of(FieldPart.objects.get().pk).write_bytes(data[:200])
    assert parts.offset(own, actor=actor) == 200
    send(town, own, data, 200, len(data))
    parts.path_of(FieldPart.objects.get().pk).unlink()
    assert parts.offset(own, actor=actor) == 0


def test_an_act_waits_for_its_photos(town):
    case = town.receive(matter="0101")
    task, data, own, act = asked(town, case), photo(size=(120, 90)), key(), key()
    send(town, own, data, 0, 200)

    def answer(by="gina"):
        said = Answer("there", where=here(), parts=(own,), seen=2)
        return looking.answer(task.pk, said, (), actor=town.actor(by), now=town.now, key=act)

    with pytest.raises(Refused, match="field-part-unfinished") as refused:
        answer()
    assert refused.value.facts["offset"] == 200
    assert not FieldAct.objects.exists()
    send(town, own, data, 200, len(data))
    answer()
    assert (Attachment.objects.count(), FieldPart.objects.get().act == FieldAct.objects.get().pk) == (1, True)
    assert answer().repeated, "sent again after the photo was used: the first answer, not a missing photo"
    assert parts.offset(own, actor=town.actor("gina")) == len(data), "nothing is sent a second time"
    assert Attachment.objects.count() == 1


def test_a_photo_hangs_on_one_act_only_and_only_on_ones_own(town):
    case = town.receive(matter="0101")
    task = asked(town, case, who="street")
    own = whole(town, photo(), by="greg")
    said = Answer("there", where=here(), parts=(own,), seen=2)
    with pytest.raises(Refused, match="field-part-missing"):
        looking.answer(task.pk, said, (), actor=town.actor("gina"), now=town.now, key=key())
    looking.answer(task.pk, said, (), actor=town.actor("greg"), now=town.now, key=key())
    with pytest.raises(Refused, match="field-part-missing"):
        looking.answer(task.pk, said, (), actor=town.actor("greg"), now=town.now, key=key())
    assert Attachment.objects.count() == 1


def test_other_peoples_keys_are_unknown(town):
    data, own = photo(), key()
    send(town, own, data, 0, 100)
    assert parts.offset(own, actor=town.actor("greg")) == 0
    with pytest.raises(Refused, match="key-reused"):
        send(town, own, data, 0, 100, by="greg")
    with pytest.raises(Refused, match="not-allowed"):
        send(town, key(), data, 0, 100, by="dora")


@pytest.mark.parametrize(
    ("own", "length", "code"),
    [("../x", 10, "field-key"), ("", 10, "field-key"), (KEY, 0, "file-empty"), (KEY, 10**9, "file-too-large")],
)
def test_what_is_no_photo_is_not_begun(town, own, length, code):
    with pytest.raises(Refused, match=code):
        parts.put(own, 0, length, b"x", actor=town.actor("gina"), now=town.now)
    assert not FieldPart.objects.exists()


def test_one_person_cannot_fill_the_disk(town, monkeypatch):
    monkeypatch.setattr("gezhi.loop.field.rules.parts.MOST_OPEN", 2)
    for _ in range(2):
        send(town, key(), photo(), 0, 50)
    with pytest.raises(Refused, match="field-parts-many"):
        send(town, key(), photo(), 0, 50)
    send(town, key(), photo(), 0, 50, by="greg")


def test_a_part_that_is_no_picture_leaves_nothing_on_the_case(town):
    case = town.receive(matter="0101")
    task, own = asked(town, case), whole(town, b"<svg onload=alert(1)>" * 9)
    said = Answer("there", where=here(), parts=(own,), seen=2)
    with pytest.raises(Refused, match="file-kind"):
        looking.answer(task.pk, said, (), actor=town.actor("gina"), now=town.now, key=key())
    assert (Case.objects.get(pk=case).last, FieldAct.objects.count()) == (2, 0)


def test_what_nobody_goes_on_with_goes_after_a_week(town):
    send(town, key(), photo(), 0, 100)
    path = parts.path_of(FieldPart.objects.get().pk)
    assert parts.sweep(town.now + timedelta(days=6)) == 0
    assert path.exists()
    assert parts.sweep(town.now + timedelta(days=8)) == 1
    assert not path.exists()
    assert not FieldPart.objects.exists()


def test_the_file_goes_once_the_act_is_certain(town, django_capture_on_commit_callbacks):
    case = town.receive(matter="0101")
    task, own = asked(town, case), whole(town, photo())
    path = parts.path_of(FieldPart.objects.get().pk)
    said = Answer("there", where=here(), parts=(own,), seen=2)
    with django_capture_on_commit_callbacks(execute=True):
        looking.answer(task.pk, said, (), actor=town.actor("gina"), now=town.now, key=key())
        assert path.exists(), "an act that is undone at the last moment still has its photo"
    assert not path.exists()
