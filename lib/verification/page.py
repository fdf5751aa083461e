"""The report of a verification as one readable page, which needs no other file."""

from collections import Counter
from collections.abc import Iterable
from html import escape
from itertools import groupby
from pathlib import Path

from lib.paths import CHAPTERS
from lib.verification.judge import EQUAL, NOT_JUDGED, UNDECIDED, Comparison
from lib.verification.report import ALL_HOLD, NO_REAL_DATA, Report

# For a claim of which this run has no record: its notebook has no data, or was not asked for.
NO_RESULT = "no result"
STYLES = (CHAPTERS / "_static" / "book.css", Path(__file__).with_name("report.css"))


def html(report: Report) -> str:
    """Return a report as an HTML page in the book's look.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        The whole document, with its style sheets inside.
    """
    style = "\n".join(path.read_text(encoding="utf-8") for path in STYLES if path.exists())
    sections = (_failures, _changed, _undecided, _claims, _pages, _method, _asked, _all_records)
    body = "\n".join(section(report) for section in sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Verification: {escape(report.answer)}</title>\n<style>\n{style}\n</style>\n"
        f"</head>\n<body>\n<main>\n{_answer(report)}\n{body}\n</main>\n</body>\n</html>\n"
    )


def _answer(report: Report) -> str:
    kind = "" if report.status in (ALL_HOLD, NO_REAL_DATA) else " twin"
    total = report.counts().total()
    text = f"Of {total:,} published records, {report.sums() or 'none'}. {report.repeated()}"
    if report.on_twins:
        text += (
            " Synthetic twins stood in for the data, so this judges the code, and says nothing "
            "about the papers."
        )
    return (
        "<h1>Does it still hold?</h1>\n"
        f'<div class="banner{kind}" role="note"><p class="answer">{escape(report.answer)}</p>'
        f"<p>{escape(text)}</p></div>"
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table whose rows become blocks on a phone; the first cell of each names it."""
    head = list(head)
    lines = []
    for first, *others in rows:
        cells = "".join(
            f'<td data-label="{escape(name)}">{escape(text)}</td>'
            for name, text in zip(head[1:], others, strict=True)
        )
        lines.append(f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>')
    titles = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return (
        '<div class="claims-scroll"><table class="claims">'
        f"<thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _section(title: str, *parts: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n" + "\n".join(parts) + "\n</section>"


def _text(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _asked(report: Report) -> str:
    rows = [*report.asked.items(), ("time", f"{report.seconds / 60:.1f} minutes")]
    notebooks = [
        (each.notebook.name, each.state, f"{each.seconds:,.0f} s") for each in report.outcomes
    ]
    return _section(
        "What was run",
        _table(("run", "value"), rows),
        _table(("notebook", "state", "time"), notebooks),
    )


def _failures(report: Report) -> str:
    parts = [
        f"<h3>{escape(each.notebook.name)}</h3><pre>{escape(each.message.strip())}</pre>"
        for each in report.failures
    ]
    if report.left_out:
        parts.append(_text(f"No real data, so not run: {', '.join(report.left_out)}."))
    return _section("What could not be run", *parts) if parts else ""


def _changed(report: Report) -> str:
    if not report.changed:
        return _section("What changed", _text("No record."))
    rows = [
        (each.id, *_numbers(each), each.reason, report.why_it_matters(each))
        for each in report.changed
    ]
    head = ("record", "published", "this run", "expected", "rule", "why it matters")
    return _section("What changed", _table(head, rows))


def _numbers(each: Comparison) -> tuple[str, str, str]:
    return _number(each.published), _number(each.fresh), _expected(each)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.5g}"


def _expected(each: Comparison) -> str:
    if each.expected is None:
        return "to be there"
    if each.rule == EQUAL:
        return "the same"
    return f"{each.expected.low:,.5g} to {each.expected.high:,.5g}"


def _claims(report: Report) -> str:
    parts = []
    if report.changed_claims:
        head = ("claim", "printed", "published verdict", "this run", "what changed")
        rows = [(n.id, n.printed, n.published, n.fresh, n.reason) for n in report.changed_claims]
        parts.append(_table(head, rows))
    else:
        parts.append(_text("Every claim reads as in the published book, and its verdict stands."))
    if any(note.fresh for note in report.claims):
        pairs = Counter((note.published, note.fresh or NO_RESULT) for note in report.claims)
        rows = [(before, now, str(number)) for (before, now), number in sorted(pairs.items())]
        parts.append(_table(("published verdict", "by this run", "claims"), rows))
        parts.append(
            _text(
                "A verdict rests on an interval that covers 95 of 100 runs, so some change by "
                "chance; they count only where a record has changed."
            )
        )
    return _section("The papers' claims", *parts)


def _pages(report: Report) -> str:
    if not report.stale:
        return _section("The pages", _text("Each published page is as new as its code."))
    rows = [(name, "; ".join(why)) for name, why in report.stale.items()]
    return _section("The pages", _table(("page", "older than"), rows))


def _undecided(report: Report) -> str:
    found = report.judged.with_state(UNDECIDED)
    if not found:
        return ""
    words = (
        "These lie outside, but so few new seeds cannot tell a rare collapse of a classifier "
        "from a change. Five or more replicates decide (REPLICATES=5) for records that were "
        "published with as many as most; those published with three or five seeds stay undecided."
    )
    rows = [(each.id, *_numbers(each)) for each in found]
    head = ("record", "published", "this run", "expected")
    return _section("Undecided", _text(words), _table(head, rows))


def _method(report: Report) -> str:
    return _section("How it was judged", *(_text(sentence) for sentence in report.method()))


def _all_records(report: Report) -> str:
    parts = []
    head = ("record", "published", "this run", "expected", "state")
    ordered = sorted(report.judged.comparisons, key=lambda each: (each.notebook, each.id))
    for notebook, group in groupby(ordered, key=lambda each: each.notebook):
        rows = [(each.id, *_numbers(each), _state(each)) for each in group]
        parts.append(
            f"<details><summary>{escape(notebook)}: {len(rows):,} records</summary>"
            f"{_table(head, rows)}</details>"
        )
    return _section("All records", *parts)


def _state(each: Comparison) -> str:
    if each.state == NOT_JUDGED:
        return f"{each.state}: {each.reason}"
    return f"{each.state}, same digits" if each.same_digits else each.state
