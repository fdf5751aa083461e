"""The drawing of which rows train and which test."""

import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from lib.book.pages.strips import drawing, parsed
from lib.common.paths import CHAPTERS

DRAWN = re.compile(r"^# ```\{strips\}\n(?:# :.*\n)*((?:# .+\|.+\n)+)", re.M)


def test_a_strip_has_a_box_for_each_row_and_says_it_in_words():
    svg = BeautifulSoup(drawing(["0  as printed | .+ a+ a- / bx", "1 | a+"]), "html.parser").svg
    boxes = [(box["class"][0], float(box["x"])) for box in svg.select("rect")]
    assert [kind for kind, _ in boxes] == ["train", "train", "test", "out", "train"]
    # Boxes stand in the order of time, with a gap between stretches.
    places = [place for _, place in boxes[:4]]
    steps = [round(after - before) for before, after in pairwise(places)]
    assert steps == [15, 15, 23]
    assert [word.text for word in svg.select("text.train, text.test")] == ["a", "a", "a"]
    words = "0  as printed: normal train, a train, a test, then b out. 1: a train."
    assert svg["aria-label"] == words


@pytest.mark.parametrize("line", ["no bar a+", "name |", "name | a", "name | a+ B-", "name | ab+"])
def test_what_is_no_strip_is_refused(line):
    with pytest.raises(ValueError, match="is no name, bar and rows"):
        parsed(line)


@pytest.mark.parametrize(
    "chapter", ["01-spiking-botiot", "02-classifiers-toniot", "03-xmednn-ehms"]
)
def test_the_first_rung_mixes_rows_and_the_last_keeps_what_belongs_together_apart(chapter):
    text = (CHAPTERS / chapter / "03_audit.py").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in DRAWN.search(text)[1].splitlines()]
    sides = [
        {letter: {side for row, side in parsed(line)[1] if row == letter} for letter in "ab"}
        for line in lines
    ]
    assert any(len(found) == 2 for found in sides[0].values())
    assert all(len(found) == 1 for found in sides[-1].values())
    assert sides[-1]["a"] != sides[-1]["b"]
