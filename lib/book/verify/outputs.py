"""Holding what the cells of a fresh run print against the published page.

Where all records of a page come out with the published digits, its texts and tables must, too.
Where they do not, by other seeds, versions or processors, the report names the page with the
reason, since then nothing tells an honest text from an edited one.
A cell with the tag ``times`` shows what belongs to the machine, and is left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

import nbformat

from lib.book.notebooks import Notebook
from lib.book.run.kept import stamp_of_run
from lib.book.run.settings import Settings
from lib.book.stamps.inputs import DATA_SET, PARAMETER
from lib.book.stamps.pages import named, read_stamp, shortened
from lib.book.verify.judge import PRESENT, Comparison
from lib.claims.tables import RECIPE

TIMES = "times"
# Where an object lies in memory, in the text that Python has for it.
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
TEXTS = ("text/plain", "text/html", "text/markdown")


def otherwise(
    notebooks: Sequence[Notebook], settings: Settings, comparisons: Sequence[Comparison]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Name for each page the cells that print something else, and the pages that cannot be told."""
    found, untold = {}, {}
    for notebook in notebooks:
        own = [each for each in comparisons if each.notebook == notebook.name]
        why = _run_otherwise(notebook, settings) or does_not_repeat(own)
        if why:
            untold[notebook.name] = why
            continue
        pages = (nbformat.read(path, 4) for path in (notebook.page, settings.page(notebook)))
        found[notebook.name] = list(differences(*pages))
    return {name: why for name, why in found.items() if why}, untold


def _run_otherwise(notebook: Notebook, settings: Settings) -> str:
    """Say so where this run has other seeds or another profile than the published page."""
    before = read_stamp(notebook.page)
    if before is None:
        return "there is no published page with a stamp"
    now = stamp_of_run(notebook, settings)
    alike = named(before, PARAMETER) == named(now, PARAMETER)
    return "" if alike else "other seeds, or another profile, than published"


def other_data(notebooks: Sequence[Notebook], settings: Settings) -> dict[str, list[str]]:
    """Name for each page the data of which its run had other files than the published one."""
    found = {}
    for notebook in notebooks:
        before, now = read_stamp(notebook.page), stamp_of_run(notebook, settings)
        had, has = named(before or {"inputs": {}}, DATA_SET), named(now, DATA_SET)
        found[notebook.name] = [
            f"it was made from {name} {shortened(had[name])}, and this run from "
            f"{shortened(has[name])}"
            for name in sorted(had.keys() & has.keys())
            if had[name] != has[name]
        ]
    return {name: why for name, why in found.items() if why}


def does_not_repeat(comparisons: Sequence[Comparison]) -> str:
    """Say why a run does not have all published digits of a page; empty where it has."""
    seen = [each for each in comparisons if each.rule != PRESENT]
    if not seen:
        return "none of its records is judged"
    if any(each.alike is None for each in seen):
        return "its records have other seeds than this run"
    if not all(each.alike for each in seen):
        return "other versions, or another kind of machine"
    return "" if all(each.same_digits for each in seen) else "not all records have their digits"


def differences(published: Mapping, fresh: Mapping) -> Iterator[str]:
    """Say of each cell with code where its texts begin to differ."""
    cells, run = _code_cells(published), _code_cells(fresh)
    if len(cells) != len(run):
        yield f"the page has {len(cells)} cells with code, and the run {len(run)}"
        return
    for (number, before), (_, now) in zip(cells, run, strict=True):
        if TIMES in now.get("metadata", {}).get("tags", []):
            continue
        pairs = zip_longest(_texts(before), _texts(now), fillvalue="")
        unequal = next((pair for pair in pairs if pair[0] != pair[1]), None)
        if unequal:
            told = _around(*unequal), _around(*reversed(unequal))
            yield f"cell {number} printed {told[0]}, and now prints {told[1]}"


def _code_cells(page: Mapping) -> list[tuple[int, Mapping]]:
    return [(n, cell) for n, cell in enumerate(page["cells"], 1) if cell["cell_type"] == "code"]


def _texts(cell: Mapping) -> list[str]:
    """Return what a cell prints, but for complaints and for what each build renders anew."""
    printed = "".join(one["text"] for one in cell["outputs"] if one.get("name") == "stdout")
    shown = [one for one in cell["outputs"] if "data" in one and not _drawn_or_rendered(one)]
    texts = [one["data"][kind] for one in shown for kind in TEXTS if kind in one["data"]]
    return [ADDRESS.sub("0x", text) for text in (printed, *texts)]


def _drawn_or_rendered(output: Mapping) -> bool:
    return RECIPE in output.get("metadata", {}) or "image/png" in output["data"]


def _around(text: str, other: str, room: int = 30) -> str:
    """Return a few characters from the place where a text begins to differ from another."""
    pairs = enumerate(zip(text, other, strict=False))
    first = next((at for at, (a, b) in pairs if a != b), min(len(text), len(other)))
    begin = text.rfind(" ", 0, first) + 1 if " " in text[max(0, first - room) : first] else first
    return repr(" ".join(text[max(begin, first - room) : first + room].split()))
