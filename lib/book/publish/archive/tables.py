"""The ledger, the records, the verdicts and the stamps as CSV and JSON.

``data/schema`` describes each JSON file. A CSV file has the same columns, with lists parted by
spaces; of the records it has one row a value.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from lib import claims
from lib.book.stamps.pages import read_stamp
from lib.claims.ledger import COLUMNS
from lib.common.files import write_whole
from lib.common.paths import CLAIMS
from lib.notebook.records import reference

LISTS = ("variants", "supports")
# What each table holds, in the order in which they are offered.
TABLES = {
    "claims": "Every claim exactly as printed, with its place in the paper and its rule",
    "records": "Every measured quantity of the published run, one value a seed",
    "verdicts": "Every claim beside what was measured, with its verdict and the reason",
    "stamps": "What each page was made from: digests, versions, seeds, machine",
}
# What stands once a record and is long is in the JSON file only.
VALUE_COLUMNS = (
    "id", "seed", "value", "deterministic", "notebook", "variant", "basis", "source", "profile",
)  # fmt: skip
# A stamp is no row of a table.
ONLY_JSON = ("stamps",)


def claim_rows() -> list[dict]:
    """Return the ledger: its columns as they stand in the files, with lists taken apart."""
    claims.load()  # so that a faulty ledger is refused
    rows = []
    for path in sorted(CLAIMS.glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as stream:
            rows += [{name: row[name] for name in COLUMNS} for row in csv.DictReader(stream)]
    return [row | {name: row[name].split() for name in LISTS} for row in rows]


def record_rows() -> list[dict]:
    """Return the published records, each with its provenance."""
    names = ("id", "protocol", "deterministic", "timed", "mean", "values")
    return [
        {name: getattr(record, name) for name in names} | asdict(record.provenance)
        for record in reference().values()
    ]


def stamp_rows(chapters: Path) -> list[dict]:
    """Return the stamps of the pages below a folder, of those that have one."""
    pages = sorted(chapters.glob("*/[0-9]*.ipynb"))
    stamps = {f"{page.parent.name}/{page.stem}": read_stamp(page) for page in pages}
    return [{"page": name} | stamp for name, stamp in stamps.items() if stamp]


def _value_rows(records: list[dict]) -> list[dict]:
    """Return one row a value; where there is one a seed, the row names it."""
    return [
        record | {"seed": record["seed"] + number if _one_a_seed(record) else "", "value": value}
        for record in records
        for number, value in enumerate(record["values"])
    ]


def _one_a_seed(record: dict) -> bool:
    return not record["deterministic"] and len(record["values"]) == record["replicates"]


def as_csv(rows: list[dict], columns: Sequence[str]) -> str:
    """Return rows as comma-separated text with a heading."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(
        {name: " ".join(cell) if isinstance(cell, list) else cell for name, cell in row.items()}
        for row in rows
    )
    return text.getvalue()


def write(folder: Path, chapters: Path) -> None:
    """Write all tables into a folder."""
    rows = {
        "claims": claim_rows(),
        "records": record_rows(),
        "verdicts": [each.to_dict() for each in claims.judge_all()],
        "stamps": stamp_rows(chapters),
    }
    for name, found in rows.items():
        write_whole(folder / f"{name}.json", json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    verdict_columns = [field.name for field in fields(claims.Judgement)]
    write_whole(folder / "claims.csv", as_csv(rows["claims"], COLUMNS))
    write_whole(folder / "records.csv", as_csv(_value_rows(rows["records"]), VALUE_COLUMNS))
    write_whole(folder / "verdicts.csv", as_csv(rows["verdicts"], verdict_columns))
