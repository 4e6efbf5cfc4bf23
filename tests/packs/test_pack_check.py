"""The check of a pack: planted faults are named with file, row and column; the bundled pack has none."""

import csv
import io
import json
from argparse import Namespace

import pytest
from django.utils import translation

from gezhi.kit.messages.compile import compile_all
from gezhi.packs import commands, store
from gezhi.packs.rules import ERROR, check, tables_for
from gezhi.packs.rules.spec import LIMIT_STAGES
from gezhi.packs.service import said


@pytest.fixture(scope="module")
def files():
    return store.files_of(store.folder_of("citizen-requests"))


def small(**changes):
    """A little pack that holds, with some files changed; None takes a file away."""
    made = {
        "manifest.toml": 'name = "small"\nversion = "1.0.0"\ntitle_zh = "小"\ntitle_en = "Small"\nabout_zh = "小"\n'
        'about_en = "Small"\nlicence = "Apache-2.0"\nlanguages = ["zh-Hans"]\n[content]\nmatters = "matters.csv"\n'
        'limits = "limits.csv"\ncatalogue = "catalogue.csv"\nquestions = "questions.csv"\n'
        '[templates]\nunits = "units.csv"\n',
        "matters.csv": "code,parent,level,name_zh,name_en\n01,,1,城乡,Town\n0101,01,2,市容,Streets\n",
        "limits.csv": "stage,matter,urgency,amount,unit\n"
        + "".join(f"{stage},,,1,workday\n" for stage in LIMIT_STAGES),
        "catalogue.csv": "matter,area,lead,assisting,fallback\n01,,roads,,\n",
        "questions.csv": "code,matter,position,type,required,text_zh,text_en,options,stop_on,stop_zh,stop_en\n"
        "q1,0101,1,choice,yes,危险吗,Danger?,yes=是=Yes;no=否=No,yes,请打110,Call 110\n",
        "units.csv": "code,parent,kind,name_zh,name_en\ntop,,city,市,City\nroads,top,bureau,路,Roads\n",
        "quality.toml": "",
    }  # fmt: skip
    made.update({name.replace("__", "."): text for name, text in changes.items()})
    return {name: text.encode() for name, text in made.items() if text is not None}


def found(files):
    return {(finding.code, finding.file, finding.row, finding.column) for finding in check(files).findings}


def test_the_bundled_pack_has_no_errors_and_no_warnings(files):
    done = check(files)
    assert [finding for finding in done.findings if finding.level != "note"] == []
    assert done.examples >= 100
    assert done.rows["matters"] > 500
    assert done.rows["replies"] >= 40


def test_every_leaf_has_hints_words_and_a_duty(files):
    done = check(files)
    leaves = [row for row in done.sheets["matters"].rows if row["level"] == 3]
    words = {row["matter_code"] for row in done.sheets["keywords"].rows}
    duties = {row["matter"] for row in done.sheets["catalogue"].rows}
    assert 300 <= len(leaves) <= 600
    assert all(row["hint_zh"] and row["hint_en"] for row in leaves)
    assert {row["code"] for row in leaves} <= words & duties


def test_what_quality_calls_done_is_done(files):
    done = check(files)
    rows = {name: sheet.rows for name, sheet in done.sheets.items()}
    assert all(row["source"] for row in rows["limits"])
    assert all(row["basis_zh"] and row["basis_en"] for row in rows["catalogue"])
    replies = {row["code"] for row in rows["replies"] if not row["matter"]}
    by_outcome = {
        "refused": "law-refused",
        "policy_limit": "policy-limit",
        "not_ours": "not-ours",
        "not_needed": "not-needed",
    }
    assert {by_outcome.get(row["code"], row["code"]) for row in rows["outcomes"]} <= replies
    stops = {row["matter"] for row in rows["questions"] if row["stop_on"]}
    assert {"010506", "010604", "010705", "030102", "030201", "030501", "090603", "090902", "140602", "140702"} <= stops


def test_no_row_lacks_english(files):
    done = check(files)
    bare = [
        (sheet.file, row.line, name)
        for sheet in done.sheets.values()
        for name in sheet.table.names
        for row in sheet.rows
        if row[f"{name}_zh"] and not row[f"{name}_en"]
    ]
    assert bare == []


def test_the_small_pack_holds_but_for_its_quality():
    assert {code for code, *_ in found(small())} == {"quality-missing", "examples-few"}


