"""The directive ``waterfall``: what each step down a ladder costs, in a few panels.

Its content, in YAML, names a family of records and the rungs in the order of the steps:

    records: xmednn.ladder.{rung}.{panel}.balanced_accuracy
    label: Balanced accuracy
    low: 0.4                               # of the axis, which ends at 1
    guessing: 0.5                          # perhaps: a line across
    panels: {dnn: its network, dt: decision tree}
    rungs: {printed: as printed, copies: copies on one side, later: later rows}
    against: {later: printed}              # where not the rung before

Every rung but the first is a step, paired by seed. After an empty line comes the caption.
"""

from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
import yaml
from sphinx.application import Sphinx

from lib.book.pages.drawn import Drawn
from lib.common.numerals import MINUS
from lib.methods.intervals import Interval, mean_interval
from lib.notebook.records import reference

KEY = (
    "The first bar ends at the mean on the first rung; each other one leads from the mean of the "
    "rung above it, or of the one named, to its own. Whiskers: 95 % interval of the mean paired "
    "difference, too narrow as splits share rows; hollow bars: it holds zero."
)
# Of a row, of its bar below the words, of the drawing's edges, in units.
ROW, DOWN, THICK, LEFT, RIGHT, WIDTH = 34, 18, 9, 2, 248, 250


@dataclass(frozen=True)
class Step:
    """A rung held against another: both means, and the interval of the mean paired difference."""

    before: float
    after: float
    interval: Interval

    @property
    def kind(self) -> str:
        """Whether a step is told from none, and where it leads."""
        if self.interval.contains(0):
            return "open"
        return "gain" if self.after > self.before else "loss"


def step(before: np.ndarray, after: np.ndarray) -> Step:
    """Return the step between two rungs, of shape (seeds,) each."""
    if len(after) < 2:
        raise ValueError("a step needs two seeds or more")
    return Step(float(before.mean()), float(after.mean()), mean_interval(after - before))


def drawing(asked: dict) -> str:
    """Draw all panels, one beside the other."""
    panels = "".join(_panel(asked, *each) for each in asked["panels"].items())
    return f'<div class="waterfalls">{panels}</div>'


def _panel(asked: dict, key: str, title: str) -> str:
    names, low, label = asked["rungs"], float(asked["low"]), str(asked["label"])
    ids = {rung: asked["records"].format(rung=rung, panel=key) for rung in names}
    known = {rung: reference()[id] for rung, id in ids.items()}
    if len({(each.provenance.seed, len(each.values)) for each in known.values()}) > 1:
        raise ValueError("the rungs of a step need the same seeds")
    values = {rung: np.asarray(each.values) for rung, each in known.items()}
    against = {after: before for before, after in pairwise(names)} | asked.get("against", {})
    if min(each.mean() for each in values.values()) < low:
        raise ValueError(f"a mean lies below {low}")

    def place(value: float) -> float:
        return LEFT + (min(max(value, low), 1) - low) / (1 - low) * (RIGHT - LEFT)

    first, *others = names
    start = float(values[first].mean())
    height = ROW * len(names) + 14
    parts = [_line("axis", place(end), height) for end in (low, 1)]
    if "guessing" in asked:
        guessing = place(asked["guessing"])
        parts += [
            _line("guess", guessing, height),
            _text("middle", guessing, height - 3, "guessing"),
        ]
    parts.append(_row(0, names[first], _digits(start), "start", place(low), place(start)))
    told = [f"{names[first]} {start:.2f}"]
    for number, rung in enumerate(others, start=1):
        taken = step(values[against[rung]], values[rung])
        change = _signed(taken.after - taken.before)
        ends = place(taken.before), place(taken.after)
        whisker = [place(taken.before + end) for end in taken.interval]
        parts += [_row(number, names[rung], change, taken.kind, *ends), _whisker(number, *whisker)]
        told.append(f"{names[rung]} {change} to {taken.after:.2f}")
    alt = escape(f"{title}, {label[0].lower()}{label[1:]}: {'; '.join(told)}.")
    return (
        f'<div class="waterfall"><p>{escape(str(title))} <span>{escape(label)}</span></p>'
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{alt}">{"".join(parts)}</svg>'
        "</div>"
    )


def _row(number: int, name: str, value: str, kind: str, start: float, end: float) -> str:
    top = ROW * number
    left, right = sorted((start, end))
    return (
        _text("name", LEFT, top + 14, name)
        + _text("value", RIGHT, top + 14, value)
        + f'<rect class="{kind}" x="{left:.1f}" y="{top + DOWN}" '
        f'width="{max(right - left, 1):.1f}" height="{THICK}"/>'
    )


def _whisker(number: int, low: float, high: float) -> str:
    y = ROW * number + DOWN + THICK / 2
    return f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'


def _line(kind: str, x: float, height: int) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 14}"/>'


def _text(kind: str, x: float, y: float, words: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}">{escape(str(words))}</text>'


def _digits(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _signed(change: float) -> str:
    """Write a change with its sign, of less than half a hundredth without one."""
    size = f"{abs(change):.2f}".removeprefix("0")
    return size if size == ".00" else f"{MINUS if change < 0 else '+'}{size}"


class _Waterfall(Drawn):
    """A drawing of steps, with a caption."""

    def run(self):
        text, _, caption = "\n".join(self.content).partition("\n\n")
        try:
            drawn = drawing(yaml.safe_load(text))
        except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as problem:
            raise self.error(f"waterfall: {problem}") from None
        return self.figure(drawn, f"{caption} {KEY}")


def setup(app: Sphinx) -> dict:
    """Register the directive with Sphinx."""
    app.add_directive("waterfall", _Waterfall)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
