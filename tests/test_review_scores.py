"""The examination of printed scores: what it finds, leaves open, and that the page agrees."""

import csv
import json
import math
import random
import re
import shutil
from fractions import Fraction
from io import StringIO
from itertools import product

import pytest
from waiting import PATIENCE

from lib import claims
from lib.book.pages.examination import FIELD, FIELDS, FORM, csv_of
from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.methods.arithmetic import scores_of, shared_tests
from lib.methods.intervals import Interval
from lib.review.scores.examination import VALUES, examine
from lib.review.scores.matrices import matrices_of, share_range
from lib.review.scores.report import as_text
from lib.review.scores.table import READINGS, Row, of_claims, parsed, read_table, score_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server"]
SCRIPT = ROOT / "chapters/_static/examine.js"
SCORES = ("accuracy", "precision", "recall", "f1")


def printed(values: dict[str, float], decimals: int = 4, cut: bool = False) -> Row:
    """Return a row that prints these fractions."""
    unit = 10**decimals
    if cut:
        values = {name: math.floor(value * unit + 1e-9) / unit for name, value in values.items()}
    texts = {name: f"{value:.{decimals}f}" for name, value in values.items()}
    head, line = ",".join(["model", *texts]), ",".join(["one", *texts.values()])
    return parsed(f"{head}\n{line}")[0]


def of_matrix(t: int, m: int, f: int, n: int, scores=SCORES, **how) -> Row:
    return printed({name: VALUES[name](t, m, f, n) for name in scores}, **how)


def by_going_through(row: Row, rows: int, reading: str) -> set[tuple[int, ...]]:
    """Return every matrix that fits, found the long way."""
    found = set()
    for p in range(1, rows):
        for t, f in product(range(p + 1), range(rows - p + 1)):
            matrix = t, p - t, f, rows - p - f
            if all(_prints(matrix, score, cell, reading) for score, cell in row.cells.items()):
                found.add(matrix)
    return found


def _prints(matrix, score, cell, reading) -> bool:
    t, m, f, n = matrix
    top, bottom = {
        "accuracy": (t + n, t + m + f + n),
        "precision": (t, t + f),
        "recall": (t, t + m),
        "f1": (2 * t, 2 * t + m + f),
        "specificity": (n, f + n),
        "fpr": (f, f + n),
        "fnr": (m, t + m),
    }[score]
    share = Fraction(top, bottom) if bottom else Fraction(0)
    low, high, unit, strict = cell.ends(reading)
    return share >= Fraction(low, unit) and (
        share * unit < high if strict else share * unit <= high
    )


# One table in the layouts in which people have it, and what is not to be guessed at.
PLAIN = "model,accuracy,precision,recall\nA tree,0.95,0.9,0.8\nB,0.9,0.75,-\n"
LAYOUTS = {
    "Markdown": "| model | Accuracy | Prec. | Recall |\n|:--|--:|:-:|---|\n"
    "| A tree | **0.95** | 0.9 | 0.8 |\n| B | 0.9 | 0.75 | - |\n",
    "Markdown without outer bars": "model | Accuracy | Prec. | Recall\n---|---|---|---\n"
    "A tree | 0.95 | 0.9 | `0.8`\nB | 0.9 | 0.75 | nan\n",
    "drawn": "+---+---+\n| model | acc | ppv | tpr |\n+===+===+\n| A tree | 0.95 | 0.9 | 0.8 |\n"
    "+---+---+\n| B | 0.9 | 0.75 |  |\n+---+---+\n",
    "LaTeX": r"""\begin{tabular}{lrrr}
        \toprule
        \textbf{Model} & \textbf{Accuracy} & $Precision$ & Recall \\
        \midrule
        A~tree & \textbf{0.95} & \underline{\textit{0.9}} & $0.8$ \\ \hline
        \multirow{2}{*}{B} & 0.9 & 0.75 & -- \\
        \end{tabular}""",
    "a line for each score": "score,A tree,B\naccuracy,0.95,0.9\n"
    "precision,0.9,0.75\nrecall,0.8,-\n",
    "remarks between": "model,accuracy,precision,recall\nof 2020\n"
    "A tree,0.95,0.9,0.8\nof 2021\nB,0.9,0.75,-,,\n",
}
SHIFTED = "kind|model|acc|rec\nx|A|0.9|0.8\nB|0.9|0.8|\n"
REFUSED = {
    "model,accuracy,recall\nA,98,5,97,25\n": "row 1 has 5 fields and the line of names 3",
    "model|kind|acc|rec\nA|x|0.9|0.8\ny|0.9|0.8\n": "row 2 has 3 fields and the line of names 4",
    SHIFTED: "row 2: 0.9 stands under 'model'",
    "model,accuracy,FPR\nA,99.1,0.04\n": "Write a sign: 0.04%, or 4% if it is a fraction",
    "model,accuracy\nA,0.95 ± 0.01\n": "Means over several tests need not fit one test",
    "model,accuracy\nA,about 0.9\n": "Write its digits alone",
    "class,precision,recall,f1-score,support\n0,1.0,0.9,0.95,20\n": "has a line for each class",
    "  precision  recall  f1-score  support\n0  1.0  0.9  0.95  20\n": "has a line for each class",
    "Model Accuracy F1\nA 0.9 0.8\n": "Put a comma, semicolon, tab or bar between",
    "kind,unit\naccuracy,x\naccuracy,y\n": "no column of scores",
}


