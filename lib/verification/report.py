"""What a verification has found, as an object, as JSON and as JUnit XML."""

import math
from collections import Counter
from dataclasses import asdict, dataclass, field
from xml.etree import ElementTree

from lib.execution import Outcome
from lib.verification.judge import (
    CHANGED,
    FALSE_ALARMS,
    HOLDS,
    NOT_JUDGED,
    UNDECIDED,
    Comparison,
    Judged,
)
from lib.verification.verdicts import ClaimNote

FORMAT = 1
ALL_HOLD, SOMETHING_CHANGED, COULD_NOT_RUN, NO_REAL_DATA = 0, 1, 2, 3
# Of the records with a random draw, the share that few seeds may leave undecided. A classifier
# that collapses now and then leaves a few; a book that has changed leaves many.
UNDECIDED_ALLOWED = 0.01
ANSWERS = {
    ALL_HOLD: "It still holds.",
    SOMETHING_CHANGED: "Something has changed.",
    COULD_NOT_RUN: "It could not all be run.",
    NO_REAL_DATA: "The code still does what it did. The papers were not judged.",
}


@dataclass(frozen=True)
class Report:
    """The whole answer of one verification.

    Attributes
    ----------
    asked : dict of str to str
        What was asked for: data, profile, seeds, machine.
    outcomes : list of Outcome
        One a notebook that was to be executed.
    judged : Judged
        The records.
    claims : list of ClaimNote
    stale : dict of str to list of str
        By notebook: what has changed since its published page was made.
    left_out : list of str
        Notebooks whose real data are missing.
    on_twins : bool
        Whether synthetic twins stood in for the data, so that only the code was judged.
    resting : dict of str to list of str
        By record: the claims that rest on it.
    seconds : float
        Wall time of the whole verification.
    """

    asked: dict[str, str]
    outcomes: list[Outcome]
    judged: Judged
    claims: list[ClaimNote]
    stale: dict[str, list[str]]
    left_out: list[str]
    on_twins: bool
    resting: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def failures(self) -> list[Outcome]:
        """The notebooks that could not be executed to their end."""
        return [each for each in self.outcomes if each.state == "failed"]

    @property
    def changed(self) -> list[Comparison]:
        """The records that do not hold, those that judge claims first."""
        found = self.judged.with_state(CHANGED)
        return sorted(found, key=lambda each: each.id not in self.resting)

    @property
    def changed_claims(self) -> list[ClaimNote]:
        """The claims that are not what they were in the published book."""
        return [note for note in self.claims if note.state == CHANGED]

    @property
    def has_changed(self) -> bool:
        """Whether a record, a claim or a page is not what it was in the published book."""
        return bool(self.changed or self.changed_claims or self.stale)

    @property
    def too_much_undecided(self) -> bool:
        """Whether more records lie outside than rare collapses explain."""
        allowed = max(1, UNDECIDED_ALLOWED * self.judged.family.size)
        return self.counts()[UNDECIDED] > allowed

    @property
    def status(self) -> int:
        """The exit status."""
        if self.failures:
            return COULD_NOT_RUN
        if self.has_changed or self.too_much_undecided:
            return SOMETHING_CHANGED
        return NO_REAL_DATA if self.on_twins or self.left_out else ALL_HOLD

    @property
    def answer(self) -> str:
        """The answer in one sentence."""
        if self.status == SOMETHING_CHANGED and not self.has_changed:
            return "Too many records lie outside to say that it holds, on too few seeds to say why."
        if self.status == NO_REAL_DATA and not self.on_twins:
            return "What could be run holds. Real data are missing for the rest."
        return ANSWERS[self.status]

    def counts(self) -> Counter:
        """Return how many records have each state.

        Returns
        -------
        collections.Counter
            By state; 0 for a state that no record has.
        """
        return Counter(each.state for each in self.judged.comparisons)

    def why_it_matters(self, comparison: Comparison) -> str:
        """Return in a clause what rests on a record.

        Parameters
        ----------
        comparison : Comparison

        Returns
        -------
        str
            Two ids of claims at most, with the number of the others; a clause that says so where no
            claim rests on the record.
        """
        resting = self.resting.get(comparison.id, [])
        if not resting:
            return "shown in its chapter; no claim of the paper rests on it"
        more = f" and {len(resting) - 2} more" if len(resting) > 2 else ""
        return f"judges {', '.join(resting[:2])}{more}"

    def sums(self) -> str:
        """Return in a few words how many records hold and how many do not.

        Returns
        -------
        str
            Without the states that no record has; empty without records.
        """
        counts = self.counts()
        words = {HOLDS: "hold", CHANGED: "have changed", UNDECIDED: "undecided"}
        words[NOT_JUDGED] = "are times or have no spread, and are not judged"
        return ", ".join(
            f"{counts[state]:,} {text}" for state, text in words.items() if counts[state]
        )

    def repeated(self) -> str:
        """Return in a sentence how many records have the published digits, and what that says."""
        same_seeds = sum(each.same_seeds for each in self.judged.comparisons)
        same_digits = sum(each.same_digits for each in self.judged.comparisons)
        sentence = f"{same_digits:,} of them have the published digits, seed by seed"
        if same_digits == same_seeds:
            return f"{sentence}."
        return (
            f"{sentence}; {same_seeds - same_digits:,} repeat published seeds with other digits, "
            "by other code, other packages or another processor."
        )

    def method(self) -> list[str]:
        """Return in sentences how the records were judged, with the numbers of this run.

        Returns
        -------
        list of str
            Rules by which no record was judged are left out.
        """
        family = self.judged.family
        level = FALSE_ALARMS / max(1, family.size)
        sentences = [
            f"{family.size:,} records come from random draws. All together are allowed one false "
            f"alarm in {1 / FALSE_ALARMS:.0f} honest runs, so {level:.1e} is the share of each.",
        ]
        if family.shuffled:
            sentences.append(
                f"{family.shuffled:,} of them were judged by shuffling the published and the fresh "
                "seeds: a record has changed when its two means lie more than "
                f"{family.threshold:.1f} standard errors apart."
            )
        if family.by_interval:
            sentences.append(
                f"{family.by_interval:,} have too few seeds to shuffle and were held against "
                "Student's prediction interval at that level, which only a gross change leaves."
            )
        if family.repeated:
            sentences.append(
                f"{family.repeated:,} were repeated with the published seeds on the same twin, and "
                "may be no further from the published values than these are from each other."
            )
        if family.smallest_shift:
            sentences.append(
                f"A record whose mean moves by {family.smallest_shift:.1f} of its standard "
                "deviations over seeds is found in one run of two; smaller shifts of a single "
                "record mostly pass."
            )
        if family.shuffled or family.by_interval:
            sentences.append(
                f"Taken one by one, {family.usual_outside:,} lie outside their own 95 % interval; "
                f"with new seeds about {0.05 * family.size:,.0f} would by chance, and many or few "
                "of them at once, since records of one notebook move together."
            )
        return sentences

    def to_dict(self) -> dict:
        """Return the report for JSON.

        Returns
        -------
        dict
            As ``data/schema/report.schema.json`` describes it; None for an end of an interval that
            is not finite.
        """
        return {
            "format": FORMAT,
            "status": self.status,
            "answer": self.answer,
            "complete": not self.failures,
            "judges": "code" if self.on_twins else "papers",
            "asked": self.asked,
            "seconds": round(self.seconds, 1),
            "counts": dict(self.counts()),
            "family": asdict(self.judged.family) | {"false_alarms": FALSE_ALARMS},
            "method": self.method(),
            "notebooks": [_notebook(each) for each in self.outcomes],
            "left_out": self.left_out,
            "stale_pages": self.stale,
            "claims": [asdict(note) for note in self.claims],
            "records": [
                _finite(asdict(each)) | {"claims": self.resting.get(each.id, [])}
                for each in self.judged.comparisons
            ],
        }


