"""Judgements as text, JSON, Markdown and accessible HTML."""

import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from html import escape

from lib.claims.verdicts import VERDICTS, Judgement
from lib.errors import ReaderError

# A sign beside each word, so that colour is never the only difference.
SIGNS = {
    "exact": "=",
    "within rounding": "≈",
    "within spread": "±",
    "differs, same conclusion": "≠",
    "differs, conclusion changes": "✗",
    "not comparable": "?",
    "paper inconsistent": "!",
    "setting": "·",
    "time": "·",
    "context": "·",
}
# The blank of "1 000" and of "5 %".
WITHIN_NUMBER = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|%)")
COLUMNS = ("claim", "paper", "book", "this run", "verdict")
GAP = "  "
# The key of an output's metadata that says how to render it again.
RECIPE = "claims"


# How metrics are called whose name in the ledger is no word.
METRICS = {
    "f1": "F1",
    "fpr": "FPR",
    "fnr": "FNR",
    "pr_auc": "PR-AUC",
    "roc_auc": "ROC-AUC",
    "training_time_scaled": "training time",
    "testing_time_scaled": "testing time",
}


def _metric_title(metric: str) -> str:
    """Return one metric, or several with commas between, as a reader calls them."""
    titles = (METRICS.get(name, name) for name in metric.split(", "))
    return ", ".join(titles).replace("_", " ")


def _with_unit(text: str, unit: str) -> str:
    if unit.startswith("seconds"):
        return f"{text} s"
    return f"{text} %" if unit == "%" else text


def unbroken(text: str) -> str:
    """Return a text in which no line can end within a number, or before its percent sign.

    Parameters
    ----------
    text : str
        Thousands may be parted by blanks, as in ``"1 000 rows"``, and so may a percent sign.

    Returns
    -------
    str
        Of the same length, with no-break spaces for these blanks.
    """
    return WITHIN_NUMBER.sub("\N{NO-BREAK SPACE}", text)


def plain_phrase(text: str) -> str:
    """Return a printed phrase without quotation marks and code marks of its own.

    Parameters
    ----------
    text : str
        As the ledger has it.

    Returns
    -------
    str
        Without curly double quotation marks and backticks; straight ones and apostrophes stay.
    """
    return text.translate(dict.fromkeys(map(ord, "“”`")))


def paper_text(judgement: Judgement) -> str:
    """Return what the paper prints; a conclusion in quotation marks.

    Parameters
    ----------
    judgement : Judgement
        Gives kind, printed text and unit.

    Returns
    -------
    str
        As printed, with its unit where that is a percent sign or seconds.
    """
    if judgement.kind == "conclusion":
        return f"“{plain_phrase(judgement.published)}”"
    return _with_unit(judgement.published, judgement.unit)


def measured_text(
    value: float | str | None, low: float | None, high: float | None, judgement: Judgement
) -> str:
    """Return a mean with its prediction interval, such as ``0.742 [0.731, 0.753]``.

    Parameters
    ----------
    value, low, high : float, str or None
        In the claim's unit; None where there is nothing.
    judgement : Judgement
        Gives unit and printed precision.

    Returns
    -------
    str
        A dash where there is no value; no interval where it has no width.
    """
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    mean, *ends = (f"{number:,.{judgement.decimals}f}" for number in (value, low or 0, high or 0))
    spread = "" if low is None or low == high else f" [{', '.join(ends)}]"
    return _with_unit(f"{mean}{spread}", judgement.unit)


def book_text(judgement: Judgement) -> str:
    """Return the published run's value as it is shown.

    Parameters
    ----------
    judgement : Judgement
        Gives the value with its ends, unit and printed precision.

    Returns
    -------
    str
        As `measured_text` writes it; for a conclusion whether it holds, or in how many seeds. A
        dash where the published run has no value.
    """
    return measured_text(judgement.book, judgement.low, judgement.high, judgement)


def run_text(judgement: Judgement) -> str:
    """Return the reader's run's value as it is shown.

    Parameters
    ----------
    judgement : Judgement
        Gives the value of the reader's run with its ends, unit and printed precision.

    Returns
    -------
    str
        As `book_text`; a dash where the reader's run has no value.
    """
    return measured_text(
        judgement.this_run, judgement.this_run_low, judgement.this_run_high, judgement
    )


