"""The figures of the page on cost."""

from collections.abc import Sequence

import matplotlib

from lib.book.cost.scaling import DENSE_NAME, FOREST_NAME, OURS, PLAIN, SPIKING_NAME, Point
from lib.common.numerals import tidy
from lib.methods import figures

# What each figure shows, for those who do not see it; `told` adds the numbers.
FIGURES = {
    "replicates": (
        "Two panels against the number of replicates. Left, seconds: for each network the dashed "
        "line of one after another lies above the solid line of the stack. Right, peak memory."
    ),
    "rows": (
        "Two panels against the number of rows. Left, seconds: all lines rise with the rows, those "
        "of the stack below the dashed ones. Right, peak memory, which rises with the rows."
    ),
    "workers": (
        "Two panels against the number of workers. Left, seconds for eight random forests, which "
        "fall. Right, peak memory of all processes, which rises with each worker."
    ),
}
LOOKS = {
    SPIKING_NAME: (figures.COLOURS["snn"], figures.MARKERS["snn"]),
    DENSE_NAME: (figures.COLOURS["dense"], figures.MARKERS["dense"]),
    FOREST_NAME: (figures.COLOURS["rf"], figures.MARKERS["rf"]),
}
LINES = {OURS: "-", PLAIN: "--"}


def told(quantity: str, points: Sequence[Point]) -> str:
    """Return in words what a figure shows, with both ends of each of its lines."""
    own = [point for point in points if point.quantity == quantity]
    lines = dict.fromkeys((point.work, point.way) for point in own)
    ends = (_ends([point for point in own if (point.work, point.way) == line]) for line in lines)
    return tidy(f"{FIGURES[quantity]} {' '.join(ends)}")


def _ends(line: Sequence[Point]) -> str:
    """Return the first and the last point of a line in words."""
    first, last = line[0], line[-1]
    seconds = f"{_short(first.seconds)} seconds at {first.value:,}, {_short(last.seconds)} at"
    memory = ""
    if all(point.mebibytes for point in line):
        memory = f", memory from {first.mebibytes:,.0f} to {last.mebibytes:,.0f} MiB"
    return f"{_name(first.work, first.way).capitalize()}: {seconds} {last.value:,}{memory}."


def _short(seconds: float) -> str:
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.2g}"


def _name(work: str, way: str) -> str:
    return f"{work}, {way}" if work != FOREST_NAME else work


def draw(quantity: str, points: Sequence[Point]):
    """Draw seconds and memory against one quantity."""
    with matplotlib.rc_context():
        figures.use_book_style()
        figure = matplotlib.figure.Figure(figsize=(5.6, 4.6), layout="constrained")
        seconds, memory = figure.subplots(1, 2)
        own = [point for point in points if point.quantity == quantity]
        for work, way in dict.fromkeys((point.work, point.way) for point in own):
            chosen = [point for point in own if (point.work, point.way) == (work, way)]
            colour, marker = LOOKS[work]
            label = _name(work, way)
            look = {"color": colour, "marker": marker, "linestyle": LINES[way], "label": label}
            values = [point.value for point in chosen]
            seconds.plot(values, [point.seconds for point in chosen], **look)
            if all(point.mebibytes for point in chosen):
                memory.plot(values, [point.mebibytes for point in chosen], **look)
        _finish(quantity, seconds, memory)
        figure.legend(*seconds.get_legend_handles_labels(), loc="outside upper center", ncols=1)
    return figure


def _finish(quantity: str, seconds, memory) -> None:
    seconds.set_ylabel("seconds, median of three")
    memory.set_ylabel("peak memory (MiB)")
    memory.set_ylim(0, 1.08 * memory.get_ylim()[1])
    if quantity == "workers":
        seconds.set_ylim(bottom=0)
    for axis in (seconds, memory):
        axis.set_xlabel(quantity)
        if quantity == "workers":
            axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        else:
            axis.set_xscale("log")
    if quantity != "workers":
        seconds.set_yscale("log")
