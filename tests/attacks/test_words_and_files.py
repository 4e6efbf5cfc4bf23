"""What people write and send: markup, formulas, headers and files that are something else, through the real pages."""

import io
import re
import zipfile
from html import escape
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from links_helpers import enter, finished, jpeg, post, signed
from victims import key_of, told

from gezhi.kit.senders.letters import FileSender, Letter
from gezhi.kit.sheets import read_tables
from gezhi.loop.models import Attachment, Case, LinkFile, NoticeWish
from gezhi.loop.service import case_token

pytestmark = pytest.mark.pages

SCRIPT, PICTURE = "<script>alert('x')</script>", "<svg onload=alert(1)>"
EVIL = f'路灯 {SCRIPT} {PICTURE} "><img src=x onerror=alert(1)> {{{{7*7}}}} {{% debug %}} javascript:alert(1)'
FORMULAS = ('=HYPERLINK("http://evil.cn")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1")


def pages_of(office, case):
    """Everywhere that the words of a case stand, and who reads them there."""
    return {
        ("dora", f"/desk/{case}/"),
        ("dora", "/desk/?tab=open"),
        ("hugo", f"/desk/{case}/"),
        ("hugo", "/desk/?tab=mine"),
        ("", f"/f/{case_token(case)}/"),
        ("dora", f"/desk/{case}/alike/"),
        ("dora", f"/desk/documents/case/{case}/"),
        ("hugo", f"/desk/{case}/links/new/"),
        ("dora", f"/desk/field/ask/{case}/"),
        ("dora", f"/desk/marks/new/{case}/"),
    }


def test_markup_in_a_case_is_text_wherever_it_is_read(office, site):
    case, seen = told(office, EVIL, place=EVIL[:60]), 0
    office.move(case, "note", "hugo", note=EVIL)
    for who, path in sorted(pages_of(office, case)):
        answer = site(who).get(path)
        page = answer.content.decode()
        assert answer.status_code == 200, path
        for live in (SCRIPT, PICTURE, "<img src=x", "路灯 49"):
            assert live not in page, (path, live)
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        seen += escape(SCRIPT) in page or "&lt;script&gt;" in page
    assert seen >= 4, "the words are there, as words"


def test_markup_in_what_somebody_without_account_writes_is_text_at_the_desk(office, site):
    sent = finished(office, words=EVIL, name="<b>x</b>")
    page = site("hugo").get(f"/desk/{sent.link.case_id}/links/{sent.link.pk}/").content.decode()
    assert SCRIPT not in page
    assert "<b>x</b>" not in page
    assert "&lt;script&gt;" in page


def test_a_link_in_an_answer_is_no_way_to_run_a_script(office, site):
    case = told(office)
    office.move(
        case, "reply", "hugo", outcome="solved", reply="见 javascript:alert(1) 与 data:text/html,<script>1</script>"
    )
    for who, path in (("lena", f"/desk/{case}/"), ("", f"/f/{case_token(case)}/")):
        assert not re.search(r'href="(javascript|data):', site(who).get(path).content.decode())


def test_formulas_in_exports_are_text(office, site):
    for text in FORMULAS:
        told(office, text + "路灯不亮")
    for kind in ("xlsx", "csv"):
        answer = site("dora").get(f"/desk/export.{kind}?tab=open")
        data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        cells = [str(cell) for sheet in read_tables(io.BytesIO(data)) for row in sheet.rows for cell in row.cells]
        written = [cell for cell in cells if "路灯不亮" in cell]
        assert len(written) >= len(FORMULAS), kind
        if kind == "csv":
            assert not [cell for cell in written if cell[:1] in "=+-@\t\r"]
        else:
            book = zipfile.ZipFile(io.BytesIO(data))
            assert not [name for name in book.namelist() if b"<f>" in book.read(name)]


@pytest.mark.parametrize("field", ["to", "subject", "language"])
@pytest.mark.parametrize("breaks", ["\r\nBcc: all@evil.cn", "\nBcc: all@evil.cn", "\r\n\r\n<script>"])
def test_no_header_is_added_to_a_letter(tmp_path, field, breaks):
    told = {"to": "a@b.cn", "subject": "s", "text": "t", "mark": "m", "language": "zh", "at": timezone.now()}
    told[field] += breaks
    try:
        FileSender(tmp_path, "office@b.cn").send(Letter(**told))
    except ValueError:
        assert not list(tmp_path.glob("*.eml"))
        return
    head = next(tmp_path.glob("*.eml")).read_bytes().partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?mi)^bcc:", head)


