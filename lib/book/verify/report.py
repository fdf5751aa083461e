"""What a verification has found, as an object, as JSON and as JUnit XML."""

import math
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from xml.etree import ElementTree

from lib.book.run.settings import FAILED, Outcome
from lib.book.verify.judge import (
    CHANGED,
    FALSE_ALARMS,
    HOLDS,
    NOT_JUDGED,
    REPEATS,
    UNDECIDED,
    Comparison,
    Judged,
)
from lib.book.verify.verdicts import ClaimNote

FORMAT = 1
# Control characters and halves of characters, which no XML may hold.
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
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
NAMED = 3  # pages in the answer; all are in the report
ELSEWHERE = (
    "The versions or the kind of machine are not the published ones, so that values of the same "
    "seed could not be held to each other; those furthest apart are listed."
)
# What JUnit calls the states of records, claims, pages and notebooks that are no success.
JUNIT_KINDS = {CHANGED: "failure", FAILED: "error", UNDECIDED: "skipped", NOT_JUDGED: "skipped"}


@dataclass(frozen=True)
class Report:
    """The whole answer of one verification."""

    asked: dict[str, str]
    outcomes: list[Outcome]
    judged: Judged
    claims: list[ClaimNote]
    stale: dict[str, list[str]]
    left_out: list[str]
    on_twins: bool
    # Pages whose texts could not be held against the run's, each with the reason.
    untold: dict[str, str] = field(default_factory=dict)
    resting: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def failures(self) -> list[Outcome]:
        """The notebooks that could not be executed to their end."""
        return [each for each in self.outcomes if each.state == FAILED]

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
        answer = ANSWERS[self.status]
        if self.status == NO_REAL_DATA and not self.on_twins:
            answer = "What could be run holds. Real data are missing for the rest."
        return " ".join([answer, *[ELSEWHERE][: len(self.elsewhere)], *self._texts_untold()])

    def _texts_untold(self) -> list[str]:
        if not self.untold:
            return []
        count, names = len(self.untold), [*self.untold]
        more = f" and {count - NAMED} more" if count > NAMED else ""
        return [
            f"The texts of {count} page{'s' * (count > 1)} could not be compared: "
            f"{', '.join(names[:NAMED])}{more}."
        ]

    def counts(self) -> Counter:
        """Return how many records have each state."""
        return Counter(each.state for each in self.judged.comparisons)

    def why_it_matters(self, comparison: Comparison) -> str:
        """Return in a clause what rests on a record."""
        resting = self.resting.get(comparison.id, [])
        if not resting:
            return "shown in its chapter; no claim of the paper rests on it"
        more = f" and {len(resting) - 2} more" if len(resting) > 2 else ""
        return f"judges {', '.join(resting[:2])}{more}"

    def sums(self) -> str:
        """Return in a few words how many records hold and how many do not."""
        counts = self.counts()
        words = {
            HOLDS: "hold",
            CHANGED: "have changed",
            UNDECIDED: "undecided",
            NOT_JUDGED: "are times or have no spread, and are not judged",
        }
        return ", ".join(f"{counts[each]:,} {words[each]}" for each in words if counts[each])

    @property
    def elsewhere(self) -> list[Comparison]:
        """Records on published seeds, by other versions or machines, the furthest value first."""
        found = [each for each in self.judged.comparisons if each.alike is False]
        return sorted(found, key=lambda each: -each.furthest)

    def repeated(self) -> str:
        """Return in a sentence how many records have the published digits, and what that says."""
        other = [
            each for each in self.judged.comparisons if each.same_seeds and not each.same_digits
        ]
        same = sum(each.same_digits for each in self.judged.comparisons)
        sentence = f"{same:,} of them have the published digits, seed by seed"
        if not other:
            return f"{sentence}."
        first = max(other, key=lambda each: each.furthest)
        return (
            f"{sentence}; {len(other):,} repeat published seeds with other digits, "
            f"the furthest by {first.furthest:.2g} ({first.id})."
        )

    def method(self) -> list[str]:
        """Return in sentences how the records were judged, with the numbers of this run."""
        family = self.judged.family
        level = FALSE_ALARMS / max(1, family.size)
        sentences = []
        if family.repeated:
            sentences.append(
                f"{family.repeated:,} records were repeated with the published seeds, versions and "
                f"kind of machine: each value may lie {REPEATS} from the published one of its seed."
            )
        if family.size:
            sentences.append(
                f"{family.size:,} records were judged by chance. All together are allowed one "
                f"false alarm in {1 / FALSE_ALARMS:.0f} honest runs, so {level:.1e} is each one's."
            )
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
        if family.by_spread:
            sentences.append(
                f"{family.by_spread:,} were repeated with the published seeds on the same twin: "
                "they may be no further from the published values than these from each other."
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
        for why, names in self.untold_by_reason().items():
            sentences.append(
                f"What the cells of {', '.join(names)} print was not held against the run: {why}."
            )
        return sentences

    def untold_by_reason(self) -> dict[str, list[str]]:
        """Return for each reason the pages whose texts could not be compared."""
        pages = self.untold.items()
        return {
            why: [name for name, one in pages if one == why]
            for why in dict.fromkeys(self.untold.values())
        }

    def to_dict(self) -> dict:
        """Return the report for JSON."""
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
            "notebooks": [
                {
                    "notebook": each.notebook.name,
                    "state": each.state,
                    "seconds": round(each.seconds, 1),
                    "error": each.message.strip(),
                }
                for each in self.outcomes
            ],
            "left_out": self.left_out,
            "stale_pages": self.stale,
            "untold_pages": self.untold,
            "claims": [asdict(note) for note in self.claims],
            "records": [
                _finite(asdict(each)) | {"claims": self.resting.get(each.id, [])}
                for each in self.judged.comparisons
            ],
        }


