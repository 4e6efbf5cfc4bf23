"""Permission as properties: what grants can and cannot do whatever they are."""

from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.trust.pages.office import verb_label
from gezhi.trust.rules import SMALL_OFFICE, STANDARD, Actor, Grant, allowed, conflict, covers, why, within
from gezhi.trust.service.roles import shipped_roles

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
LABELS = st.sampled_from(["a", "b", "ab", "c"])
PATHS = st.lists(LABELS, min_size=0, max_size=4).map(".".join)
VERBS = ["case.read", "case.sign", "unit.edit"]
GRANTS = st.builds(
    Grant,
    verbs=st.frozensets(st.sampled_from(VERBS)),
    unit_path=PATHS,
    matter=PATHS,
    area_path=PATHS,
    post=st.integers(1, 99).map(str),
    role=st.just("handler"),
)
OBJECTS = st.fixed_dictionaries(
    {"unit_paths": st.lists(PATHS.filter(bool), max_size=3), "matter": PATHS, "area_path": PATHS}
)
VERB = st.sampled_from(VERBS)


def person(*grants):
    return Actor("user", "1", "Li", 1, "a", tuple(grants), "")


@CALM
@given(st.lists(GRANTS, max_size=4), VERB, OBJECTS)
def test_a_denial_exists_exactly_when_nothing_allows(grants, verb, thing):
    actor = person(*grants)
    assert (allowed(actor, verb, **thing) is None) == (why(actor, verb, **thing) is not None)


@CALM
@given(st.lists(GRANTS, max_size=4), GRANTS, VERB, OBJECTS)
def test_another_grant_never_takes_away(grants, more, verb, thing):
    if allowed(person(*grants), verb, **thing):
        assert allowed(person(more, *grants), verb, **thing)


@CALM
@given(GRANTS, VERB, OBJECTS)
def test_what_allows_names_the_verb_and_covers_the_object(grant, verb, thing):
    found = allowed(person(grant), verb, **thing)
    if found:
        assert verb in found.verbs
        assert not thing["unit_paths"] or any(within(path, found.unit_path) for path in thing["unit_paths"])
        assert within(thing["matter"], found.matter)
        assert within(thing["area_path"], found.area_path)


@CALM
@given(GRANTS, VERB, OBJECTS, st.sampled_from(["unit_path", "matter", "area_path"]))
def test_lifting_a_limit_never_takes_away(grant, verb, thing, limit):
    if allowed(person(grant), verb, **thing):
        parts = {"unit_path": grant.unit_path, "matter": grant.matter, "area_path": grant.area_path, limit: ""}
        wider = Grant(grant.verbs, post=grant.post, role=grant.role, **parts)
        assert allowed(person(wider), verb, **thing)


@CALM
@given(PATHS, PATHS)
def test_within_goes_by_whole_labels(path, branch):
    expected = path.split(".")[: len(branch.split("."))] == branch.split(".") if branch else True
    assert within(path, branch) == expected


@CALM
@given(GRANTS, OBJECTS)
def test_the_nearest_rule_says_what_it_lacks(grant, thing):
    denial = why(person(grant), "case.read", **thing)
    if denial and "case.read" in grant.verbs:
        assert denial.lacks == covers(grant, **thing)
        assert denial.post == grant.post
    elif denial:
        assert denial.lacks == "verb"


def test_nobody_may_anything_without_a_post():
    denial = why(person(), "case.read", unit_paths=["a"], matter="", area_path="")
    assert (denial.lacks, denial.rule) == ("verb", "-")


ROLES = ["operator", "dispatcher", "handler", "unit_lead", "callback", "evaluator", "sysadmin", "secadmin", "auditor"]


@CALM
@given(st.lists(st.sampled_from(ROLES), max_size=4), st.sampled_from(ROLES))
def test_a_conflict_stays_when_roles_are_added(roles, more):
    for profile in (STANDARD, SMALL_OFFICE):
        if conflict(roles, profile):
            assert conflict([*roles, more], profile)
    if conflict(roles, SMALL_OFFICE):
        assert conflict(roles, STANDARD)


def test_a_small_office_of_three_can_be_staffed():
    assert conflict(["operator", "dispatcher", "handler", "unit_lead", "callback", "sysadmin"], SMALL_OFFICE) is None
    assert conflict(["operator", "dispatcher"], STANDARD) is None
    assert conflict(["callback", "handler"], STANDARD) == ("callback", "handler")


def test_every_permission_has_words_in_both_languages():
    said = {verb for row in shipped_roles() for verb in row["verbs"].split()}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert {verb for verb in said if verb_label(verb) == verb} == set(), language