class TestTable:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_every_layout_gives_the_same_rows(self, layout):
        assert parsed(LAYOUTS[layout]) == parsed(PLAIN)
        assert parsed(PLAIN)[0].name == "A tree"

    @pytest.mark.parametrize("text", REFUSED)
    def test_what_would_have_to_be_guessed_is_refused(self, text):
        with pytest.raises(ReaderError, match=re.escape(REFUSED[text])):
            parsed(text)

    def test_a_heading_in_percent_holds_for_a_table_on_its_side(self):
        (row,) = parsed("score,A (%)\nFP rate,0.5\nrecall,97.5\n")
        assert {(cell.text, cell.scale) for cell in row.cells.values()} == {
            ("0.5", 100),
            ("97.5", 100),
        }
        (row,) = parsed("model,accuracy,FPR\nA,99.1,0.04%\n")
        assert row.cells["fpr"].scale == 100

    def test_rows_are_named_by_the_column_that_tells_them_apart(self):
        for left in ("data,model\nx,A\nx,B", "number,model\n1,A\n2,B"):
            head, *rows = left.splitlines()
            text = "\n".join([f"{head},acc,seconds", *(f"{row},0.9,7" for row in rows)])
            assert [row.name for row in parsed(text)] == ["A", "B"]

    @pytest.mark.parametrize(
        ("heading", "score"),
        [("TP Rate", "recall"), ("$F_1$-Score", "f1"), ("Sens.", "recall"), ("FP rate (%)", "fpr")],
    )
    def test_common_headings_are_known(self, heading, score):
        assert score_of(heading) == score

    def test_a_sheet_saved_as_unicode_is_read_and_a_workbook_refused(self, tmp_path):
        path = tmp_path / "table.txt"
        path.write_bytes(PLAIN.replace(",", "\t").encode("utf-16"))
        assert read_table(path) == parsed(PLAIN)
        path.write_bytes(b"PK\x03\x04\x00\x00")
        with pytest.raises(ReaderError, match="no text"):
            read_table(path)
        path.write_text("model,accuracy\n" + "x" * 200_000 + ",0.9\n")
        with pytest.raises(ReaderError, match="is no table"):
            read_table(path)

    def test_headings_units_and_marks_are_read(self):
        rows = parsed("Model;Acc. (%);F1-Score;Detection Rate\nA;98,5;0,91;97,25\nB;-;0,9;1,0\n")
        assert [row.name for row in rows] == ["A", "B"]
        assert {s: (c.text, c.scale) for s, c in rows[0].cells.items()} == {
            "accuracy": ("98.5", 100),
            "recall": ("97.25", 100),
            "f1": ("0.91", 1),
        }
        assert "accuracy" not in rows[1].cells

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("", "no row"),
            ("model,accuracy\n", "no row"),
            ("model,loss\na,0.1\n", "no column of scores"),
            ("model,accuracy\na,good\n", "no number"),
            ("model,accuracy\na,150\n", "no share"),
            ("model,accuracy\na,-0.5\n", "no share"),
            ("model,accuracy\na,0.123456789\n", "more than 7 digits"),
            ("model,accuracy\na,-\n", "no row with a score"),
            ("model,accuracy\n" + "a,0.5\n" * 300, "at most 200"),
        ],
    )
    def test_what_is_no_table_is_said(self, text, word):
        with pytest.raises(ReaderError, match=word):
            parsed(text)

    def test_a_file_that_is_not_there_or_too_long_is_said(self, tmp_path):
        with pytest.raises(ReaderError, match="cannot be read"):
            read_table(tmp_path / "none.csv")
        with pytest.raises(ReaderError, match="cannot be read"):
            read_table(tmp_path)
        (tmp_path / "long.csv").write_text("a,b\n" * 400_000)
        with pytest.raises(ReaderError, match="python -m lib audit"):
            read_table(tmp_path / "long.csv")

    def test_a_table_of_the_ledger_survives_being_written(self):
        table = of_claims("toniot.fridge.*")
        assert [row.cells for row in parsed(csv_of(table))] == [row.cells for row in table]