def claim_text(judgement: Judgement) -> str:
    """Return subject, metric and place of a claim in one line.

    Parameters
    ----------
    judgement : Judgement
        Gives the three; the place is its locator.

    Returns
    -------
    str
        Such as ``"DT, F1 (Table 3, row DT, column F1 score)"``; underscores in the subject become
        blanks.
    """
    subject = judgement.subject.replace("_", " ")
    return f"{subject}, {_metric_title(judgement.metric)} ({judgement.locator})"


def verdict_text(judgement: Judgement) -> str:
    """Return the verdict's sign and words.

    Parameters
    ----------
    judgement : Judgement
        Gives the verdict, a key of `SIGNS`.

    Returns
    -------
    str
        Such as ``"± within spread"``; the kind, such as ``"· setting"``, of what is not judged.
    """
    return f"{SIGNS[judgement.verdict]} {judgement.verdict}"


CELLS = {
    "claim": claim_text,
    "id": lambda judgement: judgement.id,
    "where": lambda judgement: judgement.locator,
    "paper": paper_text,
    "book": book_text,
    "this run": run_text,
    "verdict": verdict_text,
    "reason": lambda judgement: judgement.reason,
    "note": lambda judgement: judgement.note,
}


def as_text(
    judgements: Sequence[Judgement],
    columns: Sequence[str] = ("id", *COLUMNS[1:]),
    width: int | None = 0,
) -> str:
    """Return a table for a terminal.

    Parameters
    ----------
    judgements : sequence of Judgement
        One a row.
    columns : sequence of str
        Keys of `CELLS`.
    width : int or None
        Characters a line; long cells are wrapped. 0 asks the terminal, None never wraps.

    Returns
    -------
    str
        Lines without trailing blanks.
    """
    rows = [list(columns)] + [[CELLS[name](each) for name in columns] for each in judgements]
    natural = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    room = shutil.get_terminal_size().columns if width == 0 else width
    longest = [max(_longest_word(cell) for cell in column) for column in zip(*rows, strict=True)]
    widths = natural if room is None else _fit(natural, longest, room)
    rule = GAP.join("-" * each for each in widths)
    lines = [line for row in rows for line in _wrapped(row, widths)]
    header = len(_wrapped(rows[0], widths))
    return "\n".join([*lines[:header], rule, *lines[header:]])


def _longest_word(cell: str) -> int:
    return max((len(word) for word in cell.split()), default=0)


def _fit(widths: list[int], longest: list[int], room: int, least: int = 8) -> list[int]:
    """Take from the widest column until the line fits; break words only when nothing else helps."""
    for floors in (longest, [least] * len(widths)):
        widths = list(widths)
        while sum(widths) + len(GAP) * (len(widths) - 1) > room:
            slack = [width - floor for width, floor in zip(widths, floors, strict=True)]
            wide = [width if spare > 0 else 0 for width, spare in zip(widths, slack, strict=True)]
            if not any(wide):
                break
            widths[wide.index(max(wide))] -= 1
    return widths


def _wrapped(row: list[str], widths: list[int]) -> list[str]:
    cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
    height = max(len(lines) for lines in cells)
    padded = [lines + [""] * (height - len(lines)) for lines in cells]
    return [
        GAP.join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*padded, strict=True)
    ]


def as_markdown(judgements: Sequence[Judgement], columns: Sequence[str] = COLUMNS) -> str:
    """Return a Markdown table with the given columns.

    Parameters
    ----------
    judgements : sequence of Judgement
        One a row.
    columns : sequence of str
        Keys of `CELLS`.

    Returns
    -------
    str
        Lines without a last line feed; vertical bars within a cell are escaped.
    """
    return _markdown(columns, [[CELLS[name](each) for name in columns] for each in judgements])


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (head, *rows)]
    cells.insert(1, ["---"] * len(head))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def verdict_class(verdict: str) -> str:
    """Return the CSS classes of a verdict, such as ``verdict verdict-within-spread``.

    Parameters
    ----------
    verdict : str
        A key of `SIGNS`.

    Returns
    -------
    str
        Two names parted by a blank, the second without commas and with hyphens for blanks.
    """
    return f"verdict verdict-{verdict.replace(',', '').replace(' ', '-')}"


