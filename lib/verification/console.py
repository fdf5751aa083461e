"""The short table that a verification ends with at the terminal."""

from collections.abc import Iterator

from lib.verification.judge import UNDECIDED, Comparison
from lib.verification.report import Report

SHOWN = 12


def lines(report: Report) -> Iterator[str]:
    """Yield what a person at the terminal should read of a report.

    Parameters
    ----------
    report : Report

    Yields
    ------
    str
        Without a line feed at its end; empty between parts, and of several lines for a changed
        record or an error.
    """
    yield ""
    yield from _not_run(report)
    yield from _changed_records(report)
    yield from _first("Claims that are not what they were", _claims(report))
    yield from _first("Pages older than their code", _pages(report))
    yield from _first("Undecided: outside, on too few new seeds", _undecided(report))
    yield from _sums(report)
    yield report.answer


def _not_run(report: Report) -> Iterator[str]:
    for outcome in report.failures:
        yield f"Not executed: {outcome.notebook.name}"
        yield outcome.message.rstrip()
    if report.left_out:
        yield f"No real data, so left out: {', '.join(report.left_out)}"


def _changed_records(report: Report) -> Iterator[str]:
    rows = [
        f"  {each.id}\n      {_numbers(each)}; {each.reason}\n      {report.why_it_matters(each)}"
        for each in report.changed
    ]
    yield from _first("Records that have changed", rows)


def _numbers(each: Comparison) -> str:
    if each.published is None or each.fresh is None:
        return "only one of both runs has it"
    numbers = f"published {each.published:.6g}, this run {each.fresh:.6g}"
    if each.expected is None:
        return numbers
    low, high = each.expected
    if each.rule == "equality":
        return numbers
    return f"{numbers}, expected {low:.6g} to {high:.6g}"


def _claims(report: Report) -> list[str]:
    return [f"  {note.id}: {note.reason}" for note in report.changed_claims]


def _pages(report: Report) -> list[str]:
    return [f"  {name}: {'; '.join(why[:3])}" for name, why in report.stale.items()]


def _undecided(report: Report) -> list[str]:
    found = report.judged.with_state(UNDECIDED)
    return [f"  {each.id}: {_numbers(each)}" for each in found]


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
