"""Pages of scores for those who evaluate and for a unit: what they show, what they refuse, in how many statements."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from scores_office import lay_scores, month_end, published, run, told

from gezhi.loop.models import Case, ScoreAppeal, ScoreExclusion, ScoreRun
from gezhi.loop.scores import service
from gezhi.trust.service import acts


@pytest.fixture
def scored(office, settings):
    settings.GEZHI_SEAL_LIMIT = 10**9  # the office lives in March
    acts.look_again()
    lay_scores(office)
    told(office)
    office.late = told(office, contacted=False, late=True, satisfaction="basic", solved="partly")
    return month_end(office)


def client(office, name):
    made = Client()
    made.force_login(office.users[name])
    return made


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


def test_a_run_is_made_published_and_checked_in_the_pages(scored):
    eva = client(scored, "eva")
    assert "/desk/scores/new/" in text(eva.get("/desk/scores/"))
    form = {"set": "rates", "first": "2026-03-01", "last": "2026-03-31", "cutoff": "24:00", "moved": "keep"}
    made = eva.post("/desk/scores/new/", form)
    row = ScoreRun.objects.get()
    assert made.headers["Location"] == f"/desk/scores/{row.pk}/"
    waiting = text(eva.get(made.headers["Location"]))
    assert "every 2s" in waiting
    assert client(scored, "lena").get(made.headers["Location"]).status_code == 404, "nobody else sees it at work"
    assert eva.post(f"/desk/scores/{row.pk}/publish/").status_code == 409
    service.work(row.pk, now=scored.now)
    assert eva.get(made.headers["Location"], headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = text(eva.get(made.headers["Location"]))
    assert "50.00 %" in page
    assert f"/desk/scores/{row.pk}/cases/?unit={scored.units['urban'].pk}&amp;indicator=response" in page
    assert eva.post(f"/desk/scores/{row.pk}/publish/").status_code == 302
    assert ScoreRun.objects.get().state == "published"
    assert "every 2s" in text(eva.post(f"/desk/scores/{row.pk}/check/", follow=True))
    assert eva.post(f"/desk/scores/{row.pk}/check/").status_code == 409, "one look at a time"
    service.work(row.pk, now=scored.now)
    row.refresh_from_db()
    assert (row.task, row.differing, row.checked_at) == ("", 0, scored.now)
    assert "every 2s" not in text(eva.get(f"/desk/scores/{row.pk}/"))


def test_a_second_run_of_a_published_period_is_refused_on_its_own_page(scored):
    eva = client(scored, "eva")
    first = published(scored)
    second = run(scored)
    shown = text(eva.post(f"/desk/scores/{second.pk}/publish/"), 409)
    assert f'href="/desk/scores/{first.pk}/"' in shown, "the way to the one that is published"
    assert f'action="/desk/scores/{second.pk}/discard/"' in shown
    assert 'class="crumbs"' in shown
    assert "草稿存在本机" not in shown
    waits = client(scored, "eva").post(f"/desk/scores/{first.pk}/discard/", HTTP_ACCEPT_LANGUAGE="zh")
    assert (waits.status_code, f'action="/desk/scores/{first.pk}/revise/"' in waits.content.decode()) == (409, True)
    assert eva.post("/desk/scores/999999/publish/").status_code == 404


def test_a_wish_that_cannot_be_keeps_the_form(scored):
    form = {"set": "rates", "first": "2026-03-01", "last": "2099-03-31", "cutoff": "24:00", "moved": "keep"}
    page = text(client(scored, "eva").post("/desk/scores/new/", form), 422)
    assert "2099-03-31" in page
    assert "has-error" in page


def test_the_page_of_a_run_takes_the_same_statements_for_any_number_of_cases(scored):
    eva = client(scored, "eva")

    def statements(row):
        eva.get(f"/desk/scores/{row.pk}/")
        with CaptureQueriesContext(connection) as captured:
            text(eva.get(f"/desk/scores/{row.pk}/"))
        return len(captured)

    few = statements(run(scored))
    scored.now = scored.now.replace(month=3, day=25)
    for _ in range(4):
        told(scored, lead="housing")
    assert statements(run(month_end(scored))) == few <= 12


def test_a_unit_sees_its_own_row_and_not_the_others(scored):
    row = published(scored)
    page = text(client(scored, "lena").get(f"/desk/scores/{row.pk}/"))
    assert ">urban" in page
    assert ">housing" not in page
    assert page.count("只有2件") + page.count("2 cases only") == 3  # a small sample says so beside its figure
    assert client(scored, "hugo").get(f"/desk/scores/{row.pk}/").status_code == 403
    draft = run(scored)
    assert client(scored, "lena").get(f"/desk/scores/{draft.pk}/").status_code == 404


def test_who_called_back_and_what_was_said_is_not_in_the_cases_of_a_figure(scored):
    row = published(scored)
    page = text(client(scored, "lena").get(
        f"/desk/scores/{row.pk}/cases/?unit={scored.units['urban'].pk}&indicator=satisfaction&part=due"
    ))  # fmt: skip
    assert Case.objects.get(pk=scored.late).number in page
    assert "Cal" not in page
    assert "王小明" not in page


def test_an_appeal_goes_from_the_figure_to_the_judgement(scored):
    row, urban = published(scored), scored.units["urban"].pk
    lena, vic, eva = (client(scored, name) for name in ("lena", "vic", "eva"))
    address = f"/desk/scores/appeals/new/?run={row.pk}&unit={urban}&indicator=response&case={scored.late}"
    missed = f"/desk/scores/{row.pk}/cases/?unit={urban}&indicator=response&part=missed"
    assert address.replace("&", "&amp;") in text(lena.get(missed))
    assert "textarea" in text(lena.get(address))
    form = {"run": row.pk, "unit": urban, "indicator": "response", "case": scored.late, "words": "已电话联系"}
    assert lena.post("/desk/scores/appeals/new/", form).status_code == 302
    one = ScoreAppeal.objects.get()
    review = f"/desk/scores/appeals/{one.pk}/review/"
    assert review not in text(eva.get("/desk/scores/appeals/"))  # who scored does not judge
    assert review in text(vic.get("/desk/scores/appeals/"))
    assert "已电话联系" in text(vic.get(review))
    assert text(vic.post(review, {"uphold": "yes", "words": ""}), 422)
    said = {"uphold": "yes", "words": "属实", "remedy": "exclude", "reason": "legacy"}
    assert vic.post(review, said).status_code == 302
    made = eva.post(f"/desk/scores/{row.pk}/revise/")
    service.work(ScoreRun.objects.get(previous=row).pk, now=scored.now)
    page = text(eva.get(made.headers["Location"]))
    assert "100.00 %" in page


def test_an_exclusion_is_asked_for_by_number_and_decided_by_another(scored):
    eva, edda = client(scored, "eva"), client(scored, "edda")
    number = Case.objects.get(pk=scored.late).number
    assert text(
        eva.post("/desk/scores/exclusions/new/", {"number": "nothing", "reason": "legacy", "evidence": "x"}), 422
    )
    form = {"number": number.lower(), "reason": "legacy", "evidence": "挂账批复"}
    assert eva.post("/desk/scores/exclusions/new/", form).status_code == 302
    one = ScoreExclusion.objects.get()
    decide = f"/desk/scores/exclusions/{one.pk}/decide/"
    assert decide not in text(eva.get("/desk/scores/exclusions/"))
    page = text(edda.get("/desk/scores/exclusions/"))
    assert decide in page
    assert "挂账批复" in page
    assert edda.post(decide, {"approve": "1"}).status_code == 302
    assert edda.post(f"/desk/scores/exclusions/{one.pk}/undo/", {"words": "材料不实"}).status_code == 302
    one.refresh_from_db()
    assert one.state == "undone"


def test_another_formula_stands_beside_the_published_one(scored):
    row = published(scored)
    eva = client(scored, "eva")
    page = text(eva.post(f"/desk/scores/{row.pk}/what-if/", {"params": "b=1; a=1"}))
    assert "+" in page
    broken = eva.post(f"/desk/scores/{row.pk}/what-if/", {"formula-response": "contact_in_time / everything"})
    assert "everything" in text(broken, 422)


def test_another_formula_is_asked_for_in_words(scored):
    row = published(scored)
    names = {"contact_in_time": "先行联系按时", "contact_due": "应先行联系"}
    measures = [{**one, "name_zh": names.get(one["code"], one["code"])} for one in row.definition["measures"]]
    definition = {**row.definition, "measures": measures}
    ScoreRun.objects.filter(pk=row.pk).update(definition=definition)
    eva = client(scored, "eva")
    eva.cookies["gezhi_language"] = "zh-hans"
    page = text(eva.get(f"/desk/scores/{row.pk}/what-if/"))
    assert "先行联系按时 ÷ 应先行联系" in page
    assert '<dt>应先行联系</dt><dd class="code">contact_due</dd>' in page
    assert "w1 用在“" in page
    assert 'value="contact_in_time / contact_due"' in page, "what is typed keeps the codes"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_run_goes_out_as_a_sheet(scored, kind):
    row = published(scored)
    response = client(scored, "eva").get(f"/desk/scores/{row.pk}/export.{kind}")
    assert response.status_code == 200
    assert len(response.content) > 300
