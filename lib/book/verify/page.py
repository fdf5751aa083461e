"""The report of a verification as one readable page, which needs no other file."""

from collections import Counter
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from lib.book.verify.judge import EQUAL, NOT_JUDGED, REPEATED, UNDECIDED, Comparison
from lib.book.verify.report import ALL_HOLD, NO_REAL_DATA, Report
from lib.common.paths import CHAPTERS
from lib.common.wording import duration

# For a claim of which this run has no record: its notebook has no data, or was not asked for.
NO_RESULT = "no result"
FURTHEST = 40  # records listed by how far a value lies from the published one of its seed
HERE = Path(__file__).parent
STYLES = (CHAPTERS / "_static" / "book.css", HERE / "report.css")
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, keep_trailing_newline=True
)


def html(report: Report) -> str:
    """Return a report as an HTML page in the book's look."""
    style = "\n".join(path.read_text(encoding="utf-8") for path in STYLES if path.exists())
    return TEMPLATES.get_template("report.html.j2").render(
        report=report,
        style=style,
        holds=report.status in (ALL_HOLD, NO_REAL_DATA),
        changed=[
            (*_numbers(each), each.reason, report.why_it_matters(each)) for each in report.changed
        ],
        elsewhere=[
            (*_numbers(each), f"{each.furthest:.2g}") for each in report.elsewhere[:FURTHEST]
        ],
        undecided=[_numbers(each) for each in report.judged.with_state(UNDECIDED)],
        claims=[
            (note.id, note.printed, note.published, note.fresh, note.reason)
            for note in report.changed_claims
        ],
        verdicts=_verdicts(report),
        pages=[(name, "; ".join(why)) for name, why in report.stale.items()],
        asked=[*report.asked.items(), ("time", duration(report.seconds))],
        notebooks=[
            (each.notebook.name, each.state, f"{each.seconds:,.0f} s") for each in report.outcomes
        ],
        records=_records(report),
    )


def _verdicts(report: Report) -> list[tuple[str, str, int]]:
    """Return how many claims went from each verdict to each; none where none was judged again."""
    if not any(note.fresh for note in report.claims):
        return []
    pairs = Counter((note.published, note.fresh or NO_RESULT) for note in report.claims)
    return [(*pair, number) for pair, number in sorted(pairs.items())]


def _records(report: Report) -> dict[str, list[tuple[str, ...]]]:
    ordered = sorted(report.judged.comparisons, key=lambda each: (each.notebook, each.id))
    return {
        notebook: [(*_numbers(each), _state(each)) for each in group]
        for notebook, group in groupby(ordered, key=lambda each: each.notebook)
    }


def _numbers(each: Comparison) -> tuple[str, str, str, str]:
    return each.id, _number(each.published), _number(each.fresh), _expected(each)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.5g}"


def _expected(each: Comparison) -> str:
    if each.expected is None:
        return "the same, seed by seed" if each.rule == REPEATED else "to be there"
    if each.rule == EQUAL:
        return "the same"
    return f"{each.expected.low:,.5g} to {each.expected.high:,.5g}"


def _state(each: Comparison) -> str:
    if each.state == NOT_JUDGED:
        return f"{each.state}: {each.reason}"
    return f"{each.state}, same digits" if each.same_digits else each.state
