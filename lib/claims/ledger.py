"""The ledger of printed claims: ``data/claims/*.csv``, read and validated.

Columns
-------
id : dotted name, unique over all files.
paper : short name of the paper.
locator : where in the paper it is printed.
subject, dataset, metric, average : what the number is about; average may be empty.
published : text exactly as printed; for a conclusion the phrase, no more of it than is judged.
judged : of a conclusion, in a few words what its rule judges.
unit : a key of `UNITS`; ``%`` is printed in hundredths of the record's unit. ``seconds of 9.5``
    is a time whose record is the ratio to a time that is printed as 9.5 seconds.
kind : ``value`` (judged against a record), ``conclusion`` (judged by a rule),
    ``setting`` (an input of the study, held only against other printed numbers),
    ``time`` (seconds on the authors' machine, the unit of other times) or
    ``context`` (cited from another paper, or not to be settled by rows; never judged).
record : id of the record that a value is compared with.
variants : data files that may judge the claim, as the registry names them, parted by spaces;
    any where empty. Records measured on another one are shown and not judged.
supports : ids of the conclusions that rest on a value, parted by spaces; at least those whose rule
    reads its record.
repeats : id of the claim that this one restates; it takes its verdict, and is counted once.
check : arithmetic checks on printed numbers, parted by semicolons; see `lib.claims.checks`.
    A conclusion may only be checked for whether it follows from the printed numbers, or, where it
    repeats another, not at all.
rule : when a conclusion holds; see `lib.claims.rules`.
note : what a reader should know; how a word was read.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path

from lib.claims import checks, rules
from lib.claims.claim import RELATIVE_TIME, UNITS, Claim, Ledger
from lib.claims.language import Call, parse_list
from lib.common.errors import ReaderError
from lib.common.files import state_of
from lib.common.paths import CLAIMS

KINDS = ("value", "conclusion", "setting", "time", "context")
JUDGED = ("value", "conclusion")
REQUIRED = ("id", "paper", "locator", "subject", "dataset", "metric", "published", "kind")
ID = re.compile(r"[a-z]\w*(\.\w+)+")
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
            claim = parse_row(row, place)
            if claim.id in ledger:
                _refuse(
                    place, f"id {claim.id!r} is already used in {places[claim.id]}", "rename one"
                )
            ledger[claim.id], places[claim.id] = claim, place
    readers = _readers_of_records(ledger)
    for claim in ledger.values():
        _validate_references(claim, ledger, places[claim.id])
        _validate_repeats(claim, ledger, places[claim.id])
        _validate_supports(claim, readers.get(claim.record, ()), places[claim.id])
    return ledger


def _readers_of_records(ledger: Ledger) -> dict[str, list[str]]:
    """Return the ids of the conclusions whose rule reads each record."""
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


def parse_row(row: dict[str, str], place: str) -> Claim:
    """Return the claim of one row, which stands at a place that a message can name."""
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
    if claim.kind in ("value", "time") and not claim.is_number:
        _refuse(
            place,
            f"published {claim.published!r} is no number",
            "copy the digits as printed and put the unit in its own column",
        )
    _validate_what_is_judged(claim, place)
    if claim.variants and claim.kind not in JUDGED:
        _refuse(place, "variants are named for what is not judged", "empty the column variants")
    if claim.kind == "conclusion":
        named = {call.name for call in claim.check}
        if named - {"follows"}:
            _refuse(place, f"a conclusion cannot have the checks {sorted(named)}", "use follows()")
    elif claim.check and not claim.is_number:
        _refuse(place, "only a printed number can be checked", "empty the column check")


def _validate_what_is_judged(claim: Claim, place: str) -> None:
    """Refuse a value without record, a conclusion without rule, a repetition with either."""
    own = "" if claim.repeats else claim.kind
    for column, kind, holds in (
        ("record", "value", "a value, and nothing else, names a record"),
        ("supports", "value", "a value, and nothing else, names the conclusions that rest on it"),
        ("rule", "conclusion", "a conclusion, and nothing else, has a rule"),
        ("judged", "conclusion", "a conclusion, and nothing else, says what is judged"),
    ):
        if (own == kind) != bool(getattr(claim, column)):
            exception = "; what repeats another claim does neither" if claim.repeats else ""
            _refuse(place, f"{holds}{exception}", f"fill or empty the column {column}")


def _validate_repeats(claim: Claim, ledger: Ledger, place: str) -> None:
    target = ledger.get(claim.repeats)
    if not claim.repeats:
        return
    fits = target and (target.kind, target.paper) == (claim.kind, claim.paper)
    if not fits or target.repeats:
        _refuse(
            place,
            f"it repeats {claim.repeats!r}, which is no {claim.kind} of {claim.paper} that stands "
            "for itself",
            "name the id of the claim that it restates",
        )


def _validate_supports(claim: Claim, readers: Sequence[str], place: str) -> None:
    for id in readers:
        if id not in claim.supports:
            _refuse(
                place,
                f"{id!r}, whose rule reads {claim.record!r}, is not among what it supports",
                "add it to the column supports",
            )


def _validate_references(claim: Claim, ledger: Ledger, place: str) -> None:
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
