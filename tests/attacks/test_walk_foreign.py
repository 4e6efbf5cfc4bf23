"""Cases of others: every address that takes a key is asked for a case of another unit, and tells nothing apart.

What one may not see is as if it were not there: the answer for a real key is the answer for one that never was, from
the first byte to the last. The table of addresses is the product's own, so that a new page cannot be forgotten.
"""

import re
from html import escape
from urllib.parse import unquote
from uuid import uuid4

import pytest
from addresses import table
from victims import FOREIGN, SECRETS, recorded

from gezhi.loop.models import Step

pytestmark = [pytest.mark.slow, pytest.mark.pages]

OF_THE_CASE = {  # what stands for which parameter, by the shape's beginning
    "case_id": lambda world: world.case,
    "file_id": lambda world: world.file.pk,
    "link_id": lambda world: world.link.link.pk,
    "call_id": lambda world: world.call.pk,
    "ringback_id": lambda world: uuid4(),  # belongs to nobody's case
}
KEYS = {  # where a parameter is only called `key`
    "desk/<uuid:case_id>/links/": lambda world: world.link.link.pk,
    "desk/marks/": lambda world: world.mark.pk,
    "desk/public/": lambda world: world.published.pk,
    "desk/field/cancel/": lambda world: world.look.pk,
    "desk/field/visits/": lambda world: world.visit,
    "field/tasks/": lambda world: world.look.pk,
    "field/visits/": lambda world: world.visit,
    "api/v1/loop/field/tasks/": lambda world: world.look.pk,
    "api/v1/loop/field/parts/": lambda world: world.part,
    "field/parts/": lambda world: world.part,
    "desk/person/": lambda world: world.asked.pk,
    "desk/retention/holds/": lambda world: world.hold.pk,
}
NO_CASE = (  # addresses with parameters that lead to nothing of a case; who may not enter is walked below
    r"office/",
    r"account/",
    r"sign-in/",
    r"report/<",
    r"f/<",
    r"l/<",
    r"moved/",
    r"public/",
    r"open311/",
    r"api/partners/",
    r"desk/partners/",
    r"desk/bulk/",
    r"desk/export",
    r"desk/shifts/",
    r"desk/views/",
    r"desk/scores/",
    r"api/v1/loop/scores/",
    r"desk/documents/(reports/)?<str:kind>",
    r"desk/retention/(rules/)?<",
    r"desk/import/",
    r"api/v1/loop/imports/",
    r"desk/intake/",
    r"desk/calls/(ring|recording|missed)/",
    r"desk/field/month/",
    r"desk/channels/",
    r"desk/tellings/",
    r"desk/letters/",  # of no case yet: who may not read them is tried where they are taken in
)
EMPTY = ("field/parts/<str:key>/", "field/parts/<uuidstr:key>")  # how much of a photo came: nothing, whosever it is
BY_POST = ("desk/call/past/", "desk/call/suggest/", "report/near/", "desk/intake/look/", "desk/replies/find/")
OUTSIDE = ("readyz",)  # tells of the machine
MOVES = {"move": "note", "kind": "case", "act": "approve"}


def key_for(address, world):
    """The parameters of an address with the keys of the hidden case, and with keys that never were."""
    real, never = {}, {}
    for name in address.names:
        if name in OF_THE_CASE:
            real[name] = OF_THE_CASE[name](world)
        elif name == "key":
            made = next((make for start, make in KEYS.items() if address.shape.startswith(start)), None)
            assert made, f"{address.shape}: say what its key is"
            real[name] = made(world)
        else:
            assert name in MOVES, f"{address.shape}: say what {name} is, or why it leads to no case"
            real[name] = never[name] = MOVES[name]
        never.setdefault(name, uuid4())
    return real, never


def of_cases():
    return [
        one for one in table() if one.names and not any(re.match(known, one.shape.lstrip("^")) for known in NO_CASE)
    ]


def said(answer, keys):
    """An answer without what differs from one request to the next: the keys asked for, tokens of forms."""
    body = answer.content.decode(errors="replace") if not answer.streaming else ""
    for key in sorted((str(key) for key in keys.values()), key=len, reverse=True):
        body = body.replace(key, "KEY")
    return answer.status_code, re.sub(r'(name="csrfmiddlewaretoken" value|data-token)="[^"]*"', "", body)


@pytest.fixture
def hidden(world):
    return world.more()


def test_every_address_with_a_key_is_known():
    assert len(of_cases()) > 40
    assert "desk/<uuid:case_id>/<str:move>/" in [one.shape for one in of_cases()]


