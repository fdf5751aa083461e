"""The ledger is valid, verdicts follow the rule, and what is altered flips them."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output

from lib import claims
from lib.claims import checks, ledger, rules, verdicts
from lib.claims import language as expressions
from lib.claims import tables as rendering
from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.notebook.records import Provenance, Record, RecordSet, origin

PROVENANCE = Provenance(
    "03-x/01_x", "wustl-ehms-2020", "", "ab", "real", "full", 2022, 10, basis="file"
)
TWIN = replace(PROVENANCE, source="twin", sha256="", basis="")
HEADER = dict.fromkeys(ledger.COLUMNS, "")
VALUE = HEADER | {
    "id": "demo.value",
    "paper": "demo",
    "locator": "Table 1, row A",
    "subject": "A",
    "dataset": "D",
    "metric": "accuracy",
    "published": "0.900",
    "unit": "fraction",
    "kind": "value",
    "record": "demo.a",
    "supports": "demo.better",
}
CONCLUSION = HEADER | {
    "id": "demo.better",
    "paper": "demo",
    "locator": "Section 5, text",
    "subject": "A against B",
    "dataset": "D",
    "metric": "accuracy",
    "published": "A is better than B",
    "judged": "the accuracy of A is higher",
    "kind": "conclusion",
    "rule": "greater(demo.a, demo.b)",
}


def write(folder, *rows, name="demo.csv"):
    with open(folder / name, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ledger.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def record(id, values, deterministic=False, provenance=PROVENANCE):
    return Record(id, tuple(np.atleast_1d(values)), "as printed", deterministic, provenance)


def judged(folder, rows, reference=(), run=()):
    book = claims.load(write(folder, *rows))
    result = claims.judge(book, RecordSet(reference), RecordSet(run))
    return {each.id: each for each in result}


def around(centre, spread=0.01, seeds=10):
    return centre + spread * np.linspace(-1, 1, seeds)


# The ledger.


def test_the_ledger_is_valid_and_complete():
    book = claims.load()
    assert len(book.matching("xmednn.table1.*")) == 20
    assert len(book.matching("xmednn.table2.*")) == 48
    assert len(book.matching("xmednn.table3.own.*")) == 3
    assert [each.published for each in book.matching("xmednn.figure5.rank.*")] == list("12345")
    printed = {each.published for each in book.values()}
    assert {"16,138", "16,318", "97.578", "97.57", "3.12", "3.01", "3.1", "0.968"} <= printed


def test_a_cell_of_xmednns_table_of_classifiers_supports_only_what_reads_it():
    book = claims.load()
    for claim in book.matching("xmednn.table1.*"):
        for id in claim.supports:
            assert claim.record in rules.record_ids(book[id].rule), (claim.id, id)


def test_nothing_printed_begins_or_ends_with_a_blank():
    # A blank behind the digits would count as one more.
    for claim in claims.load().values():
        assert claim.published == claim.published.strip(" ,"), claim.id


@pytest.mark.parametrize("printed", ["0.96995", "0.970", "0.97"])
def test_a_score_may_be_printed_with_fewer_digits_than_its_row(printed):
    book = claims.load()
    id = "xmednn.table1.dnn.precision"
    book[id] = replace(book[id], published=printed)
    for score in ("accuracy", "precision", "recall", "f1"):
        assert checks.failed_check(book[f"xmednn.table1.dnn.{score}"], book) == ""
    book[id] = replace(book[id], published="0.98")
    assert checks.failed_check(book[id], book) != ""


def test_every_record_and_conclusion_of_the_ledger_follows_the_record_names():
    names = {
        "xmednn": "data table1 figure3 figure4 table2 figure5 ladder related search",
        "toniot": "fridge garage_door motion_light thermostat smote_gain scaler_gain "
        "training_minus_test",
        "botiot": "data table_v abstract loss theft ceiling beyond hardware",
    }
    names = {paper: text.split() for paper, text in names.items()}
    for claim in claims.load().values():
        used = rules.record_ids(claim.rule) if claim.rule else [claim.record]
        for id in filter(None, used):
            assert id.split(".")[0] == claim.paper, claim.id
            second = id.split(".")[1]
            assert second in names.get(claim.paper, [second]), claim.id


# Conclusions that no rule decides. Whoever takes a rule out adds its claim here and to the changes.
NOT_JUDGED = {
    "botiot.conclusion.hardware",
    "botiot.conclusion.less_power",
    "botiot.conclusion.theft_skews",
    "botiot.conclusion.title",
    "toniot.conclusion.rf_overfits_less",
    "toniot.conclusion.rf_overfits_less.section3",
    "xmednn.conclusion.best_hyperparameters",
    "xmednn.conclusion.block_source",
    "xmednn.conclusion.crafted_ports",
    "xmednn.conclusion.extreme_DIntPkt",
    "xmednn.conclusion.imbalance_auc",
}


def test_a_conclusion_that_is_not_judged_is_known_and_says_why():
    context = {
        id: claim
        for id, claim in claims.load().items()
        if ".conclusion." in id and claim.kind != "conclusion"
    }
    assert set(context) == NOT_JUDGED
    assert all(claim.kind == "context" and claim.note for claim in context.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "Demo value"}, "no dotted name"),
        ({"kind": "guess"}, "kind 'guess' is unknown"),
        ({"unit": "furlong"}, "unit 'furlong' is unknown"),
        ({"locator": "somewhere"}, "does not say where"),
        ({"locator": ""}, "'locator' is empty"),
        ({"published": "about 0.9"}, "is no number"),
        ({"published": "16,31"}, "is no number"),
        ({"record": ""}, "names a record"),
        ({"supports": ""}, "names the conclusions"),
        ({"supports": "demo.worse"}, "'demo.worse', which is no conclusion"),
        ({"rule": "positive(demo.a)"}, "has a rule"),
        ({"published": "0.9 "}, "'published' begins or ends with a blank"),
        ({"check": "same(demo.absent)"}, "'demo.absent', which is no printed number"),
        ({"check": "same(demo.better)"}, "'demo.better', which is no printed number"),
        ({"check": "same(0.5)"}, "same() takes the id of one claim, where 0.5 is given"),
        ({"check": "same(demo.*)"}, "the id of one claim, where 'demo.*'"),
        ({"check": "mean(demo.value)"}, "an id with *, where 'demo.value'"),
        ({"check": "sum(demo.value, sum(demo.value))"}, "a number or the id of one claim"),
        ({"check": "matrix(3, 4, mean, demo.value)"}, "macro or binary, where 'mean'"),
        ({"check": "matrix(3, 4, macro, demo.value)"}, "an id for each of accuracy"),
        ({"check": "shared_test(0.2, 100, demo.*)"}, "'demo.accuracy', which is no printed"),
        ({"check": "guess(demo.value)"}, "no function 'guess'"),
        ({"check": "f1(demo.value)"}, "missing a required argument"),
        ({"check": "same(demo.value"}, "ends too early"),
        ({"kind": "context", "record": "", "supports": "", "variants": "a/b"}, "not judged"),
        ({"judged": "all of it"}, "says what is judged"),
        ({"repeats": "demo.better"}, "what repeats another claim does neither"),
        ({"repeats": "demo.better", "record": "", "supports": ""}, "no value of demo that stands"),
        ({"repeats": "demo.none", "record": "", "supports": ""}, "repeats 'demo.none'"),
        ({"unit": "seconds"}, "seconds of another machine cannot be judged"),
        ({"unit": "seconds of"}, "unit 'seconds of' is unknown"),
        ({"kind": "time", "record": "", "supports": "", "published": "long"}, "is no number"),
    ],
)
def test_a_broken_row_is_refused_with_file_row_and_remedy(tmp_path, change, message):
    write(tmp_path, CONCLUSION, VALUE | change)
    with pytest.raises(ReaderError, match=r"demo\.csv, row 3.*To mend it: ") as problem:
        claims.load(tmp_path)
    assert message in str(problem.value)


def test_a_value_supports_every_conclusion_whose_rule_reads_its_record(tmp_path):
    other = CONCLUSION | {"id": "demo.other", "rule": "greater(demo.b, demo.c)"}
    write(tmp_path, CONCLUSION, other, VALUE | {"supports": "demo.other"})
    with pytest.raises(ReaderError, match=r"demo\.csv, row 4: 'demo\.better', whose rule reads"):
        claims.load(tmp_path)
    write(tmp_path, CONCLUSION, other, VALUE | {"supports": "demo.other demo.better"})
    assert claims.load(tmp_path)["demo.value"].supports == ("demo.other", "demo.better")


def test_no_line_ends_within_a_number():
    text = "1 000 rows, 3 668 522 and 5 %"
    assert rendering.unbroken(text) == "1\xa0000 rows, 3\xa0668\xa0522 and 5\xa0%"
    assert rendering.unbroken("in 2024 10 runs; 7 1000") == "in 2024 10 runs; 7 1000"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("", "has a rule"),
        ("greater(demo.a)", "missing a required argument"),
        ("greater(demo.a, printed(demo.absent))", "no printed number"),
        ("positive(demo.a); positive(demo.b)", "one rule"),
        ("__import__(os)", "cannot read"),
        ("all()", "missing a required argument"),
        ("all(0.5)", "0.5 is no rule"),
        ("all(demo.a)", "'demo.a' is no rule"),
        ("mean(demo.a, demo.b)", "mean() is a number, and no rule"),
        ("positive(mean(demo.a))", "missing a required argument"),
        ("positive(greater(demo.a, demo.b))", "greater(...) is not a number"),
        ("positive(demo)", "'demo' is not the id of one record"),
        ("positive(demo.*)", "'demo.*' is not the id of one record"),
        ("greater(demo.a, printed(demo.*))", "does not name one"),
        ("greater(demo.a, lower_end(printed(demo.value)))", "does not name several claims"),
        ("greater(demo.a, lower_end(demo.b))", "'demo.b' is not printed(...)"),
        ("greater(0.5, 0.4)", "names neither a record nor a printed number"),
        ("guess(demo.a)", "no function 'guess'"),
    ],
)
def test_a_broken_rule_is_refused(tmp_path, rule, message):
    write(tmp_path, CONCLUSION | {"rule": rule}, VALUE)
    with pytest.raises(ReaderError, match=r"demo\.csv, row 2") as problem:
        claims.load(tmp_path)
    assert message in str(problem.value)


def test_a_conclusion_is_only_checked_for_following(tmp_path):
    write(tmp_path, CONCLUSION | {"check": "same(demo.value)"}, VALUE)
    with pytest.raises(ReaderError, match=r"demo\.csv, row 2.*cannot have the checks"):
        claims.load(tmp_path)


def test_one_id_in_two_files_is_refused(tmp_path):
    write(tmp_path, CONCLUSION, VALUE)
    write(tmp_path, VALUE, name="other.csv")
    with pytest.raises(ReaderError, match=r"other\.csv, row 2.*already used in demo\.csv, row 3"):
        claims.load(tmp_path)


def test_missing_columns_and_foreign_encodings_are_refused(tmp_path):
    (tmp_path / "demo.csv").write_text("id,paper\nx.y,x\n")
    with pytest.raises(ReaderError, match="columns differ"):
        claims.load(tmp_path)
    (tmp_path / "demo.csv").write_bytes(b"id\xff\n")
    with pytest.raises(ReaderError, match="UTF-8"):
        claims.load(tmp_path)
    with pytest.raises(ReaderError, match="no claims ledger"):
        claims.load(tmp_path / "absent")


@pytest.mark.parametrize(
    "text", ["", "a.b", "3", "f(", "f(a,)", "f(a))", "f(a b)", "f(a)(b)", "f(;)"]
)
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(ValueError, match=r"expression|unexpected|expected|cannot read"):
        expressions.parse(text)


def test_expressions_hold_ids_numbers_and_calls():
    call = expressions.parse("all(greater(x.fold01.a, 0.02), below(x.1000.b, -3), same(x.f*.c))")
    assert list(call.ids()) == ["x.fold01.a", "x.1000.b", "x.f*.c"]
    assert call.arguments[0].arguments[1] == 0.02
    assert call.arguments[1].arguments[1] == -3


# Verdicts on values.


@pytest.mark.parametrize(
    ("published", "unit", "measured", "verdict"),
    [
        ("16,318", "rows", 16318, "exact"),
        ("12.5", "%", 0.12538, "exact"),
        ("12.5", "%", 0.1255, "within rounding"),
        ("0.13", "fraction", 0.125, "within rounding"),
        ("12.5", "%", 0.12551, "differs, same conclusion"),
        ("16,318", "rows", 16319, "differs, same conclusion"),
    ],
)
def test_deterministic_records(tmp_path, published, unit, measured, verdict):
    value = VALUE | {"published": published, "unit": unit}
    records = [record("demo.a", measured, True), record("demo.b", 0, True)]
    found = judged(tmp_path, [CONCLUSION, value], records)["demo.value"]
    assert found.verdict == verdict
    assert found.low == found.high == pytest.approx(measured * (100 if unit == "%" else 1))


def test_a_printed_value_inside_the_prediction_interval_is_within_spread(tmp_path):
    records = [record("demo.a", around(0.905)), record("demo.b", around(0.5))]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)
    assert found["demo.value"].verdict == "within spread"
    assert found["demo.value"].low < 0.9 < found["demo.value"].high
    assert found["demo.better"].verdict == "exact"


def test_half_a_printed_unit_widens_the_interval(tmp_path):
    for measured, verdict in ((0.9004, "within spread"), (0.9006, "differs, same conclusion")):
        records = [record("demo.a", [measured] * 3), record("demo.b", [0.5] * 3)]
        assert judged(tmp_path, [CONCLUSION, VALUE], records)["demo.value"].verdict == verdict


@pytest.mark.parametrize(
    ("other", "verdict"),
    [(0.5, "differs, same conclusion"), (0.8, "differs, conclusion changes")],
)
def test_what_differs_asks_the_conclusions_that_rest_on_it(tmp_path, other, verdict):
    records = [record("demo.a", around(0.7)), record("demo.b", around(other))]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)["demo.value"]
    assert found.verdict == verdict
    assert CONCLUSION["published"] in found.reason


OTHER = VALUE | {"id": "demo.other", "record": "demo.b", "published": "0.5"}


@pytest.mark.parametrize(
    ("first", "second", "verdicts"),
    [
        # The second overtakes what is printed of the first; the first does not fall below .5.
        (0.85, 0.95, ("differs, same conclusion", "differs, conclusion changes")),
        # The first falls below what is printed of the second; the second stays below .9.
        (0.3, 0.35, ("differs, conclusion changes", "differs, same conclusion")),
        (0.3, 0.95, ("differs, conclusion changes", "differs, conclusion changes")),
        # Neither does it alone, so both do.
        (0.7, 0.8, ("differs, conclusion changes", "differs, conclusion changes")),
    ],
)
def test_a_conclusion_falls_by_the_number_that_takes_it_down(tmp_path, first, second, verdicts):
    records = [record("demo.a", around(first)), record("demo.b", around(second))]
    found = judged(tmp_path, [CONCLUSION, VALUE, OTHER], records)
    assert found["demo.better"].verdict == "differs, conclusion changes"
    assert (found["demo.value"].verdict, found["demo.other"].verdict) == verdicts
    for each in (found["demo.value"], found["demo.other"]):
        wanted = "No longer" if each.verdict.endswith("changes") else "Falls, but by other numbers"
        assert wanted in each.reason


def test_whether_a_conclusion_changes_cannot_be_told_while_it_is_open(tmp_path):
    found = judged(tmp_path, [CONCLUSION, VALUE], [record("demo.a", around(0.7))])["demo.value"]
    assert found.verdict == "differs, conclusion open"
    assert "Could not be judged" in found.reason


@pytest.mark.parametrize("lower", [0.95, 0.9])
def test_a_number_that_differs_at_one_end_leaves_an_open_conclusion_open(tmp_path, lower):
    """Be it outside at both ends of the bracket, or inside at one of them."""
    rows = replace(PROVENANCE, basis="rebuilt")
    measured = {"demo.a": around(0.7), "demo.a.lower": around(lower)}
    records = [record(id, values, provenance=rows) for id, values in measured.items()]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)["demo.value"]
    assert found.verdict == "differs, conclusion open"


def test_two_replicates_give_no_verdict(tmp_path):
    records = [record("demo.a", [0.9, 0.9]), record("demo.b", [0.5, 0.5])]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)
    assert {each.verdict for each in found.values()} == {"not comparable"}
    assert "at least 3" in found["demo.value"].reason
    assert (found["demo.value"].book, found["demo.value"].low) == (pytest.approx(0.9), None)


def test_without_a_record_nothing_is_judged(tmp_path):
    found = judged(tmp_path, [CONCLUSION, VALUE])
    assert {each.verdict for each in found.values()} == {"not comparable"}
    assert found["demo.value"].reason == "Not measured."


@pytest.mark.parametrize(
    "change", [{"source": "twin"}, {"source": "unknown"}, {"profile": "quick"}]
)
@pytest.mark.parametrize("place", ["reference", "run"])
def test_twins_unverified_files_and_quick_runs_never_judge(tmp_path, change, place):
    other = replace(PROVENANCE, basis="", **change)
    records = [record(id, around(0.9), provenance=other) for id in ("demo.a", "demo.b")]
    found = judged(tmp_path, [CONCLUSION, VALUE], **{place: records})
    assert {each.verdict for each in found.values()} == {"not comparable"}
    shown = found["demo.value"].book if place == "reference" else found["demo.value"].this_run
    assert shown == pytest.approx(0.9)


def test_a_full_real_run_judges_only_where_the_book_has_no_record(tmp_path):
    run = [record("demo.a", around(0.9)), record("demo.b", around(0.5))]
    assert judged(tmp_path, [CONCLUSION, VALUE], (), run)["demo.value"].verdict == "within spread"
    book = [record("demo.a", around(0.6)), record("demo.b", around(0.5))]
    found = judged(tmp_path, [CONCLUSION, VALUE], book, run)["demo.value"]
    assert found.verdict == "differs, same conclusion"
    assert (found.book, found.this_run) == (pytest.approx(0.6), pytest.approx(0.9))


def test_settings_and_context_are_not_judged(tmp_path):
    bare = {"record": "", "supports": ""}
    rows = [
        VALUE | bare | {"id": "demo.epochs", "kind": "setting", "published": "elu"},
        VALUE | bare | {"id": "demo.cited", "kind": "context"},
        VALUE | bare | {"id": "demo.slow", "kind": "time", "unit": "seconds"},
    ]
    verdicts = [each.verdict for each in judged(tmp_path, rows).values()]
    assert verdicts == ["setting", "context", "time"]


@pytest.mark.parametrize(
    ("published", "verdict"),
    [("196.461", "within spread"), ("392.922", "differs, same conclusion")],
)
def test_a_printed_time_is_judged_as_a_multiple_of_another(tmp_path, published, verdict):
    time = VALUE | {"published": published, "unit": "seconds of 2339.638", "metric": "time"}
    records = [record("demo.a", around(0.084, 0.005)), record("demo.b", [0.05] * 10)]
    found = judged(tmp_path, [CONCLUSION, time], records)["demo.value"]
    assert found.verdict == verdict
    assert found.book == pytest.approx(0.084 * 2339.638)
    assert found.low < 196.461 < found.high


@pytest.mark.parametrize(
    ("variant", "verdict"),
    [
        ("door/processed", "within spread"),
        ("door/edge", "within spread"),
        ("door/edge door/processed", "within spread"),
        ("door/train_test", "not comparable"),
        ("door/edge door/train_test", "not comparable"),
    ],
)
def test_only_the_named_data_files_judge_a_claim(tmp_path, variant, verdict):
    own = replace(PROVENANCE, variant=variant)
    records = [record(id, around(0.9), provenance=own) for id in ("demo.a", "demo.b")]
    needed = {"variants": "door/processed door/edge"}
    found = judged(tmp_path, [CONCLUSION, VALUE | needed], records)
    assert found["demo.value"].verdict == verdict
    comparable = verdict != "not comparable"
    assert found["demo.value"].book == (pytest.approx(0.9) if comparable else None)
    assert found["demo.value"].basis == ("file" if comparable else None)
    assert found["demo.better"].verdict != "not comparable"
    ruled = judged(tmp_path, [CONCLUSION | needed, VALUE], records)["demo.better"]
    assert (ruled.verdict == "not comparable") == (verdict == "not comparable")
    if verdict == "not comparable":
        assert f"Measured on {variant} only, other rows" in found["demo.value"].reason
        assert "once door/processed or door/edge is at hand" in ruled.reason


def test_a_run_on_the_papers_file_judges_where_the_book_used_another(tmp_path):
    named = {"variants": "door/processed"}
    ids = ("demo.a", "demo.b")
    other, own = (replace(PROVENANCE, variant=f"door/{form}") for form in ("part", "processed"))
    book = [record(id, around(0.6), provenance=other) for id in ids]
    run = [record(id, around(0.9), provenance=own) for id in ids]
    found = judged(tmp_path, [CONCLUSION | named, VALUE | named], book, run)["demo.value"]
    assert found.verdict == "within spread"
    assert (found.book, found.this_run) == (None, pytest.approx(0.9))


# What a verdict rests on.


@pytest.mark.parametrize("basis", ["file", "set", "rebuilt", ""])
def test_a_verdict_rests_on_the_rows_of_its_record(tmp_path, basis):
    rows = replace(PROVENANCE, basis=basis)
    records = [record("demo.a", around(0.9), provenance=rows), record("demo.b", around(0.5))]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)
    assert found["demo.value"].basis == found["demo.better"].basis == (basis or None)
    assert (found["demo.value"].verdict == "not comparable") == (not basis)
    assert (found["demo.value"].book is None) == (not basis)


def test_the_basis_of_several_files_is_the_weakest():
    def rows(basis):
        return SimpleNamespace(name="d", variant="v", sha256="", source="real", basis=basis)

    assert origin([rows("file"), rows("rebuilt"), rows("set")])["basis"] == "rebuilt"
    assert origin([rows("file"), rows("")])["basis"] == ""


def test_a_time_is_judged_whatever_its_rows_hold(tmp_path):
    anywhere = replace(PROVENANCE, basis="")
    records = [
        replace(record(id, around(centre), provenance=anywhere), timed=True)
        for id, centre in (("demo.a", 0.9), ("demo.b", 0.5))
    ]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)["demo.better"]
    assert (found.verdict, found.basis) == ("exact", "machine")
    named = CONCLUSION | {"variants": "door/processed"}
    assert judged(tmp_path, [named, VALUE], records)["demo.better"].verdict == "not comparable"


def test_the_papers_own_numbers_judge_what_no_rows_can(tmp_path):
    rule = "below(printed(demo.value), 0.95)"
    rows = [CONCLUSION, CONCLUSION | {"id": "demo.small", "rule": rule}, VALUE]
    found = judged(tmp_path, rows)["demo.small"]
    assert (found.verdict, found.basis, found.book) == ("exact", "arithmetic", None)
    rows[1]["rule"] = "below(printed(demo.value), 0.85)"
    assert judged(tmp_path, rows)["demo.small"].verdict == "paper inconsistent"
    whole = VALUE | {"id": "demo.sum", "published": "1.800", "record": "demo.none"}
    whole["check"] = "sum(demo.value, demo.value)"
    found = judged(tmp_path, [CONCLUSION, VALUE, whole])["demo.sum"]
    assert (found.verdict, found.basis) == ("within rounding", "arithmetic")
    assert "sum(demo.value, demo.value)" in found.reason


def test_what_restates_a_claim_takes_its_verdict_and_is_counted_once(tmp_path):
    bare = {"record": "", "supports": "", "judged": "", "rule": "", "repeats": "demo.value"}
    text = VALUE | bare | {"id": "demo.text", "published": "0.90", "locator": "Section 6"}
    text["check"] = "same(demo.value)"
    records = [record("demo.a", around(0.7)), record("demo.b", around(0.5))]
    found = judged(tmp_path, [CONCLUSION, VALUE, text], records)
    first, second = found["demo.value"], found["demo.text"]
    assert (second.verdict, second.basis, second.book) == (first.verdict, "file", first.book)
    assert (second.published, second.locator, second.repeats) == ("0.90", "Section 6", "demo.value")
    assert "Restates A (Table 1, row A)" in second.reason
    assert [each.id for each in found.values() if not each.repeats] == ["demo.better", "demo.value"]
    text["published"] = "0.95"
    other = judged(tmp_path, [CONCLUSION, VALUE, text], records)["demo.text"]
    assert (other.verdict, other.repeats) == ("paper inconsistent", None)


def test_a_restated_number_stands_beside_ours_in_its_own_unit(tmp_path):
    bare = {"record": "", "supports": "", "repeats": "demo.value"}
    text = VALUE | bare | {"id": "demo.text", "published": "90.0", "unit": "%"}
    records = [record("demo.a", around(0.7)), record("demo.b", around(0.5))]
    found = judged(tmp_path, [CONCLUSION, VALUE, text], records)
    first, second = found["demo.value"], found["demo.text"]
    assert (second.book, second.low) == pytest.approx((first.book * 100, first.low * 100))


# Where the seeds cannot tell.


def verdicts_of_draws(spread, metric="accuracy", centre=0.93, draws=200):
    claim = ledger_claim(VALUE | {"metric": metric, "published": f"{centre:.3f}"})
    random = np.random.default_rng(2022)
    values = random.normal(centre, spread, size=(draws, 10))
    claim = replace(claim, supports=())
    judged_by = verdicts._judge_stochastic
    return [judged_by(claim, record("demo.a", row), {}, {}, ()).verdict for row in values]


def ledger_claim(row):
    return ledger.parse_row(row, "demo.csv, row 2")


@pytest.mark.parametrize("spread", [0.001, 0.005, 0.01])
def test_a_narrow_interval_is_not_called_wide(spread):
    found = verdicts_of_draws(spread)
    assert found.count("cannot tell") <= 2
    assert found.count("within spread") >= 190


@pytest.mark.parametrize("spread", [0.06, 0.1, 0.2])
def test_a_wide_interval_is_no_support(spread):
    found = verdicts_of_draws(spread)
    assert found.count("within spread") <= 2
    assert found.count("cannot tell") >= 190


@pytest.mark.parametrize(
    ("metric", "unit", "printed", "low", "high"),
    [
        ("recall", "fraction", "0.9993", 0.9493, 1.0493),
        ("accuracy", "%", "97.5", 92.5, 102.5),
        ("fpr", "fraction", "0.0312", 0.0156, 0.0624),
        ("fpr", "fraction", "0.002", -0.008, 0.012),
        ("rank", "rank", "3", 1.5, 6),
        ("time", "seconds of 9.5", "8", 4, 16),
        ("effect", "", "0", -np.inf, np.inf),
    ],
)
def test_what_contradicts_a_printed_number(metric, unit, printed, low, high):
    claim = ledger_claim(VALUE | {"metric": metric, "unit": unit, "published": printed})
    assert verdicts.borne_out(claim) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        (10, "exact"),
        (9, "within spread"),
        (8, "cannot tell"),
        (5, "cannot tell"),
        (2, "cannot tell"),
        (1, "differs, conclusion changes"),
        (0, "differs, conclusion changes"),
    ],
)
def test_a_conclusion_is_told_by_a_sign_test(tmp_path, held, verdict):
    records = [record("demo.a", [1.0] * held + [0.0] * (10 - held)), record("demo.b", [0.5] * 10)]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)["demo.better"]
    assert found.verdict == verdict
    assert f"{held} of 10 seeds" in found.reason


# Verdicts on conclusions.


def test_a_conclusion_against_the_papers_own_numbers_is_inconsistent(tmp_path):
    rows = [
        CONCLUSION | {"check": "follows()"},
        VALUE | {"subject": "A"},
        VALUE | {"id": "demo.other", "published": "0.950", "record": "demo.b", "subject": "B"},
    ]
    records = [record("demo.a", around(0.7)), record("demo.b", around(0.5))]
    found = judged(tmp_path, rows, records)
    assert found["demo.better"].verdict == "paper inconsistent"
    assert "Table 1, accuracy 0.900 of A, 0.950 of B" in found["demo.better"].reason
    assert found["demo.value"].verdict == "differs, same conclusion"
    rows[2]["published"] = "0.850"
    assert judged(tmp_path, rows, records)["demo.better"].verdict == "exact"


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ("greater(demo.a, demo.b)", "exact"),
        ("greater(demo.a, demo.b, 0.1)", "exact"),
        ("greater(demo.a, demo.b, 0.3)", "differs, conclusion changes"),
        ("greater(demo.a, demo.wide)", "cannot tell"),
        ("greater(demo.wide, demo.a)", "cannot tell"),
        ("below(demo.b, 0.71)", "cannot tell"),
        ("at_least(demo.a, 0.8)", "exact"),
        ("positive(demo.a)", "exact"),
        ("negative(demo.a)", "differs, conclusion changes"),
        ("all(positive(demo.a), greater(demo.a, demo.wide))", "cannot tell"),
        ("most(positive(demo.a), positive(demo.b), negative(demo.a))", "exact"),
        ("most(positive(demo.a), negative(demo.b))", "differs, conclusion changes"),
        ("greater(demo.a, mean(demo.a, demo.b))", "exact"),
        ("greater(mean(demo.b, demo.b), mean(demo.a, demo.b))", "differs, conclusion changes"),
        ("below(ratio(demo.b, demo.a), 0.9)", "exact"),
        ("same(difference(demo.count, 1), 27)", "exact"),
        ("same(demo.count, 28)", "exact"),
        ("same(demo.count, 27)", "differs, conclusion changes"),
        ("greater(demo.a, printed(demo.value))", "differs, conclusion changes"),
        ("at_least(demo.a, lower_end(printed(demo.fold*)))", "exact"),
    ],
)
def test_rules_are_evaluated_seed_by_seed(tmp_path, rule, verdict):
    records = [
        record("demo.a", [0.84, 0.85, 0.86, 0.85]),
        record("demo.b", [0.74, 0.75, 0.61, 0.70]),
        record("demo.wide", [0.80, 0.70, 0.90, 0.80]),
        record("demo.count", 28, True),
    ]
    folds = [
        VALUE | {"id": f"demo.fold{n}", "published": text} for n, text in enumerate(("0.8", "0.9"))
    ]
    rows = [CONCLUSION | {"rule": rule}, VALUE, *folds]
    assert judged(tmp_path, rows, records)["demo.better"].verdict == verdict


def test_records_of_different_seeds_are_not_paired(tmp_path):
    other = replace(PROVENANCE, seed=7)
    records = [record("demo.a", around(0.9)), record("demo.b", around(0.5), provenance=other)]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)["demo.better"]
    assert found.verdict == "not comparable"
    assert "different seeds" in found.reason


# Arithmetic of the printed text.


def test_what_the_paper_contradicts_is_found_and_nothing_else():
    book = claims.load()
    failed = {claim.id for claim in book.values() if checks.failed_check(claim, book)}
    assert failed == {
        "xmednn.data.rows",
        "xmednn.setting.test_share",
        "xmednn.figure3.fpr",
        "xmednn.figure3.fnr",
        "toniot.setting.test_share",
        "toniot.motion_light.rf.recall",
        "toniot.conclusion.thermostat.rf_below_dt",
        "toniot.conclusion.garage_door.dt_below_rf",
        "toniot.conclusion.rf_all_datasets",
        "botiot.abstract.training_saving",
        "botiot.abstract.testing_saving",
    }
    reason = checks.failed_check(book["xmednn.data.rows"], book)
    assert reason == "14,272 + 2,046 gives 16,318, but 16,138 is printed."


@pytest.mark.parametrize(
    ("id", "published"),
    [
        ("xmednn.data.rows.algorithm", "16,319"),
        ("xmednn.data.attack_share", "12.6"),
        ("xmednn.data.features", "27"),
        ("xmednn.data.attack_balanced", "14,271"),
        ("xmednn.table1.dnn.recall", "0.96987"),
        ("xmednn.table1.gnb.f1", "0.67637"),
        ("xmednn.table2.fold03.f1", "0.97628"),
        ("xmednn.table2.fold05.accuracy", "0.97697"),
        ("xmednn.table2.mean.recall", "0.99963"),
        ("xmednn.table2.std.accuracy", "0.00259"),
        ("xmednn.text.cv.accuracy", "97.59"),
        ("xmednn.section8.f1", "0.97654"),
        ("toniot.fridge.knn.accuracy", "99.224"),
        ("toniot.thermostat.rf.precision", "96.401"),
        ("toniot.garage_door.mlp.recall", "97.476"),
        ("toniot.motion_light.dt.f1", "98.516"),
        ("toniot.figure2.fridge.knn", "99.224"),
        ("toniot.text.fridge.dt.f1", "98.18"),
        ("botiot.data.rows", "3 668 523"),
        ("botiot.table_iv.dos.share", "44.98"),
        ("botiot.table_iv.ddos.share", "52.54"),
        ("botiot.setting.neurons_small", "73"),
        ("botiot.section_v.1000_72.f1", "0.949"),
        ("botiot.table_i.zhou.accuracy", "98.89"),
    ],
)
def test_altering_a_printed_number_makes_the_paper_inconsistent(id, published):
    book = claims.load()
    assert checks.failed_check(book[id], book) == ""
    book[id] = replace(book[id], published=published)
    assert checks.failed_check(book[id], book) != ""


def test_the_digits_of_ton_iot_tell_the_size_of_the_test():
    book = claims.load()
    reason = checks.failed_check(book["toniot.setting.test_share"], book)
    assert "20 % of the file's 587,076 rows is 117,416 test rows" in reason
    assert reason.endswith("there remains: 30 %.")
    for id, share in (("test_share", "30"), ("training_share", "70")):
        id = f"toniot.setting.{id}"
        book[id] = replace(book[id], published=share)
    for id in ("toniot.setting.test_share", "toniot.setting.training_share"):
        assert checks.failed_check(book[id], book) == ""


def test_exchanging_two_digits_back_mends_the_odd_cell_and_its_f1():
    book = claims.load()
    id = "toniot.motion_light.rf.recall"
    assert "the cell would be 99.2870" in checks.failed_check(book[id], book)
    book[id] = replace(book[id], published="99.287")
    for score in ("recall", "f1"):
        claim = book[f"toniot.motion_light.rf.{score}"]
        assert checks.failed_check(claim, book) == ""


def test_a_conclusion_falls_with_the_printed_numbers_and_rises_with_them():
    book = claims.load()
    id = "toniot.conclusion.garage_door.dt_below_rf"
    assert "recall 99.57 % of DT, 99.452 % of RF" in checks.failed_check(book[id], book)
    cell = "toniot.garage_door.dt.recall"
    book[cell] = replace(book[cell], published="99.451")
    assert checks.failed_check(book[id], book) == ""


def test_mending_the_printed_number_of_rows_makes_it_consistent():
    book = claims.load()
    book["xmednn.data.rows"] = replace(book["xmednn.data.rows"], published="16,318")
    assert checks.failed_check(book["xmednn.data.rows"], book) == ""


def test_a_printed_saving_follows_from_the_printed_times():
    book = claims.load()
    for what, share in (("training", "91.6"), ("testing", "39")):
        claim = book[f"botiot.abstract.{what}_saving"]
        assert "is printed. " in checks.failed_check(claim, book)
        assert checks.failed_check(replace(claim, published=share), book) == ""
    training, testing = (
        checks.failed_check(book[f"botiot.abstract.{what}_saving"], book)
        for what in ("training", "testing")
    )
    assert training.startswith("1 - 196.461 / 2339.638 gives 91.6 %, but 84 % is printed.")
    assert training.endswith("None of the 21 pairs of the column gives it.")
    assert "these give it: 0.091 and 0.210 (500 samples, 20 hidden neurons;" in testing


def test_rounding_and_truncation_are_both_allowed():
    book = claims.load()
    for text in ("97.57", "97.58"):
        claim = replace(book["xmednn.text.cv.accuracy"], published=text)
        assert checks.failed_check(claim, book) == ""


# Negative controls.


def control_records(labels):
    """Return the records of the class counts, recomputed from a label column."""
    labels = np.asarray(labels)
    counts = {
        "xmednn.data.rows": len(labels),
        "xmednn.data.normal": int((labels == 0).sum()),
        "xmednn.data.attack": int((labels == 1).sum()),
        "xmednn.data.attack_share": float((labels == 1).mean()),
    }
    return RecordSet(record(id, value, True) for id, value in counts.items())


def real_or_printed_labels():
    """Return the label column of the real file, or one with the printed counts without it."""
    pattern = "**/wustl-ehms-2020_with_attacks_categories.csv"
    folder = os.environ.get("IDS_DATA")
    path = next(Path(folder).glob(pattern), None) if folder else None
    if path is None:
        return np.repeat([0, 1], [14272, 2046])
    with open(path, newline="", encoding="utf-8") as stream:
        return np.array([int(row["Label"]) for row in csv.DictReader(stream)])


def verdict_of(id, records, book=None):
    result = claims.judge(book or claims.load(), records, RecordSet())
    return {each.id: each.verdict for each in result}[id]


def test_altering_a_label_flips_the_verdict():
    labels = real_or_printed_labels()
    for id in ("xmednn.data.normal", "xmednn.data.attack", "xmednn.data.rows.algorithm"):
        assert verdict_of(id, control_records(labels)) == "exact"
    labels[0] = 1 - labels[0]
    assert verdict_of("xmednn.data.attack", control_records(labels)) == "differs, same conclusion"
    inverted = control_records(1 - labels)
    assert verdict_of("xmednn.data.attack", inverted) == "differs, conclusion changes"


def test_altering_a_published_value_flips_the_verdict():
    book = claims.load()
    book["xmednn.data.attack"] = replace(book["xmednn.data.attack"], published="2,047")
    records = control_records(real_or_printed_labels())
    assert verdict_of("xmednn.data.attack", records, book) == "differs, same conclusion"


def test_altering_a_reference_record_flips_verdict_and_conclusion():
    def with_balanced_accuracy(value):
        id = "xmednn.ladder.blocks.dnn.balanced_accuracy"
        records = RecordSet([record(id, around(value, 0.001))])
        return verdict_of("xmednn.conclusion.generalizes", records)

    assert with_balanced_accuracy(0.98) == "exact"
    assert with_balanced_accuracy(0.9701) == "cannot tell"
    assert with_balanced_accuracy(0.6) == "differs, conclusion changes"


def test_altering_a_printed_fold_moves_the_bar_of_generalization():
    book = claims.load()
    id = "xmednn.table2.fold01.accuracy"
    # With fewer digits than the other folds, a hundred million confusion matrices would fit.
    book[id] = replace(book[id], published="0.50000")
    records = RecordSet([record("xmednn.ladder.blocks.dnn.balanced_accuracy", around(0.9, 0.001))])
    assert verdict_of("xmednn.conclusion.generalizes", records) == "differs, conclusion changes"
    assert verdict_of("xmednn.conclusion.generalizes", records, book) == "exact"


# Rendering.


@pytest.fixture
def demo(tmp_path):
    records = [record("demo.a", around(0.7)), record("demo.b", around(0.8))]
    run = [record("demo.a", around(0.72), provenance=TWIN)]
    rows = [
        CONCLUSION,
        VALUE | {"subject": "A <b>|"},
        VALUE | {"id": "demo.other", "metric": "recall"},
    ]
    return list(judged(tmp_path, rows, records, run).values())


def test_values_are_shown_at_the_printed_precision_with_their_interval(demo):
    text = claims.as_text(demo, width=None)
    assert "0.700 [0.684, 0.716]" in text
    assert "holds in 0 of 10 seeds" in text
    assert "✗ differs, conclusion changes" in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_terminal_table_keeps_to_the_width(demo, width):
    lines = claims.as_text(demo, width=width).splitlines()
    assert max(map(len, lines)) <= width


def test_the_html_table_is_accessible(demo):
    page = BeautifulSoup(claims.as_html(demo), "html.parser")
    block = page.select_one("div.claims-scroll[tabindex='0'][role=region][aria-label]")
    assert [cell["scope"] for cell in block.select("thead th")] == ["col"] * 5
    rows = block.select("tbody tr")
    assert [row["data-claim"] for row in rows] == ["demo.better", "demo.value", "demo.other"]
    assert all(row.th["scope"] == "row" for row in rows)
    cell = rows[1].select_one("td.verdict.verdict-differs-conclusion-changes")
    assert cell.select_one(".verdict-word").text == "differs, conclusion changes"
    assert cell.select_one(".verdict-sign")["aria-hidden"] == "true"
    assert "A <b>|, accuracy" in rows[1].th.text


def test_markdown_keeps_its_columns(demo):
    matrix = claims.ClaimMatrix(demo[1:2], "subject", "metric")
    for text in (claims.ClaimTable(demo)._repr_markdown_(), matrix._repr_markdown_()):
        assert "A &lt;b&gt;\\|" in text
        assert len({line.replace("\\|", "").count("|") for line in text.splitlines()}) == 1


def test_markdown_holds_no_markup_of_a_ledger():
    text = rendering._markdown(["a"], [["<b>&[x](javascript:1)`|\\\n|"]])
    assert text.splitlines()[2:] == [r"| &lt;b&gt;&amp;[x]\(javascript:1)\`\|\\ \| |"]


def table_of(*judgements):
    return BeautifulSoup(claims.as_html(judgements), "html.parser")


def test_a_quote_stands_above_what_its_rule_judges(demo):
    quote = table_of(demo[0]).select_one("td[data-label=paper]")
    assert quote.contents[0] == "“A is better than B”"
    assert quote.small.text == f"judged: {demo[0].judged}"
    assert not table_of(demo[1]).select_one("td[data-label=paper] small")


@pytest.mark.parametrize(("basis", "words"), list(rendering.BASES.items()))
def test_a_verdict_says_on_what_it_rests(demo, basis, words):
    judged_so = replace(demo[1], basis=basis)
    assert table_of(judged_so).select_one("td.verdict .verdict-basis").text == f"on {words}"
    assert f"(on {words})" in claims.as_text([judged_so], width=None)
    matrix = claims.ClaimMatrix([judged_so], "subject", "metric")._repr_html_()
    first = BeautifulSoup(matrix, "html.parser").select_one(".verdict-reason")
    assert first.text == f"Judged on {words}."


def test_what_is_not_judged_has_no_basis_and_an_empty_cell_for_the_book(demo):
    page = table_of(replace(demo[1], verdict="not comparable", basis=None, book=None))
    assert not page.select(".verdict-basis")
    assert page.select_one("td[data-label=book]").text == ""


def test_a_repeated_claim_says_whose_verdict_it_takes(demo):
    repeated = replace(demo[1], repeats="xmednn.table1.dnn.accuracy")
    words = table_of(repeated).select_one(".verdict-basis").text
    assert words == "as Table 1, row DNN, column Accuracy"


def test_this_run_has_a_column_where_it_is_another_one(demo):
    heads = [cell.text for cell in table_of(*demo).select("thead th")]
    assert heads[3] == "this run (twin data, full profile)"
    same = [replace(each, this_run=None) for each in demo]
    assert [cell.text for cell in table_of(*same).select("thead th")][2:] == ["book", "verdict"]


def test_two_claims_in_one_cell_are_refused(demo):
    with pytest.raises(ReaderError, match=r"demo\.value and demo\.other"):
        claims.ClaimMatrix(demo[1:], "kind", "kind")


def test_a_matrix_is_laid_out_as_printed():
    table = claims.matrix("xmednn.table1.*")
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    heads = [cell.text for cell in page.select("tbody th")]
    assert heads == ["DNN", "LR", "DT", "GNB", "XGB"]
    assert [cell.text for cell in page.select("thead th")] == [
        "",
        "accuracy",
        "precision",
        "recall",
        "F1",
    ]
    cell = page.select_one("td[data-claim='xmednn.table1.dt.recall']")
    assert cell.select_one(".claims-value").text == "paper 0.96125"
    assert "0.96125" in repr(table)
    assert "0.96125" in table._repr_markdown_()


def test_a_value_that_is_the_published_run_itself_is_shown_once():
    shown = claims.judge_all()[0]
    assert list(rendering._values(replace(shown, book=1.0, this_run=1.0))) == ["paper", "book"]
    both = rendering._values(replace(shown, book=1.0, this_run=2.0))
    assert list(both) == ["paper", "book", "this run"]


def test_a_verdict_carries_its_reason_for_readers_without_a_pointer(demo):
    page = BeautifulSoup(claims.as_html(demo), "html.parser")
    for cell in page.select("td.verdict"):
        assert cell.summary.text.strip()
        assert cell.select_one(".verdict-reason").text


def test_a_verdict_also_says_how_its_claim_was_read(demo):
    noted = [replace(demo[0], note="Better is read as <any amount>.")]
    page = BeautifulSoup(claims.as_html(noted), "html.parser")
    reasons = [each.text for each in page.select("td.verdict .verdict-reason")]
    assert reasons == [demo[0].reason, "Better is read as <any amount>."]


def test_a_notebook_table_reads_the_records_when_it_is_called(tmp_path, monkeypatch):
    monkeypatch.setenv("IDS_REFERENCE", str(tmp_path / "reference"))
    monkeypatch.setenv("IDS_RECORDS", str(tmp_path / "run"))
    shown = claims.table("xmednn.figure3.*")
    assert [each.book for each in shown.judgements] == [None, None]
    path = tmp_path / "reference" / "03-x" / "01_x.json"
    path.parent.mkdir(parents=True)
    values = {"values": [0.04] * 10, "protocol": "as printed", "deterministic": False}
    content = {
        "format": 1,
        "provenance": vars(PROVENANCE),
        "records": {"xmednn.figure3.fpr": values},
    }
    path.write_text(json.dumps(content))
    shown = claims.table("xmednn.figure3.*")
    assert [each.book for each in shown.judgements] == [pytest.approx(4.0), None]
    assert "4.00\xa0%" in shown._repr_html_()


def test_unknown_patterns_and_filters_are_refused():
    with pytest.raises(ReaderError, match=r"no claim fits absent\.\*"):
        claims.table("absent.*")
    with pytest.raises(ReaderError, match="no paper 'absent'"):
        claims.command(paper="absent")
    with pytest.raises(ReaderError, match="no verdict 'perhaps'"):
        claims.command(verdict="perhaps")


def test_the_command_prints_json_with_the_promised_keys(capsys):
    assert claims.command(json=True, paper="xmednn", verdict="paper inconsistent") == 0
    objects = json.loads(capsys.readouterr().out)
    promised = "id paper locator subject metric published book this_run low high verdict reason"
    assert all(set(promised.split()) <= set(each) for each in objects)
    assert {each["verdict"] for each in objects} == {"paper inconsistent"}


def test_listing_claims_does_not_load_what_it_does_not_need():
    code = (
        "import sys; from lib import claims; claims.command(); "
        "heavy = {'torch', 'pandas', 'sklearn', 'matplotlib'} & set(sys.modules); "
        "sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True)
    assert done.returncode == 0
    assert b"xmednn.table1.dnn.accuracy" in done.stdout


def test_every_verdict_has_a_sign():
    from lib.claims.tables import SIGNS

    assert set(verdicts.VERDICTS) <= set(SIGNS)
    judging = [SIGNS[verdict] for verdict in verdicts.VERDICTS]
    assert len(set(judging)) == len(judging)


def executed_page(*shown):
    outputs = [
        new_output("display_data", data, metadata=metadata)
        for data, metadata in (each._repr_mimebundle_() for each in shown)
    ]
    plain = new_output("execute_result", {"text/plain": "42"}, execution_count=1)
    return new_notebook(cells=[new_code_cell("table", outputs=[*outputs, plain])])


def test_a_page_is_rendered_again_from_the_records_as_they_are_now(tmp_path, monkeypatch):
    monkeypatch.setenv("IDS_REFERENCE", str(tmp_path))
    monkeypatch.setenv("IDS_RECORDS", str(tmp_path))
    page = executed_page(
        claims.table("xmednn.data.normal"),
        claims.matrix("xmednn.data.normal", rows="subject", columns="metric"),
    )
    before = json.dumps(page)
    assert "not comparable" in before
    content = {"values": [14272.0], "protocol": "counted", "deterministic": True}
    store(tmp_path, {"xmednn.data.normal": content, "xmednn.data.attack_share": content})
    fresh = claims.render_again(page)
    for output in fresh.cells[0].outputs[:2]:
        assert "exact" in output.data["text/html"]
        assert "14,272" in output.data["text/markdown"]
    assert fresh.cells[0].outputs[2].data == {"text/plain": "42"}
    assert json.dumps(page) == before


def store(folder, entries):
    content = {"format": 1, "provenance": vars(PROVENANCE), "records": entries}
    (folder / "03-x").mkdir()
    (folder / "03-x" / "01_x.json").write_text(json.dumps(content))


def test_published_values_are_fractions_and_unambiguous():
    named = claims.published_values("xmednn.table1.dnn.*", by="metric")
    assert named["accuracy"] == 0.96878
    assert claims.published_values("xmednn.abstract.accuracy") == {
        "xmednn.abstract.accuracy": pytest.approx(0.97578)
    }
    for pattern, by in (("xmednn.nothing.*", "id"), ("xmednn.table1.*", "metric")):
        with pytest.raises(ReaderError, match="printed numbers fit"):
            claims.published_values(pattern, by=by)


@pytest.mark.parametrize(
    ("lower", "verdict"),
    [(0.9, "within spread"), (0.7, "differs, same conclusion"), (0.3, "cannot tell")],
)
def test_on_rebuilt_rows_a_number_must_hold_over_the_whole_bracket(tmp_path, lower, verdict):
    rows = replace(PROVENANCE, basis="rebuilt")
    measured = {"demo.a": around(0.9), "demo.b": around(0.5), "demo.a.lower": around(lower)}
    records = [record(id, values, provenance=rows) for id, values in measured.items()]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)
    assert found["demo.value"].verdict == verdict
    assert ("At the lower end" in found["demo.value"].reason) == (lower != 0.9)
    # The ends of a bracket weaken a verdict; what they contradict is left open, not refuted.
    assert found["demo.better"].verdict == ("cannot tell" if lower == 0.3 else "exact")


def test_what_differs_at_each_end_of_the_bracket_differs(tmp_path):
    rows = replace(PROVENANCE, basis="rebuilt")
    measured = {"demo.a": around(0.7), "demo.b": around(0.5), "demo.a.lower": around(0.3)}
    records = [record(id, values, provenance=rows) for id, values in measured.items()]
    found = judged(tmp_path, [CONCLUSION, VALUE], records)["demo.value"]
    assert found.verdict == "differs, same conclusion"
    assert "At the lower end" in found.reason
