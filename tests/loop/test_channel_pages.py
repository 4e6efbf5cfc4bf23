"""Channel rules on a page and as a sheet: edited here, they win over the pack; a wrong sheet changes nothing."""

import io

import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.channels import service
from gezhi.loop.models import CodeItem
from gezhi.loop.store import content


@pytest.fixture
def town(office):
    for code, name in (("hotline", "热线"), ("mailbox", "市长信箱")):
        CodeItem.objects.create(list="channel", code=code, name_zh=name, name_en=code, pack="test")
    content.forget()
    return office


def row(code):
    return next(each for each in service.rows() if each["code"] == code)


def limit(channel, urgency=1):
    found = content.content().limits_for(
        "handle", matter="0101", area="", kind="", urgency=urgency, channel=channel
    )  # fmt: skip
    return found[0].amount, found[0].unit_of


def test_a_rule_is_edited_on_the_page_and_wins(town, client):
    client.force_login(town.users["hugo"])
    assert client.get("/desk/channels/edit/?code=mailbox").status_code == 403
    assert client.post("/desk/channels/import/").status_code == 403
    client.force_login(town.users["dora"])
    before = limit("mailbox")
    sent = {"code": "mailbox", "name_zh": "市长信箱", "sign_offs": "1", "sign_role": "supervisor",
            "public_reply": "1", "handle": "3 workday"}  # fmt: skip
    wrong = client.post("/desk/channels/edit/?code=mailbox", {**sent, "handle": "three days"})
    assert wrong.status_code == 422
    assert limit("mailbox") == before
    assert client.post("/desk/channels/edit/?code=mailbox", sent).status_code == 302
    assert content.content().channel_rule("mailbox").sign_offs == 1
    assert limit("mailbox") == (3, "workday")
    assert limit("mailbox", urgency=3) == limit("hotline", urgency=3) == before, "what is urgent keeps its hours"
    assert "市长信箱" in client.get("/desk/channels/").content.decode()
    sent["handle"] = ""
    client.post("/desk/channels/edit/?code=mailbox", {**sent, "sign_offs": "2"})
    assert limit("mailbox") == before, "an empty limit leaves what the pack says"


def test_the_sheet_goes_out_and_comes_back(town, client):
    client.force_login(town.users["dora"])
    out = client.get("/desk/channels/export.csv").content
    changed = out.decode("utf-8-sig").replace("mailbox,0,,no", "mailbox,2,leader,yes")
    assert changed != out.decode("utf-8-sig")
    dora = town.actor("dora")
    assert service.import_sheet(io.BytesIO(changed.encode()), actor=dora, now=town.now) == 1
    assert row("mailbox")["sign_offs"] == "2"
    assert service.import_sheet(io.BytesIO(changed.encode()), actor=dora, now=town.now) == 0
    short = "code,name_zh\nmailbox,市长来信\n"
    assert service.import_sheet(io.BytesIO(short.encode()), actor=dora, now=town.now) == 1
    assert [row("mailbox")[name] for name in ("name_zh", "sign_offs", "sign_role", "public_reply")] == [
        "市长来信", "2", "leader", "yes",
    ]  # fmt: skip
    broken = changed.replace("mailbox,2,leader", "mailbox,9,leader")
    with pytest.raises(Refused, match="field-invalid"):
        service.import_sheet(io.BytesIO(broken.encode()), actor=dora, now=town.now)
    assert row("mailbox")["sign_offs"] == "2"
