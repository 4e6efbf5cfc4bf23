"""Saved views: kept, ordered, shared with a unit, opened first, counted in one statement; links stay plain filters."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.kernel.errors import Refused
from gezhi.loop.models import SavedView
from gezhi.loop.views import rules, service, store


@pytest.fixture
def site(office):
    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def keep(client, address, name):
    return client.post(address.replace("/desk/?", "/desk/views/keep/?"), {"name": name})


def test_a_view_is_kept_listed_counted_and_changed(office, site):
    for n in range(3):
        office.receive(f"夜间施工噪声 {n}", matter="0102", kind="complaint")
    office.receive("路灯不亮", matter="0101", kind="help")
    client = site("dora")
    noise = "/desk/?tab=to_accept&matter=0102&kind=complaint&order=newest"
    assert keep(client, noise + "&page=3", " 夜间\n噪声 ").url == noise.replace("&page=3", "")
    assert keep(client, "/desk/?tab=open&q=路灯", "路灯").status_code == 302
    names = [view.name for view in store.own(office.actor("dora"))]
    assert names == ["夜间 噪声", "路灯"]
    said = client.get("/desk/views/counts/?here=/desk/?tab=open").context["views"]
    assert [(row["label"], row["count"]) for row in said] == [("夜间 噪声", "3"), ("路灯", "1")]
    found = client.get(said[0]["url"])  # a plain address
    assert len(found.context["rows"]) == 3
    first, second = list(store.own(office.actor("dora")))
    assert client.post(f"/desk/views/{second.pk}/", {"do": "up"}).status_code == 302
    client.post(f"/desk/views/{first.pk}/", {"do": "rename", "name": "噪声"})
    assert [view.name for view in store.own(office.actor("dora"))] == ["路灯", "噪声"]
    taken = client.post(f"/desk/views/{first.pk}/", {"do": "rename", "name": "路灯"})
    assert (taken.status_code, "already have a view" in taken.content.decode()) == (422, True)
    keep(client, "/desk/?tab=open&light=late", "路灯")  # the same name holds the new filter
    assert SavedView.objects.get(name="路灯").wish == {"tab": "open", "light": "late"}
    client.post(f"/desk/views/{first.pk}/", {"do": "drop"})
    assert [view.name for view in store.own(office.actor("dora"))] == ["路灯"]


def test_counts_are_one_statement_and_hold_what_the_reader_may_see(office):
    office.to("handling")
    office.to("handling", lead="housing")
    dora, hugo = office.actor("dora"), office.actor("hugo")
    for n in range(6):
        service.keep(f"v{n}", {"tab": "handling"}, actor=dora, now=office.now)
    service.keep("mine", {"tab": "handling"}, actor=hugo, now=office.now)
    views = store.seen(dora)
    with CaptureQueriesContext(connection) as captured:
        counts = store.counts(dora, views, office.now)
    assert (len(captured), set(counts.values()), len(counts)) == (1, {2}, 6)
    assert set(store.counts(hugo, store.seen(hugo), office.now).values()) == {1}


def test_leads_share_with_their_unit_and_nobody_else_does(office, site):
    lena, hugo, hana = (office.actor(name) for name in ("lena", "hugo", "hana"))
    view = service.keep("本局超时", {"tab": "handling", "light": "late"}, actor=lena, now=office.now)
    assert store.seen(hugo) == []
    service.share(view.pk, on=True, actor=lena, now=office.now)
    assert [one.name for one in store.seen(hugo)] == ["本局超时"]
    assert store.seen(hana) == []
    own = service.keep("我的", {"tab": "mine"}, actor=hugo, now=office.now)
    with pytest.raises(Refused, match=r"^not-allowed"):
        service.share(own.pk, on=True, actor=hugo, now=office.now)
    with pytest.raises(Refused, match=r"^view-not-found"):
        service.rename(view.pk, "x", actor=hugo, now=office.now)
    page = site("hugo").get("/desk/views/").content.decode()
    assert "Share with my unit" not in page
    assert "本局超时" in page
    service.begin_with(view.pk, actor=hugo, now=office.now)
    assert site("hugo").get("/desk/").url == "/desk/?tab=handling&light=late"
    assert site("hugo").get("/desk/?tab=mine").status_code == 200  # a link goes where it says
    service.share(view.pk, on=False, actor=lena, now=office.now)
    assert store.default_of(hugo) is None
    assert site("hugo").get("/desk/").status_code == 200


def test_there_is_an_end_to_views_and_names(office):
    dora = office.actor("dora")
    for n in range(rules.MOST):
        service.keep(f"v{n}", {}, actor=dora, now=office.now)
    with pytest.raises(Refused, match=r"^view-too-many"):
        service.keep("one more", {}, actor=dora, now=office.now)
    with pytest.raises(Refused, match=r"^view-name-long"):
        service.keep("x" * 41, {}, actor=dora, now=office.now)
    with pytest.raises(Refused, match=r"^field-missing"):
        service.keep(" \n", {}, actor=dora, now=office.now)


def test_the_list_takes_as_many_statements_with_views_as_without(office, site):
    office.to("handling")
    client = site("dora")
    client.get("/desk/?tab=handling")
    with CaptureQueriesContext(connection) as before:
        client.get("/desk/?tab=handling")
    for n in range(5):
        service.keep(f"v{n}", {"tab": "handling"}, actor=office.actor("dora"), now=office.now)
    with CaptureQueriesContext(connection) as after:
        client.get("/desk/?tab=handling")
    assert len(after) == len(before)
