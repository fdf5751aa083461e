"""Reasons of verdicts for those who read: no name of a record, a claim or a file."""

import re
from collections.abc import Iterator
from functools import cache

from lib import claims
from lib.claims.tables import CELLS, METRICS
from lib.datasets import entry, names
from lib.notebook.records import reference

ARITHMETIC = re.compile(r"\b(sum|share)\((.+)\)")
# A record's name and what was measured, as `lib.claims.verdicts` writes them one after the other.
ONE = r"[\w.]+ = (-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?)"
MEASURED = re.compile(rf"\b((?:Holds|Does not hold): )({ONE}(?:, {ONE})*)(?=\.(?: |$))")
ONLY_ON = re.compile(r"\bMeasured on (\S+) only\b")
FORM = re.compile(r"\b[\w-]+/\w+\b")
# The name of a claim or of a record in a sentence.
DOTTED = re.compile(r"\b[a-z]\w*(?:\.\w+){2,}")


def in_words(reason: str) -> str:
    """Return a verdict's reason or note with words in the place of all names."""
    return "".join(words for words, _ in pieces(reason))


def pieces(reason: str) -> Iterator[tuple[str, str]]:
    """Return a reason or a note in pieces: words, and the id of the claim that they stand for."""
    reason, place = _without_names(reason), 0
    for found in DOTTED.finditer(reason):
        yield reason[place : found.start()], ""
        yield _named(found[0]), found[0] if found[0] in claims.load() else ""
        place = found.end()
    yield reason[place:], ""


def _named(name: str) -> str:
    """Return what a claim is on and where it stands, or what a record has measured."""
    claim, record = claims.load().get(name), reference().get(name)
    if claim is not None:
        return f"the claim on {CELLS['claim'](claim)}"
    if record is None:
        return name
    metric = name.rpartition(".")[2]
    digits = ",.0f" if record.mean >= 1000 else ".3g"
    return f"{METRICS.get(metric, metric.replace('_', ' '))} {record.mean:{digits}}"


def _without_names(reason: str) -> str:
    """Return a reason with places in the paper, words for files, and values alone."""
    reason = ARITHMETIC.sub(lambda found: _arithmetic(found[1], found[2]), reason)
    reason = MEASURED.sub(lambda found: f"{found[1]}{_values(found[2])}", reason)
    reason = ONLY_ON.sub(r"Measured only on \1", reason)
    return FORM.sub(lambda found: _forms().get(found[0], found[0]), reason)


def _values(measured: str) -> str:
    """Return what was measured, in the order in which the rule names it."""
    values = re.findall(ONE, measured)
    return f"measured {' and '.join(values)}"


def _arithmetic(call: str, arguments: str) -> str:
    first, *others = (_place(each) for each in arguments.split(", "))
    if call == "share":
        return f"{first}, as a share of {' and '.join(others)}"
    return f"the sum of {'; '.join([first, *others])}"


def _place(pattern: str) -> str:
    """Return where a claim is printed, or what the places of several have in common."""
    found = claims.load().matching(pattern)
    if len(found) == 1:
        return found[0].locator
    parts = [claim.locator.split(", ") for claim in found]
    common = [part for part in parts[0] if all(part in each for each in parts)]
    return f"all of {', '.join(common)}" if common else pattern


@cache
def _forms() -> dict[str, str]:
    """Return what the registry says of each form of a data set, in a few words."""
    return {
        form.name: form.description.partition(",")[0]
        for dataset in names()
        for form in entry(dataset).variants
    }
