"""Holding the ledger of claims, and the verdicts on it, against the published ones."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from lib.claims import rules
from lib.claims.expressions import Call
from lib.claims.ledger import Claim, Ledger
from lib.claims.verdicts import MINIMUM_REPLICATES, Judgement, judge
from lib.errors import ReaderError
from lib.files import write_whole
from lib.paths import DATA
from lib.records import Record
from lib.verification.judge import CHANGED, HOLDS

VERDICTS = DATA / "reference" / "verdicts.json"
Records = Mapping[str, Record]


@dataclass(frozen=True)
class ClaimNote:
    """What became of one claim.

    Attributes
    ----------
    id, locator, printed : str
        The claim as the ledger has it now; empty where it has left the ledger.
    published, fresh : str
        Its verdict in the published book and by this run; empty where there is none.
    state : str
        ``"holds"`` or ``"changed"``.
    reason : str
        Empty where nothing is to be said.
    """

    id: str
    locator: str
    printed: str
    published: str
    fresh: str
    state: str
    reason: str = ""


def verdicts_of(ledger: Ledger, reference: Records) -> dict[str, dict[str, str]]:
    """Return what each claim says and its verdict by the published records.

    Parameters
    ----------
    ledger : Ledger
    reference : mapping of str to Record

    Returns
    -------
    dict of str to dict
        By claim id: ``printed``, ``judged by`` (a record or a rule) and ``verdict``.
    """
    return {
        each.id: {
            "printed": each.published,
            "judged by": _judged_by(ledger[each.id]),
            "verdict": each.verdict,
        }
        for each in judge(ledger, reference, {})
    }


def _judged_by(claim: Claim) -> str:
    return _text_of(claim.rule) if claim.rule else claim.record or ""


def _text_of(part: Call | float | str) -> str:
    if isinstance(part, Call):
        return f"{part.name}({', '.join(map(_text_of, part.arguments))})"
    return part if isinstance(part, str) else f"{part:g}"


def write_verdicts(ledger: Ledger, reference: Records, path: Path = VERDICTS) -> None:
    """Note the published claims and verdicts, so that a later slip in the ledger is seen.

    Parameters
    ----------
    ledger : Ledger
    reference : mapping of str to Record
    path : pathlib.Path
    """
    content = verdicts_of(ledger, reference)
    write_whole(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read_verdicts(path: Path = VERDICTS) -> dict[str, dict[str, str]]:
    """Return the published claims and verdicts.

    Parameters
    ----------
    path : pathlib.Path

    Raises
    ------
    ReaderError
        If they have not been published.

    Returns
    -------
    dict of str to dict
        As `verdicts_of` returned them when the book was last published.
    """
    if not path.exists():
        raise ReaderError(
            f"There are no published verdicts ({path.name}): run 'python -m lib publish --prose'."
        )
    return json.loads(path.read_text(encoding="utf-8"))


def records_behind(claim: Claim) -> list[str]:
    """Return the ids of the records that a claim's verdict rests on.

    Parameters
    ----------
    claim : Claim

    Returns
    -------
    list of str
        Each once; empty for settings, times and context.
    """
    if claim.rule:
        return list(rules.record_ids(claim.rule))
    return [claim.record] if claim.record else []


def claims_on(ledger: Ledger) -> dict[str, list[str]]:
    """Return for each record the claims that rest on it.

    Parameters
    ----------
    ledger : Ledger

    Returns
    -------
    dict of str to list of str
        Ids of claims in the order of the ledger, by the id of the record; without the records on
        which no claim rests.
    """
    resting: dict[str, list[str]] = {}
    for claim in ledger.values():
        for id in records_behind(claim):
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

    Parameters
    ----------
    ledger : Ledger
        As it is now.
    published : mapping
        As `read_verdicts` returns it.
    reference, fresh : mapping of str to Record
        Records of the published and of this run.
    moved : collection of str
        Ids of the records that have changed.

    Returns
    -------
    list of ClaimNote
        In the order of the ledger, then what has left it.
    """
    now = {each.id: each for each in judge(ledger, reference, {})}
    again = {each.id: each for each in judge(ledger, {**reference, **fresh}, {})}
    notes = [
        _note(ledger[id], published.get(id), now[id], _fresh_verdict(ledger[id], again[id], fresh))
        if not set(records_behind(ledger[id])) & set(moved)
        else _moved(ledger[id], published.get(id), again[id], moved)
        for id in ledger
    ]
    gone = [id for id in published if id not in ledger]
    return notes + [
        ClaimNote(id, "", "", published[id]["verdict"], "", CHANGED, "no longer in the ledger")
        for id in gone
    ]


def _fresh_verdict(claim: Claim, judgement: Judgement, fresh: Records) -> str:
    """Return the verdict by this run; empty where this run cannot give one."""
    behind = [fresh[id] for id in records_behind(claim) if id in fresh]
    if len(behind) < max(1, len(records_behind(claim))):
        return ""
    few = any(not one.deterministic and len(one.values) < MINIMUM_REPLICATES for one in behind)
    judging = all(one.provenance.judges_papers for one in behind)
    return judgement.verdict if judging and not few else ""


def _note(claim: Claim, before, now: Judgement, fresh: str) -> ClaimNote:
    def note(state: str, reason: str = "") -> ClaimNote:
        verdict = before["verdict"] if before else ""
        return ClaimNote(claim.id, claim.locator, claim.published, verdict, fresh, state, reason)

    if before is None:
        return note(CHANGED, "in the ledger, but not published: 'python -m lib publish --prose'")
    if before["printed"] != claim.published:
        reason = f"the ledger says {claim.published!r}, and said {before['printed']!r} in the book"
        return note(CHANGED, reason)
    if before["judged by"] != _judged_by(claim):
        reason = f"it is judged by {_judged_by(claim)!r}, and was by {before['judged by']!r}"
        return note(CHANGED, reason)
    if before["verdict"] != now.verdict:
        return note(CHANGED, f"the published records now give {now.verdict!r}: {now.reason}")
    if fresh and fresh != before["verdict"]:
        return note(HOLDS, "another verdict, within what chance does to a record that holds")
    return note(HOLDS)


def _moved(claim: Claim, before, again: Judgement, moved: Collection[str]) -> ClaimNote:
    behind = ", ".join(sorted(set(records_behind(claim)) & set(moved)))
    verdict = before["verdict"] if before else ""
    same = again.verdict == verdict
    return ClaimNote(
        claim.id,
        claim.locator,
        claim.published,
        verdict,
        again.verdict,
        HOLDS if same else CHANGED,
        f"its record has changed ({behind}), " + ("the verdict not" if same else "and the verdict"),
    )
