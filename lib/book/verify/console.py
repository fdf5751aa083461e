"""The short table that a verification ends with at the terminal."""

from collections.abc import Iterator

from lib.book.verify.judge import EQUAL, UNDECIDED, Comparison
from lib.book.verify.report import Report

SHOWN = 12


def lines(report: Report) -> Iterator[str]:
    """Yield what a person at the terminal should read of a report."""
    yield ""
    yield from _not_run(report)
    for title, rows in _tables(report).items():
        yield from _first(title, rows)
    yield from _sums(report)
    yield report.answer


def _not_run(report: Report) -> Iterator[str]:
    for outcome in report.failures:
        yield f"Not executed: {outcome.notebook.name}"
        yield outcome.message.rstrip()
    if report.left_out:
        yield f"No real data, so left out: {', '.join(report.left_out)}"


def _tables(report: Report) -> dict[str, list[str]]:
    undecided = report.judged.with_state(UNDECIDED)
    return {
        "Records that have changed": [
            f"  {each.id}\n      {_numbers(each)}; {each.reason}\n"
            f"      {report.why_it_matters(each)}"
            for each in report.changed
        ],
        "Claims that are not what they were": [
            f"  {note.id}: {note.reason}" for note in report.changed_claims
        ],
        "Pages and files that are not as published": [
            f"  {name}: {'; '.join(why[:3])}" for name, why in report.stale.items()
        ],
        "Pages whose texts could not be compared": [
            f"  {name}: {why}" for name, why in report.untold.items()
        ],
        "Furthest from the published value of the same seed": [
            f"  {each.id}: by {each.furthest:.2g}" for each in report.elsewhere if each.furthest
        ],
        "Undecided: outside, on too few new seeds": [
            f"  {each.id}: {_numbers(each)}" for each in undecided
        ],
    }


def _numbers(each: Comparison) -> str:
    if each.published is None or each.fresh is None:
        return "only one of both runs has it"
    numbers = f"published {each.published:.6g}, this run {each.fresh:.6g}"
    if each.expected is None or each.rule == EQUAL:
        return numbers
    return f"{numbers}, expected {each.expected.low:.6g} to {each.expected.high:.6g}"


def _first(title: str, rows: list[str]) -> Iterator[str]:
    if not rows:
        return
    yield f"{title}: {len(rows)}"
    yield from rows[:SHOWN]
    if len(rows) > SHOWN:
        yield f"  … and {len(rows) - SHOWN} more, all in the report"
    yield ""


def _sums(report: Report) -> Iterator[str]:
    yield f"Records: {report.sums() or 'none'}"
    yield f"  {report.repeated()}"
    flipped = sum(bool(note.fresh) and note.fresh != note.published for note in report.claims)
    judged = sum(bool(note.fresh) for note in report.claims)
    yield f"Claims: {len(report.claims)}, of which {judged} judged by this run, {flipped} otherwise"
    if report.on_twins:
        yield "Synthetic twins stood in for the data: this judges the code, not the papers."
