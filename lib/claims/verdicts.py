"""The rule that gives each claim its verdict, fixed before any run.

A number is judged in this order: its arithmetic check, whether a record of a full run
on the real data exists, and then the distance. A conclusion holds or not, seed by seed,
unless the paper's own numbers already contradict it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

import numpy as np

from lib.arithmetic import ungrouped
from lib.claims import checks, rules
from lib.claims.ledger import Claim, Ledger
from lib.intervals import Interval, prediction_interval
from lib.records import Record

EXACT = "exact"
ROUNDING = "within rounding"
SPREAD = "within spread"
SAME = "differs, same conclusion"
CHANGES = "differs, conclusion changes"
NOT_COMPARABLE = "not comparable"
INCONSISTENT = "paper inconsistent"
NOT_JUDGED = {
    "setting": "An input of the study, not a result.",
    "time": "Seconds of the authors' machine; other times are judged as multiples of this one.",
    "context": "Cited by the paper from another study; not judged.",
}
VERDICTS = (EXACT, ROUNDING, SPREAD, SAME, CHANGES, NOT_COMPARABLE, INCONSISTENT)
# What a conclusion gets when it holds: in every seed, or for the mean only.
HOLDS = (EXACT, SPREAD)
MINIMUM_REPLICATES = 3
# Fractions: an interval beyond 0 or 1 would promise what cannot happen.
PROPORTIONS = frozenset(
    ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "fpr", "fnr", "share", "auc")
)
Records = Mapping[str, Record]


@dataclass(frozen=True)
class Judgement:
    """A claim held against the records; numbers are in the claim's unit.

    Attributes
    ----------
    book, low, high : float or str or None
        Mean of the published run with its 95 % prediction interval; for a conclusion
        `book` says in how many seeds it holds.
    this_run, this_run_low, this_run_high : float or str or None
        The same of the reader's own run.
    this_run_label : str
        What the reader's run used, such as ``"twin, quick"``; empty without a run.
    verdict : str
        One of `VERDICTS`, or for what is not judged its kind, a key of `NOT_JUDGED`.
    reason : str
        Why, in a sentence or two.
    """

    id: str
    paper: str
    locator: str
    subject: str
    metric: str
    published: str
    book: float | str | None
    this_run: float | str | None
    low: float | None
    high: float | None
    verdict: str
    reason: str
    unit: str
    kind: str
    decimals: int
    this_run_low: float | None = None
    this_run_high: float | None = None
    this_run_label: str = ""
    note: str = ""

    def to_dict(self) -> dict:
        """Return the judgement as a dictionary for JSON.

        Returns
        -------
        dict
            By attribute, in their order: text, numbers, and None where there is no value.
        """
        return asdict(self)


@dataclass(frozen=True)
class Measurement:
    """A record's mean and 95 % prediction interval in the unit of a claim."""

    mean: float
    interval: Interval | None


@dataclass(frozen=True)
class Finding:
    """A verdict with its reason, before it is put beside the claim."""

    verdict: str
    reason: str


def judge(ledger: Ledger, reference: Records, run: Records) -> list[Judgement]:
    """Hold every claim against the published run, and show the reader's run beside it.

    Parameters
    ----------
    ledger : Ledger
        All claims.
    reference : mapping of str to Record
        Records of the published run on real data.
    run : mapping of str to Record
        Records of the reader's run. They give a verdict only where the published run
        has no record, and only if they come from real data and the full profile.

    Returns
    -------
    list of Judgement
        In the ledger's order.
    """
    conclusions = {
        claim.id: _judge_conclusion(claim, ledger, reference, run)
        for claim in ledger.values()
        if claim.kind == "conclusion"
    }
    return [
        _judgement(
            claim,
            conclusions.get(claim.id) or _finding(claim, ledger, reference, run, conclusions),
            ledger,
            reference,
            run,
        )
        for claim in ledger.values()
    ]


def measure(claim: Claim, record: Record | None) -> Measurement | None:
    """Return a record's mean and prediction interval in the unit of a claim.

    Parameters
    ----------
    claim : Claim
        Says unit and metric.
    record : Record or None
        One value a seed.

    Returns
    -------
    Measurement or None
        None without a record; without an interval where there are too few seeds.
    """
    if record is None:
        return None
    return Measurement(record.mean * claim.scale, _interval(claim, record))


def _interval(claim: Claim, record: Record) -> Interval | None:
    values = np.asarray(record.values) * claim.scale
    if record.deterministic:
        return Interval(float(values.min()), float(values.max()))
    if len(values) < MINIMUM_REPLICATES:
        return None
    return prediction_interval(values).clipped(*_possible(claim))


def _possible(claim: Claim) -> tuple[float, float]:
    if claim.metric in PROPORTIONS and claim.unit in ("%", "fraction"):
        return 0.0, claim.scale
    return (1.0, np.inf) if claim.metric == "rank" else (-np.inf, np.inf)


