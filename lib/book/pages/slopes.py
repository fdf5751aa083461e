"""The directive ``slopes``: each paper's score as printed, in our runs, and under a stricter rule.

A panel a paper; in it the paper's model, its best rival and guessing. The middle and the right end
are on the same rows, so that the last step of a line is the protocol's alone; where they cannot be,
the caption says what the printed protocol has on the rows of the right. All heights come from the
ledger and the published records, so the drawing is never older than they are. It is drawn into the
page itself, in the colours of the reader's theme.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from lib.book.pages.drawn import Drawn
from lib.claims import load
from lib.notebook.records import reference

logger = logging.getLogger(__name__)
WIDTH, HEIGHT = 290, 138
LEFT, MIDDLE, RIGHT, TOP, BOTTOM = 42, 96, 150, 14, 104  # of the slopes inside a panel
CLASSES = ("paper", "rival", "guess")
APART = 14  # the least distance between two names
NO_RECORDS = "The published records are not at hand."


@dataclass(frozen=True)
class Line:
    """One model: a name, its score in our runs of the printed protocol and under one that holds.

    A place is the id of a record; ``printed`` before an id stands for the ledger's number.
    """

    name: str
    before: str
    after: str
    printed: str = ""

    @property
    def places(self) -> dict[int, str]:
        """What is drawn from left to right, by its place across the panel."""
        first = {LEFT: self.printed} if self.printed else {}
        return first | {MIDDLE: self.before, RIGHT: self.after}


@dataclass(frozen=True)
class Panel:
    """One paper; `lines` are its model, its best rival and guessing."""

    title: str
    metric: str
    before: str  # on which rows our runs of the printed protocol are
    after: str  # what the protocol that holds asks
    lines: tuple[Line, Line, Line]
    # The printed protocol's record on the rows of the right end, where the middle has others.
    elsewhere: str = ""


BALANCED = "balanced accuracy"
PANELS = (
    Panel(
        "Spiking network, BoT-IoT",
        "macro F1",
        "its set",
        "later minutes",
        (
            Line(
                "its network",
                "botiot.table_v.1000_72.f1",
                "botiot.ladder.later.snn.f1_macro",
                "printed botiot.table_v.1000_72.f1",
            ),
            Line(
                "random forest",
                "botiot.ceiling.1000.rf.f1",
                "botiot.ladder.later.rf.f1_macro",
            ),
            Line(
                "guessing",
                "botiot.ceiling.1000.majority.f1",
                "botiot.ladder.later.majority.f1_macro",
            ),
        ),
        "botiot.ladder.printed.snn.f1_macro",  # our rows of the set have no times
    ),
    Panel(
        "Random forest, garage door",
        BALANCED,
        "our run",
        "without the clock",
        (
            Line(
                "its forest",
                "toniot.ladder.garage_door_rebuilt.printed.rf.balanced_accuracy",
                "toniot.ladder.garage_door_rebuilt.no_time.rf.balanced_accuracy",
                "printed toniot.garage_door.rf",
            ),
            Line(
                "clock rule",
                "toniot.ladder.garage_door_rebuilt.printed.clock.balanced_accuracy",
                "toniot.ladder.garage_door_rebuilt.no_time.majority.balanced_accuracy",
            ),
            Line(
                "guessing",
                "toniot.ladder.garage_door_rebuilt.printed.majority.balanced_accuracy",
                "toniot.ladder.garage_door_rebuilt.no_time.majority.balanced_accuracy",
            ),
        ),
    ),
    Panel(
        "XMeDNN, WUSTL-EHMS",
        BALANCED,
        "our run",
        "unseen runs",
        (
            Line(
                "its network",
                "xmednn.ladder.printed.dnn.balanced_accuracy",
                "xmednn.ladder.blocks.dnn.balanced_accuracy",
                "printed xmednn.table1.dnn.accuracy",
            ),
            Line(
                "XGBoost",
                "xmednn.ladder.printed.xgb.balanced_accuracy",
                "xmednn.ladder.blocks.xgb.balanced_accuracy",
            ),
            Line(
                "guessing",
                "xmednn.ladder.printed.majority.balanced_accuracy",
                "xmednn.ladder.blocks.majority.balanced_accuracy",
            ),
        ),
    ),
)


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
    axis = "".join(
        f'<line class="axis" x1="{x}" x2="{x}" y1="{TOP - 6}" y2="{BOTTOM}"/>'
        for x in (LEFT, MIDDLE, RIGHT)
    )
    labels = {LEFT: ("as printed", 18), MIDDLE: (panel.before, 4), RIGHT: (panel.after, 18)}
    words = "".join(
        f'<text x="{x}" y="{HEIGHT - up}" class="end">{escape(text)}</text>'
        for x, (text, up) in labels.items()
    )
    first = "our run" if panel.before == "our run" else f"our run on {panel.before}"
    if panel.elsewhere:
        score = f"{height_of(panel.elsewhere):.2f}"
        told += (
            f"; on the rows of the right, by the printed protocol, {panel.lines[0].name}: {score}"
        )
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
            panels = "".join(map(panel_html, PANELS))
        except KeyError as missing:
            logger.warning("slopes: there is no %s", missing, location=self.get_location())
            return []
        return self.figure(f'<div class="slopes">{panels}</div>', " ".join(self.content))


def setup(app: Sphinx) -> dict:
    """Register the directive with Sphinx."""
    app.add_directive("slopes", _Slopes)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
