"""Holding the ledger of claims, and the verdicts on it, against the published ones."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path

from lib.book.verify.judge import CHANGED, HOLDS, Records
from lib.claims import rules
from lib.claims.claim import Claim, Ledger
from lib.claims.verdicts import MINIMUM_REPLICATES, Judgement, judge
from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.common.paths import REFERENCE

VERDICTS = REFERENCE / "verdicts.json"
# What is noted of each claim, and how a change of it is told.
NOTED = {
    "printed": "the ledger says {now!r}, and said {before!r} in the book",
    "judged by": "it is judged by {now!r}, and was by {before!r}",
    "judged": "what is judged reads {now!r}, and read {before!r}",
    "repeats": "it restates {now!r}, and restated {before!r}",
    "verdict": "the published records now give {now!r}: {reason}",
    "basis": "its verdict rests on {now!r}, and rested on {before!r}",
    "row": "its row in data/claims has another {columns}",
}


@dataclass(frozen=True)
class ClaimNote:
    """What became of one claim."""

    id: str
    locator: str
    printed: str
    published: str
    fresh: str
    state: str
    reason: str = ""


def verdicts_of(ledger: Ledger, reference: Records) -> dict[str, dict[str, str]]:
    """Return what each claim says and its verdict by the published records, by `NOTED`."""
    return {each.id: _noted(ledger[each.id], each) for each in judge(ledger, reference, {})}


def _noted(claim: Claim, judgement: Judgement) -> dict[str, str]:
    return {
        "printed": claim.published,
        "judged by": str(claim.rule or claim.record),
        "judged": judgement.judged,
        "repeats": judgement.repeats or "",
        "verdict": judgement.verdict,
        "basis": judgement.basis or "",
        "row": _row(claim),
    }


def _row(claim: Claim) -> str:
    """Return each column's name with a digest of what stands there."""
    texts = {one.name: repr(getattr(claim, one.name)) for one in fields(claim)}
    return " ".join(
        f"{name}:{sha256(text.encode()).hexdigest()[:12]}" for name, text in texts.items()
    )


def write_verdicts(ledger: Ledger, reference: Records, path: Path = VERDICTS) -> None:
    """Note the published claims and verdicts, so that a later slip in the ledger is seen."""
    content = verdicts_of(ledger, reference)
    write_whole(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read_verdicts(path: Path = VERDICTS) -> dict[str, dict[str, str]]:
    """Return the published claims and verdicts."""
    if not path.exists():
        raise ReaderError(f"There are no published verdicts ({path.name}): run 'make prose'.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        for id, entry in content.items():
            if not isinstance(entry["verdict"], str) or set(map(type, entry.values())) != {str}:
                raise ValueError(f"{id} has no verdict in words")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise ReaderError(
            f"{path} does not hold the published verdicts ({type(problem).__name__}: {problem}). "
            "Restore it from git, or run 'make prose'."
        ) from None
    return content


def records_behind(claim: Claim, ledger: Ledger) -> set[str]:
    """Return the ids of the records that a claim's verdict rests on."""
    judged = ledger[claim.repeats] if claim.repeats else claim
    if judged.rule:
        return set(rules.record_ids(judged.rule))
    return {judged.record} if judged.record else set()


def claims_on(ledger: Ledger) -> dict[str, list[str]]:
    """Return for each record the claims that rest on it."""
    resting: dict[str, list[str]] = {}
    for claim in ledger.values():
        for id in records_behind(claim, ledger):
            resting.setdefault(id, []).append(claim.id)
    return resting


def judge_claims(
    ledger: Ledger,
    published: Mapping[str, Mapping[str, str]],
    reference: Records,
    fresh: Records,
    moved: Collection[str],
) -> list[ClaimNote]:
    """Hold every claim and its verdict against the published book.

    A verdict by the fresh records may differ by chance, since its interval covers 95 of 100
    runs. It counts as changed only where one of its records has changed.
    """
    now = {each.id: each for each in judge(ledger, reference, {})}
    again = {each.id: each for each in judge(ledger, {**reference, **fresh}, {})}
    notes = []
    for id, claim in ledger.items():
        behind, before = records_behind(claim, ledger), published.get(id, {})
        changed = behind & set(moved)
        verdict = again[id].verdict if changed else _fresh_verdict(behind, again[id], fresh)
        state, reason = _by_the_book(claim, before, now[id], "" if changed else verdict)
        if changed and state == HOLDS:
            state, reason = _after_a_change(before, verdict, changed)
        was = before.get("verdict", "")
        notes.append(ClaimNote(id, claim.locator, claim.published, was, verdict, state, reason))
    return notes + [
        ClaimNote(id, "", "", before["verdict"], "", CHANGED, "no longer in the ledger")
        for id, before in published.items()
        if id not in ledger
    ]


def _fresh_verdict(behind: set[str], judgement: Judgement, fresh: Records) -> str:
    """Return the verdict by this run; empty where this run cannot give one."""
    found = [fresh[id] for id in behind if id in fresh]
    if not found or len(found) < len(behind):
        return ""
    few = any(not one.deterministic and len(one.values) < MINIMUM_REPLICATES for one in found)
    judging = all(one.provenance.judges_papers for one in found)
    return judgement.verdict if judging and not few else ""


def _by_the_book(
    claim: Claim, before: Mapping[str, str], now: Judgement, fresh: str
) -> tuple[str, str]:
    """Return the state of a claim, with the reason, whose records have not changed."""
    if not before:
        return CHANGED, "in the ledger, but not published: 'make prose'"
    for name, text in _noted(claim, now).items():
        was = before.get(name, "")
        if text != was:
            columns = ", ".join(sorted({p.split(":")[0] for p in {*text.split()} ^ {*was.split()}}))
            told = NOTED[name].format(now=text, before=was, reason=now.reason, columns=columns)
            return CHANGED, told
    if fresh and fresh != before["verdict"]:
        return HOLDS, "another verdict, within what chance does to a record that holds"
    return HOLDS, ""


def _after_a_change(before: Mapping[str, str], verdict: str, moved: set[str]) -> tuple[str, str]:
    """Return the state of a claim, with the reason, some of whose records have changed."""
    same = verdict == before.get("verdict", "")
    ending = "the verdict not" if same else "and the verdict"
    return (
        HOLDS if same else CHANGED,
        f"its record has changed ({', '.join(sorted(moved))}), {ending}",
    )