def _finding(claim, ledger, reference, run, conclusions) -> Finding:
    problem = checks.failed_check(claim, ledger)
    if problem:
        return Finding(INCONSISTENT, problem)
    if claim.kind in NOT_JUDGED:
        return Finding(claim.kind, NOT_JUDGED[claim.kind])
    record = _judging_record(claim, claim.record, reference, run)
    if record is None:
        return Finding(NOT_COMPARABLE, _why_no_record(claim, [claim.record], reference, run))
    if record.deterministic:
        return _judge_deterministic(claim, record, ledger, conclusions)
    return _judge_stochastic(claim, record, ledger, conclusions)


def _judging_record(claim: Claim, id: str, *sources: Records) -> Record | None:
    for records in sources:
        record = records.get(id)
        if record is not None and record.provenance.judges_papers and _fits(claim, record):
            return record
    return None


def _fits(claim: Claim, record: Record) -> bool:
    """Whether a record rests on nothing but data files that may judge the claim."""
    return not claim.variants or set(record.provenance.variant.split()) <= set(claim.variants)


def _why_no_record(claim: Claim, ids: list[str], reference: Records, run: Records) -> str:
    missing = [id for id in ids if _judging_record(claim, id, reference, run) is None]
    present = [records[id] for id in missing for records in (reference, run) if id in records]
    if not missing:
        return "No single run has all the records that the rule needs."
    if not present:
        return f"There is no record {missing[0]}: it was not measured."
    judging = [record for record in present if record.provenance.judges_papers]
    if judging:
        return _why_other_rows(claim, judging[0])
    return (
        f"Record {present[0].id} was measured on {label(present[0])} only; "
        "a paper's claim is held against real data at the full profile."
    )


def _why_other_rows(claim: Claim, record: Record) -> str:
    group = record.provenance.variant.partition("/")[0]
    needed = [name for name in claim.variants if name.startswith(f"{group}/")] or claim.variants
    return (
        f"Record {record.id} was measured on {record.provenance.variant}, other rows than the "
        f"paper's. The claim is judged once {' or '.join(needed)} is in the data folder."
    )


def label(record: Record) -> str:
    """Return in a few words what a record's run used, such as ``"twin data, quick profile"``.

    Parameters
    ----------
    record : Record
        From any run.

    Returns
    -------
    str
        The data are ``real``, ``twin`` or, of a file that the registry does not know,
        ``unverified``.
    """
    source = {"real": "real", "twin": "twin", "unknown": "unverified"}
    provenance = record.provenance
    return f"{source.get(provenance.source, provenance.source)} data, {provenance.profile} profile"


def _judge_deterministic(claim: Claim, record: Record, ledger, conclusions) -> Finding:
    measured = record.mean * claim.scale
    shown = f"{measured:,.{claim.decimals}f}"
    if ungrouped(shown) == ungrouped(claim.published):
        return Finding(EXACT, f"Measured {shown}, without any random draw.")
    # Decimal numbers, so that a tie such as 12.5 is seen as half a unit and not less or more.
    distance = abs(Decimal(repr(measured)) - Decimal(ungrouped(claim.published)))
    if distance <= Decimal(5).scaleb(-claim.decimals - 1):
        return Finding(ROUNDING, f"Measured {measured!r}, half a printed unit away.")
    return _differs(claim, f"Measured {shown}, without any random draw.", ledger, conclusions)


def _judge_stochastic(claim: Claim, record: Record, ledger, conclusions) -> Finding:
    seeds = len(record.values)
    interval = _interval(claim, record)
    if interval is None:
        return Finding(
            NOT_COMPARABLE,
            f"{seeds} replicate(s); an interval needs at least {MINIMUM_REPLICATES}.",
        )
    half_unit = 0.5 * 10.0**-claim.decimals
    low, high = (f"{end:,.{claim.decimals}f}" for end in interval)
    where = f"the 95 % prediction interval [{low}, {high}] of one run, from {seeds} seeds"
    if interval.widened(half_unit).contains(claim.number):
        return Finding(SPREAD, f"The printed value lies inside {where}.")
    side = "above" if claim.number > interval.high else "below"
    return _differs(claim, f"The printed value lies {side} {where}.", ledger, conclusions)


def _differs(claim: Claim, distance: str, ledger: Ledger, conclusions) -> Finding:
    # A conclusion against the paper's own numbers falls or stands without this one.
    resting = [id for id in claim.supports if conclusions[id].verdict != INCONSISTENT]
    fallen = [id for id in resting if conclusions[id].verdict == CHANGES]
    if fallen:
        return Finding(CHANGES, f"{distance} No longer holds: {_quote(ledger, fallen)}.")
    open_ids = [id for id in resting if conclusions[id].verdict not in HOLDS]
    if open_ids:
        return Finding(
            NOT_COMPARABLE, f"{distance} Could not be judged: {_quote(ledger, open_ids)}."
        )
    if not resting:
        return Finding(SAME, f"{distance} No conclusion that the paper's numbers bear rests on it.")
    return Finding(SAME, f"{distance} Still holds: {_quote(ledger, resting)}.")


