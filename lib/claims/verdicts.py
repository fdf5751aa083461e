"""The rule that gives each claim its verdict, and the basis on which it stands.

A number is judged in this order: its arithmetic check; whether a record of a full run on rows that
are a basis exists; whether the paper's own numbers give it; and then the distance. A conclusion
holds or not, seed by seed, unless the paper's own numbers already contradict it. What restates
another claim takes that claim's verdict.

``cannot tell`` is the verdict where our runs spread so far that they would bear out the opposite as
well. Of a number: the interval holds what is printed, and also a value that contradicts it, see
`borne_out`. Of a conclusion: it holds in some seeds and not in others, and a sign test at 5 % does
not tell which is the rule.

``differs, conclusion open`` is that of a number outside its interval, while a conclusion that rests
on it cannot be judged.

What rests on rebuilt rows is judged over their whole bracket, see `BRACKET`: its verdict is the
weakest of those at the estimate and at both ends.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

import numpy as np

from lib.claims import checks, rules
from lib.claims.claim import Claim, Ledger
from lib.methods.arithmetic import ungrouped
from lib.methods.intervals import Interval, prediction_interval
from lib.notebook.records import BASES, Record

EXACT = "exact"
ROUNDING = "within rounding"
SPREAD = "within spread"
SAME = "differs, same conclusion"
CHANGES = "differs, conclusion changes"
OPEN = "differs, conclusion open"
CANNOT_TELL = "cannot tell"
NOT_COMPARABLE = "not comparable"
INCONSISTENT = "paper inconsistent"
NOT_JUDGED = {
    "setting": "An input of the study, not a result.",
    "time": "Seconds of the authors' machine; other times are judged as multiples of this one.",
    "context": "Cited by the paper from elsewhere, or not to be settled by rows; not judged.",
}
VERDICTS = (
    EXACT,
    ROUNDING,
    SPREAD,
    SAME,
    OPEN,
    CHANGES,
    INCONSISTENT,
    CANNOT_TELL,
    NOT_COMPARABLE,
)
ARITHMETIC = "arithmetic"
# The computation itself: how long it takes does not depend on what its rows hold.
MACHINE = "machine"
# What a conclusion gets when it holds: in every seed, or in so many that chance does not do it.
HOLDS = (EXACT, SPREAD)
MINIMUM_REPLICATES = 3
# Fractions: an interval beyond 0 or 1 would promise what cannot happen.
PROPORTIONS = frozenset(
    ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "fpr", "fnr", "share", "auc")
)
# Those of which the distance to 1 is what matters; of all others the ratio to the printed value.
SCORES = PROPORTIONS - {"fpr", "fnr", "share"}
# A value contradicts a printed score when it lies more than five points from it, which is more than
# twice what the ledger reads as similar; any other number when it is less than half or more than
# twice as large, and a rate also more than one point away. A sign test decides at this level.
SCORE_DISTANCE, FACTOR, RATE_DISTANCE, LEVEL = 0.05, 2.0, 0.01, 0.05
Records = Mapping[str, Record]
# A conclusion stands on the weakest of what its rule reads.
STRENGTH = (*BASES, MACHINE)
# What rests on rebuilt rows is judged at both ends of their bracket as well: ``id.lower`` is what
# the record ``id`` is on the rows that were rebuilt at the lower end.
BRACKET = ("lower", "upper")
# From the best to the worst that an end of the bracket may say.
FALLING = (EXACT, ROUNDING, SPREAD, SAME, OPEN, CANNOT_TELL, CHANGES)


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
    basis : str or None
        On which rows the verdict rests: ``"file"``, ``"set"``, ``"rebuilt"``; ``"arithmetic"``
        where the paper's own numbers decide, ``"machine"`` where a time does, which no rows
        change; None where nothing could be judged.
    judged : str
        Of a conclusion, what its rule judges.
    repeats : str or None
        The claim that this one restates, and with which it is counted.
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
    basis: str | None = None
    judged: str = ""
    repeats: str | None = None

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
    """A verdict with its reason and basis, before it is put beside the claim."""

    verdict: str
    reason: str
    basis: str | None = None


def judge(ledger: Ledger, reference: Records, run: Records) -> list[Judgement]:
    """Hold every claim against the published run, and show the reader's run beside it."""
    judged = _judge_all(ledger, reference, run)
    for end in BRACKET:
        sources = [_at_end(records, end) for records in (reference, run)]
        if any(map(_has_ends, (reference, run))):
            ends = _judge_all(ledger, *sources)
            judged = [_over_bracket(*pair, end) for pair in zip(judged, ends, strict=True)]
    return judged


