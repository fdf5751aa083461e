"""The report of the last complete verification, kept so that readers of the book can see it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from lib.book.notebooks import find_notebooks
from lib.book.run.lock import putting_in_place
from lib.book.verify.manifest import write_manifest
from lib.common.errors import ReaderError
from lib.common.paths import BUILD, DATA, REFERENCE
from lib.common.wording import in_minutes
from lib.notebook.records import RecordSet

MADE = BUILD / "verify"
KEPT = DATA / "verification"
# What a reader gets, with a few words on each.
FILES = {
    "report.html": "The report of the last complete verification, to read",
    "report.json": "The same report, for a program",
}


def keep(say: Callable[[str], None], made: Path = MADE, kept: Path = KEPT) -> int:
    """Keep the report that the last verification left, if it is worth showing."""
    with putting_in_place():
        _keep(made, kept)
    say(f"Kept: {', '.join(FILES)} in data/{kept.name}")
    return 0


def _keep(made: Path, kept: Path) -> None:
    why = _told(made / "report.json", _not_worth_showing)
    if why is None:
        raise ReaderError("There is no report to keep: run 'make verify' first.")
    if why:
        raise ReaderError(f"The last report is not kept, since {why}. Run 'make verify' again.")
    kept.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        part = kept / f".{name}.part"
        shutil.copyfile(made / name, part)
        part.replace(kept / name)
    write_manifest()


def _not_worth_showing(report: dict) -> str:
    whole = {notebook.name for notebook in find_notebooks()}
    executed = {each["notebook"] for each in report["notebooks"]}
    if report["judges"] != "papers":
        return "it was made on twins"
    if executed != whole:
        return f"its notebooks are others, {', '.join(sorted(whole ^ executed))}"
    if report["status"] != 0:
        return f"it says: {report['answer']}"
    if _others(report):
        return "the published records are no longer those that it was held against"
    return ""


def _others(report: dict) -> list[str]:
    """Return the ids of what a report calls published otherwise than it is."""
    published = {id: record.mean for id, record in RecordSet.read(REFERENCE).items()}
    told = {each["id"]: each["published"] for each in report["records"]}
    return [id for id in published | told if published.get(id) != told.get(id)]


def files(kept: Path = KEPT) -> list[Path]:
    """Return the kept files; none before the first complete verification."""
    return [kept / name for name in FILES if (kept / name).exists()]


def summary(kept: Path = KEPT) -> str:
    """Return in a few sentences what the kept report says; empty where there is none."""
    return _told(kept / "report.json", _summary) or ""


def _summary(report: dict) -> str:
    counts, asked = report["counts"], report["asked"]
    holding = [each for each in report["records"] if each["state"] == "holds"]
    same = sum(each["same_digits"] for each in holding)
    others = len(_others(report))
    since = (
        f"Since this verification {others:,} of the records that it held have been published "
        "anew, which it does not cover. It said: "
        if others
        else ""
    )
    exactly = "all of them" if same == len(holding) else f"{same:,} of them"
    return (
        f"{since}{report['answer']} All {len(report['notebooks'])} notebooks were executed again "
        f"({asked['machine']}; seeds: {asked['seeds']}), in {in_minutes(report['seconds'])}. "
        f"Of {sum(counts.values()):,} records {len(holding):,} hold, {exactly} digit for "
        f"digit, and {counts.get('changed', 0):,} have changed; {counts.get('not judged', 0):,} "
        "are times or have no spread and are not judged."
    )


def _told(path: Path, tell: Callable[[dict], str]) -> str | None:
    """Return what a function says of a report; None where there is none."""
    try:
        return tell(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReaderError(f"{path.name} is not a report. Run 'make verify' again.") from None
