"""Every screen for everybody: nothing keeps people out, nothing runs off a phone, nothing is untranslated."""

import json
import re

import journey_screens
import pytest
from django.apps import apps
from journey_outside import FRAMED_BY
from journey_site import AXE, DESK, PHONE, hindrances, overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = """() => {
  const said = '[data-insert],.sug,.hints .chip,[role=option],textarea,.rows .t,';
  const skip = said + 'script,style,template,kbd,.code,[lang]:not(html),noscript';
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest(skip)) found.push(node.data);
  }
  const rest = [];
  for (const e of document.querySelectorAll('[placeholder],[title],[aria-label],[alt]')) {
    if (e.closest('[lang]:not(html)')) continue;
    for (const name of ['placeholder', 'title', 'aria-label', 'alt']) rest.push(e.getAttribute(name) || '');
  }
  return [found.join(' '), ...rest];
}"""
BRACKETS = re.compile(r"\[[^\[\]]*\]")
FORGOTTEN = re.compile(r"[A-Za-zÀ-ž]{3,}|[㐀-鿿]+")
NAMES = {
    "Gezhi",
    "Pšéudô",
    "citizen",
    "requests",
    "CSV",
    "GB18030",
    "UTF",
    "Excel",
    "HTML",
    "xlsx",
    "docx",
    "pdf",
    "PDF",
    "Asia",
    "Shanghai",
    "workday",
    "xls",
    "csv",
    "http",
    "https",
    "XLSX",
    "JSON",
    "order",  # the key of a piece
    "groups",  # claims, as providers write them
    "sub",
}
DRAWN_OUT = "label-content-name-mismatch"  # a label within a label is longer by its own brackets
NAME = ("code", "name_zh", "name_en")
ROWS = (
    ("trust", "Unit", NAME), ("trust", "Role", NAME), ("loop", "Matter", (*NAME, "hint_zh", "hint_en")),
    ("loop", "CodeItem", (*NAME, "source", "extra")), ("loop", "FormQuestion", ("text_zh", "text_en", "extra")),
    ("loop", "ReplyCheck", ("title_zh", "title_en", "hint_zh", "hint_en", "source")),
    ("loop", "TownDuty", (*NAME, "basis_zh", "basis_en", "source", "keywords")),
    ("place", "Area", NAME), ("trust", "User", ("display_name",)),
    ("loop", "CatalogueItem", ("basis_zh", "basis_en")), ("loop", "Limit", ("source",)),
    *(("loop", f"Score{what}", (*NAME, "source")) for what in ("Measure", "Set", "Indicator", "Group", "Band")),
    ("loop", "Shift", ("name_zh", "name_en")), ("loop", "Call", ("skill",)),
    ("loop", "Partner", NAME), ("loop", "PublicRule", ("source",)),
    ("loop", "StandardReply", ("title_zh", "title_en", "text_zh", "text_en")),
)  # fmt: skip


def content(site):
    """What rows and people say: names of both languages, legal grounds, stories, files."""
    agent = site.page().evaluate("navigator.userAgent")
    said = {
        agent,
        *re.findall("[A-Za-z]{3,}", agent),
        "English",
        "简体中文",
        "中文",
        "Linjiang",
        "临江市",
        "路灯.jpg",
        "2026 年 1 月工单.csv",
        "https://id.example.gov.cn/realms/office",
        *journey_screens.said(),
        *("我叫", "住", "张"),  # what is left of a name, or stands around one that was taken out
    }
    for room, model, columns in ROWS:
        for row in apps.get_model(room, model).objects.values_list(*columns):
            said |= set(spoken(row))
    for extra in apps.get_model("loop", "FormQuestion").objects.values_list("extra", flat=True):
        said |= {option[language] for option in extra.get("options", ()) for language in ("zh", "en")}
    return sorted((words for words in said if words), key=len, reverse=True)


def spoken(value, *, deep=False):
    """The words in a value, however deep they lie; a code inside of one says nothing."""
    if isinstance(value, str):
        return [value] if not deep or re.search(r"[ \u3400-\u9fff]", value) else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [words for part in parts for words in spoken(part, deep=not isinstance(value, tuple))]


def bare(text):
    """What stands outside the brackets that every translated text of the pseudo-language has."""
    while (less := BRACKETS.sub(" ", text)) != text:
        text = less
    return text


def forgotten(page, known):
    """Words of a page in the pseudo-language that no catalogue holds."""
    left = []
    for shown in page.evaluate(TEXTS):
        text = bare(shown)
        for words in known:
            text = text.replace(words, " ")
        left += [word for word in FORGOTTEN.findall(text) if word not in NAMES]
    return left


@pytest.fixture
def gallery(site, settings):
    """All screens, each opened in a browser of its person in a language and size."""
    settings.GEZHI_EMBED_ORIGINS = (FRAMED_BY,)
    shown = journey_screens.screens(site.office)

    def each(language, size):
        pages = {}
        for one in shown:
            if one.who not in pages:
                pages[one.who] = site.page(one.who, language=language, size=size)
            page = pages[one.who]
            spoken_so = f"?lang={language}" if one.path.startswith("/embed/") else ""  # a frame has no cookie
            site.open(page, one.path + spoken_so)
            if one.before:
                one.before(page)
            yield one, page
        site.close()

    return each


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is collected by npm at set-up")
def test_nothing_keeps_people_out_and_nothing_runs_off_the_side(gallery):
    found = {}
    for screen, page in gallery("zh-hans", DESK):
        faults = hindrances(page)
        faults += [f"wider than the window by {overflow(page)}"] if overflow(page) > 0 else []
        page.set_viewport_size(PHONE)
        faults += [f"wider than a phone by {overflow(page)}"] if overflow(page) > 0 else []
        page.set_viewport_size(DESK)
        if faults:
            found[screen.name] = faults
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


def test_nothing_on_a_phone_is_untranslated_or_keeps_people_out_in_longer_words(site, gallery, pseudo_language):
    found = {}
    known = content(site)
    for screen, page in gallery("en-xa", PHONE):
        faults = forgotten(page, known)
        faults += [one for one in (hindrances(page) if AXE.exists() else []) if not one.startswith(DRAWN_OUT)]
        if overflow(page) > 0:
            faults.append(f"wider than the window by {overflow(page)}")
        if faults:
            found[screen.name] = sorted(set(faults))
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)
