"""Judgements as text, Markdown and accessible HTML; ``tables.html`` holds the markup."""

import re
import shutil
import textwrap
from collections.abc import Sequence
from html import escape

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lib.claims.ledger import load
from lib.claims.verdicts import Judgement
from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.common.wording import in_unit

# A sign beside each word, so that colour is never the only difference.
SIGNS = {
    "exact": "=",
    "within rounding": "≈",
    "within spread": "±",
    "differs, same conclusion": "≠",
    "differs, conclusion open": "≉",
    "differs, conclusion changes": "✗",
    "paper inconsistent": "!",
    "cannot tell": "?",
    "not comparable": "○",
    "setting": "·",
    "time": "·",
    "context": "·",
}
# On what a verdict rests, strongest first.
BASES = {
    "file": "the file itself",
    "set": "other rows of the set",
    "rebuilt": "rebuilt rows",
    "arithmetic": "the paper's own arithmetic",
    "machine": "this machine",
}
# How metrics are called whose name in the ledger is no word.
METRICS = {
    "f1": "F1",
    "f1_attack": "F1 of attacks",
    "mcc": "MCC",
    "fpr": "FPR",
    "fnr": "FNR",
    "pr_auc": "PR-AUC",
    "roc_auc": "ROC-AUC",
    "training_time_scaled": "training time",
    "testing_time_scaled": "testing time",
}
# The blank of "1 000" and of "5 %".
WITHIN_NUMBER = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|%)")
COLUMNS = ("claim", "paper", "book", "this run", "verdict")
GAP = "  "
# The key of an output's metadata that says how to render it again.
RECIPE = "claims"


def unbroken(text: str) -> str:
    """Return a text in which no line can end within a number, or before its percent sign."""
    return WITHIN_NUMBER.sub("\N{NO-BREAK SPACE}", text)


def verdict_class(verdict: str) -> str:
    """Return the CSS classes of a verdict, such as ``verdict verdict-within-spread``."""
    return f"verdict verdict-{verdict.replace(',', '').replace(' ', '-')}"


def _metric_title(metric: str) -> str:
    """Return one metric, or several with commas between, as a reader calls them."""
    titles = (METRICS.get(name, name) for name in metric.split(", "))
    return ", ".join(titles).replace("_", " ")


def _with_unit(text: str, unit: str) -> str:
    return f"{text} s" if unit.startswith("seconds") else in_unit(text, unit)


def _claim_text(judgement: Judgement) -> str:
    """Return subject, metric and place of a claim in one line."""
    subject = judgement.subject.replace("_", " ")
    return f"{subject}, {_metric_title(judgement.metric)} ({judgement.locator})"


def _paper_text(judgement: Judgement) -> str:
    """Return what the paper prints; a conclusion in quotation marks, without marks of its own."""
    if judgement.kind == "conclusion":
        return f"“{judgement.published.translate(dict.fromkeys(map(ord, '“”`')))}”"
    return _with_unit(judgement.published, judgement.unit)


def _measured_text(
    value: float | str | None, low: float | None, high: float | None, judgement: Judgement
) -> str:
    """Return a mean with its prediction interval, such as ``0.742 [0.731, 0.753]``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    mean, *ends = (f"{number:,.{judgement.decimals}f}" for number in (value, low or 0, high or 0))
    spread = "" if low is None or low == high else f" [{', '.join(ends)}]"
    return _with_unit(f"{mean}{spread}", judgement.unit)


def _book_text(judgement: Judgement) -> str:
    return _measured_text(judgement.book, judgement.low, judgement.high, judgement)


def _run_text(judgement: Judgement) -> str:
    ends = judgement.this_run_low, judgement.this_run_high
    return _measured_text(judgement.this_run, *ends, judgement)


def _basis_text(judgement: Judgement) -> str:
    """Return on what a verdict rests, or which claim's verdict it is."""
    if judgement.repeats:
        return f"as {load()[judgement.repeats].locator}"
    return f"on {BASES[judgement.basis]}" if judgement.basis else ""


def _verdict_text(judgement: Judgement) -> str:
    basis = _basis_text(judgement)
    return f"{SIGNS[judgement.verdict]} {judgement.verdict}" + (f" ({basis})" if basis else "")


