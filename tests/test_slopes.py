"""The slopes of the front page: heights from ledger and records, drawn and told alike."""

import numpy as np
import pytest
from bs4 import BeautifulSoup

from lib.book.pages.slopes import (
    APART,
    WIDTH,
    balanced_accuracy,
    height_of,
    names_apart,
    panel_html,
    panels,
)
from lib.claims import load
from lib.common.errors import ReaderError
from lib.common.paths import CHAPTERS
from lib.notebook.records import reference

PANELS = panels()
LINES = [line for panel in PANELS for line in panel.lines]
ENDS = [end for line in LINES for end in line.places.values()]


def test_balanced_accuracy_follows_from_three_scores():
    # 80 attacks of 100 found, 60 of 400 normal rows flagged.
    accuracy, precision, recall = (80 + 340) / 500, 80 / 140, 0.8
    assert balanced_accuracy(accuracy, precision, recall) == pytest.approx((0.8 + 0.85) / 2)


@pytest.mark.parametrize("end", ENDS)
def test_each_end_is_a_score_of_the_ledger_or_of_a_record(end):
    assert 0.2 <= height_of(end) <= 1
    place, _, id = end.rpartition(" ")
    known = load() if place else reference()
    assert any(key == id or key.startswith(f"{id}.") for key in known)


def test_what_is_not_there_is_named():
    with pytest.raises(KeyError, match=r"no\.such"):
        height_of("no.such")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_shows_and_tells_its_numbers(panel):
    drawn = BeautifulSoup(panel_html(panel), "html.parser")
    told = drawn.svg["aria-label"]
    scores = [[height_of(end) for end in line.places.values()] for line in panel.lines]
    more = bool(panel.between)
    assert [len(own) for own in scores] == [3 + more, 2 + more, 2 + more]
    for line, own in zip(panel.lines, scores, strict=True):
        assert f"{line.name}: {', then '.join(f'{each:.2f}' for each in own)}" in told
        assert f"{own[-1]:.2f} {line.name}".removeprefix("0") in drawn.text
    heights = [float(circle["cy"]) for circle in drawn.find_all("circle")]
    # A tenth of a score is eleven units and a quarter; what is drawn is rounded to a tenth of one.
    steps = -112.5 * np.diff(np.concatenate(scores))
    assert np.diff(heights) == pytest.approx(steps, abs=0.11)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_the_last_step_of_a_line_stays_on_the_same_rows(panel):
    known = reference()

    def rows(id):
        own = {
            (known[key].provenance.variant, known[key].provenance.sha256)
            for key in known
            if key == id or key.startswith(f"{id}.")
        }
        assert len(own) == 1, id
        return own

    for line in panel.lines:
        assert rows(line.between or line.before) == rows(line.after), line
        assert (rows(line.before) == rows(line.after)) == (not panel.between), line


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.name} {line.after}")
def test_a_line_stays_with_its_classifier_and_its_score(line):
    """On a rung that has no record of it, nothing is left to the classifier but guessing."""
    *_, classifier, score = (line.between or line.before).split(".")
    *rung, shown, shown_score = line.after.split(".")
    if line.between or "ladder" in line.before:
        own = ".".join([*rung, classifier, score])
        assert shown == (classifier if own in reference() else "majority")
        assert shown_score == score


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_the_lines_of_a_panel_are_three_classifiers_on_the_same_rungs(panel):
    for places in zip(*([*line.places.values()][-2:] for line in panel.lines), strict=True):
        rungs = {id.rpartition(".")[0].rpartition(".")[0] for id in places}
        assert len(rungs) == 1, places
    starts = {line.between or line.before for line in panel.lines}
    assert len(starts) == len(panel.lines)


def test_each_paper_has_a_panel_of_its_own_and_a_further_one_brings_its_file(tmp_path):
    assert len(PANELS) == len(list(CHAPTERS.glob("*/slope.yml"))) >= 3
    for number, folder in enumerate(("02-second", "01-first")):
        (tmp_path / folder).mkdir()
        text = (CHAPTERS / "03-xmednn-ehms" / "slope.yml").read_text(encoding="utf-8")
        text = text.replace("title: XMeDNN", f"title: {number}")
        (tmp_path / folder / "slope.yml").write_text(text, encoding="utf-8")
    assert [panel.title[:1] for panel in panels(tmp_path)] == ["1", "0"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("lines:", "rows:"),
        ("metric: balanced accuracy\n", ""),
        ("title:", "name:"),
        ("title: XMeDNN, WUSTL-EHMS", "title: 3"),
        ("before: our run", "before: [our run"),
        ("  - name: guessing", "    names: guessing"),
        ("after: unseen runs", "after: unseen runs\nbetween: another"),
    ],
)
def test_a_panel_that_cannot_be_drawn_is_named_with_what_it_needs(tmp_path, before, after):
    text = (CHAPTERS / "03-xmednn-ehms" / "slope.yml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "05-demo").mkdir()
    (tmp_path / "05-demo" / "slope.yml").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(ReaderError, match=r"chapters/05-demo/slope\.yml is no panel.*It has title"):
        panels(tmp_path)


@pytest.mark.parametrize("values", [(0.5, 0.52, 0.9), (0.5, 0.5, 0.5), (0.9, 0.2, 0.89)])
def test_no_name_stands_on_another(values):
    assert np.diff(sorted(names_apart(values))).min() >= APART - 1e-9


def test_a_higher_score_has_its_name_higher():
    assert names_apart([0.9, 0.5])[0] < names_apart([0.9, 0.5])[1]


def test_no_text_of_a_panel_leaves_it():
    letter = 7.4  # half of thirteen units, and some, in the widest of the usual faces
    for panel in PANELS:
        for text in BeautifulSoup(panel_html(panel), "html.parser").find_all("text"):
            role = (text.get("class") or ["name"])[0]
            share = {"name": (0, 1), "start": (1, 0), "end": (0.5, 0.5)}[role]
            left, right = (part * letter * len(text.text) for part in share)
            assert float(text["x"]) - left >= 0
            assert float(text["x"]) + right <= WIDTH
