"""The directive ``crosses``: what a paper prints, crossed, beside the seeds of the published run.

Its content, in YAML, names claims and the records of the same ids, one a column:

    ids: xmednn.table2.fold{column}.accuracy
    columns: {"01": 1, "02": 2}   # as in the id, and as shown
    name: fold
    label: Accuracy
    low: 0.7                      # of the axis, which ends at 1

After an empty line comes the caption.
"""

from html import escape

import yaml
from sphinx.application import Sphinx

from lib import claims
from lib.book.pages.drawn import Drawn
from lib.notebook.records import reference

KEY = (
    "Crosses: printed. Bars: the published run, from its lowest to its highest seed; points: means."
)
# Of a column, of the axis on the left, and of the drawing, in units.
COLUMN, LEFT, TOP, BOTTOM, HEIGHT = 28, 34, 8, 118, 148
TICKS = 3


def drawing(asked: dict) -> str:
    """Draw a column for each claim, with the seeds of the record that bears its id."""
    low, columns = float(asked["low"]), asked["columns"]
    ids = [asked["ids"].format(column=column) for column in columns]
    known, found = claims.load(), reference()
    printed = [known[id].number / known[id].scale for id in ids]
    values = [found[id].values for id in ids]
    if min(min(each) for each in values) < low:
        raise ValueError(f"a seed lies below {low}")

    def place(value: float) -> float:
        return BOTTOM - (value - low) / (1 - low) * (BOTTOM - TOP)

    ticks = (low + (1 - low) * step / (TICKS - 1) for step in range(TICKS))
    parts = [_tick(value, place(value), LEFT + COLUMN * len(ids)) for value in ticks]
    for number, (name, cross, seeds) in enumerate(
        zip(columns.values(), printed, values, strict=True)
    ):
        x = LEFT + COLUMN * (number + 0.5)
        parts.append(_column(x, str(name), place(cross), [place(each) for each in seeds]))
    middle = LEFT + COLUMN * len(ids) / 2
    title = escape(asked["name"])
    parts.append(f'<text class="middle" x="{middle}" y="{HEIGHT - 4}">{title}</text>')
    told = "; ".join(
        f"{name}: printed {cross:.3f}, run {sum(seeds) / len(seeds):.3f}"
        for name, cross, seeds in zip(columns.values(), printed, values, strict=True)
    )
    alt = escape(f"{asked['label']} by {asked['name']}. {told}.")
    box, drawn = f"0 0 {LEFT + COLUMN * len(ids)} {HEIGHT}", "".join(parts)
    return f'<svg class="crosses" viewBox="{box}" role="img" aria-label="{alt}">{drawn}</svg>'


def _tick(value: float, y: float, right: float) -> str:
    words = f"{value:.2f}".removeprefix("0")
    return (
        f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="end" x="{LEFT - 4}" y="{y + 4:.1f}">{words}</text>'
    )


def _column(x: float, name: str, cross: float, seeds: list[float]) -> str:
    mean = sum(seeds) / len(seeds)
    return (
        f'<path class="printed" d="M{x - 4} {cross - 4:.1f}l8 8m0 -8l-8 8"/>'
        f'<line class="seeds" x1="{x}" x2="{x}" y1="{min(seeds):.1f}" y2="{max(seeds):.1f}"/>'
        f'<circle class="seeds" cx="{x}" cy="{mean:.1f}" r="3.5"/>'
        f'<text class="middle" x="{x}" y="{BOTTOM + 14}">{escape(name)}</text>'
    )


class _Crosses(Drawn):
    """A drawing of printed numbers beside runs, with a caption."""

    def run(self):
        text, _, caption = "\n".join(self.content).partition("\n\n")
        try:
            svg = drawing(yaml.safe_load(text))
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as problem:
            raise self.error(f"crosses: {problem}") from None
        return self.figure(svg, f"{caption} {KEY}")


def setup(app: Sphinx) -> dict:
    """Register the directive with Sphinx."""
    app.add_directive("crosses", _Crosses)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