CELLS = {
    "claim": _claim_text,
    "id": lambda judgement: judgement.id,
    "where": lambda judgement: judgement.locator,
    "paper": _paper_text,
    "judged": lambda judgement: judgement.judged,
    "book": _book_text,
    "this run": _run_text,
    "verdict": _verdict_text,
    "basis": _basis_text,
    "reason": lambda judgement: judgement.reason,
    "note": lambda judgement: judgement.note,
}
TEMPLATES = Environment(
    loader=FileSystemLoader(ROOT / "lib"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
TEMPLATES.globals |= {"SIGNS": SIGNS, "CELLS": CELLS}
TEMPLATES.filters |= {
    "unbroken": unbroken, "verdict_class": verdict_class, "metric_title": _metric_title,
}  # fmt: skip


def _html(macro: str, *arguments) -> str:
    markup = TEMPLATES.get_template("claims/tables.html").module
    return str(getattr(markup, macro)(*arguments))


def as_html(judgements: Sequence[Judgement], columns: Sequence[str] = COLUMNS) -> str:
    """Return an accessible HTML table; this run has a column where it says more than the book."""
    heads = {name: name for name in columns}
    if all(_run_text(each) in ("", _book_text(each)) for each in judgements):
        heads.pop("this run", None)
    elif "this run" in heads:
        labels = dict.fromkeys(each.this_run_label for each in judgements if each.this_run_label)
        heads["this run"] = f"this run ({'; '.join(labels)})"
    return _html("claims", judgements, heads)


def as_text(
    judgements: Sequence[Judgement],
    columns: Sequence[str] = ("id", *COLUMNS[1:]),
    width: int | None = 0,
) -> str:
    """Return a table for a terminal, as wide as that is at width 0 and unlimited at None."""
    rows = [list(columns), *_rows(judgements, columns)]
    widths = _widths(rows, len)
    room = shutil.get_terminal_size().columns if width == 0 else width
    if room is not None:
        widths = _fit(widths, _widths(rows, _longest_word), room)
    rule = GAP.join("-" * each for each in widths)
    head, *body = (_wrapped(row, widths) for row in rows)
    return "\n".join([*head, rule, *(line for lines in body for line in lines)])


def _rows(judgements: Sequence[Judgement], columns: Sequence[str]) -> list[list[str]]:
    return [[CELLS[name](each) for name in columns] for each in judgements]


def _widths(rows: Sequence[Sequence[str]], length) -> list[int]:
    return [max(map(length, column)) for column in zip(*rows, strict=True)]


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split()), default=0)


def _fit(widths: list[int], longest: list[int], room: int, least: int = 8) -> list[int]:
    """Take from the widest column until the line fits; break words only when nothing else helps."""
    for floors in (longest, [least] * len(widths)):
        widths = list(widths)
        while sum(widths) + len(GAP) * (len(widths) - 1) > room:
            pairs = zip(widths, floors, strict=True)
            wide = [width if width > floor else 0 for width, floor in pairs]
            if not any(wide):
                break
            widths[wide.index(max(wide))] -= 1
    return widths


def _wrapped(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    padded = [lines + [""] * (height - len(lines)) for lines in cells]
    return [
        GAP.join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*padded, strict=True)
    ]


def _escaped(cell: str) -> str:
    """Return a text that is no markup, link or end of a cell in Markdown."""
    return re.sub(r"[\\|`]|(?<=\])\(", r"\\\g<0>", escape(" ".join(cell.split("\n")), quote=False))


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [[_escaped(cell) for cell in row] for row in (head, *rows)]
    cells.insert(1, ["---"] * len(head))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


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
        return _markdown(self.columns, _rows(self.judgements, self.columns))

    def __repr__(self) -> str:
        return as_text(self.judgements, self.columns)


class ClaimMatrix(_Shown):
    """Judgements laid out as the paper prints its table."""

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

    def _grid(self, show) -> list[list]:
        """Return rows with their names, and in each place what is shown of its claim, if any."""
        return [
            [row, *(show(each) if (each := self.cells.get((row, column))) else ""
                    for column in self.columns)]
            for row in self.rows
        ]  # fmt: skip

    def _repr_html_(self) -> str:
        return _html("matrix", self.columns, self._grid(lambda each: (each, _values(each))))

    def _repr_markdown_(self) -> str:
        return _markdown(["", *map(_metric_title, self.columns)], self._grid(_cell_text))

    def __repr__(self) -> str:
        titles = map(_metric_title, self.columns)
        rows = [["paper / book / this run / verdict", *titles], *self._grid(_cell_text)]
        widths = _widths(rows, len)
        return "\n".join(line for row in rows for line in _wrapped(row, widths))


def _values(judgement: Judgement) -> dict[str, str]:
    """Return the values that there are; the book's alone where the page is the published run."""
    shown = {name: CELLS[name](judgement) for name in ("paper", "book", "this run")}
    if shown["book"] == shown["this run"]:
        del shown["this run"]
    return {name: text for name, text in shown.items() if text}


def _cell_text(judgement: Judgement) -> str:
    values = (CELLS[name](judgement) or "-" for name in ("paper", "book", "this run"))
    return " / ".join([*values, SIGNS[judgement.verdict]])
