"""A printed table of scores: one row a model, one column a score, digits as printed."""

import re
from collections.abc import Sequence
from csv import Error as LineError
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lib import claims
from lib.common.errors import ReaderError
from lib.methods.arithmetic import decimals_of, number_of, ungrouped
from lib.review.scores.layout import fields_of, upright

# How columns are headed, without case, marks and what stands in brackets.
HEADINGS = {
    "accuracy": ("accuracy", "acc", "accuracy rate", "accuracy score", "test accuracy"),
    "precision": (
        *("precision", "prec", "ppv", "positive predictive value"),
        *("precision rate", "precision score"),
    ),
    "recall": (
        *("recall", "rec", "sensitivity", "tpr", "true positive rate", "detection rate", "dr"),
        *("recall rate", "recall score", "tp rate", "sens", "hit rate"),
    ),
    "f1": (
        *("f1", "f1 score", "f score", "f measure", "f1 measure", "fscore", "f1score"),
        *("f 1", "f 1 score", "f 1 measure", "fmeasure", "f1measure"),
    ),
    "specificity": ("specificity", "tnr", "true negative rate", "tn rate", "spec"),
    "fpr": ("fpr", "false positive rate", "false alarm rate", "fp rate"),
    "fnr": ("fnr", "false negative rate", "miss rate", "fn rate"),
}
# In these a share of less than one percent is common, and looks like a fraction.
SMALL = ("fpr", "fnr")
SCORES = tuple(HEADINGS)
READINGS = ("rounded", "cut", "either")
# So many that whole numbers stay exact in the browser, too.
MOST_DECIMALS = {1: 7, 100: 5}
MOST_BYTES, MOST_ROWS = 1_000_000, 200
NAME_THEM = "Name columns accuracy, precision, recall, f1, specificity, fpr or fnr."
EMPTY = ("", "-", "--", "---", "\u2013", "\u2014", "n/a", "na", "n.a.", "nan", "none", "null")


@dataclass(frozen=True)
class Cell:
    """A printed share; what stands in hundredths has a scale of 100."""

    text: str
    scale: int

    def ends(self, reading: str) -> tuple[int, int, int, bool]:
        """Return the least and greatest share that print so, as whole numbers over a third.

        The last part says whether the greatest is itself left out.
        """
        unit = 2 * self.scale * 10 ** decimals_of(self.text)
        middle = int(Fraction(self.text) / self.scale * unit)
        low = middle if reading == "cut" else middle - 1
        return low, middle + (1 if reading == "rounded" else 2), unit, reading != "rounded"

    def bounds(self, reading: str) -> tuple[float, float]:
        """Return the same two ends as fractions."""
        low, high, unit, _ = self.ends(reading)
        return low / unit, high / unit

    def printed(self, share: float) -> str:
        """Return another share with one digit more than this one."""
        return f"{share * self.scale:.{decimals_of(self.text) + 1}f}"


@dataclass(frozen=True)
class Row:
    """One model: its name and its scores."""

    name: str
    cells: dict[str, Cell]

    def without(self, score: str) -> "Row":
        """Return the row as if one of its scores had not been printed."""
        return Row(self.name, {name: cell for name, cell in self.cells.items() if name != score})


def read_table(path: Path) -> list[Row]:
    """Read a table of scores from a CSV file."""
    try:
        content = Path(path).read_bytes()
    except OSError as problem:
        raise ReaderError(f"{path} cannot be read: {problem.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise ReaderError(
            f"{path} has {len(content):,} bytes; a printed table has at most {MOST_BYTES:,}. "
            "For a file of data there is: python -m lib audit"
        )
    return parsed(_text_of(content, path), str(path))