FAULTS = [
    ("matters__csv", "code,parent,level,name_zh,name_en\n01,,1,城乡,Town\n0102,02,2,路,Road\n",
     ("parent-unknown", "matters.csv", 3, "parent")),
    ("matters__csv", "code,parent,level,name_zh,name_en\n01,,1,城乡,Town\n0101,01,3,路,Road\n",
     ("parent-level", "matters.csv", 3, "level")),
    ("matters__csv", "code,parent,level,name_zh,name_en\n01,,1,城乡,Town\n0201,01,2,路,Road\n",
     ("matter-path", "matters.csv", 3, "code")),
    ("matters__csv", "code,parent,level,name_zh,name_en\n01,,1,城乡,Town\n01,,1,又,Again\n",
     ("row-twice", "matters.csv", 3, "code")),
    ("matters__csv", "code,parent,level,name_zh,name_en,colour\n01,,1,城乡,Town,red\n",
     ("column-unknown", "matters.csv", 1, "colour")),
    ("matters__csv", "code,parent,name_zh\n01,,城乡\n", ("column-missing", "matters.csv", 1, "level")),
    ("matters__csv", "code,parent,level,name_zh,name_en\n01,,1,城乡\n", ("row-width", "matters.csv", 2, "")),
    ("matters__csv", "code,parent,level,name_zh,name_en\n01,,1,,Town\n",
     ("value-missing", "matters.csv", 2, "name_zh")),
    ("matters__csv", "code,parent,level,name_zh,name_en\n01,,1,城乡,\n0101,01,2,路,Road\n",
     ("english-missing", "matters.csv", 2, "name_en")),
    ("matters__csv", 'code,parent,level,name_zh,name_en\n01,,1,"城乡,Town\n', ("csv-broken", "matters.csv", 2, "")),
    ("limits__csv", "stage,matter,urgency,amount,unit\nhandle,,,0,workday\n",
     ("value-range", "limits.csv", 2, "amount")),
    ("limits__csv", "stage,matter,urgency,amount,unit\nhandle,,,1.5,workday\n",
     ("value-number", "limits.csv", 2, "amount")),
    ("limits__csv", "stage,matter,urgency,amount,unit\nhandle,,,5,weeks\n", ("value-choice", "limits.csv", 2, "unit")),
    ("limits__csv", "stage,matter,urgency,amount,unit\nhandle,,7,5,day\n",
     ("value-choice", "limits.csv", 2, "urgency")),
    ("limits__csv", "stage,matter,urgency,amount,unit\nhandle,0109,,5,day\n",
     ("matter-unknown", "limits.csv", 2, "matter")),
    ("limits__csv", "stage,matter,urgency,amount,unit\nhandle,,,5,day\n", ("limit-general", "limits.csv", 0, "stage")),
    ("catalogue__csv", "matter,area,lead,assisting,fallback\n01,,nobody,,\n",
     ("unit-unknown", "catalogue.csv", 2, "lead")),
    ("catalogue__csv", "matter,area,lead,assisting,fallback\n01,,roads,top;roads,\n",
     ("assists-itself", "catalogue.csv", 2, "assisting")),
    ("catalogue__csv", "matter,area,lead,assisting,fallback\n01,,@area,,@area\n",
     ("area-alone", "catalogue.csv", 2, "assisting")),
    ("catalogue__csv", "matter,area,lead,assisting,fallback\n01,99,roads,,\n",
     ("duty-missing", "catalogue.csv", 0, "matter")),
    ("questions__csv",
     "code,matter,position,type,text_zh,options,stop_on,stop_zh\nq1,01,1,choice,危险吗,yes=是;no=否,maybe,停\n",
     ("stop-unknown", "questions.csv", 2, "stop_on")),
    ("questions__csv", "code,matter,position,type,text_zh,least,most\nq1,01,1,number,几度,60,-40\n",
     ("bounds-broken", "questions.csv", 2, "least")),
    ("questions__csv", "code,matter,position,type,text_zh,least,most\nq1,01,1,text,几点,1,\n",
     ("bounds-broken", "questions.csv", 2, "least")),
    ("questions__csv", "code,matter,position,type,text_zh,options\nq1,01,1,choice,危险吗,yes=是\n",
     ("options-few", "questions.csv", 2, "options")),
    ("units__csv", "code,parent,kind,name_zh,name_en\ntop,,city,市,City\nroads,,bureau,路,Roads\n",
     ("unit-second-top", "units.csv", 3, "parent")),
    ("units__csv", "code,parent,kind,name_zh,name_en\ntop,,city,市,City\nroads-1,top,bureau,路,Roads\n",
     ("unit-code", "units.csv", 3, "code")),
    ("units__csv", None, ("file-missing", "units.csv", 0, "")),
    ("extra__csv", "a\n1\n", ("file-not-listed", "extra.csv", 0, "")),
    ("quality__toml", '[rules]\nexamples-pass = "exempt"\n', ("quality-comment", "quality.toml", 0, "examples-pass")),
    ("quality__toml", '[rules]\nshiny = "done"\n', ("quality-unknown", "quality.toml", 0, "shiny")),
    ("manifest__toml", "name = \n", ("toml-broken", "manifest.toml", 0, "")),
    ("manifest__toml", 'name = "local"\nversion = "1.0.0"\n', ("pack-name", "manifest.toml", 0, "name")),
]  # fmt: skip


