"""Executing the book again and holding the run against the published one."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from lib import claims
from lib.book.notebooks import Notebook, find_notebooks
from lib.book.run.execution import execute, forget
from lib.book.run.kept import forget_gone
from lib.book.run.lock import putting_in_place
from lib.book.run.settings import FAILED, Settings
from lib.book.stamps.inputs import data_found
from lib.book.verify import console
from lib.book.verify.judge import CHANGED, judge_records
from lib.book.verify.manifest import write_manifest
from lib.book.verify.outputs import other_data, otherwise
from lib.book.verify.page import html
from lib.book.verify.published import problems
from lib.book.verify.report import Report, junit
from lib.book.verify.verdicts import claims_on, judge_claims, read_verdicts
from lib.common.environment import variables
from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.common.parallel import processors
from lib.common.paths import BUILD, DATA, REFERENCE
from lib.common.requirements import required_versions
from lib.common.wording import seed_range
from lib.notebook.records import Record, RecordSet

FOLDER = BUILD / "verify"
# Made on the twins at the quick profile by `remake_twin_reference`, to judge the code alone.
TWIN_REFERENCE = DATA / "reference-twin"
# Has the twins used also of data that are there.
TWINS_ONLY = {"IDS_TWIN": "1"}
# What a shell may still have from other work; a verification is held against what is committed.
STRAY = "IDS_REFERENCE"


@dataclass(frozen=True)
class Request:
    """What is to be verified."""

    chapter: str | None = None
    profile: str | None = None
    replicates: int | None = None
    seed: int | None = None
    jobs: int | None = None
    cluster: str | None = None


def verify(request: Request, say: Callable[[str], None]) -> int:
    """Execute again, judge, and write the report."""
    with variables({}, STRAY):
        return _verify(request, say)


def _verify(request: Request, say: Callable[[str], None]) -> int:
    begun = monotonic()
    notebooks = find_notebooks(request.chapter)
    real = [notebook for notebook in notebooks if _has_real_data(notebook)]
    if request.profile == "full" and not real:
        raise ReaderError(
            "The full profile needs the real data, and none are there. Name their folder in "
            "IDS_DATA ('make data' says of each data set how to get it), or leave the profile out "
            "to verify the code on the twins."
        )
    on_twins = request.profile == "quick" or not real
    chosen = notebooks if on_twins else real
    # What will be read is read before an hour of execution.
    reference = _reference(chosen, on_twins)
    ledger, verdicts, published = claims.load(), read_verdicts(), RecordSet.read(REFERENCE)
    stale = problems(chosen)
    profile = "quick" if on_twins else "full"
    seeds_and_jobs = (request.replicates, request.seed, request.jobs)
    settings = Settings(FOLDER, profile, *seeds_and_jobs, cluster=request.cluster)
    say(_announcement(settings, on_twins))
    with variables(TWINS_ONLY if on_twins else {}):
        outcomes = execute(chosen, settings, say, begin=lambda: _begin(settings))
    executed = [each.notebook for each in outcomes if each.state != FAILED]
    fresh = _of(executed, RecordSet.read(settings.folder / "records"))
    judged = judge_records(_of(executed, reference), fresh)
    # Records of twins judge no claim; the ledger is held against the published verdicts still.
    judging = {} if on_twins else fresh
    moved = set() if on_twins else {each.id for each in judged.with_state(CHANGED)}
    texts, untold = {}, {}
    if not on_twins:
        texts, untold = otherwise(executed, settings, judged.comparisons)
    data = {} if on_twins else other_data(executed, settings)
    for name, why in [*texts.items(), *data.items()]:
        stale[name] = [*stale.get(name, []), *why]
    report = Report(
        asked=_asked(settings, fresh, on_twins),
        outcomes=outcomes,
        judged=judged,
        claims=judge_claims(ledger, verdicts, published, judging, moved),
        stale=stale,
        left_out=[notebook.name for notebook in notebooks if notebook not in chosen],
        on_twins=on_twins,
        untold=untold,
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
    folder, remedy = REFERENCE, "make publish"
    if on_twins:
        folder, remedy = TWIN_REFERENCE, "python -m lib verify --remake-twin-reference"
    found = _of(notebooks, RecordSet.read(folder))
    if not found:
        raise ReaderError(
            f"There are no records to verify against in data/{folder.name}: run '{remedy}'."
        )
    return found


def _of(notebooks: list[Notebook], records: RecordSet) -> dict[str, Record]:
    names = {notebook.name for notebook in notebooks}
    return {id: each for id, each in records.items() if each.provenance.notebook in names}


def _announcement(settings: Settings, on_twins: bool) -> str:
    data = "synthetic twins" if on_twins else "real data"
    meaning = ": this verifies the code, not the papers." if on_twins else "."
    return f"On the {data}, at the {settings.profile} profile{meaning}"


def _begin(settings: Settings) -> None:
    """Start anew after a verification that came to its end; go on with one that did not."""
    folder = settings.folder
    try:
        finished = json.loads((folder / "report.json").read_text(encoding="utf-8"))["complete"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        finished = False
    if finished:
        forget(find_notebooks(), settings)
    forget_gone(folder / "records")
    for name in ("report.json", "junit.xml", "report.html"):
        (folder / name).unlink(missing_ok=True)


def _asked(settings: Settings, fresh: dict[str, Record], on_twins: bool) -> dict[str, str]:
    """Return how a run was made, by names that the report shows."""
    origins = [record.provenance for record in fresh.values()]
    ranges = sorted({(origin.seed, origin.replicates) for origin in origins})
    machines = sorted({origin.machine for origin in origins})
    versions = required_versions()
    shown = ("python", "torch", "scikit-learn", "xgboost", "numpy")
    return {
        "data": "synthetic twins" if on_twins else "the real files",
        "profile": settings.profile,
        "seeds": "; ".join(seed_range(first, count) for first, count in ranges),
        "machine": f"{', '.join(machines)}, {processors()} processors",
        "versions": ", ".join(f"{name} {versions.get(name, '?')}" for name in shown),
        "where": settings.cluster or "this machine",
    }


def _write(report: Report, folder: Path) -> None:
    made = {"junit.xml": junit(report), "report.html": html(report)}
    # The last, since it says that the verification came to its end.
    # A line a record would make it larger than a repository should hold.
    content = json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False)
    for name, text in (made | {"report.json": content + "\n"}).items():
        write_whole(folder / name, text.encode(errors="replace"))


def remake_twin_reference(chapter: str | None, jobs: int | None, say: Callable[[str], None]) -> int:
    """Execute notebooks on the twins at the quick profile and keep their records."""
    notebooks = find_notebooks(chapter)
    settings = Settings(BUILD / "reference-twin", "quick", jobs=jobs)
    with variables(TWINS_ONLY, STRAY):
        outcomes = execute(notebooks, settings, say)
    if any(outcome.state == FAILED for outcome in outcomes):
        return 2
    with putting_in_place():
        forget_gone(TWIN_REFERENCE)
        for outcome in outcomes:
            content = json.loads(settings.record(outcome.notebook).read_text(encoding="utf-8"))
            path = TWIN_REFERENCE / f"{outcome.notebook.name}.json"
            write_whole(path, json.dumps(content, sort_keys=True) + "\n")
        write_manifest()
    say(f"Written: {len(outcomes)} files below data/{TWIN_REFERENCE.name}")
    return 0