@pytest.mark.parametrize("who", FOREIGN)
def test_a_key_of_another_unit_is_as_one_that_never_was(hidden, site, who):
    browser, wrong = site(who), []
    steps = Step.objects.filter(case=hidden.case).count()
    for address in of_cases():
        real, never = key_for(address, hidden)
        for method in ("get", "post"):
            answers = []
            for keys in (real, never):
                data = {"key": "k", "words": "x", "last": "4"} if method == "post" else {}
                answers.append(said(getattr(browser, method)(address.path(**keys), data, follow=True), keys))
            known, unknown = answers
            opened = known[0] < 400 and not address.shape.endswith(EMPTY)
            if known != unknown or opened or any(secret in known[1] for secret in SECRETS):
                wrong.append((method, address.shape, known[0], unknown[0]))
    assert not wrong
    assert Step.objects.filter(case=hidden.case).count() == steps


@pytest.mark.parametrize("who", ["dirk", "sven"])
def test_a_call_that_nobody_known_took_up_is_heard_where_calls_come_in_only(office, site, who):
    """It is of no case and of no unit: a bureau's own dispatcher or supervisor has no business with it."""
    call = recorded(office)
    assert site("dora").get(f"/desk/calls/{call.pk}/listen/").status_code == 200
    assert site(who).get(f"/desk/calls/{call.pk}/listen/").status_code == 404
    assert site(who).post(f"/desk/calls/{call.pk}/listen/", {"purpose": "verification"}).status_code == 404


def test_a_hold_on_a_case_of_others_is_not_lifted(hidden, site):
    assert site("sven").post(f"/desk/retention/holds/{hidden.hold.pk}/lift/").status_code == 404
    hidden.hold.refresh_from_db()
    assert hidden.hold.lifted_at is None
    assert site("sue").post(f"/desk/retention/holds/{hidden.hold.pk}/lift/").status_code == 302


ASKED = {
    "q": "QX7781",
    "words": "QX7781",
    "text": "QX7781",
    "find": "QX7781",
    "here": "/desk/?q=QX7781",
    "phone": "13800001234",
    "name": "王小明",
    "number": "",
    "tab": "open",
    "first": "2020-01-01",
    "last": "2030-01-01",
}
NOTHING = {"QX7781": "QX7782", "13800001234": "13800001235", "王小明": "王小萌"}  # what no case holds
RANDOM = re.compile(r'value="[\w:.-]{16,}"|\d\d:\d\d:\d\d(\.\d+)?|\b\d\d:\d\d\b|"token": "[^"]*"')


def told_of(browser, address, asked):
    """What a list says, without what was asked for and without what differs from one request to the next."""
    ask = browser.post if address.shape in BY_POST else browser.get
    answer = ask(address.path(), asked, follow=True)
    text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")
    text = unquote(unquote(text))  # an address within an address
    for echo in sorted({*asked.values()} - {""}, key=len, reverse=True):
        for form in (echo, escape(echo), echo.lower()):
            text = text.replace(form, "ASKED")
    return answer.status_code, RANDOM.sub("", text)


@pytest.mark.parametrize("who", [*FOREIGN, ""])
def test_no_list_no_search_and_no_sheet_tells_of_a_case_of_others(hidden, site, who):
    """Asked in every way for what only the hidden case holds, each answers as when asked for what nobody holds."""
    browser, wrong = site(who), []
    asked = {**ASKED, "number": hidden.row.number}
    nobody = {
        **{name: NOTHING.get(value, value) for name, value in ASKED.items()},
        "number": "LJ-20200101-0001",
        "here": "/desk/?q=QX7782",
    }
    for address in table():
        if not address.names and address.shape not in OUTSIDE:
            known, unknown = told_of(browser, address, asked), told_of(browser, address, nobody)
            if known != unknown or any(secret in known[1] for secret in SECRETS):
                wrong.append((address.shape, known[0], unknown[0]))
    assert not wrong


def test_the_same_question_is_answered_to_who_may_read_it(hidden, site):
    """The walk would see it: the desk finds the case by its words, the call screen by the number."""
    address = {one.shape: one for one in table()}
    for shape in ("desk/", "desk/call/past/"):
        answers = {
            marker: told_of(site("dora"), address[shape], {"tab": "open", "q": marker, "phone": number})
            for marker, number in (("QX7781", "13800001234"), ("QX7782", "13800001235"))
        }
        assert answers["QX7781"] != answers["QX7782"], shape