def _has_ends(records: Records) -> bool:
    return any(id.endswith(tuple(f".{end}" for end in BRACKET)) for id in records)


def _at_end(records: Records, end: str) -> Records:
    """Return the records as they are at one end of the bracket, where they have one."""
    return {id: records.get(f"{id}.{end}") or record for id, record in records.items()}


def _over_bracket(first: Judgement, other: Judgement, end: str) -> Judgement:
    """Return the weaker of two verdicts on rebuilt rows; neither where they contradict."""
    both = {first.verdict, other.verdict}
    if first.basis != "rebuilt" or len(both) == 1 or not both <= set(FALLING):
        return first
    weaker = max(both, key=FALLING.index)
    if weaker == CHANGES:
        # That it differs is sure where it does at each end, and what follows from it is not.
        differs = next(iter(both - {CHANGES}))
        weaker = differs if differs in (SAME, OPEN) else CANNOT_TELL
    reason = f"{first.reason} At the {end} end of the bracket: {other.reason}"
    return replace(first, verdict=weaker, reason=reason)


def _judge_all(ledger: Ledger, reference: Records, run: Records) -> list[Judgement]:
    alone = [claim for claim in ledger.values() if not claim.repeats]
    conclusions = {
        claim.id: _judge_conclusion(claim, ledger, reference, run)
        for claim in alone
        if claim.kind == "conclusion"
    }
    judged = {
        claim.id: _judgement(
            claim,
            conclusions.get(claim.id) or _finding(claim, ledger, reference, run, conclusions),
            ledger,
            reference,
            run,
        )
        for claim in alone
    }
    return [
        judged[claim.id] if claim.id in judged else _restated(claim, judged[claim.repeats], ledger)
        for claim in ledger.values()
    ]


def _restated(claim: Claim, first: Judgement, ledger: Ledger) -> Judgement:
    """Return the judgement of a claim that restates another, under its own words and place."""
    own = _printed(claim)
    problem = checks.failed_check(claim, ledger)
    if problem:  # It says something else, and so stands for itself.
        return Judgement(
            **own, verdict=INCONSISTENT, reason=problem, basis=ARITHMETIC, book=None, low=None,
            high=None, this_run=None,
        )  # fmt: skip
    reason = f"Restates {first.subject.replace('_', ' ')} ({first.locator}). {first.reason}"
    factor = claim.scale / ledger[first.id].scale  # a fraction may be restated in percent
    measured = {
        name: value * factor
        for name in ("book", "low", "high", "this_run", "this_run_low", "this_run_high")
        if isinstance(value := getattr(first, name), float)
    }
    return replace(first, **own, **measured, reason=reason, repeats=first.id)


def measure(claim: Claim, record: Record | None) -> Measurement | None:
    """Return a record's mean and prediction interval in the unit of a claim."""
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
        return Finding(INCONSISTENT, problem, ARITHMETIC)
    if claim.kind in NOT_JUDGED:
        return Finding(claim.kind, NOT_JUDGED[claim.kind])
    record = _judging_record(claim, claim.record, reference, run)
    if record is None:
        return _by_arithmetic(claim) or Finding(
            NOT_COMPARABLE, _why_no_record(claim, [claim.record], reference, run)
        )
    judge_by = _judge_deterministic if record.deterministic else _judge_stochastic
    found = judge_by(claim, record, ledger, conclusions, (reference, run))
    basis = None if found.verdict == NOT_COMPARABLE else _basis(claim, record)
    return replace(found, basis=basis)