def _notebook(outcome: Outcome) -> dict:
    return {
        "notebook": outcome.notebook.name,
        "state": outcome.state,
        "seconds": round(outcome.seconds, 1),
        "error": outcome.message.strip(),
    }


def _finite(entry: dict) -> dict:
    """Write intervals as pairs, and what JSON cannot hold as missing."""
    for name in ("expected", "usual"):
        if entry[name] is not None:
            entry[name] = [end if math.isfinite(end) else None for end in entry[name]]
    return entry


def junit(report: Report) -> str:
    """Return a report as JUnit XML, one test a notebook, record, claim and page.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        What has changed is a failure, what was not executed an error; what is undecided or not
        judged counts as skipped.
    """
    root = ElementTree.Element("testsuites", name="verification")
    _suite(root, "notebooks", [_notebook_case(each) for each in report.outcomes])
    _suite(root, "records", [_record_case(each) for each in report.judged.comparisons])
    _suite(root, "claims", [_claim_case(each) for each in report.claims])
    names = sorted({each.notebook.name for each in report.outcomes} | report.stale.keys())
    pages = [("pages", name, CHANGED, "; ".join(report.stale[name])) for name in report.stale]
    pages += [("pages", name, HOLDS, "") for name in names if name not in report.stale]
    _suite(root, "pages", pages)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _notebook_case(outcome: Outcome) -> tuple[str, str, str, str]:
    state = "error" if outcome.state == "failed" else HOLDS
    return "notebooks", outcome.notebook.name, state, outcome.message.strip()


def _record_case(each: Comparison) -> tuple[str, str, str, str]:
    return each.notebook, each.id, each.state, each.reason


def _claim_case(note: ClaimNote) -> tuple[str, str, str, str]:
    return "claims", note.id, note.state, note.reason


def _suite(root, name: str, cases: list[tuple[str, str, str, str]]) -> None:
    states = Counter(state for _, _, state, _ in cases)
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(states[CHANGED]),
        errors=str(states["error"]),
        skipped=str(states[UNDECIDED] + states[NOT_JUDGED]),
    )
    kinds = {CHANGED: "failure", "error": "error", UNDECIDED: "skipped", NOT_JUDGED: "skipped"}
    for place, title, state, reason in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=place, name=title)
        if state in kinds:
            ElementTree.SubElement(case, kinds[state], message=reason)
