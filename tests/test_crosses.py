"""The drawing of printed numbers beside the seeds of the published run."""

import pytest
from bs4 import BeautifulSoup

from lib import claims
from lib.book.pages.crosses import BOTTOM, TOP, drawing
from lib.notebook.records import reference

ASKED = {
    "ids": "xmednn.table2.fold{column}.accuracy",
    "columns": {"01": 1, "10": 10},
    "name": "fold",
    "label": "Accuracy",
    "low": 0.7,
}


def value_at(y: float) -> float:
    return 0.7 + 0.3 * (BOTTOM - y) / (BOTTOM - TOP)


def test_crosses_bars_and_words_are_the_claims_and_the_records():
    svg = BeautifulSoup(drawing(ASKED), "html.parser").svg
    crosses, bars = svg.select("path.printed"), svg.select("line.seeds")
    for number, fold in enumerate(ASKED["columns"]):
        id = ASKED["ids"].format(column=fold)
        printed, seeds = float(claims.load()[id].number), reference()[id].values
        corner = float(crosses[number]["d"].split("l")[0].split()[1])
        assert value_at(corner + 4) == pytest.approx(printed, abs=0.001)
        assert value_at(float(bars[number]["y1"])) == pytest.approx(max(seeds), abs=0.001)
        assert value_at(float(bars[number]["y2"])) == pytest.approx(min(seeds), abs=0.001)
        assert f"printed {printed:.3f}, run {sum(seeds) / len(seeds):.3f}" in svg["aria-label"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"low": 0.9}, ValueError), ({"columns": {"11": 11}}, KeyError), ({"low": None}, TypeError)],
)
def test_what_cannot_be_drawn_is_refused(change, problem):
    with pytest.raises(problem):
        drawing(ASKED | change)
