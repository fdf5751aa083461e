"""The directive ``slopes``: each paper's score as printed, in our runs, and under a stricter rule.

A panel a paper; in it the paper's model, its best rival and guessing. The last two places are on
the same rows, so that the last step of a line is the protocol's alone; where our runs of the
printed protocol have other rows first, a place between has them on those of the right. A panel
stands in its chapter's folder, ``slope.yml``; all heights come from the ledger and the published
records, so the drawing is never older than they are. It is drawn into the page itself, in the
reader's theme.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle, pairwise
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from lib.book.pages.drawn import Drawn
from lib.claims import load
from lib.common.errors import ReaderError
from lib.common.paths import CHAPTERS
from lib.notebook.records import reference

logger = logging.getLogger(__name__)
WIDTH, HEIGHT = 290, 138
# Of the slopes inside a panel: of three places, or of four.
LEFT, RIGHT, TOP, BOTTOM = 42, 150, 14, 104
INSIDE = {False: (96,), True: (79, 128)}
# How far above the lower edge the names of the places stand, from the last one on.
NAMES_UP = (18, 4)
FILE = "slope.yml"
CLASSES = ("paper", "rival", "guess")  # of a panel's lines, in their order
KEYS = (
    "It has title, metric, before, after and lines, each with name, before, after and, the first, "
    "printed; perhaps between, of the panel and of each line."
)
PRINTED = "printed"  # before an id: the ledger's number
APART = 14  # the least distance between two names
NO_RECORDS = "The published records are not at hand."


@dataclass(frozen=True)
class Line:
    """One model: a name, its score in our runs of the printed protocol and under one that holds.

    `before`, `between` and `after` are ids of records, `printed` is that of a claim.
    """

    name: str
    before: str
    after: str
    between: str = ""
    printed: str = ""

    @property
    def places(self) -> dict[int, str]:
        """What is drawn from left to right, by its place across the panel."""
        inside = [each for each in (self.before, self.between) if each]
        first = {LEFT: f"{PRINTED} {self.printed}"} if self.printed else {}
        return (
            first | dict(zip(INSIDE[bool(self.between)], inside, strict=True)) | {RIGHT: self.after}
        )


@dataclass(frozen=True)
class Panel:
    """One paper; `lines` are its model, its best rival and guessing."""

    title: str
    metric: str
    before: str  # on which rows our runs of the printed protocol are
    after: str  # what the protocol that holds asks
    lines: tuple[Line, ...]
    between: str = ""  # where the rows of our runs are others than those of the right end: these


def panels(chapters: Path = CHAPTERS) -> list[Panel]:
    """Return the panels of all chapters that have one, in the chapters' order.

    A `ReaderError` names the file, and what it lacks or should not have.
    """
    return [_panel(path) for path in sorted(chapters.glob(f"*/{FILE}"))]


def _panel(path: Path) -> Panel:
    name = f"chapters/{path.parent.name}/{path.name}"
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        lines = tuple(Line(**line) for line in written.pop("lines"))
        panel = Panel(**written, lines=lines)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as problem:
        reason = " ".join(f"{type(problem).__name__}: {problem}".split())
        raise ReaderError(f"{name} is no panel of the slopes ({reason}). {KEYS}") from None
    texts = [text for part in (panel, *lines) for key, text in vars(part).items() if key != "lines"]
    alike = len({bool(part.between) for part in (panel, *lines)}) == 1
    if not (len(lines) == len(CLASSES) and alike and all(isinstance(each, str) for each in texts)):
        needed = f"{len(CLASSES)} lines, text everywhere, and between everywhere or nowhere"
        raise ReaderError(f"{name} is no panel of the slopes: it needs {needed}. {KEYS}")
    return panel


def balanced_accuracy(accuracy: float, precision: float, recall: float) -> float:
    """Return the balanced accuracy that three scores of the attack class fix."""
    flagged = recall * (1 - precision) / precision  # normal rows flagged, by attack row
    attacks = (1 - accuracy) / (1 - recall + flagged)
    return (recall + 1 - flagged * attacks / (1 - attacks)) / 2


def height_of(end: str) -> float:
    """Return the score at one end of a line; a `KeyError` names what is not there."""
    place, _, id = end.rpartition(" ")
    look: Callable[[str], float] = _printed if place else _recorded
    try:
        return look(id)
    except KeyError:
        three = (look(f"{id}.{score}") for score in ("accuracy", "precision", "recall"))
        return balanced_accuracy(*three)


def _printed(id: str) -> float:
    claim = load()[id]
    return float(claim.published) / (100 if claim.unit == "%" else 1)


def _recorded(id: str) -> float:
    return reference()[id].mean


def panel_html(panel: Panel) -> str:
    """Draw one panel."""
    heights = [{x: height_of(place) for x, place in line.places.items()} for line in panel.lines]
    told = "; ".join(
        f"{line.name}: {', then '.join(f'{each:.2f}' for each in own.values())}"
        for line, own in zip(panel.lines, heights, strict=True)
    )
    names = names_apart([own[RIGHT] for own in heights])
    drawn = zip(CLASSES, panel.lines, heights, names, strict=True)
    lines = "".join(_line(*each) for each in drawn)
    inside = [each for each in (panel.before, panel.between) if each]
    places = (LEFT, *INSIDE[bool(panel.between)], RIGHT)
    axis = "".join(
        f'<line class="axis" x1="{x}" x2="{x}" y1="{TOP - 6}" y2="{BOTTOM}"/>' for x in places
    )
    labels = zip(reversed(places), [panel.after, *reversed(inside), "as printed"], cycle(NAMES_UP))
    words = "".join(
        f'<text x="{x}" y="{HEIGHT - up}" class="end">{escape(text)}</text>'
        for x, text, up in labels
    )
    first = "our run" if panel.before == "our run" else f"our run on {panel.before}"
    first = f"{first}, on {panel.between}" if panel.between else first
    alt = escape(f"{panel.title}, {panel.metric}: as printed, {first}, {panel.after}. {told}.")
    return (
        f'<div class="slope"><p>{escape(panel.title)} <span>{panel.metric}</span></p>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{alt}">'
        f"{axis}{lines}{words}</svg></div>"
    )


def _line(kind: str, line: Line, heights: dict[int, float], name_at: float) -> str:
    points = [(x, _place(height)) for x, height in heights.items()]
    dots = "".join(f'<circle cx="{x}" cy="{y:.1f}" r="3.5"/>' for x, y in points)
    path = "".join(
        f'<line x1="{x}" y1="{y:.1f}" x2="{to}" y2="{then:.1f}"/>'
        for (x, y), (to, then) in pairwise(points)
    )
    after = _digits(heights[RIGHT])
    name = f'<text x="{RIGHT + 10}" y="{name_at:.1f}">{after} {escape(line.name)}</text>'
    start = ""
    if line.printed:  # of the others the middle is drawn and told, not written
        height = heights[LEFT]
        start = (
            f'<text x="{LEFT - 8}" y="{_place(height) + 4:.1f}" class="start">'
            f"{_digits(height)}</text>"
        )
    return f'<g class="{kind}">{path}{dots}{start}{name}</g>'


def _digits(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _place(value: float) -> float:
    """Return the height on the page of a score from 0.2 to 1."""
    return BOTTOM - (value - 0.2) / 0.8 * (BOTTOM - TOP)


def names_apart(values: Sequence[float]) -> list[float]:
    """Return where the names of lines stand, each near its end and none upon another."""
    wanted = [_place(value) + 4 for value in values]
    placed: list[float] = []
    for place in sorted(range(len(values)), key=wanted.__getitem__):
        least = placed[-1] + APART if placed else -APART
        placed.append(max(wanted[place], least))
    order = sorted(range(len(values)), key=wanted.__getitem__)
    return [placed[order.index(place)] for place in range(len(values))]


class _Slopes(Drawn):
    """All panels in a row, with a caption."""

    def run(self):
        if not reference():
            return [nodes.paragraph("", NO_RECORDS)]
        try:
            drawn = "".join(map(panel_html, panels()))
        except ReaderError as problem:
            raise self.error(f"slopes: {problem}") from None
        except KeyError as missing:
            logger.warning("slopes: there is no %s", missing, location=self.get_location())
            return []
        return self.figure(f'<div class="slopes">{drawn}</div>', " ".join(self.content))


def setup(app: Sphinx) -> dict:
    """Register the directive with Sphinx."""
    app.add_directive("slopes", _Slopes)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