class TestMatrices:
    @pytest.mark.parametrize("reading", READINGS)
    def test_every_matrix_is_found_and_no_other(self, reading):
        draw = random.Random(1)
        names = tuple(VALUES)
        for _ in range(25):
            rows = draw.randint(12, 30)
            t, m, f = (draw.randint(0, rows // 4) for _ in range(3))
            t += 1
            chosen = draw.sample(names, draw.randint(1, 4))
            row = of_matrix(t, m, f, rows - t - m - f, chosen, decimals=draw.randint(1, 3))
            fit, all_of_them = matrices_of(row, rows, reading), by_going_through(row, rows, reading)
            assert fit.matrices == len(all_of_them)
            assert set(fit.positives) == {each[0] + each[1] for each in all_of_them}
            assert fit.first in all_of_them or not all_of_them

    def test_the_class_share_is_a_bound_that_holds(self):
        draw = random.Random(2)
        for _ in range(50):
            t, m, f, n = (draw.randint(1, 400) for _ in range(4))
            low, high = share_range(of_matrix(t, m, f, n), "rounded")
            assert low <= Fraction(t + m, t + m + f + n) <= high
            assert high - low < Fraction(1, 5)

    @pytest.mark.parametrize(
        ("pattern", "rows"), [("toniot.thermostat.*", 132_669), ("toniot.garage_door.*", 177_434)]
    )
    def test_it_agrees_with_the_ledgers_own_search(self, pattern, rows):
        table = of_claims(pattern)
        intervals = [
            {
                score: Interval(*cell.bounds("cut")).widened(-1e-12)
                for score, cell in row.cells.items()
            }
            for row in table
        ]
        theirs = [test.positives for test in shared_tests(intervals, total=rows)]
        ours = set.intersection(*({*matrices_of(row, rows, "cut").positives} for row in table))
        assert sorted(set(theirs)) == sorted(ours) != []


class TestExamination:
    def test_a_true_table_fits_and_names_its_share(self):
        table = [of_matrix(180, 20, 31, 769), of_matrix(150, 50, 8, 792)]
        found = examine(table, 1000)
        test = found["tests"][0]
        assert test["fits"] == "rounded"
        assert test["readings"]["rounded"]["positives"][0] >= 1
        assert found["share"]["together"][0] <= 0.2 <= found["share"]["together"][1]
        assert found["odd_cells"] == []

    def test_digits_that_were_cut_off_are_told(self):
        found = examine([of_matrix(1801, 203, 317, 7679, decimals=5, cut=True)], 10_000, 2004)
        assert found["tests"][0]["fits"] == "cut"

    @pytest.mark.parametrize("score", SCORES)
    def test_a_changed_cell_is_named(self, score):
        table = [of_matrix(1800, 213, 317, 7670), of_matrix(1500, 513, 83, 7904)]
        cell = table[0].cells[score]
        texts = {name: one.text for name, one in table[0].cells.items()}
        texts[score] = f"{float(cell.text) - 0.0123:.4f}"
        wrong = [printed({name: float(text) for name, text in texts.items()}), table[1]]
        found = examine([Row("wrong", wrong[0].cells), table[1]], 10_000, 2013)
        odd = {
            (each["row"], each["score"]) for each in found["odd_cells"] if each["rows"] == 10_000
        }
        assert ("wrong", score) in odd
        assert all(row == "wrong" for row, _ in odd)

    def test_rows_of_other_tests_do_not_fit_together(self):
        found = examine([of_matrix(180, 20, 31, 769), of_matrix(350, 50, 8, 592)], 1000)
        assert found["share"]["together"] is None
        assert not any(test["fits"] for test in found["tests"])
        assert "do not meet" in as_text(found)

    def test_rows_of_their_own_tests_do(self):
        table = [of_matrix(180, 20, 31, 769), of_matrix(350, 50, 8, 592)]
        found = examine(table, 2000, 600, test_share=0.5, separate=True)
        (test,) = found["tests"]
        assert test["fits"] == "rounded"
        low, high = test["readings"]["rounded"]["in_all"]
        assert low <= 600 <= high

    @pytest.mark.parametrize("average", ["macro", "weighted"])
    @pytest.mark.parametrize("positives", [200, None])
    def test_averages_fit_as_what_they_are(self, average, positives):
        scores = scores_of([[180, 20, 31, 769]], average)
        row = printed({name: float(value[0]) for name, value in scores.items()}, decimals=5)
        found = examine([row], 1000, positives, average)
        reading = found["tests"][0]["readings"]["rounded"]
        assert found["tests"][0]["fits"] == "rounded"
        assert reading["rows"][0]["matrices"] >= 1
        assert found["recall_is_accuracy"] == (average == "weighted")

    def test_shares_that_were_not_gone_through_are_not_denied(self):
        table = parsed("m,accuracy,precision,recall,f1\na,0.76,0.82,0.76,0.73\n")
        found = examine(table, 22_544, average="weighted")
        assert found["gone_through"] == {"weighted": False}
        assert "None of the whole" not in as_text(found)
        assert "Not all gone through as weighted averages" in as_text(found)
        alone = examine(parsed("m,accuracy,precision,recall,f1\na,0.9026,0.99,0.7261,0.1\n"), 1160)
        assert "None of the whole percentages, nor a third or two, as scores" in as_text(alone)

    def test_a_line_of_means_is_no_fold(self):
        table = [of_matrix(18, 2, 3, 77), of_matrix(17, 3, 2, 78), of_matrix(35, 5, 5, 155)]
        assert examine(table[:2], 200, test_share=0.5, separate=True)["tests"][0]["fits"]
        with pytest.raises(ReaderError, match="3 rows are more than 2 folds"):
            examine(table, 200, test_share=0.5, separate=True)

    def test_few_digits_say_nothing_and_that_is_said(self):
        found = examine(parsed("m,accuracy,recall\na,0.9,0.9\n"), 50_000)
        assert not found["tests"][0]["told"] or found["tests"][0]["fits"]
        assert found["odd_cells"] == []

    @pytest.mark.parametrize(
        ("rows", "positives", "share"),
        [(1, None, None), (10, 10, None), (10, None, 0), (10, None, 2)],
    )
    def test_what_makes_no_sense_is_refused(self, rows, positives, share):
        with pytest.raises(ReaderError):
            examine([of_matrix(1, 1, 1, 1)], rows, positives, test_share=share)

    def test_the_share_of_the_second_paper_and_its_odd_cell(self):
        found = examine(of_claims("toniot.motion_light.*"), 452_262, test_share=0.3)
        odd = {(each["row"], each["score"], *each["instead"]) for each in found["odd_cells"][:2]}
        assert odd == {("toniot.motion_light.rf", "recall", "99.2870")}
        strict = [each["share"] for each in found["sizes"] if each["reading"] != "either"]
        assert strict[0] == "3/10"


def test_a_second_witness_agrees():
    witness = pytest.importorskip(
        "mlscorecheck.check.binary", reason="the second witness is not installed: mlscorecheck"
    )
    draw = random.Random(3)
    for number in range(60):
        t, m, f, n = (draw.randint(1, 60) for _ in range(4))
        values = {name: VALUES[name](t, m, f, n) for name in SCORES}
        if number % 2:
            values["recall"] = min(1.0, values["recall"] + draw.choice((-0.02, 0.02)))
        row = printed(values)
        given = {
            {"accuracy": "acc", "precision": "ppv", "recall": "sens", "f1": "f1"}[name]: float(
                c.text
            )
            for name, c in row.cells.items()
        }
        theirs = witness.check_1_testset_no_kfold(
            testset={"p": t + m, "n": f + n}, scores=given, eps=0.5e-4
        )
        ours = matrices_of(row, t + m + f + n, "rounded", t + m)
        assert bool(ours) != theirs["inconsistency"], (t, m, f, n, given)


# The tables of the ledger that have something to examine, with rows to hold them against.
TABLES = [
    ("toniot.fridge.*", 587_076, None, None, [3, 10], False),
    ("toniot.motion_light.*", 452_262, None, None, [3, 10], False),
    ("toniot.thermostat.*", 442_228, None, None, [3, 10], False),
    ("toniot.garage_door.*", 591_446, None, None, [1, 5], False),
    ("toniot.text.fridge.*", 587_076, None, "positive", [1, 5], False),
    ("toniot.text.motion_light.*", 452_262, None, "positive", None, False),
    ("toniot.text.thermostat.*", 442_228, None, "positive", None, False),
    ("toniot.text.garage_door.*", 591_446, None, "positive", None, False),
    ("toniot.figure2.*", 5_000, 1_000, None, None, False),
    ("xmednn.table1.*", 28_540, 14_270, None, [1, 4], False),
    ("xmednn.table1.*", 1_500, None, "macro", None, False),
    ("xmednn.table1.*", 1_500, None, "weighted", None, False),
    ("xmednn.table2.fold*", 28_540, 14_270, None, [1, 10], True),
    ("xmednn.table2.mean*", 2_854, 1_427, None, None, False),
    ("xmednn.text.*", 5_709, 2_855, "positive", None, False),
    ("xmednn.table3.own*", 400, 100, None, None, False),
    ("botiot.table_v.*", 2_000, None, None, None, False),
    ("botiot.table_vi.*", 2_000, None, None, None, False),
]
OTHERS = [
    (
        "m,acc,prec,rec,f1\na,0.97,0.95,0.96,0.95\nb,0.91,0.90,0.80,0.85",
        700,
        None,
        None,
        None,
        False,
    ),
    ("m;Accuracy (%);FPR;recall\nx;98,5;1,2;97,1", 1_000, 300, None, None, False),
    (LAYOUTS["LaTeX"], 1_000, None, None, None, False),
    (
        "m,accuracy,precision,recall,f1\na,0.76,0.82,0.76,0.73",
        22_544,
        None,
        "weighted",
        None,
        False,
    ),
    ('"a, b"|acc|rec|prec|f1\n"x"|0.9123|0.9123|0.9201|0.9130', 1_000, 400, None, None, False),
]


def test_the_tables_are_all_that_the_ledger_has():
    ids = {
        claim.id
        for claim in claims.load().values()
        if claim.kind == "value" and claim.metric in ("accuracy", "precision", "recall")
        if not re.search(r"\.(std|abstract|section8)\.", claim.id)
    }
    assert ids == {
        claim.id
        for pattern, *_ in TABLES
        for claim in claims.published_claims(pattern).values()
        if claim.id in ids
    }


@pytest.fixture(scope="module")
def tab():
    if CHROMIUM is None:
        pytest.skip("needs Chromium on the PATH (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()


EXAMINE = """([text, rows, positives, average, share, separate]) => {
  const found = examination.examine(examination.parsed(text), rows,
                                    {positives, average, share, separate});
  return [found, examination.asText(found)];
}"""


class TestPage:
    @pytest.mark.parametrize("number", range(len(TABLES) + len(OTHERS)))
    def test_the_browser_says_the_same(self, tab, number):
        tab.set_content("<p>")
        tab.add_script_tag(path=SCRIPT)
        text, *given = [*((csv_of(of_claims(each[0])), *each[1:]) for each in TABLES), *OTHERS][
            number
        ]
        theirs, their_text = tab.evaluate(EXAMINE, [text, *given])
        rows, positives, average, share, separate = given
        table = parsed(text)
        exact = Fraction(*share) if share else None
        ours = json.loads(json.dumps(examine(table, rows, positives, average, exact, separate)))
        assert their_text == as_text(ours)
        shares = [each.pop("share") for each in (ours, theirs)]
        flat = [[end for ends in one["rows"] for end in ends or ()] for one in shares]
        assert flat[0] == pytest.approx(flat[1], abs=1e-12)
        for one, other in zip(ours["sizes"], theirs["sizes"], strict=True):
            assert one.pop("off") == pytest.approx(other.pop("off"))
        assert ours == theirs

    def test_the_browser_reads_the_same_layouts(self, tab):
        tab.set_content("<p>")
        tab.add_script_tag(path=SCRIPT)
        for text in LAYOUTS.values():
            assert tab.evaluate("t => examination.parsed(t)", text) == [
                {"name": row.name, "cells": {s: vars(cell) for s, cell in row.cells.items()}}
                for row in parsed(text)
            ]

    @pytest.mark.parametrize(
        "text",
        ["model,loss\na,0.1", "model,accuracy\na,good", "model,accuracy\na,150", "a", *REFUSED],
    )
    def test_the_browser_refuses_the_same(self, tab, text):
        tab.set_content("<p>")
        tab.add_script_tag(path=SCRIPT)
        said = tab.evaluate(
            "t => { try { examination.parsed(t) } catch (e) { return e.message } }", text
        )
        with pytest.raises(ReaderError) as refused:
            parsed(text)
        assert said == str(refused.value)

    def test_the_form_works_by_keyboard_alone(self, tab, tmp_path):
        example = {"title": "one", "table": "m,accuracy\na,0.95", "rows": 100}
        fields = "\n".join(FIELD.format(name=n, label=text, mode=m) for n, text, m in FIELDS)
        form = FORM.format(fields=fields, examples=json.dumps([example]), script=SCRIPT.as_uri())
        path = tmp_path / "form.html"
        path.write_text(f"<!doctype html><meta charset=utf-8><title>t</title>{form}")
        tab.goto(path.as_uri())
        tab.focus("#examiner-example")
        for _ in range(7):
            tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "Examine"
        tab.keyboard.press("Enter")
        tab.wait_for_function(
            "document.querySelector('#examiner-answer').textContent.includes('95')"
        )
        table = parsed(example["table"])
        assert tab.text_content("#examiner-answer") == as_text(examine(table, 100))
        tab.fill("#examiner-rows", "many")
        tab.keyboard.press("Enter")
        tab.wait_for_function(
            "document.querySelector('#examiner-answer').textContent.includes('no whole number')"
        )

    def test_without_scripts_there_is_text(self):
        assert "hidden" in FORM.partition(">")[0]
        assert "<noscript>" in FORM


def test_the_examples_are_tables_of_the_ledger():
    page = (ROOT / "chapters/04-across/04_what-to-do.md").read_text(encoding="utf-8")
    patterns = re.findall(r"```\{examination\} (\S+)", page)
    assert len(patterns) >= 4
    for pattern in patterns:
        lines = list(csv.reader(StringIO(csv_of(of_claims(pattern)))))
        assert len(lines) > 2