def _quote(ledger: Ledger, ids) -> str:
    return "; ".join(f"“{ledger[id].published.replace('“', '').replace('”', '')}”" for id in ids)


def _judge_conclusion(claim: Claim, ledger: Ledger, reference: Records, run: Records) -> Finding:
    problem = checks.failed_check(claim, ledger)
    if problem:
        return Finding(INCONSISTENT, problem)
    ids = rules.record_ids(claim.rule)
    for records in (reference, run):
        chosen = {id: _judging_record(claim, id, records) for id in ids}
        if all(chosen.values()):
            return _weigh(claim, ledger, chosen)
    return Finding(NOT_COMPARABLE, _why_no_record(claim, ids, reference, run))


def _weigh(claim: Claim, ledger: Ledger, chosen: Records) -> Finding:
    problem = _pairing_problem(chosen)
    if problem:
        return Finding(NOT_COMPARABLE, problem)
    holds, for_mean = _outcomes(claim, ledger, chosen)
    count = f"{int(holds.sum())} of {len(holds)} seeds"
    if _all_deterministic(chosen):
        shown = ", ".join(f"{id.partition('.')[2]} = {_written(chosen[id].mean)}" for id in chosen)
        verdict = EXACT if holds.all() else CHANGES
        return Finding(verdict, f"{'Holds' if holds.all() else 'Does not hold'}: {shown}.")
    if holds.all():
        return Finding(EXACT, f"Holds in {count}.")
    if for_mean:
        return Finding(SPREAD, f"Holds for the mean, and in {count}.")
    return Finding(CHANGES, f"Holds in {count}, and not for the mean.")


def _written(number: float) -> str:
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}"


def _pairing_problem(chosen: Records) -> str:
    drawn = [record for record in chosen.values() if not record.deterministic]
    pairings = {(record.provenance.seed, len(record.values)) for record in drawn}
    if len(pairings) > 1:
        return "The records come from different seeds, so they cannot be compared seed by seed."
    if drawn and len(drawn[0].values) < MINIMUM_REPLICATES:
        seeds = len(drawn[0].values)
        return f"{seeds} replicate(s); a conclusion needs at least {MINIMUM_REPLICATES}."
    return ""


def _all_deterministic(chosen: Records) -> bool:
    return all(record.deterministic for record in chosen.values())


def _outcomes(claim: Claim, ledger: Ledger, chosen: Records) -> tuple[np.ndarray, bool]:
    """Return whether a rule holds in each seed, and whether it does for the means."""

    def printed(pattern: str) -> np.ndarray:
        return np.asarray([each.number / each.scale for each in ledger.matching(pattern)])

    by_seed = {
        id: np.asarray(record.values if not record.deterministic else [record.mean])
        for id, record in chosen.items()
    }
    means = {id: np.asarray([record.mean]) for id, record in chosen.items()}
    holds = np.atleast_1d(rules.evaluate(claim.rule, by_seed, printed))
    return holds, bool(np.all(rules.evaluate(claim.rule, means, printed)))


def _judgement(claim: Claim, finding: Finding, ledger, reference, run) -> Judgement:
    ids = rules.record_ids(claim.rule) if claim.rule else [claim.record]
    first = next((run[id] for id in ids if id in run), None)
    columns = {
        "this_run_label": label(first) if first else "",
        **_shown(claim, ledger, reference, ("book", "low", "high")),
        **_shown(claim, ledger, run, ("this_run", "this_run_low", "this_run_high")),
    }
    return Judgement(
        id=claim.id,
        paper=claim.paper,
        locator=claim.locator,
        subject=claim.subject,
        metric=claim.metric,
        published=claim.published,
        verdict=finding.verdict,
        reason=finding.reason,
        unit=claim.unit,
        kind=claim.kind,
        decimals=claim.decimals if claim.is_number else 0,
        note=claim.note,
        **columns,
    )


def _shown(claim: Claim, ledger: Ledger, records: Records, names: tuple[str, str, str]) -> dict:
    if claim.kind == "conclusion":
        return dict(zip(names, (_seeds_text(claim, ledger, records), None, None), strict=True))
    measured = measure(claim, records.get(claim.record))
    if measured is None:
        return dict.fromkeys(names)
    low, high = measured.interval or (None, None)
    return dict(zip(names, (measured.mean, low, high), strict=True))


def _seeds_text(claim: Claim, ledger: Ledger, records: Records) -> str | None:
    ids = rules.record_ids(claim.rule)
    if any(id not in records for id in ids):
        return None
    chosen = {id: records[id] for id in ids}
    lengths = {len(record.values) for record in chosen.values() if not record.deterministic}
    if len(lengths) > 1:
        return None
    holds, _ = _outcomes(claim, ledger, chosen)
    if _all_deterministic(chosen):
        return "holds" if holds.all() else "does not hold"
    return f"holds in {int(holds.sum())} of {len(holds)} seeds"
