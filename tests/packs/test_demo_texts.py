"""The stories of the demo city: enough, whole in both languages, and never the same words more than three times."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from demo_world import END, matters, rules, year

from gezhi.loop.rules.words import KINDS, OPEN, URGENCIES
from gezhi.packs.demo.city import unit_rows
from gezhi.packs.demo.plots import PLOTS
from gezhi.packs.demo.specials import SPECIALS
from gezhi.packs.demo.texts import MOST, SLOT, Writer, phrases, places, places_of, rows
from gezhi.packs.demo.year import RARE, state_at

LANGUAGES = ("zh", "en")
CJK = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile("[a-z]|[A-Z]{5,}")  # Chinese has short names in capitals: LED, PE, ETC
STORIES = [row for name in ("a", "b", "c", "d") for row in rows(f"stories_{name}.csv")]
FIELDS = ("title", "text", "place", "reply", "voice")


@pytest.fixture(scope="module", params=LANGUAGES)
def told(request):
    return request.param, *year(request.param, 2000)


def test_there_are_enough_stories_over_all_first_level_matters():
    known = matters()
    assert len(STORIES) >= 210
    assert {row["matter_code"][:2] for row in STORIES} == {code for code, row in known.items() if row["level"] == "1"}
    assert not [row["story"] for row in STORIES if known.get(row["matter_code"], {}).get("level") != "3"]


def test_each_plot_has_stories_and_each_story_a_plot():
    assert {row["plot"] for row in STORIES} == set(PLOTS)


def test_kinds_urgencies_weights_and_keys_are_good():
    assert {row["kind"] for row in STORIES} == set(KINDS)
    assert {int(row["urgency"]) for row in STORIES} == set(URGENCIES)
    assert all(int(row["weight"]) >= 1 for row in STORIES)
    assert not [key for key, count in Counter(row["story"] for row in STORIES).items() if count > 1]


def test_no_two_stories_are_told_alike():
    for language in LANGUAGES:
        texts = [part for row in STORIES for part in row[f"text_{language}"].split("||")]
        assert len(set(texts)) == len(texts)
        assert len({SLOT.sub("", text)[:14] for text in texts}) > 0.97 * len(texts)


def test_what_a_citizen_says_is_neither_a_word_nor_an_essay():
    lengths = {row["story"]: len(SLOT.sub("某某", part)) for row in STORIES for part in row["text_zh"].split("||")}
    assert not {key: length for key, length in lengths.items() if not 25 <= length <= 230}


def test_both_languages_have_all_fields_rounds_and_no_slot_of_their_own():
    faults = []
    for row in STORIES:
        for field in FIELDS:
            zh, en = row[f"{field}_zh"], row[f"{field}_en"]
            extra = set(SLOT.findall(en)) - set(SLOT.findall(zh))
            if not zh or not en or zh.count("||") != en.count("||") or extra:
                faults.append((row["story"], field, extra))
    assert not faults


def test_each_language_is_free_of_the_other_script():
    pairs = [(row["story"], row[f"{field}_zh"], row[f"{field}_en"]) for row in STORIES for field in FIELDS]
    pairs += [(row["bank"], row["text_zh"], row["text_en"]) for row in rows("phrases.csv")]
    pairs += [(row["kind"], row["name_zh"], row["name_en"]) for row in rows("places.csv")]
    assert not [(key, zh) for key, zh, _ in pairs if LATIN.search(SLOT.sub("", zh))]
    assert not [(key, en) for key, _, en in pairs if CJK.search(en)]


def test_rounds_of_a_story_fit_its_plot():
    wanted = {"redo": (2, 2), "angry_redo": (3, 3), "reopen": (2, 2), "waiting": (2, 2), "postpone": (2, 1),
              "hangup": (2, 1), "return": (3, 1), "wrong_return": (3, 1), "task": (2, 1)}  # fmt: skip
    for row in STORIES:
        replies, voices = len(row["reply_zh"].split("||")), len(row["voice_zh"].split("||"))
        assert (replies, voices) == wanted.get(row["plot"], (1, voices)), row["story"]
    assert all(len(row["text_zh"].split("||")) >= 2 for row in STORIES if row["plot"] == "merged")


def test_places_hang_together():
    codes = {place.code for place in places() if place.code}
    assert len(codes) == sum(1 for place in places() if place.code)
    assert not [place for place in places() if place.parent and place.parent not in codes]
    streets = {place.code for place in (*places_of("street"), *places_of("town"))}
    assert len(streets) == 12
    assert streets == {row["area"] for row in unit_rows() if row["kind"] == "street"}
    assert len(places_of("estate")) >= 80
    assert len(places_of("community")) + len(places_of("village")) >= 40


def test_no_text_stands_more_than_three_times(told):
    _, _, writer = told
    assert sum(writer.uses.values()) > 10_000
    assert max(writer.uses.values()) <= MOST


def test_every_slot_is_filled_and_no_script_strays(told):
    language, _, writer = told
    stray = CJK if language == "en" else LATIN
    assert not [text for text in writer.uses if "{" in text or stray.search(text)]


def test_english_sentences_begin_with_capitals():
    _, writer = year("en", 300)
    assert not [text for text in writer.uses if re.match(r"[a-z]", text)]


def test_all_plots_are_told_even_in_a_short_year():
    tales, _ = year("zh", 80)
    assert {tale.scene.story.plot for tale in tales} == {*PLOTS, *SPECIALS}


def test_a_full_year_has_every_plot_every_month_and_repeated_callers(told):
    _, tales, _ = told
    assert len(tales) == 2000
    assert {tale.scene.story.plot for tale in tales} >= {*RARE, "plain", "answered", "return"}
    assert len({tale.scene.received.month for tale in tales}) == 12
    calls = Counter(tale.scene.caller.phone for tale in tales if tale.scene.caller.phone)
    assert 50 < sum(1 for count in calls.values() if count > 1) < 400


def test_seasons_are_kept(told):
    _, tales, _ = told
    for tale in tales:
        months, month = tale.scene.story.months, (tale.scene.received + timedelta(hours=8)).month
        planted = END - tale.scene.received < timedelta(days=31)  # quarrels and pauses planted before the end
        late = planted or tale.main  # who joins in may ring when the next month has begun
        assert not months or month in months or late or tale.scene.story.plot in RARE, tale.scene.story.key


def test_every_desk_has_work_at_the_end(told):
    _, tales, _ = told
    states = Counter(state_at(tale, END) for tale in tales)
    assert set(OPEN) <= set(states)
    assert 0.09 < sum(states[state] for state in OPEN) / len(tales) < 0.16


@pytest.mark.parametrize("days", [0, 2])  # a Friday, and a Sunday with no office hour before it
def test_what_must_stand_at_the_end_has_happened_by_then(days):
    end = END + timedelta(days=days)
    tales, _ = year("zh", 250, end=end)
    kept = [tale for tale in tales if tale.scene.story.plot in SPECIALS]
    assert {tale.scene.story.plot for tale in kept} == set(SPECIALS)
    late = [(tale.scene.story.plot, act.move) for tale in kept for act in tale.acts if act.at > end]
    assert late == []
    assert all(tale.scene.caller.phone for tale in kept)
    moves = Counter(act.move for tale in kept for act in tale.acts)
    assert {"instruct_ask", "instruct", "instruct_answer", "instruct_close", "hangup_decide", "supervise"} <= set(moves)


def test_a_full_year_repeats_an_answered_case_of_the_same_person(told):
    _, tales, _ = told
    again = [tale for tale in tales if any(act.move == "repeat_mark" for act in tale.acts)]
    assert again
    for tale in again:
        earlier = tale.earlier
        assert earlier.scene.caller == tale.scene.caller
        assert earlier.acts[-1].at < tale.scene.received
        assert state_at(earlier, tale.scene.received) == "closed"


def test_acts_follow_in_time_and_nobody_acts_before_the_case_is_there(told):
    _, tales, _ = told
    for tale in tales:
        moments = [tale.scene.received, *(act.at for act in tale.acts)]
        assert moments == sorted(moments), tale.scene.story.key


def test_nobody_closes_by_hand_over_a_supervision_that_is_open(told):
    _, tales, _ = told
    answered = [tale for tale in tales if any(act.move == "supervise_answer" for act in tale.acts)]
    assert answered
    for tale in answered:
        last = max(n for n, act in enumerate(tale.acts) if act.move == "supervise_answer")
        cut = replace(tale, acts=tale.acts[: last + 1])
        cut.act(cut.dispatcher, "close")
        assert [act.move for act in cut.acts[-2:]] == ["supervise_accept", "close"]
    assert not [t for t in tales if t.acts and t.acts[-1].move == "close" and t.watched]


@pytest.mark.parametrize("days", [0, 3, 40])
def test_nobody_answers_alone_what_its_channel_wants_signed(days):
    """A city that breaks this rule is refused half made, on the days on which chance has it so."""
    signed = {code for code, rule in rules().items() if rule.sign_offs}
    tales, _ = year("zh", 2000, seed=days, end=END + timedelta(days=days))
    assert signed & {tale.channel for tale in tales}
    assert [tale.scene.story.key for tale in tales if tale.channel in signed
            and {act.move for act in tale.acts} & {"answer", "decline"}] == []  # fmt: skip
    joined = [tale for tale in tales if tale.main is not None]
    assert joined
    assert signed & {tale.channel for tale in joined} == set()


def test_the_same_seed_tells_the_same_year():
    first, second = (year("zh", 200, seed=3)[0] for _ in range(2))
    facts = [
        [(t.scene.title, t.scene.text, [(a.at, a.move) for a in t.acts]) for t in tales] for tales in (first, second)
    ]
    assert facts[0] == facts[1]
    assert [t.scene.text for t in year("zh", 200, seed=4)[0]] != [t.scene.text for t in first]


def test_a_writer_refuses_the_fourth_time():
    writer = Writer(Random(1), "zh")
    bank = phrases("zh")["withdraw"]
    slots = {"locus": "望潮苑"}
    written = [writer.phrase("withdraw", slots) for _ in range(MOST * len(bank))]
    assert set(Counter(written).values()) == {MOST}
    with pytest.raises(LookupError):
        writer.phrase("withdraw", slots)


def test_banks_of_daily_use_are_wide():
    for bank in ("contact", "note"):
        assert len(phrases("zh")[bank]) >= 25
        assert len(set(phrases("en")[bank])) == len(phrases("en")[bank])