@pytest.mark.parametrize(
    "address", ["a@b.cn\nBcc: c@d.cn", "a@b.cn,c@d.cn", "a@b.cn\r\nRCPT TO:<c@d.cn>", "a b@c.cn", "@"]
)
def test_a_mailbox_of_ones_own_holds_one_address(office, site, address):
    answer = site("dora").post("/desk/notices/wishes/", {"address": address, "digest": "daily", "key": "k"})
    assert answer.status_code == 422
    assert not NoticeWish.objects.exists()


def test_an_honest_mailbox_is_kept(office, site):
    assert site("dora").post("/desk/notices/wishes/", {"address": "dora@b.cn", "digest": "daily"}).status_code == 302
    assert NoticeWish.objects.get().address == "dora@b.cn"


HEAD = b"\x89PNG\r\n\x1a\n"
POLYGLOTS = {
    "a page called jpg": (b"<html><script>alert(1)</script>", "a.jpg", "image/jpeg"),
    "an SVG": (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "a.svg",
        "image/svg+xml",
    ),
    "an SVG called png": (b"<svg onload=alert(1)>", "a.png", "image/png"),
    "a head of a picture before a page": (HEAD + b"<html><script>alert(1)</script>", "a.png", "image/png"),
    "a program": (b"MZ\x90\x00" + b"0" * 100, "a.jpg", "image/jpeg"),
    "an archive": (b"PK\x03\x04" + b"0" * 100, "a.jpg", "image/jpeg"),
    "a picture in a film's wrapping": (b"\x00\x00\x00\x18ftypheic" + b"0" * 50, "a.jpg", "image/jpeg"),
    "an EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "a.jpg", "image/jpeg"),
}


@pytest.fixture
def ways(office, site):
    """The ways by which a file comes in: a report, the person's own page, a handler, somebody outside, Open311."""
    case = told(office)
    anybody, hugo, key = site(), site("hugo"), key_of(office, "app")
    sent = signed(office)
    enter(anybody, sent)
    return {
        "report": lambda one: anybody.post(
            "/report/", {"text": "路灯不亮，请修", "place": "解放路", "who": "anonymous", "files": one, "key": fresh()}
        ),
        "follow": lambda one: anybody.post(
            f"/f/{case_token(case)}/supplement/", {"words": "补充", "files": one, "key": fresh()}
        ),
        "note": lambda one: hugo.post(
            f"/desk/{case}/note/",
            {"note": "看过", "files": one, "key": fresh(), "last": Case.objects.get(pk=case).last},
        ),
        "link": lambda one: post(anybody, sent, "note", words="看过", files=one),
        "open311": lambda one: anybody.post(
            "/open311/v2/requests.json",
            {"api_key": key, "service_code": "0101", "address_string": "解放路", "description": "路灯", "media": one},
        ),
    }


def fresh():
    return str(uuid4())


def test_a_picture_comes_in_by_every_way(ways):
    for count, (way, send) in enumerate(ways.items(), 1):
        answer = send(SimpleUploadedFile("a.jpg", jpeg((9 * count, 9, 9)), "image/jpeg"))
        assert answer.status_code in (200, 302), (way, answer.content.decode()[-1500:])
        assert Attachment.objects.count() + LinkFile.objects.count() == count, way