def _text_of(content: bytes, path: Path) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content:
        raise ReaderError(
            f"{path} is no text: it holds zero bytes. Save the table as CSV in UTF-8."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def parsed(text: str, name: str = "the table") -> list[Row]:
    """Return the rows of a table given as text: with marks between, as Markdown or as LaTeX."""
    head, body, columns = _read(text, name)
    percent = {
        score: "%" in head[place] or any(_percent(fields[place : place + 1]) for fields in body)
        for score, place in columns.items()
    }
    _require_known_units(percent, columns, body, name)
    names = _place_of_names(head, body, columns)
    rows = []
    for number, fields in enumerate(body, start=1):
        cells = {
            score: _cell(fields[columns[score]], percent[score], f"{name}, row {number}, {score}")
            for score in SCORES
            if score in columns and columns[score] < len(fields)
            if fields[columns[score]].lower() not in EMPTY
        }
        label = fields[names] if names is not None and names < len(fields) else ""
        if cells:
            rows.append(Row(label or f"row {number}", cells))
    if not rows:
        raise ReaderError(f"{name} has no row with a score.")
    return rows


def _read(text: str, name: str) -> tuple[list[str], list[list[str]], dict[str, int]]:
    """Return the line of names, the lines below it, and the place of each score's column."""
    try:
        lines = fields_of(text)
    except LineError as problem:
        raise ReaderError(f"{name} is no table: {problem}.") from None
    if len(lines) < 2:
        raise ReaderError(f"{name} has no row of scores below a line that names the columns.")
    if "support" in " ".join(lines[0]).lower().split():
        raise ReaderError(
            f"{name} has a line for each class (support). Write one line for the model: its "
            "accuracy, and precision, recall and f1 of one class. The support of that class goes "
            "to --positives, that of all to --rows."
        )
    head, *body = upright(lines, score_of)
    columns = {score_of(heading): place for place, heading in reversed([*enumerate(head)])}
    columns.pop("", None)
    if not columns:
        apart = sum(bool(score_of(word)) for word in " ".join(head).split()) > 1
        raise ReaderError(
            f"{name} has no column of scores: its first line reads {', '.join(head)}. "
            + ("Put a comma, semicolon, tab or bar between the columns." if apart else NAME_THEM)
        )
    if len(body) > MOST_ROWS:
        raise ReaderError(f"{name} has {len(body)} rows; a printed table has at most {MOST_ROWS}.")
    _require_width(head, body, columns, name)
    return head, body, columns


def _require_width(head, body: list[list[str]], columns: dict[str, int], name: str) -> None:
    """Refuse lines whose fields cannot be told to stand under their names."""
    scores = min(columns.values())
    first = next((fields for fields in body if len(fields) == len(head)), head)
    for number, fields in enumerate(body, start=1):
        while len(fields) > len(head) and not fields[-1]:
            fields.pop()
        remark = len(fields) == 1 and 0 not in columns.values()
        if len(fields) != len(head) and not remark:
            raise ReaderError(
                f"{name}, row {number} has {len(fields)} fields and the line of names "
                f"{len(head)}. Write - where no score is printed; where commas are decimal, put "
                "semicolons between the fields."
            )
        if scores and not remark and _moved(first, fields, scores):
            raise ReaderError(
                f"{name}, row {number}: {fields[scores - 1]} stands under "
                f"'{head[scores - 1]}', and the last field is empty. Where a name holds for "
                "several rows, write it in each."
            )


def _moved(first: list[str], fields: list[str], scores: int) -> bool:
    """Tell whether a line lacks a name, unlike the first, so that scores stand one to the left."""
    number = re.compile(r"\d*[.,]\d+\s*%?")
    own, other = number.fullmatch(fields[scores - 1]), number.fullmatch(first[scores - 1])
    return bool(own) and not other and not fields[-1]


def _require_known_units(percent: dict[str, bool], columns, body, name: str) -> None:
    """Refuse small rates without a sign in a table of percent: they may be either."""
    for score in SMALL:
        if score not in columns or percent[score] or not any(percent.values()):
            continue
        fields = [_plain(fields[columns[score]]) for fields in body if columns[score] < len(fields)]
        printed = next((text for text in fields if re.fullmatch(r"\d*\.?\d+", text)), None)
        if printed:
            raise ReaderError(
                f"{name}, {score}: {printed} may be a fraction, or percent like other columns. "
                f"Write a sign: {printed}%, or {100 * float(printed):.6g}% if it is a fraction."
            )


def _place_of_names(head, body, columns: dict[str, int]) -> int | None:
    """Return the column of names: if one can be had, of words that tell the rows apart."""
    others = [place for place in range(len(head)) if place not in columns.values()]
    rows = [fields for fields in body if len(fields) == len(head)]
    left = [place for place in others if place < min(columns.values())]
    apart = [place for place in left if len({row[place] for row in rows}) == len(rows)]
    words = [n for n in apart if not all(re.fullmatch(r"[\d.]+", row[n]) for row in rows)]
    return next(iter([*words, *apart, *others]), None)


def score_of(heading: str) -> str:
    """Return which score a column's heading names; empty if none."""
    plain = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", heading.lower())
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())
    return next((score for score, names in HEADINGS.items() if plain in names), "")


def _plain(field: str) -> str:
    """Return a field without its percent sign, with a point where it has a decimal comma."""
    text = field.replace("%", "").strip()
    return text.replace(",", ".") if re.fullmatch(r"\d+,\d+", text) else text


def _percent(field: Sequence[str]) -> bool:
    try:
        return bool(field) and ("%" in field[0] or number_of(_plain(field[0])) > 1)
    except ValueError:
        return False


def _cell(field: str, percent: bool, place: str) -> Cell:
    text = _plain(field)
    scale = 100 if percent else 1
    try:
        share = number_of(text) / scale
    except ValueError:
        raise ReaderError(f"{place}: '{field}' is no number. {_what_next(field)}") from None
    if not 0 <= share <= 1:
        raise ReaderError(f"{place}: {field} is no share: it is not between 0 and {scale}.")
    if "e" in text.lower() or decimals_of(text) > MOST_DECIMALS[scale]:
        raise ReaderError(
            f"{place}: {field} has more than {MOST_DECIMALS[scale]} digits behind the point; "
            "leave off the rest."
        )
    return Cell(ungrouped(text), scale)


def _what_next(field: str) -> str:
    if "\u00b1" in field or "+/-" in field:
        return (
            "Means over several tests need not fit one test, and are not checked: give the rows "
            "of the single tests, with --folds where they are folds."
        )
    return "Write its digits alone, or - where none is printed."


def of_claims(pattern: str) -> list[Row]:
    """Return a printed table of the book's ledger: its claims of accuracy, precision and so on."""
    cells: dict[str, dict[str, Cell]] = {}
    for claim in claims.published_claims(pattern).values():
        if claim.metric in SCORES and claim.is_number:
            row = cells.setdefault(claim.id.rpartition(".")[0], {})
            row[claim.metric] = Cell(ungrouped(claim.published), int(claim.scale))
    if not cells:
        raise ReaderError(f"no claim that fits {pattern} is an accuracy, precision, recall or F1.")
    return [Row(name, {s: row[s] for s in SCORES if s in row}) for name, row in cells.items()]
