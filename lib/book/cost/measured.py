"""What the book's cost was measured to be: kept beside the published records."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from lib.book.cost.scaling import Point, measure
from lib.book.cost.whole_book import WholeBook, Work, whole_book
from lib.book.publish.publication import machine
from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.common.paths import reference_folder


@dataclass(frozen=True)
class Measured:
    """Cost of the whole book and of its parts, on one machine."""

    machine: dict
    book: WholeBook
    points: list[Point]


def cost_file() -> Path:
    """Return the file that the measured cost is kept in."""
    return reference_folder() / "cost.json"


def record(echo: Callable[[str], None] = print) -> None:
    """Measure everything and keep it; the machine should do nothing else meanwhile."""
    found = Measured(machine(), whole_book(echo), measure(echo))
    write_whole(cost_file(), json.dumps(asdict(found), indent=1) + "\n")
    echo(f"Kept in data/reference/{cost_file().name}. Now run 'make prose' for the manifest.")


def read() -> Measured | None:
    """Return what was kept, or None where nothing was."""
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