def _by_arithmetic(claim: Claim) -> Finding | None:
    """Judge a number that other printed numbers give, once its checks have passed."""
    call = checks.determining(claim)
    if call is None:
        return None
    verdict = EXACT if claim.is_count else ROUNDING
    return Finding(verdict, f"The paper's own numbers give it: {call}.", ARITHMETIC)


def _judging_record(claim: Claim, id: str, *sources: Records) -> Record | None:
    for records in sources:
        record = records.get(id)
        if record is not None and _basis(claim, record):
            return record
    return None


def _basis(claim: Claim, record: Record) -> str:
    """Return on which rows a record judges a claim; empty where it may not."""
    if record.timed and record.provenance.complete and not claim.variants:
        return MACHINE
    return (
        record.provenance.basis if record.provenance.judges_papers and _fits(claim, record) else ""
    )


def _fits(claim: Claim, record: Record) -> bool:
    """Whether a record rests on nothing but data files that may judge the claim."""
    return not claim.variants or set(record.provenance.variant.split()) <= set(claim.variants)


def _why_no_record(claim: Claim, ids: list[str], reference: Records, run: Records) -> str:
    missing = [id for id in ids if _judging_record(claim, id, reference, run) is None]
    present = [records[id] for id in missing for records in (reference, run) if id in records]
    if not missing:
        return "No single run has all the records that the rule needs."
    if not present:
        return "Not measured."
    complete = [record for record in present if record.provenance.complete]
    if complete:
        return _why_other_rows(claim, complete[0])
    return (
        f"Measured on {label(present[0])} only; "
        "a paper's claim is held against real data at the full profile."
    )


def _why_other_rows(claim: Claim, record: Record) -> str:
    group = record.provenance.variant.partition("/")[0]
    needed = [name for name in claim.variants if name.startswith(f"{group}/")] or claim.variants
    hint = f" It is judged once {' or '.join(needed)} is at hand." if needed else ""
    return f"Measured on {record.provenance.variant} only, other rows than the paper's.{hint}"


def label(record: Record) -> str:
    """Return in a few words what a record's run used, such as ``"twin data, quick profile"``."""
    source = {"real": "real", "twin": "twin", "unknown": "unverified"}
    provenance = record.provenance
    return f"{source.get(provenance.source, provenance.source)} data, {provenance.profile} profile"


def _judge_deterministic(claim: Claim, record: Record, ledger, conclusions, sources) -> Finding:
    measured = record.mean * claim.scale
    shown = f"{measured:,.{claim.decimals}f}"
    if ungrouped(shown) == ungrouped(claim.published):
        return Finding(EXACT, f"Measured {shown}, without any random draw.")
    # Decimal numbers, so that a tie such as 12.5 is seen as half a unit and not less or more.
    distance = abs(Decimal(repr(measured)) - Decimal(ungrouped(claim.published)))
    if distance <= Decimal(5).scaleb(-claim.decimals - 1):
        return Finding(ROUNDING, f"Measured {measured!r}, half a printed unit away.")
    distance = f"Measured {shown}, without any random draw."
    return _differs(claim, distance, ledger, conclusions, sources)


def _judge_stochastic(claim: Claim, record: Record, ledger, conclusions, sources) -> Finding:
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
        allowed = borne_out(claim).widened(half_unit)
        if allowed.low <= interval.low and interval.high <= allowed.high:
            return Finding(SPREAD, f"The printed value lies inside {where}.")
        return Finding(
            CANNOT_TELL,
            f"The printed value lies inside {where}, but so do values that would contradict it.",
        )
    side = "above" if claim.number > interval.high else "below"
    distance = f"The printed value lies {side} {where}."
    return _differs(claim, distance, ledger, conclusions, sources)