@pytest.mark.parametrize(("file", "text", "expected"), FAULTS)
def test_a_planted_fault_is_named_with_its_place(file, text, expected):
    assert expected in found(small(**{file: text}))


def test_a_file_that_is_not_utf8_is_named_with_its_line():
    pack = small()
    pack["matters.csv"] = b"code,parent,level,name_zh\n01,,1,ok\n02,,1,\xb3\xc7\n"
    assert ("not-utf8", "matters.csv", 3, "") in found(pack)


def changed(files, name, where, column, text):
    """The bundled pack with one cell of the first fitting row changed."""
    rows = list(csv.DictReader(io.StringIO(files[name].decode())))
    row = next(row for row in rows if all(row[key] == value for key, value in where.items()))
    row[column] = text
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return files | {name: out.getvalue().encode()}


def test_an_example_fails_when_a_limit_slips(files):
    row = {"matter": "010301", "label": "stop", "kind": "complaint", "urgency": ""}
    assert "example-due" in {code for code, *_ in found(changed(files, "limits.csv", row, "amount", "40"))}


def test_an_example_fails_when_a_unit_slips(files):
    pack = changed(files, "catalogue.csv", {"matter": "110101"}, "lead", "transport")
    assert "example-unit" in {code for code, *_ in found(pack)}


def test_an_example_fails_when_words_go(files):
    lines = files["keywords.csv"].decode().splitlines(keepends=True)
    pack = files | {"keywords.csv": "".join(line for line in lines if not line.startswith("110101,")).encode()}
    codes = {code for code, *_ in found(pack)}
    assert {"example-matter", "keywords-few"} <= codes


def test_a_matter_that_slows_an_urgent_case_down_is_warned_of(files):
    line = "handle,,,,010401,,complaint,,30,workday,yes,test,\n"
    pack = files | {"limits.csv": files["limits.csv"] + line.encode()}
    assert "limit-slow" in {code for code, *_ in found(pack)}


def test_the_command_tells_machines_and_people(files, tmp_path, capsys):
    pack = tmp_path / "small"
    pack.mkdir()
    for name, data in small(catalogue__csv="matter,lead\n01,nobody\n").items():
        (pack / name).write_bytes(data)
    assert commands.check(Namespace(pack=[str(pack)], json=True)) == 1
    told = json.loads(capsys.readouterr().out)[0]
    assert told["errors"] > 0
    assert any(each["where"] == "catalogue.csv:2 [lead]" for each in told["findings"])
    assert commands.check(Namespace(pack=["citizen-requests"], json=False)) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_finding_says_how_to_mend_it(language):
    compile_all()
    seen = {}
    for file, text, _ in FAULTS:
        for finding in check(small(**{file: text})).findings:
            seen[finding.code] = finding
    with translation.override(language):
        for code, finding in seen.items():
            assert said(finding)["text"] != code
    assert all(finding.level == ERROR for code, finding in seen.items() if code.startswith("value-"))


def test_bounds_of_a_question_reach_the_loop():
    text = "code,matter,position,type,text_zh,least,most\nq1,01,1,number,几度,-40,60\nq2,01,2,text,几点,,\n"
    done = check(small(questions__csv=text))
    assert [one.code for one in done.findings if one.file == "questions.csv" and one.level == ERROR] == []
    assert [row["extra"] for row in tables_for(done.sheets, {})["questions"]] == [{"least": "-40", "most": "60"}, {}]
