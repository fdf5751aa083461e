"""The directive ``strips``: which rows train and which test, drawn for each way of splitting.

A line a way: its name, a bar, and a few rows in the order of time. A row is a letter, the same for
copies of one row, or a dot where nothing needs a name; then ``+`` if it trains, ``-`` if it tests,
``x`` if it is left out. A slash parts stretches of time. After an empty line comes the caption.

    0, as printed     | .+ .- a+ a- a+ / .+ b- b+
    1, no copies      | .+ .- a+ a+ a+ / .+ b- b-

    Letters are attack rows.
"""

import re
from html import escape

from sphinx.application import Sphinx

from lib.book.pages.drawn import Drawn

KEY = "A filled box trains, a hollow one tests."
KEY_OF_OUT = "A crossed one does neither."
SIDES = {"+": "train", "-": "test", "x": "out"}
ROW = re.compile(r"([a-z.])\s?([-+x])|(/)")
# Of a box, of the step from one to the next, of a gap, of a line, and of the names, in units.
BOX, STEP, GAP, LINE, NAMES = 13, 15, 8, 20, 150


def parsed(line: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the name of a way of splitting and its rows as pairs of letter and side."""
    name, bar, rows = line.partition("|")
    found = [(letter or stop, side) for letter, side, stop in ROW.findall(rows)]
    if not bar or not found or ROW.sub("", rows).strip():
        raise ValueError(f"{line!r} is no name, bar and rows such as 'a+ .- /'")
    return name.strip(), found


def drawing(lines: list[str]) -> str:
    """Draw all ways of splitting, one below the other."""
    strips = [parsed(line) for line in lines]
    widths = [sum(GAP if row == "/" else STEP for row, _ in rows) for _, rows in strips]
    box = f"0 0 {NAMES + max(widths)} {LINE * len(strips)}"
    parts = "".join(_strip(number, *strip) for number, strip in enumerate(strips))
    alt = " ".join(f"{name}: {_told(rows)}." for name, rows in strips)
    return (
        f'<svg class="strips" viewBox="{box}" role="img" aria-label="{escape(alt)}">{parts}</svg>'
    )


def _strip(number: int, name: str, rows: list[tuple[str, str]]) -> str:
    top, at, parts = number * LINE + (LINE - BOX) / 2, NAMES, []
    for row, side in rows:
        if row != "/":
            parts.append(_box(at, top, row, side))
        at += GAP if row == "/" else STEP
    return f'<text x="0" y="{top + BOX - 3}">{escape(name)}</text>' + "".join(parts)


def _box(x: float, y: float, row: str, side: str) -> str:
    kind = SIDES[side]
    size = BOX - 1
    drawn = f'<rect class="{kind}" x="{x}" y="{y}" width="{size}" height="{size}"/>'
    if side == "x":
        drawn += f'<path class="{kind}" d="M{x} {y}l{size} {size}m0 -{size}l-{size} {size}"/>'
    elif row != ".":
        drawn += f'<text class="{kind}" x="{x + size / 2}" y="{y + BOX - 3.5}">{row}</text>'
    return drawn


def _told(rows: list[tuple[str, str]]) -> str:
    """Say the rows of a strip in words, side by side as they stand."""
    return ", ".join(
        "then" if row == "/" else f"{'normal' if row == '.' else row} {SIDES[side]}"
        for row, side in rows
    ).replace("then, ", "then ")


class _Strips(Drawn):
    """A drawing of some ways to split rows, with a caption."""

    def run(self):
        text = "\n".join(self.content)
        lines, _, caption = text.partition("\n\n")
        try:
            svg = drawing(lines.splitlines())
        except ValueError as problem:
            raise self.error(f"strips: {problem}") from None
        key = f"{KEY} {KEY_OF_OUT}" if 'class="out"' in svg else KEY
        return self.figure(svg, f"{caption} {key}")


def setup(app: Sphinx) -> dict:
    """Register the directive with Sphinx."""
    app.add_directive("strips", _Strips)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
