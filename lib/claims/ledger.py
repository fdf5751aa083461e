"""The ledger of printed claims: ``data/claims/*.csv``, read and validated.

Columns
-------
id : dotted name, unique over all files.
paper : short name of the paper.
locator : where in the paper it is printed.
subject, dataset, metric, average : what the number is about; average may be empty.
published : text exactly as printed; for a conclusion the phrase.
unit : a key of `UNITS`; ``%`` is printed in hundredths of the record's unit. ``seconds of 9.5``
    is a time whose record is the ratio to a time that is printed as 9.5 seconds.
kind : ``value`` (judged against a record), ``conclusion`` (judged by a rule),
    ``setting`` (an input of the study, held only against other printed numbers),
    ``time`` (seconds on the authors' machine, the unit of other times) or
    ``context`` (cited from another paper, never judged).
record : id of the record that a value is compared with.
variants : data files that may judge the claim, as the registry names them, parted by spaces;
    any where empty. Records measured on another one are shown and not judged.
supports : ids of the conclusions that rest on a value, parted by spaces; at least those whose rule
    reads its record.
check : arithmetic checks on printed numbers, parted by semicolons; see `lib.claims.checks`.
    A conclusion may only be checked for whether it follows from the printed numbers.
rule : when a conclusion holds; see `lib.claims.rules`.
note : what a reader should know; how a word was read.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from lib.arithmetic import decimals_of, number_of, printed_interval
from lib.claims.expressions import Call, parse_list
from lib.errors import ReaderError
from lib.files import state_of
from lib.intervals import Interval
from lib.paths import CLAIMS

KINDS = ("value", "conclusion", "setting", "time", "context")
JUDGED = ("value", "conclusion")
COUNTS = ("rows", "features", "neurons", "layers", "epochs", "steps", "folds")
# Divide a printed number by this to get the unit of its record.
UNITS = {"%": 100.0, "": 1.0} | dict.fromkeys(("fraction", "rank", "seconds", *COUNTS), 1.0)
RELATIVE_TIME = re.compile(r"seconds of (\d+(?:\.\d+)?)")
REQUIRED = ("id", "paper", "locator", "subject", "dataset", "metric", "published", "kind")
ID = re.compile(r"[a-z]\w*(\.\w+)+")


@dataclass(frozen=True)
class Claim:
    """One row of the ledger; the attributes are its columns."""

    id: str
    paper: str
    locator: str
    subject: str
    dataset: str
    metric: str
    average: str
    published: str
    unit: str
    kind: str
    record: str
    variants: tuple[str, ...]
    supports: tuple[str, ...]
    check: tuple[Call, ...]
    rule: Call | None
    note: str

    @property
    def scale(self) -> float:
        """What a record's value is multiplied with to get the claim's unit."""
        relative = RELATIVE_TIME.fullmatch(self.unit)
        return float(relative[1]) if relative else UNITS[self.unit]

    @property
    def decimals(self) -> int:
        """Printed digits behind the decimal point."""
        return decimals_of(self.published)

    @property
    def number(self) -> float:
        """The printed number in the claim's unit."""
        return number_of(self.published)

    @property
    def interval(self) -> Interval:
        """Every number, in the record's unit, that rounds or truncates to what is printed."""
        printed = printed_interval(self.number, self.decimals, truncation=True)
        return Interval(printed.low / self.scale, printed.high / self.scale)

    @property
    def is_count(self) -> bool:
        """Whether the number counts things, and so is neither rounded nor cut off."""
        return self.unit in COUNTS

    @property
    def is_number(self) -> bool:
        """Whether what is printed is a number."""
        try:
            number_of(self.published)
        except ValueError:
            return False
        return True


class Ledger(dict[str, Claim]):
    """All claims by id, in the order of the files."""

    def matching(self, *patterns: str) -> list[Claim]:
        """Return the claims whose id fits any pattern.

        Parameters
        ----------
        *patterns : str
            Ids with ``*``, such as ``"xmednn.table1.*"``.

        Returns
        -------
        list of Claim
            In the order of the ledger; empty when none fits.
        """
        return [
            claim
            for id, claim in self.items()
            if any(fnmatchcase(id, pattern) for pattern in patterns)
        ]


COLUMNS = tuple(field.name for field in fields(Claim))
# Columns whose text is taken apart.
PARSED = ("variants", "supports", "check", "rule")


def load(folder: Path = CLAIMS) -> Ledger:
    """Read and validate every ledger file of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Holds one ``.csv`` file a paper.

    Returns
    -------
    Ledger
        All claims by id.

    Raises
    ------
    ReaderError
        If a file cannot be read or a row breaks a rule of the ledger; the message
        names file and row and says what to do.
    """
    state = state_of(folder, "*.csv")
    if not state:
        raise ReaderError(f"no claims ledger (*.csv) in {folder}. Restore data/claims from git.")
    return Ledger(_read_files(state))


@lru_cache(maxsize=4)
def _read_files(state: tuple[tuple[str, int, int], ...]) -> Ledger:
    ledger, places = Ledger(), {}
    for path in (Path(name) for name, _, _ in state):
        for number, row in _rows(path):
            place = f"{path.name}, row {number}"
            claim = _claim(row, place)
            if claim.id in ledger:
                _refuse(
                    place, f"id {claim.id!r} is already used in {places[claim.id]}", "rename one"
                )
            ledger[claim.id], places[claim.id] = claim, place
    readers = _readers_of_records(ledger)
    for claim in ledger.values():
        _validate_references(claim, ledger, places[claim.id])
        _validate_supports(claim, readers.get(claim.record, ()), places[claim.id])
    return ledger