def _finite(entry: dict) -> dict:
    """Write intervals as pairs, and what JSON cannot hold as missing."""
    for name in ("expected", "usual"):
        if entry[name] is not None:
            entry[name] = [end if math.isfinite(end) else None for end in entry[name]]
    return entry


def junit(report: Report) -> str:
    """Return a report as JUnit XML, one test a notebook, record, claim and page."""
    pages = [*report.stale, *sorted({each.notebook.name for each in report.outcomes})]
    suites = {
        "notebooks": [
            ("notebooks", each.notebook.name, each.state, each.message.strip())
            for each in report.outcomes
        ],
        "records": [
            (each.notebook, each.id, each.state, each.reason) for each in report.judged.comparisons
        ],
        "claims": [("claims", note.id, note.state, note.reason) for note in report.claims],
        "pages": [
            ("pages", name, *_state_of_a_page(report, name)) for name in dict.fromkeys(pages)
        ],
    }
    root = ElementTree.Element("testsuites", name="verification")
    for name, cases in suites.items():
        root.append(_suite(name, cases))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _state_of_a_page(report: Report, page: str) -> tuple[str, str]:
    if page in report.stale:
        return CHANGED, "; ".join(report.stale[page])
    if page in report.untold:
        return NOT_JUDGED, f"its texts could not be compared: {report.untold[page]}"
    return HOLDS, ""


def _suite(name: str, cases: list[tuple[str, str, str, str]]) -> ElementTree.Element:
    """Return a suite of cases, each with its group, name, state and reason."""
    kinds = Counter(JUNIT_KINDS.get(state) for _, _, state, _ in cases)
    numbers = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {plural: str(kinds[kind]) for plural, kind in numbers.items()}
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(cases)), **counts)
    for place, title, state, reason in cases:
        place, title, reason = (NOT_XML.sub("\ufffd", text) for text in (place, title, reason))
        case = ElementTree.SubElement(suite, "testcase", classname=place, name=title)
        if state in JUNIT_KINDS:
            ElementTree.SubElement(case, JUNIT_KINDS[state], message=reason)
    return suite
