"""The report of the last complete verification, kept so that readers of the book can see it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from lib.errors import ReaderError
from lib.notebooks import find_notebooks
from lib.paths import BUILD, DATA

MADE = BUILD / "verify"
KEPT = DATA / "verification"
# What a reader gets, with a few words on each.
FILES = {
    "report.html": "The report of the last complete verification, to read",
    "report.json": "The same report, for a program",
}


def keep(say: Callable[[str], None], made: Path = MADE, kept: Path = KEPT) -> int:
    """Keep the report that the last verification left, if it is worth showing.

    Parameters
    ----------
    say : callable
        Takes one line.
    made, kept : pathlib.Path
        Where the report is, and where it goes.

    Returns
    -------
    int
        0.

    Raises
    ------
    ReaderError
        If there is no report, or it is not one of the whole book on real data that holds.
    """
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
    say(f"Kept: {', '.join(FILES)} in data/{kept.name}")
    return 0


def _not_worth_showing(report: dict) -> str:
    whole = {notebook.name for notebook in find_notebooks()}
    executed = {each["notebook"] for each in report["notebooks"]}
    if report["judges"] != "papers":
        return "it was made on twins"
    if executed != whole:
        return f"its notebooks are others, {', '.join(sorted(whole ^ executed))}"
    if report["status"] != 0:
        return f"it says: {report['answer']}"
    return ""


def files(kept: Path = KEPT) -> list[Path]:
    """Return the kept files; none before the first complete verification.

    Parameters
    ----------
    kept : pathlib.Path
        Their folder.

    Returns
    -------
    list of pathlib.Path
        In the order of `FILES`.
    """
    return [kept / name for name in FILES if (kept / name).exists()]


def summary(kept: Path = KEPT) -> str:
    """Return in a few sentences what the kept report says; empty where there is none.

    Parameters
    ----------
    kept : pathlib.Path
        Its folder.

    Raises
    ------
    ReaderError
        If the kept file is no report.
    """
    return _told(kept / "report.json", _summary) or ""


def _summary(report: dict) -> str:
    counts, asked = report["counts"], report["asked"]
    holding = [each for each in report["records"] if each["state"] == "holds"]
    same = sum(each["same_digits"] for each in holding)
    exactly = "all of them" if same == len(holding) else f"{same:,} of them"
    return (
        f"{report['answer']} All {len(report['notebooks'])} notebooks were executed again "
        f"({asked['machine']}; seeds: {asked['seeds']}), in {report['seconds'] / 60:.0f} minutes. "
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
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReaderError(f"{path.name} is not a report. Run 'make verify' again.") from None