def _verdict_html(judgement: Judgement) -> str:
    """Return a verdict's sign and words; behind a fold its reason, and how the claim was read."""
    sign = f'<span class="verdict-sign" aria-hidden="true">{SIGNS[judgement.verdict]}</span>'
    words = f'{sign} <span class="verdict-word">{escape(judgement.verdict)}</span>'
    folded = [text for text in (judgement.reason, judgement.note) if text]
    if not folded:
        return words
    reasons = "".join(f'<span class="verdict-reason">{escape(text)}</span>' for text in folded)
    return f"<details><summary>{words}</summary>{reasons}</details>"


def _scrollable(table: str, name: str) -> str:
    # Focusable, so that a wide table can be scrolled with the keyboard too.
    return (
        f'<div class="claims-scroll" tabindex="0" role="region" aria-label="{escape(name)}">'
        f"{table}</div>"
    )


def _header(names: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def as_html(
    judgements: Sequence[Judgement],
    columns: Sequence[str] = COLUMNS,
    name: str = "Claims with verdicts",
) -> str:
    """Return an accessible HTML table in a block that scrolls sideways.

    Parameters
    ----------
    judgements : sequence of Judgement
        One a row; the row carries the id as ``data-claim``.
    columns : sequence of str
        Keys of `CELLS`; the first column holds the row headers.
    name : str
        What a screen reader calls the table.

    Returns
    -------
    str
        HTML.
    """
    body = "".join(_html_row(each, columns) for each in judgements)
    table = f'<table class="claims">{_header(columns)}<tbody>{body}</tbody></table>'
    return _scrollable(table, name)


def _html_row(judgement: Judgement, columns: Sequence[str]) -> str:
    cells = "".join(_html_cell(judgement, name, name == columns[0]) for name in columns)
    return f'<tr data-claim="{escape(judgement.id)}">{cells}</tr>'


def _html_cell(judgement: Judgement, column: str, heads_row: bool) -> str:
    text = escape(unbroken(CELLS[column](judgement)))
    if heads_row:
        return f'<th scope="row">{text}</th>'
    # On a phone each row is a block, and a cell names its own column.
    label = f'data-label="{escape(column)}"'
    if column == "verdict":
        return f'<td class="{verdict_class(judgement.verdict)}">{_verdict_html(judgement)}</td>'
    return f"<td {label}>{text}</td>"


def scoreboard(judgements: Sequence[Judgement]) -> list[dict]:
    """Return how many claims of each paper got each verdict.

    Parameters
    ----------
    judgements : sequence of Judgement
        Settings and context that contradict nothing are not counted.

    Returns
    -------
    list of dict
        Keys ``paper``, ``verdict``, ``claims``, of which ``conclusions``; every paper
        with every verdict, zeros included.
    """
    return [
        {
            "paper": paper,
            "verdict": verdict,
            "claims": len(chosen),
            "conclusions": sum(each.kind == "conclusion" for each in chosen),
        }
        for paper in dict.fromkeys(each.paper for each in judgements)
        for verdict in VERDICTS
        for chosen in [
            [each for each in judgements if (each.paper, each.verdict) == (paper, verdict)]
        ]
    ]


def scoreboard_html(judgements: Sequence[Judgement], titles: dict[str, str] | None = None) -> str:
    """Return the scoreboard as HTML: one row a paper, one column a verdict.

    Parameters
    ----------
    judgements : sequence of Judgement
        All claims.
    titles : dict of str to str
        What to call each paper; its short name where left out.

    Returns
    -------
    str
        HTML, scrollable like the tables of claims.
    """
    counts = scoreboard(judgements)
    heads = "".join(
        f'<th scope="col" class="{verdict_class(verdict)}">'
        f'<span class="verdict-sign" aria-hidden="true">{SIGNS[verdict]}</span> '
        f'<span class="verdict-word">{verdict}</span></th>'
        for verdict in VERDICTS
    )
    rows = "".join(
        _scoreboard_row((titles or {}).get(paper, paper), paper, counts)
        for paper in dict.fromkeys(each["paper"] for each in counts)
    )
    head = f'<thead><tr><th scope="col">paper</th><th scope="col">claims</th>{heads}</tr></thead>'
    table = f'<table class="claims scoreboard">{head}<tbody>{rows}</tbody></table>'
    return _scrollable(table, "Number of claims with each verdict")


def _scoreboard_row(title: str, paper: str, counts: list[dict]) -> str:
    own = [each for each in counts if each["paper"] == paper]
    cells = "".join(
        f'<td class="{verdict_class(each["verdict"])}" data-verdict="{each["verdict"]}">'
        f"{each['claims']}</td>"
        for each in own
    )
    total = sum(each["claims"] for each in own)
    head = f'<th scope="row">{escape(title)}</th><td data-verdict="claims">{total}</td>'
    return f'<tr data-paper="{escape(paper)}">{head}{cells}</tr>'


def _values(judgement: Judgement) -> list[tuple[str, str]]:
    """Return the three values, the last two in one where the page is the published run."""
    shown = [(name, CELLS[name](judgement)) for name in ("paper", "book", "this run")]
    if shown[1][1] == shown[2][1]:
        return [shown[0], ("book", shown[1][1])]
    return shown


class _Shown:
    """What a notebook shows, with the recipe by which a later build renders it again."""

    recipe: dict | None = None

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        data = {
            "text/html": self._repr_html_(),
            "text/markdown": self._repr_markdown_(),
            "text/plain": repr(self),
        }
        return data, {RECIPE: self.recipe} if self.recipe else {}


class ClaimTable(_Shown):
    """Judgements as a notebook shows them: one claim a row."""

    def __init__(self, judgements: Sequence[Judgement], columns: Sequence[str] = COLUMNS):
        self.judgements = list(judgements)
        self.columns = tuple(columns)

    def _repr_html_(self) -> str:
        return as_html(self.judgements, self.columns)

    def _repr_markdown_(self) -> str:
        return as_markdown(self.judgements, self.columns)

    def __repr__(self) -> str:
        return as_text(self.judgements, self.columns)


class ClaimMatrix(_Shown):
    """Judgements laid out as the paper prints its table.

    Parameters
    ----------
    judgements : sequence of Judgement
        At most one for each row and column.
    rows, columns : str
        Attributes of `Judgement` that name the rows and the columns.

    Raises
    ------
    ReaderError
        If two claims fall into one cell.
    """

    def __init__(self, judgements: Sequence[Judgement], rows: str, columns: str):
        self.rows = list(dict.fromkeys(getattr(each, rows) for each in judgements))
        self.columns = list(dict.fromkeys(getattr(each, columns) for each in judgements))
        self.cells: dict[tuple[str, str], Judgement] = {}
        for each in judgements:
            place = getattr(each, rows), getattr(each, columns)
            if place in self.cells:
                raise ReaderError(
                    f"claims {self.cells[place].id} and {each.id} fall into one cell {place}. "
                    "Choose a narrower pattern, or other rows and columns."
                )
            self.cells[place] = each

    def _repr_html_(self) -> str:
        body = "".join(
            f'<tr><th scope="row">{escape(row)}</th>'
            f"{''.join(self._html_cell(row, column) for column in self.columns)}</tr>"
            for row in self.rows
        )
        head = _header(["", *map(_metric_title, self.columns)])
        table = f'<table class="claims claims-matrix">{head}<tbody>{body}</tbody></table>'
        return _scrollable(table, "A table of the paper: paper, book, this run and verdict")

    def _html_cell(self, row: str, column: str) -> str:
        judgement = self.cells.get((row, column))
        if judgement is None:
            return "<td></td>"
        values = "".join(
            f'<div class="claims-value"><span class="claims-source">{name}</span> '
            f"{escape(unbroken(text))}</div>"
            for name, text in _values(judgement)
        )
        verdict = (
            f'<div class="{verdict_class(judgement.verdict)}">{_verdict_html(judgement)}</div>'
        )
        return f'<td data-claim="{escape(judgement.id)}">{values}{verdict}</td>'

    def _text_rows(self) -> list[list[str]]:
        return [
            [row, *(self._text_cell(row, column) for column in self.columns)] for row in self.rows
        ]

    def _text_cell(self, row: str, column: str) -> str:
        judgement = self.cells.get((row, column))
        if judgement is None:
            return ""
        values = " / ".join(CELLS[name](judgement) for name in ("paper", "book", "this run"))
        return f"{values} / {SIGNS[judgement.verdict]}"

    def _repr_markdown_(self) -> str:
        return _markdown(["", *map(_metric_title, self.columns)], self._text_rows())

    def __repr__(self) -> str:
        titles = map(_metric_title, self.columns)
        rows = [["paper / book / this run / verdict", *titles], *self._text_rows()]
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        return "\n".join(
            GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )
