"""The drawing of what each step down a ladder costs."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup

from lib.book.pages import waterfall
from lib.book.pages.waterfall import LEFT, MINUS, RIGHT, drawing, step
from lib.common.paths import CHAPTERS
from lib.methods.intervals import mean_interval
from lib.notebook.records import reference

ASKED = {
    "records": "botiot.ladder.{rung}.{panel}.balanced_accuracy",
    "label": "balanced accuracy",
    "low": 0.2,
    "guessing": 1 / 3,
    "panels": {"snn": "network", "rf": "forest"},
    "rungs": {"printed": "as printed", "no_copies": "no copies", "later": "later"},
    "against": {"later": "printed"},
}


def value_at(x: float) -> float:
    return 0.2 + 0.8 * (x - LEFT) / (RIGHT - LEFT)


def seeds(rung: str, panel: str) -> np.ndarray:
    id = ASKED["records"].format(rung=rung, panel=panel)
    return np.asarray(reference()[id].values)


def test_bars_whiskers_and_words_are_the_records():
    drawn = BeautifulSoup(drawing(ASKED), "html.parser").select(".waterfall")
    assert [panel.p.text for panel in drawn] == [
        f"{title} balanced accuracy" for title in ASKED["panels"].values()
    ]
    for key, panel in zip(ASKED["panels"], drawn, strict=True):
        bars, whiskers = panel.select("rect"), panel.select(".whisker")
        values = [seeds(rung, key) for rung in ASKED["rungs"]]
        for number, before in enumerate((0, 0), start=1):
            start, end = values[before], values[number]
            left, right = sorted((start.mean(), end.mean()))
            bar, whisker = bars[number], whiskers[number - 1]
            assert value_at(float(bar["x"])) == pytest.approx(left, abs=0.001)
            assert value_at(float(bar["x"]) + float(bar["width"])) == pytest.approx(
                right, abs=0.004
            )
            interval = mean_interval(end - start)
            ends = [value_at(float(whisker[name])) for name in ("x1", "x2")]
            wanted = [min(start.mean() + each, 1) for each in interval]
            assert ends == pytest.approx(wanted, abs=0.001)
            told = f"{abs((end - start).mean()):.2f} to {end.mean():.2f}".removeprefix("0")
            assert told in panel.svg["aria-label"]
        assert len(bars) == 3


def test_a_step_that_is_not_told_from_none_is_hollow():
    first = np.array([0.5, 0.6, 0.7, 0.8])
    kinds = [step(first, first + change).kind for change in (-0.1, 0.1)]
    assert kinds == ["loss", "gain"]
    assert step(first, first[::-1]).kind == "open"


def test_a_loss_has_a_minus_and_nothing_has_no_sign():
    rungs = {"printed": "as printed", "copies": "no copies", "scaler": "scaler"}
    asked = ASKED | {"records": "xmednn.ladder.{rung}.{panel}.balanced_accuracy", "rungs": rungs}
    asked |= {"panels": {"xgb": "XGBoost"}, "against": {"scaler": "scaler"}}
    written = [each.text for each in BeautifulSoup(drawing(asked), "html.parser").select(".value")]
    assert written[1].startswith(MINUS)
    assert written[2] == ".00"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"low": 0.9}, ValueError),
        ({"rungs": {"printed": "as printed", "never": "never"}}, KeyError),
        ({"against": {"later": "never"}}, KeyError),
        ({"low": None}, TypeError),
    ],
)
def test_what_cannot_be_drawn_is_refused(change, problem):
    with pytest.raises(problem):
        drawing(ASKED | change)


def test_other_seeds_are_no_pairs(monkeypatch):
    id = "botiot.ladder.later.snn.balanced_accuracy"
    known = dict(reference().items())
    provenance = replace(known[id].provenance, seed=known[id].provenance.seed + 1)
    other = known | {id: replace(known[id], provenance=provenance)}
    monkeypatch.setattr(waterfall, "reference", lambda: other)
    with pytest.raises(ValueError, match="the same seeds"):
        drawing(ASKED)


def test_one_seed_makes_no_step():
    with pytest.raises(ValueError, match="two seeds"):
        step(np.zeros(1), np.zeros(1))


@pytest.mark.parametrize(
    "chapter", sorted(path.parent.name for path in CHAPTERS.glob("*/slope.yml"))
)
def test_each_papers_summary_has_one_whose_words_fit(chapter):
    text = (CHAPTERS / chapter / "summary.md").read_text(encoding="utf-8")
    content = text.partition("```{waterfall}\n")[2].partition("\n\n")[0]
    asked = yaml.safe_load(content[content.index("\n") + 1 :])  # the first line names the figure
    drawn = BeautifulSoup(drawing(asked), "html.parser")
    letter = 6.9  # half of twelve units, and some, in the widest of the usual faces
    for name, value in zip(drawn.select(".name"), drawn.select(".value"), strict=True):
        assert letter * (len(name.text) + len(value.text)) < RIGHT - LEFT, name.text
