"""A citizen who is not satisfied says online what is left; the unit finds it at the top of the case."""

from gezhi.loop.service import case_token

LEFT = "补得不平，过车还颠，请把整段重新铺平。"


def test_what_is_left_is_asked_when_it_matters_and_reaches_the_unit(site):
    office = site.office
    told = {"matter": "0101", "kind": "complaint", "place": "天宁路", "name": "王女士", "phone": "13800001234"}
    case = office.to("verifying", office.receive("天宁路路面破损", **told))
    citizen, follow = site.page(), f"/f/{case_token(case)}/"
    site.open(citizen, f"{follow}rate/")
    assert not citizen.locator("#left").is_visible(), "only who is not satisfied is asked"
    citizen.locator("label", has=citizen.locator("[name=solved][value=unsolved]")).click()
    citizen.locator("label", has=citizen.locator("[name=satisfaction][value=dissatisfied]")).click()
    assert citizen.locator("#left").is_visible()
    citizen.click("form button.primary")
    assert "请写明还有什么没有解决" in citizen.inner_text(".errors")
    citizen.fill("[name=for_unit]", LEFT)
    citizen.fill("[name=words]", "这一句承办单位看不到")
    citizen.click("form button.primary")
    assert "您不满意，正在重新办理（第 2 轮）" in citizen.inner_text(".now")
    assert "以前的答复" in citizen.inner_text("main")
    page = site.page("hugo")
    site.open(page, f"/desk/{case}/")
    assert LEFT in page.inner_text(".again")
    assert "这一句承办单位看不到" not in page.inner_text("main")
    assert "上一轮办理结果" in page.inner_text("aside")
    assert [fault for fault in site.faults if "422" not in fault] == [], "but for the refused form"
