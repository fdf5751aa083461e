"""What the book's cost was measured to be: kept beside the published records."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from lib.cost.scaling import Point, measure
from lib.cost.whole_book import WholeBook, Work, whole_book
from lib.errors import ReaderError
from lib.files import write_whole
from lib.paths import reference_folder
from lib.publication import machine


@dataclass(frozen=True)
class Measured:
    """Cost of the whole book and of its parts, on one machine.

    Attributes
    ----------
    machine : dict
        Processors, memory in GiB, system and versions.
    book : WholeBook
        Time of a complete verification.
    points : list of Point
        Time and memory against replicates, rows and workers.
    """

    machine: dict
    book: WholeBook
    points: list[Point]


def cost_file() -> Path:
    """Return the file that the measured cost is kept in."""
    return reference_folder() / "cost.json"


def record(echo: Callable[[str], None] = print) -> None:
    """Measure everything and keep it; the machine should do nothing else meanwhile.

    Parameters
    ----------
    echo : callable
        Receives each line.
    """
    found = Measured(machine(), whole_book(echo), measure(echo))
    write_whole(cost_file(), json.dumps(asdict(found), indent=1) + "\n")
    echo(f"Kept in data/reference/{cost_file().name}.")


def read() -> Measured | None:
    """Return what was kept, or None where nothing was.

    Raises
    ------
    ReaderError
        If the file cannot be read.
    """
    if not cost_file().exists():
        return None
    try:
        content = json.loads(cost_file().read_text(encoding="utf-8"))
        book = content["book"]
        works = [Work(**one) for one in book["works"]]
        points = [Point(**one) for one in content["points"]]
        return Measured(content["machine"], WholeBook(**book | {"works": works}), points)
    except (ValueError, KeyError, TypeError) as problem:
        raise ReaderError(
            f"data/reference/cost.json cannot be read ({problem}). "
            "Run `python -m lib bench --keep` to write it anew."
        ) from None
