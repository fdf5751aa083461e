"""The ledger, the records, the verdicts and the stamps as CSV and JSON.

``data/schema`` describes each JSON file. A CSV file has the same columns, with lists parted by
spaces; of the records it has one row a value.
"""

import csv
import io
import json
from dataclasses import asdict, fields
from pathlib import Path

from lib import claims
from lib.claims.ledger import COLUMNS
from lib.files import write_whole
from lib.page_stamps import read_stamp
from lib.paths import CLAIMS
from lib.records import Record, reference

LISTS = ("variants", "supports")
# What each table holds, in the order in which they are offered.
TABLES = {
    "claims": "Every claim exactly as printed, with its place in the paper and its rule",
    "records": "Every measured quantity of the published run, one value a seed",
    "verdicts": "Every claim beside what was measured, with its verdict and the reason",
    "stamps": "What each page was made from: digests, versions, seeds, machine",
}
# What stands once a record and is long is in the JSON file only.
VALUE_COLUMNS = ("id", "seed", "value", "deterministic", "notebook", "variant", "source", "profile")
# A stamp is no row of a table.
ONLY_JSON = ("stamps",)


def claim_rows() -> list[dict]:
    """Return the ledger: its columns as they stand in the files, with lists taken apart.

    Returns
    -------
    list of dict
        One a claim, by file name and then as in the file: a list of str for each of `LISTS`, for
        every other column its text, which may be empty.

    Raises
    ------
    ReaderError
        If the ledger is not valid.
    """
    claims.load()  # so that a faulty ledger is refused
    rows = []
    for path in sorted(CLAIMS.glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as stream:
            rows += [{name: row[name] for name in COLUMNS} for row in csv.DictReader(stream)]
    return [row | {name: row[name].split() for name in LISTS} for row in rows]


def record_rows() -> list[dict]:
    """Return the published records, each with its provenance.

    Returns
    -------
    list of dict
        One a record: its attributes, with the values as a list, beside those of its provenance.

    Raises
    ------
    ReaderError
        If a record file is not valid.
    """
    return [_record_row(record) for record in reference().values()]


def _record_row(record: Record) -> dict:
    own = {
        name: getattr(record, name) for name in ("id", "protocol", "deterministic", "timed", "mean")
    }
    return own | {"values": list(record.values)} | asdict(record.provenance)


def verdict_rows() -> list[dict]:
    """Return every claim with its verdict, in the order of the ledger.

    Returns
    -------
    list of dict
        One a claim, with the attributes of `lib.claims.Judgement` as keys.

    Raises
    ------
    ReaderError
        If the ledger or a record file is not valid.
    """
    return [each.to_dict() for each in claims.judge_all()]


def stamp_rows(chapters: Path) -> list[dict]:
    """Return the stamps of the pages below a folder, of those that have one.

    Parameters
    ----------
    chapters : pathlib.Path
        Holds one folder a chapter, with the published ``.ipynb`` files.

    Returns
    -------
    list of dict
        In the order of the paths: the stamp, and before it ``page``, which is chapter and file
        name, such as ``"03-xmednn-ehms/03_audit"``.
    """
    pages = sorted(chapters.glob("*/[0-9]*.ipynb"))
    stamps = {f"{page.parent.name}/{page.stem}": read_stamp(page) for page in pages}
    return [{"page": name} | stamp for name, stamp in stamps.items() if stamp]


def _value_rows(records: list[dict]) -> list[dict]:
    """Return one row a value; where there is one a seed, the row names it."""
    return [
        {name: record[name] for name in VALUE_COLUMNS if name in record}
        | {"seed": record["seed"] + number if _one_a_seed(record) else "", "value": value}
        for record in records
        for number, value in enumerate(record["values"])
    ]


def _one_a_seed(record: dict) -> bool:
    return not record["deterministic"] and len(record["values"]) == record["replicates"]


def as_csv(rows: list[dict], columns: tuple[str, ...]) -> str:
    """Return rows as comma-separated text with a heading.

    Parameters
    ----------
    rows : list of dict
        A list in a cell is parted by spaces; None is an empty cell.
    columns : tuple of str
        In this order.

    Returns
    -------
    str
        Every line ends with a line feed, the last one too.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row[name]) for name in columns})
    return text.getvalue()


def _cell(value):
    return " ".join(value) if isinstance(value, list) else value


def write(folder: Path, chapters: Path) -> None:
    """Write all tables into a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Gets ``claims.csv``, ``claims.json`` and so on.
    chapters : pathlib.Path
        Where the pages are whose stamps are written.

    Raises
    ------
    ReaderError
        If the ledger or a record file is not valid.
    """
    records, verdicts = record_rows(), verdict_rows()
    rows = dict(zip(TABLES, (claim_rows(), records, verdicts, stamp_rows(chapters)), strict=True))
    for name, found in rows.items():
        write_whole(folder / f"{name}.json", json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    verdict_columns = tuple(field.name for field in fields(claims.Judgement))
    write_whole(folder / "claims.csv", as_csv(rows["claims"], COLUMNS))
    write_whole(folder / "records.csv", as_csv(_value_rows(records), VALUE_COLUMNS))
    write_whole(folder / "verdicts.csv", as_csv(verdicts, verdict_columns))
