"""Every screen renders in both languages, full and empty, without inline style or script and without a missing text."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation
from screen_samples import BASE, EMPTY, SCREENS

from gezhi.kit.messages import compile_all
from gezhi.kit.messages.check import untranslated

SOURCE = Path(__file__).parents[2] / "src" / "gezhi"
MINE = (
    "gezhi/kit/templates",
    "gezhi/kit/templatetags",
    "gezhi/kit/moments.py",
    "gezhi/loop/templates",
    "gezhi/loop/pages",
)
CASES = [(name, kind) for name in SCREENS for kind in ("full", "empty")]


@pytest.fixture(scope="session", autouse=True)
def texts() -> None:
    compile_all()


def render(name: str, kind: str, language: str, **cookies: str) -> str:
    context = BASE | (SCREENS[name] if kind == "full" else EMPTY.get(name, {}))
    request = RequestFactory().get("/desk/")
    request.COOKIES.update(cookies)
    request.user = AnonymousUser()
    with translation.override(language):
        return get_template(name).render(dict(context), request)


class Strict(HTMLParser):
    """Notes what a strict content policy would block, doubled ids, and tags that do not close in order."""

    VOID = frozenset(["meta", "link", "input", "img", "br", "hr", "use", "path", "source"])

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.labels: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.wrong += [f"{name} on <{tag}>" for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not found.get("src")):
            self.wrong.append(f"inline <{tag}>")
        if found.get("id") in self.ids:
            self.wrong.append(f"id {found['id']} twice")
        if found.get("id"):
            self.ids.add(str(found["id"]))
        if tag == "label" and found.get("for"):
            self.labels.add(str(found["for"]))
        if tag in ("input", "select", "textarea"):
            inside = "label" in self.open
            self.controls.append(found | {"inside": "1" if inside else ""})
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> out of order")


def check(page: str) -> Strict:
    strict = Strict()
    strict.feed(page)
    return strict


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_screen_renders_strictly(name: str, kind: str, language: str) -> None:
    page = render(name, kind, language)
    strict = check(page)
    assert strict.wrong == []
    assert strict.open == []
    assert '<main id="main"' in page
    assert page.count("<h1") == 1
    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in page


@pytest.mark.parametrize("name", SCREENS)
def test_every_control_has_a_label(name: str) -> None:
    strict = check(render(name, "full", "en"))
    bare = [
        control
        for control in strict.controls
        if control.get("type") not in ("hidden", "submit")
        and not control["inside"]
        and control.get("id") not in strict.labels
        and not control.get("aria-label")
    ]
    assert bare == []


@pytest.mark.parametrize("name", SCREENS)
def test_english_page_holds_no_chinese_of_its_own(name: str) -> None:
    page = render(name, "empty", "en")
    own = re.sub(r'<button[^>]*lang="zh-Hans".*?</button>', "", page, flags=re.DOTALL)
    for text in ("受理", "待办", "督办", "回访", "目录", "日历", "林晓", "临江市城市管理局", "临江市"):
        own = own.replace(text, "")
    if name not in EMPTY:
        assert re.findall(r"[一-鿿]+", own) == []


def test_nothing_lacks_chinese() -> None:
    assert [str(f) for f in untranslated() if f.where.startswith(MINE)] == []


def test_looks_follow_the_cookies() -> None:
    assert 'data-size="elder"' in render("loop/home.html", "full", "en", gezhi_size="elder")
    assert 'data-theme="night"' in render("loop/worklist.html", "full", "en", gezhi_theme="night")
    assert "data-size=" not in render("loop/home.html", "full", "en", gezhi_size="sneaky")


def test_the_citizen_page_is_light() -> None:
    import gzip

    page = render("loop/report.html", "full", "zh-hans")
    total = len(gzip.compress(page.encode()))
    for path in re.findall(r'(?:href|src)="/static/([^"#?]+)', page):
        plain = re.sub(r"\.[0-9a-f]{12}(?=\.)", "", path)
        for folder in SOURCE.glob("*/static"):
            if (folder / plain).exists():
                total += len(gzip.compress((folder / plain).read_bytes()))
    scripts = (SOURCE / "kit/static/gezhi/js").glob("*.js")
    total += sum(len(gzip.compress(script.read_bytes())) for script in scripts)
    assert total < 100_000


OLD_BROWSER = (  # what Chromium 86 does not know
    ":has(", "color-mix(", "@layer", "@container", "aspect-ratio", ":is(", ":where(", "dvh", "inset:", "margin-inline",
    "padding-inline", "oklch(", "@import", "overflow:clip",
)  # fmt: skip


@pytest.mark.parametrize("sheet", sorted((SOURCE / "kit/static/gezhi/css").glob("*.css")), ids=lambda path: path.name)
def test_styles_work_in_an_old_browser(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [mark for mark in OLD_BROWSER if mark in text] == []
    assert text.count("{") == text.count("}")
    if sheet.name != "tokens.css":
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"@media print\s*\{.*", "", text, flags=re.DOTALL))
        assert set(colours) <= {"#fff", "#16202a"}


def test_every_token_used_is_defined() -> None:
    folder = SOURCE / "kit/static/gezhi/css"
    known = set(re.findall(r"(--[\w-]+):", (folder / "tokens.css").read_text(encoding="utf-8")))
    used = {
        name
        for sheet in folder.glob("*.css")
        for name in re.findall(r"var\((--[\w-]+)", sheet.read_text(encoding="utf-8"))
    }
    assert used <= known


def test_every_icon_used_is_in_the_sprite() -> None:
    sprite = set(
        re.findall(r'<symbol id="([\w-]+)"', (SOURCE / "kit/static/gezhi/icons.svg").read_text(encoding="utf-8"))
    )
    used: set[str] = set()
    for path in SOURCE.rglob("templates/**/*.html"):
        used |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text(encoding="utf-8")))
    assert used
    assert used <= sprite
