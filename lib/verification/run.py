"""Executing the book again and holding the run against the published one."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from lib import claims
from lib.errors import ReaderError
from lib.execution import Settings, execute, forget
from lib.files import write_whole
from lib.notebooks import Notebook, find_notebooks
from lib.page_stamps import out_of_date
from lib.parallel import processors
from lib.paths import BUILD, DATA
from lib.records import Record, RecordSet
from lib.requirements import required_versions
from lib.stamps import data_found
from lib.verification import console
from lib.verification.judge import CHANGED, judge_records
from lib.verification.page import html
from lib.verification.report import Report, junit
from lib.verification.verdicts import claims_on, judge_claims, read_verdicts

FOLDER = BUILD / "verify"
REFERENCE = DATA / "reference"
# Made on the twins at the quick profile by `remake_twin_reference`, to judge the code alone.
TWIN_REFERENCE = DATA / "reference-twin"


@dataclass(frozen=True)
class Request:
    """What is to be verified.

    Attributes
    ----------
    chapter : str or None
        One chapter; all when None.
    profile : str or None
        ``"full"`` on real data; ``"quick"`` runs on the twins. None takes what the data allow.
    replicates, seed : int or None
        None takes the published run's own.
    jobs : int or None
        Notebooks executed at once.
    cluster : str or None
        Address of a Dask scheduler.
    """

    chapter: str | None = None
    profile: str | None = None
    replicates: int | None = None
    seed: int | None = None
    jobs: int | None = None
    cluster: str | None = None


def verify(request: Request, say: Callable[[str], None]) -> int:
    """Execute again, judge, and write the report.

    Parameters
    ----------
    request : Request
    say : callable
        Takes one line of progress.

    Returns
    -------
    int
        0 all hold, 1 something changed, 2 could not run, 3 no real data.

    Raises
    ------
    ReaderError
        If there is no such chapter, no real data for the full profile, or nothing to verify
        against; if another run works in the same folder; or if a file that is read, such as the
        ledger, is not valid.
    """
    begun = monotonic()
    notebooks = find_notebooks(request.chapter)
    real = [notebook for notebook in notebooks if _has_real_data(notebook)]
    if request.profile == "full" and not real:
        raise ReaderError(
            "The full profile needs the real data, and none are there. Name their folder in "
            "IDS_DATA, run 'make data', or leave the profile out to verify the code on the twins."
        )
    on_twins = request.profile == "quick" or not real
    chosen = notebooks if on_twins else real
    reference = _reference(chosen, on_twins)
    with _twins_only(on_twins):
        settings = _settings(request, on_twins)
        say(_announcement(settings, on_twins))
        outcomes = execute(chosen, settings, say, begin=lambda: _begin(settings))
        executed = [each.notebook for each in outcomes if each.state != "failed"]
        published = _of(executed, reference)
        fresh = _of(executed, RecordSet.read(settings.folder / "records"))
    judged = judge_records(published, fresh)
    moved = {each.id for each in judged.with_state(CHANGED)}
    ledger = claims.load()
    report = Report(
        asked=_asked(settings, fresh, on_twins),
        outcomes=outcomes,
        judged=judged,
        claims=judge_claims(
            ledger,
            read_verdicts(),
            RecordSet.read(REFERENCE),
            {} if on_twins else fresh,
            set() if on_twins else moved,
        ),
        stale=_stale(chosen),
        left_out=[notebook.name for notebook in notebooks if notebook not in chosen],
        on_twins=on_twins,
        resting=claims_on(ledger),
        seconds=monotonic() - begun,
    )
    _write(report, settings.folder)
    for line in console.lines(report):
        say(line)
    say(f"The report: {settings.folder / 'report.html'}")
    return report.status


def _has_real_data(notebook: Notebook) -> bool:
    return all(state.startswith("real") for state in data_found(notebook.source).values())


def _reference(notebooks: list[Notebook], on_twins: bool) -> dict[str, Record]:
    folder, remedy = (
        (TWIN_REFERENCE, "python -m lib verify --remake-twin-reference")
        if on_twins
        else (REFERENCE, "make publish")
    )
    found = _of(notebooks, RecordSet.read(folder))
    if not found:
        raise ReaderError(
            f"There are no records to verify against in data/{folder.name}: run '{remedy}'."
        )
    return found


def _of(notebooks: list[Notebook], records: RecordSet) -> dict[str, Record]:
    names = {notebook.name for notebook in notebooks}
    return {id: each for id, each in records.items() if each.provenance.notebook in names}


@contextmanager
def _twins_only(on_twins: bool) -> Iterator[None]:
    """Use the twins also of data that are there."""
    before = os.environ.get("IDS_TWIN")
    if on_twins:
        os.environ["IDS_TWIN"] = "1"
    try:
        yield
    finally:
        os.environ.pop("IDS_TWIN", None)
        if before is not None:
            os.environ["IDS_TWIN"] = before


def _settings(request: Request, on_twins: bool) -> Settings:
    return Settings(
        FOLDER,
        "quick" if on_twins else "full",
        request.replicates,
        request.seed,
        request.jobs,
        cluster=request.cluster,
    )


def _announcement(settings: Settings, on_twins: bool) -> str:
    if on_twins:
        return (
            "On the synthetic twins, at the quick profile: this verifies the code, not the papers."
        )
    return f"On the real data, at the {settings.profile} profile."


def _begin(settings: Settings) -> None:
    """Start anew after a verification that came to its end; go on with one that did not."""
    folder = settings.folder
    try:
        finished = json.loads((folder / "report.json").read_text(encoding="utf-8"))["complete"]
    except (OSError, ValueError, KeyError):
        finished = False
    if finished:
        forget(find_notebooks(), settings)
    for name in ("report.json", "junit.xml", "report.html"):
        (folder / name).unlink(missing_ok=True)


def _asked(settings: Settings, fresh: dict[str, Record], on_twins: bool) -> dict[str, str]:
    runs = {
        (record.provenance.seed, record.provenance.replicates, record.provenance.machine)
        for record in fresh.values()
    }
    versions = required_versions()
    shown = ("python", "torch", "scikit-learn", "xgboost", "numpy")
    return {
        "data": "synthetic twins" if on_twins else "the real files",
        "profile": settings.profile,
        "seeds": "; ".join(
            f"{count} from {seed}" for seed, count in sorted({run[:2] for run in runs})
        ),
        "machine": ", ".join(sorted({run[2] for run in runs})) + f", {processors()} processors",
        "versions": ", ".join(f"{name} {versions.get(name, '?')}" for name in shown),
        "where": settings.cluster or "this machine",
    }


def _stale(notebooks: list[Notebook]) -> dict[str, list[str]]:
    found = {book.name: out_of_date(book.source, book.page) for book in notebooks}
    return {name: why for name, why in found.items() if why}


def _write(report: Report, folder: Path) -> None:
    write_whole(folder / "junit.xml", junit(report))
    write_whole(folder / "report.html", html(report))
    # The last, since it says that the verification came to its end.
    content = json.dumps(report.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / "report.json", content + "\n")


def remake_twin_reference(jobs: int | None, say: Callable[[str], None]) -> int:
    """Execute all notebooks on the twins at the quick profile and keep their records.

    Parameters
    ----------
    jobs : int, optional
        Notebooks executed at once.
    say : callable
        Takes one line of progress.

    Returns
    -------
    int
        0, or 2 when a notebook failed; then nothing is replaced.

    Raises
    ------
    ReaderError
        If another run works in the same folder, or a notebook has no parameters cell.
    """
    settings = Settings(BUILD / "reference-twin", "quick", jobs=jobs)
    with _twins_only(True):
        outcomes = execute(find_notebooks(), settings, say)
    if any(outcome.state == "failed" for outcome in outcomes):
        return 2
    for old in TWIN_REFERENCE.glob("*/*.json"):
        old.unlink()
    for outcome in outcomes:
        content = json.loads(settings.record(outcome.notebook).read_text(encoding="utf-8"))
        path = TWIN_REFERENCE / f"{outcome.notebook.name}.json"
        write_whole(path, json.dumps(content, sort_keys=True) + "\n")
    say(f"Written: {len(outcomes)} files below data/{TWIN_REFERENCE.name}")
    return 0