def borne_out(claim: Claim) -> Interval:
    """Return the values, in the claim's unit, that do not contradict the printed one."""
    printed = claim.number
    if claim.metric in SCORES and not any(call.name == "deviation" for call in claim.check):
        return Interval(printed, printed).widened(SCORE_DISTANCE * claim.scale)
    if printed <= 0:
        return Interval(-np.inf, np.inf)
    low, high = printed / FACTOR, printed * FACTOR
    if claim.metric in PROPORTIONS:
        distance = RATE_DISTANCE * claim.scale
        low, high = min(low, printed - distance), max(high, printed + distance)
    return Interval(low, high)


def _differs(claim: Claim, distance: str, ledger: Ledger, conclusions, sources) -> Finding:
    # A conclusion against the paper's own numbers falls or stands without this one.
    resting = [id for id in claim.supports if conclusions[id].verdict != INCONSISTENT]
    fallen = [id for id in resting if conclusions[id].verdict == CHANGES]
    charged = [id for id in fallen if _falls_by(ledger[id], claim, ledger, sources)]
    if charged:
        return Finding(CHANGES, f"{distance} No longer holds: {_quote(ledger, charged)}.")
    unsettled = [id for id in resting if conclusions[id].verdict not in (*HOLDS, CHANGES)]
    if unsettled:
        return Finding(OPEN, f"{distance} Could not be judged: {_quote(ledger, unsettled)}.")
    standing = [id for id in resting if id not in fallen]
    parts = [
        f"Falls, but by other numbers: {_quote(ledger, fallen)}." if fallen else "",
        f"Still holds: {_quote(ledger, standing)}." if standing else "",
        "" if resting else "No conclusion that the paper's numbers bear rests on it.",
    ]
    return Finding(SAME, " ".join([distance, *filter(None, parts)]))


def _falls_by(conclusion: Claim, claim: Claim, ledger: Ledger, sources) -> bool:
    """Tell whether a number of ours, with the others as printed, takes a conclusion down.

    Where no number does so alone, they do it together, and each counts. So it does where the paper
    does not print all numbers that the rule reads, since this cannot be tried then.
    """
    printed = _printed_by_record(ledger)
    ids = rules.record_ids(conclusion.rule)
    if claim.record not in ids or any(id not in printed for id in ids):
        return True

    def alone(id: str) -> bool:
        record = _judging_record(conclusion, id, *sources)
        own = np.asarray([record.mean] if record.deterministic else record.values)
        values = {each: own if each == id else np.full(len(own), printed[each]) for each in ids}
        holds = np.atleast_1d(rules.evaluate(conclusion.rule, values, _printed_values(ledger)))
        return _by_seeds(int(holds.sum()), len(holds)).verdict not in HOLDS

    return alone(claim.record) or not any(alone(id) for id in ids)


def _printed_by_record(ledger: Ledger) -> dict[str, float]:
    """Return the printed number, as a fraction, that each record is held against."""
    found: dict[str, float] = {}
    for each in ledger.values():
        if each.kind == "value" and each.record:
            found.setdefault(each.record, each.number / each.scale)
    return found


def _printed_values(ledger: Ledger):
    """Return what gives a rule the printed numbers of a pattern, as fractions."""
    return lambda pattern: np.asarray([e.number / e.scale for e in ledger.matching(pattern)])


def _quote(ledger: Ledger, ids) -> str:
    return "; ".join(f"“{ledger[id].published.replace('“', '').replace('”', '')}”" for id in ids)


def _judge_conclusion(claim: Claim, ledger: Ledger, reference: Records, run: Records) -> Finding:
    problem = checks.failed_check(claim, ledger)
    if problem:
        return Finding(INCONSISTENT, problem, ARITHMETIC)
    ids = rules.record_ids(claim.rule)
    if not ids:
        return _judge_printed(claim, ledger)
    for records in (reference, run):
        chosen = {id: _judging_record(claim, id, records) for id in ids}
        if all(chosen.values()):
            return _weigh(claim, ledger, chosen)
    return Finding(NOT_COMPARABLE, _why_no_record(claim, ids, reference, run))