def _readers_of_records(ledger: Ledger) -> dict[str, list[str]]:
    """Return the ids of the conclusions whose rule reads each record."""
    from lib.claims import rules

    readers: dict[str, list[str]] = {}
    for claim in ledger.values():
        for record in rules.record_ids(claim.rule) if claim.rule else ():
            readers.setdefault(record, []).append(claim.id)
    return readers


def _refuse(place: str, problem: str, remedy: str) -> None:
    raise ReaderError(f"{place}: {problem}. To mend it: {remedy}.")


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with open(path, newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream, strict=True)
            rows = [(reader.line_num, row) for row in reader]
            header = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        _refuse(path.name, f"cannot be read ({problem})", "save it as comma-separated UTF-8 text")
    if sorted(header) != sorted(COLUMNS):
        odd = sorted(set(header) ^ set(COLUMNS))
        _refuse(
            f"{path.name}, row 1",
            f"the columns differ from the ledger's in {odd}",
            f"use the columns {', '.join(COLUMNS)}",
        )
    return rows


def _claim(row: dict[str, str], place: str) -> Claim:
    if None in row or None in row.values():
        _refuse(place, "the row has more or fewer cells than columns", "quote cells with commas")
    for column in REQUIRED:
        if not row[column].strip():
            _refuse(place, f"column {column!r} is empty", "fill it in")
    for column, text in row.items():
        if text != text.strip():
            _refuse(place, f"column {column!r} begins or ends with a blank", "remove the blank")
    claim = Claim(
        **{name: row[name] for name in COLUMNS if name not in PARSED},
        variants=tuple(row["variants"].split()),
        supports=tuple(row["supports"].split()),
        check=tuple(_expressions(row["check"], place, "check")),
        rule=next(iter(_expressions(row["rule"], place, "rule")), None),
    )
    _validate(claim, place)
    return claim


def _expressions(text: str, place: str, column: str) -> list[Call]:
    # Imported here because both modules need the ledger's types.
    from lib.claims import checks, rules

    language = checks if column == "check" else rules
    try:
        calls = parse_list(text)
        if column == "rule" and len(calls) > 1:
            raise ValueError("a conclusion has one rule")
        for call in calls:
            language.validate(call)
    except (ValueError, TypeError) as problem:
        remedy = f"see lib/claims/{column}s.py for {', '.join(sorted(language.NAMES))}"
        _refuse(place, f"{column}: {problem}", remedy)
    return calls


def _validate(claim: Claim, place: str) -> None:
    if not ID.fullmatch(claim.id):
        _refuse(
            place, f"id {claim.id!r} is no dotted name", "write it like paper.table1.row.metric"
        )
    if claim.kind not in KINDS:
        _refuse(place, f"kind {claim.kind!r} is unknown", f"use one of {', '.join(KINDS)}")
    if claim.unit not in UNITS and not RELATIVE_TIME.fullmatch(claim.unit):
        _refuse(place, f"unit {claim.unit!r} is unknown", f"use one of {', '.join(UNITS)}")
    if claim.kind == "value" and claim.unit == "seconds":
        _refuse(
            place,
            "seconds of another machine cannot be judged",
            "write the unit as 'seconds of' the printed time that it is a multiple of",
        )
    if not re.search(r"Abstract|(Section|Table|Figure|Algorithm) \d", claim.locator):
        _refuse(
            place,
            f"locator {claim.locator!r} does not say where in the paper",
            "name the abstract, or a section, table or figure with its number",
        )
    if claim.kind in ("value", "time", "context") and not claim.is_number:
        _refuse(
            place,
            f"published {claim.published!r} is no number",
            "copy the digits as printed and put the unit in its own column",
        )
    if (claim.kind == "value") != bool(claim.record):
        _refuse(
            place, "a value, and nothing else, names a record", "fill or empty the column record"
        )
    if (claim.kind == "value") != bool(claim.supports):
        _refuse(
            place,
            "a value, and nothing else, names the conclusions that rest on it",
            "fill or empty the column supports",
        )
    if (claim.kind == "conclusion") != (claim.rule is not None):
        _refuse(
            place, "a conclusion, and nothing else, has a rule", "fill or empty the column rule"
        )
    if claim.variants and claim.kind not in JUDGED:
        _refuse(place, "variants are named for what is not judged", "empty the column variants")
    if claim.kind == "conclusion":
        named = {call.name for call in claim.check}
        if named - {"follows"}:
            _refuse(place, f"a conclusion cannot have the checks {sorted(named)}", "use follows()")
    elif claim.check and not claim.is_number:
        _refuse(place, "only a printed number can be checked", "empty the column check")


def _validate_supports(claim: Claim, readers: Sequence[str], place: str) -> None:
    for id in readers:
        if id not in claim.supports:
            _refuse(
                place,
                f"{id!r}, whose rule reads {claim.record!r}, is not among what it supports",
                "add it to the column supports",
            )


def _validate_references(claim: Claim, ledger: Ledger, place: str) -> None:
    from lib.claims import checks, rules

    for id in claim.supports:
        if id not in ledger or ledger[id].kind != "conclusion":
            _refuse(place, f"supports {id!r}, which is no conclusion", "name a conclusion's id")
    read = {
        "check": [id for call in claim.check for id in checks.ids_read(call)],
        "rule": rules.printed_ids(claim.rule),
    }
    for column, ids in read.items():
        for id in ids:
            named = ledger.matching(id)
            if not named or not all(each.is_number for each in named):
                _refuse(
                    place, f"{column} names {id!r}, which is no printed number", "name a claim's id"
                )
