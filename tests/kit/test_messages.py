"""The watchers of the texts must see what they are for: planted faults in a small tree of rooms."""

import errno
import gettext

import pytest

from gezhi.kit.messages import catalogues, check, used
from gezhi.kit.messages import compile as making

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A package with one room, its catalogues and a way to write into them."""
    folder = tmp_path / "pkg" / "desk"
    (folder / "templates" / "desk").mkdir(parents=True)
    (folder / "__init__.py").touch()
    for module in (catalogues, check, used):
        monkeypatch.setattr(module, "SOURCE", tmp_path / "pkg", raising=False)

    class Room:
        def code(self, text):
            (folder / "service.py").write_text(text)

        def page(self, text):
            (folder / "templates" / "desk" / "page.html").write_text(text, encoding="utf-8")

        def says(self, language, *entries):
            file = catalogues.po_file(folder, language)
            file.parent.mkdir(parents=True, exist_ok=True)
            blocks = [
                f'{f"msgctxt {chr(34)}{context}{chr(34)}{chr(10)}" if context else ""}msgid "{key}"\nmsgstr "{text}"\n'
                for context, key, text in entries
            ]
            file.write_text(HEAD + "\n".join(blocks), encoding="utf-8")
            return file

    return Room()


def told():
    return [str(fault) for fault in check.faults()]


def test_a_whole_room_has_no_fault(room):
    room.code('from x import Refused, gettext\nraise Refused("too-late", hours=3)\ngettext("Save")\n')
    room.page('{% load i18n %}{% translate "Save" %}{% blocktranslate %}{{ n }} rows{% endblocktranslate %}')
    room.says(
        "zh_Hans", ("refusal", "too-late", "迟了 %(hours)s 小时"), ("", "Save", "保存"), ("", "%(n)s rows", "%(n)s 行")
    )
    room.says("en", ("refusal", "too-late", "%(hours)s hours late"))
    assert told() == []


def test_untranslated_texts_of_code_and_templates_are_named_with_their_line(room):
    room.code('x = 1\nRefused("too-late")\n')
    room.page('{% load i18n %}\n{% translate "Save" %}\n{% translate "open" context "verb" %}')
    assert told() == [
        "pkg/desk/service.py:2: refusal/too-late has no Chinese",
        "pkg/desk/service.py:2: refusal/too-late has no English",
        'pkg/desk/templates/desk/page.html:2: "Save" has no Chinese',
        "pkg/desk/templates/desk/page.html:3: verb/open has no Chinese",
        "pkg/desk/templates/desk/page.html:3: verb/open has no English",
    ]


def test_words_in_one_language_only_lost_facts_and_chinese_among_the_english(room):
    room.says(
        "zh_Hans", ("state", "received", "待受理"), ("refusal", "late", "迟了 %(hours)s"), ("", "Hi %(name)s", "您好")
    )
    room.says("en", ("refusal", "late", "late"), ("state", "closed", "已办结"))
    assert told() == [
        'locale: "Hi %(name)s": %(name)s is filled in one language only',
        "locale: refusal/late: %(hours)s is filled in one language only",
        "locale/en: state/closed holds Chinese",
        "locale/en: state/received stands only in zh_Hans",
        "locale/zh_Hans: state/closed stands only in en",
    ]


def test_chinese_in_a_template_is_found_but_not_in_its_comments(room):
    room.page("{# 说明 #}\n{% comment %}中文{% endcomment %}\n<p>保存</p>\n")
    assert told() == ["pkg/desk/templates/desk/page.html:3: Chinese stands in the template instead of the locale file"]


def test_the_same_key_said_in_two_ways_is_found(room):
    room.says("zh_Hans", ("", "Save", "保存"), ("", "Save", "存盘"))
    assert told() == ['desk/locale/zh_Hans: "Save" is said in two ways']


def test_compiling_makes_what_gettext_reads_and_only_when_it_is_older(room):
    file = room.says("zh_Hans", ("state", "received", "待受理"))
    assert making.compile_all() == [file.with_suffix(".mo")]
    assert making.compile_all() == []
    with file.with_suffix(".mo").open("rb") as opened:
        assert gettext.GNUTranslations(opened).pgettext("state", "received") == "待受理"


def test_a_folder_that_may_not_be_written_keeps_what_the_package_brought(room, monkeypatch):
    room.says("en", ("state", "received", "To accept"))

    def refuse(number):
        def write(catalogue, target):
            raise OSError(number, "no")

        return write

    for number in (errno.EROFS, errno.EACCES):
        monkeypatch.setattr(making, "write", refuse(number))
        assert making.compile_all() == []
    monkeypatch.setattr(making, "write", refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="no"):
        making.compile_all()


def test_the_pseudo_language_holds_every_text_and_no_chinese(room):
    room.code('gettext("Not yet translated")\n')
    room.says("zh_Hans", ("", "Save %(n)s cases", "保存"), ("state", "received", "待受理"))
    room.says("en", ("state", "received", "Received"))
    (target,) = making.make_pseudo()
    with target.open("rb") as opened:
        found = gettext.GNUTranslations(opened)
    texts = [
        found.pgettext("state", "received"),
        found.gettext("Save %(n)s cases"),
        found.gettext("Not yet translated"),
    ]
    assert all(text.startswith("[") and text.endswith("]") for text in texts)
    assert "%(n)s" in texts[1]
    assert len(texts[1]) >= 1.35 * len("Save %(n)s cases")
    assert not any(check.HAN.search(text) for text in texts)