def _judge_printed(claim: Claim, ledger: Ledger) -> Finding:
    """Judge a conclusion that the paper's own numbers decide."""
    holds = _outcomes(claim, ledger, {})
    if holds.all():
        return Finding(EXACT, "The paper's own numbers bear it out.", ARITHMETIC)
    return Finding(INCONSISTENT, "The paper's own numbers do not bear it out.", ARITHMETIC)


def _weigh(claim: Claim, ledger: Ledger, chosen: Records) -> Finding:
    problem = _pairing_problem(chosen)
    if problem:
        return Finding(NOT_COMPARABLE, problem)
    basis = min((_basis(claim, each) for each in chosen.values()), key=STRENGTH.index)
    holds = _outcomes(claim, ledger, chosen)
    if _all_deterministic(chosen):
        shown = ", ".join(f"{id.partition('.')[2]} = {_written(chosen[id].mean)}" for id in chosen)
        verdict = EXACT if holds.all() else CHANGES
        return Finding(verdict, f"{'Holds' if holds.all() else 'Does not hold'}: {shown}.", basis)
    return replace(_by_seeds(int(holds.sum()), len(holds)), basis=basis)


def _by_seeds(held: int, seeds: int) -> Finding:
    """Judge a conclusion by the seeds in which it holds."""
    count = f"Holds in {held} of {seeds} seeds"
    if held in (0, seeds):
        return Finding(EXACT if held else CHANGES, f"{count}.")
    from scipy.stats import binomtest  # half a second, which most commands need not wait for

    if binomtest(held, seeds).pvalue > LEVEL:
        return Finding(CANNOT_TELL, f"{count}, which chance alone may give, whichever is the rule.")
    return Finding(SPREAD if 2 * held > seeds else CHANGES, f"{count}.")


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


def _outcomes(claim: Claim, ledger: Ledger, chosen: Records) -> np.ndarray:
    """Return whether a rule holds in each seed."""
    by_seed = {
        id: np.asarray(record.values if not record.deterministic else [record.mean])
        for id, record in chosen.items()
    }
    return np.atleast_1d(rules.evaluate(claim.rule, by_seed, _printed_values(ledger)))


def _printed(claim: Claim) -> dict:
    """Return what a judgement says of its claim alone."""
    names = ("id", "paper", "locator", "subject", "metric", "published", "unit", "kind")
    more = {"decimals": claim.decimals if claim.is_number else 0, "note": claim.note}
    return {name: getattr(claim, name) for name in names} | more


def _judgement(claim: Claim, finding: Finding, ledger, reference, run) -> Judgement:
    ids = rules.record_ids(claim.rule) if claim.rule else [claim.record]
    ours = _to_be_shown(claim, ids, run)
    first = next(iter(ours.values()), None)
    columns = _shown(claim, ledger, _to_be_shown(claim, ids, reference), ("book", "low", "high"))
    columns |= _shown(claim, ledger, ours, ("this_run", "this_run_low", "this_run_high"))
    return Judgement(
        **_printed(claim),
        **columns,
        this_run_label=label(first) if first else "",
        verdict=finding.verdict,
        reason=finding.reason,
        basis=finding.basis,
        judged=claim.judged,
    )


def _to_be_shown(claim: Claim, ids: list[str], records: Records) -> dict[str, Record]:
    """Return the records that stand beside a claim: those that may judge it, and other runs.

    Rows of ours that are no basis show the method on their page; beside the paper's number they
    would look like a refutation.
    """
    found = {id: records[id] for id in ids if id in records}
    return {
        id: record
        for id, record in found.items()
        if not record.provenance.complete or _basis(claim, record)
    }


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
    if not ids or any(id not in records for id in ids):
        return None
    chosen = {id: records[id] for id in ids}
    lengths = {len(record.values) for record in chosen.values() if not record.deterministic}
    if len(lengths) > 1:
        return None
    holds = _outcomes(claim, ledger, chosen)
    if _all_deterministic(chosen):
        return "holds" if holds.all() else "does not hold"
    return f"holds in {int(holds.sum())} of {len(holds)} seeds"