@pytest.mark.parametrize("polyglot", POLYGLOTS.values(), ids=POLYGLOTS)
def test_a_file_that_is_something_else_comes_in_by_none(ways, polyglot):
    data, name, kind = polyglot
    cases = Case.objects.count()
    for way, send in ways.items():
        answer = send(SimpleUploadedFile(name, data, kind))
        assert 400 <= answer.status_code < 500, way
    assert not Attachment.objects.exists()
    assert not LinkFile.objects.exists()
    assert Case.objects.count() == cases


def test_a_page_behind_a_picture_does_not_survive(office, site):
    case = told(office)
    data = jpeg() + b"<html><script>alert(document.domain)</script></html>"
    answer = site("hugo").post(
        f"/desk/{case}/note/",
        {
            "note": "x",
            "files": SimpleUploadedFile("a.html", data, "text/html"),
            "key": "k1",
            "last": Case.objects.get(pk=case).last,
        },
    )
    assert answer.status_code == 302, answer.content.decode()[:800]
    file = Attachment.objects.get()
    served = site("hugo").get(f"/desk/{case}/files/{file.pk}/")
    assert served["Content-Type"] == "image/jpeg"
    assert b"<script>" not in served.content
    assert (served["X-Content-Type-Options"], "sandbox" in served["Content-Security-Policy"]) == ("nosniff", True)


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1.jpg", 'a"; filename="evil.html', "../../etc/passwd", "a\x00.jpg", "长" * 400]
)
def test_the_name_of_a_file_reaches_no_header_and_no_path(office, site, tmp_path, name):
    case = told(office)
    answer = site("hugo").post(
        f"/desk/{case}/note/",
        {
            "note": "x",
            "files": SimpleUploadedFile(name.replace("/", "\\"), jpeg(), "image/jpeg"),
            "key": "k1",
            "last": Case.objects.get(pk=case).last,
        },
    )
    assert answer.status_code in (302, 422)
    for file in Attachment.objects.all():
        served = site("hugo").get(f"/desk/{case}/files/{file.pk}/")
        assert "Set-Cookie" not in served.headers
        assert re.fullmatch(r'inline; filename="[0-9a-f]{12}"', served["Content-Disposition"])
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and not re.fullmatch(r"[0-9a-f]{64}", path.name)]
    assert not [path for path in outside if "passwd" in path.name or "evil" in path.name]


def test_a_picture_that_unfolds_to_gigabytes_is_refused(office, site):
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    answer = site().post(
        "/report/",
        {
            "text": "路灯不亮",
            "who": "anonymous",
            "key": "k",
            "files": SimpleUploadedFile("a.png", out.getvalue(), "image/png"),
        },
    )
    assert answer.status_code == 422
    assert not Case.objects.exists()


SHEETS = {
    "formula": '<c r="A2" t="str"><f>WEBSERVICE("http://127.0.0.1:9/")</f><v>R1</v></c>',
    "entity": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
}


def test_a_workbook_that_reads_files_of_the_server_is_refused(office, site, settings, tmp_path):
    """External entities in the parts of a workbook."""
    settings.GEZHI_DATA = tmp_path
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            SHEETS["entity"]
            + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">&e;</Types>',
        )
        book.writestr("xl/workbook.xml", SHEETS["entity"] + "<workbook>&e;</workbook>")
    answer = site("dora").post("/desk/import/", {"file": SimpleUploadedFile("a.xlsx", out.getvalue())})
    assert answer.status_code == 422
    assert b"root:" not in answer.content


def test_a_workbook_that_unfolds_to_gigabytes_is_refused(office, site, settings, tmp_path):
    settings.GEZHI_DATA = tmp_path
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 600 * 2**20)
    answer = site("dora").post("/desk/import/", {"file": SimpleUploadedFile("a.xlsx", out.getvalue())})
    assert answer.status_code == 422
