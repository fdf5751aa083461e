"""The papers' printed claims, held against what was measured."""

import json as json_format
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING

from lib.claims.claim import Claim, Ledger
from lib.claims.ledger import load
from lib.claims.tables import (
    COLUMNS,
    RECIPE,
    ClaimMatrix,
    ClaimTable,
    as_html,
    as_text,
)
from lib.claims.verdicts import NOT_JUDGED, VERDICTS, Judgement, judge
from lib.common.errors import ReaderError
from lib.common.files import state_of
from lib.common.paths import CLAIMS, reference_folder, run_folder
from lib.notebook import records

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "VERDICTS",
    "Claim",
    "Judgement",
    "Ledger",
    "as_html",
    "as_text",
    "command",
    "judge",
    "judge_all",
    "load",
    "matrix",
    "published_claims",
    "published_values",
    "reading",
    "render_again",
    "select",
    "table",
]


def judge_all() -> list[Judgement]:
    """Return every claim of the ledger with its verdict, from the records as they are now."""
    folders = (CLAIMS, "*.csv"), (reference_folder(), "*/*.json"), (run_folder(), "*/*.json")
    return list(_judge_once(tuple(state_of(*each) for each in folders)))


# A page with many tables asks as many times; the answer changes only with the files.
@lru_cache(maxsize=4)
def _judge_once(_state: tuple) -> tuple[Judgement, ...]:
    return tuple(judge(load(), records.reference(), records.this_run()))


def select(*patterns: str) -> list[Judgement]:
    """Return the judgements whose id fits any of the patterns."""
    ids = {claim.id for claim in load().matching(*patterns)}
    if not ids:
        raise ReaderError(
            f"no claim fits {', '.join(patterns)}. List the ids with: python -m lib claims"
        )
    return [each for each in judge_all() if each.id in ids]


def table(*patterns: str, columns: Sequence[str] = COLUMNS) -> ClaimTable:
    """Return a table of claims for a notebook.

    Parameters
    ----------
    *patterns : str
        Ids with ``*``.
    columns : sequence of str
        Any of claim, id, where, paper, judged, book, this run, verdict, basis, reason, note.

    Returns
    -------
    ClaimTable
        Shows itself as HTML, Markdown or text.
    """
    shown = ClaimTable(select(*patterns), columns)
    shown.recipe = {"show": "table", "patterns": list(patterns), "columns": list(columns)}
    return shown


def matrix(*patterns: str, rows: str = "subject", columns: str = "metric") -> ClaimMatrix:
    """Return claims laid out as the paper prints its table.

    Parameters
    ----------
    *patterns : str
        Ids with ``*``.
    rows, columns : str
        What names rows and columns: subject, metric or any other attribute of a judgement.

    Returns
    -------
    ClaimMatrix
        Each cell holds paper, book, this run and the verdict's sign.
    """
    shown = ClaimMatrix(select(*patterns), rows, columns)
    shown.recipe = {
        "show": "matrix",
        "patterns": list(patterns),
        "rows": rows,
        "columns": columns,
    }
    return shown


def render_again(page: "NotebookNode") -> "NotebookNode":
    """Return an executed page with its tables of verdicts rendered from the present state.

    A notebook runs before the last record of its chapter is written, and a claim may be
    corrected long after; so each build asks the ledger and the records anew.
    """
    fresh = deepcopy(page)
    for cell in fresh.cells:
        for output in cell.get("outputs", []):
            recipe = dict(output.get("metadata", {}).get(RECIPE, {}))
            if recipe:
                show = {"table": table, "matrix": matrix}[recipe.pop("show")]
                output.data, _ = show(*recipe.pop("patterns"), **recipe)._repr_mimebundle_()
    return fresh


@contextmanager
def reading(folders: Mapping[str, str]) -> Iterator[None]:
    """Judge from other folders of records for a while."""
    before = {name: os.environ.get(name) for name in folders}
    os.environ.update(folders)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def published_claims(pattern: str) -> Ledger:
    """Return what a paper prints, for a notebook that computes with it.

    Parameters
    ----------
    pattern : str
        Ids with ``*``, such as ``"toniot.*"``. The notebook runs again when a claim that fits
        changes, so it reads the ledger through this function or `published_values` alone.

    Returns
    -------
    Ledger
        The claims that fit, by id.

    Raises
    ------
    ReaderError
        If no claim fits.
    """
    found = load().matching(pattern)
    if not found:
        raise ReaderError(f"no claim fits {pattern}. List the ids with: python -m lib claims")
    return Ledger({claim.id: claim for claim in found})


def published_values(pattern: str, by: str = "id") -> dict[str, float]:
    """Return the printed numbers of a paper for arithmetic and figures.

    Parameters
    ----------
    pattern : str
        Ids with ``*``, such as ``"xmednn.table1.*.accuracy"``; only claims of kind value count.
    by : str
        The attribute of a claim that names each number: id, subject or metric.

    Returns
    -------
    dict of str to float
        Percentages as fractions, everything else as printed, in the ledger's order.

    Raises
    ------
    ReaderError
        If no printed number fits, or two of them would get one name.
    """
    fitting = [claim for claim in load().matching(pattern) if claim.kind == "value"]
    named = {getattr(claim, by): claim.number / claim.scale for claim in fitting}
    if not fitting or len(named) < len(fitting):
        raise ReaderError(
            f"{len(fitting)} printed numbers fit {pattern!r}, under {len(named)} names by {by}. "
            "Give a pattern that fits at least one, and an attribute that tells them apart."
        )
    return named


def command(json: bool = False, paper: str | None = None, verdict: str | None = None) -> int:
    """Print the ledger with verdicts."""
    judgements = judge_all()
    for name, wanted in (("paper", paper), ("verdict", verdict)):
        judgements = _filtered(judgements, name, wanted)
    if json:
        print(json_format.dumps([each.to_dict() for each in judgements], indent=1))
    else:
        print(as_text(judgements, width=0 if sys.stdout.isatty() else None))
    return 0


def _filtered(judgements: list[Judgement], name: str, wanted: str | None) -> list[Judgement]:
    known = {getattr(each, name) for each in judgements} | (
        {*VERDICTS, *NOT_JUDGED} if name == "verdict" else set()
    )
    if wanted is not None and wanted not in known:
        raise ReaderError(f"there is no {name} {wanted!r}. Use one of: {', '.join(sorted(known))}")
    return [each for each in judgements if wanted is None or getattr(each, name) == wanted]
