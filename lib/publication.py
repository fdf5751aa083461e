"""Publishing a full run on real data; `lib.verification` holds a fresh run against it."""

import json
import os
import platform
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lib import claims
from lib.errors import ReaderError
from lib.execution import Settings, current_page, execute, failed, processors
from lib.files import write_whole
from lib.notebook_checks import long_cells, numbers_typed, problems_of
from lib.notebooks import (
    Notebook,
    find_notebooks,
    pair_differences,
    read_source,
    with_outputs,
)
from lib.page_stamps import KEY, data_not_named, stamped
from lib.paths import BUILD, DATA
from lib.records import Record, RecordSet
from lib.requirements import required_versions
from lib.stamps import data_found
from lib.verification.verdicts import write_verdicts

REFERENCE = DATA / "reference"


def publish(chapter: str | None, jobs: int | None, say: Callable[[str], None]) -> int:
    """Execute at full profile on real data; refresh the committed pages and records.

    Nothing that is committed changes before every notebook has succeeded and passed the
    checks of `lib.notebook_checks`.

    Parameters
    ----------
    chapter : str, optional
        Chapters or notebooks as `find_notebooks` takes them; all when missing.
    jobs : int, optional
        Notebooks executed at once.
    say : callable
        Takes one line of progress.

    Returns
    -------
    int
        0, or 1 when a notebook failed.

    Raises
    ------
    ReaderError
        If the real data are missing, or an output may not be shown.
    """
    notebooks = find_notebooks(chapter)
    _require_real_data(notebooks)
    _check_sources(notebooks)
    folder = BUILD / "publish"
    settings = Settings(folder, profile="full", jobs=jobs, reference=folder / "records")
    _put_published_records_beside(notebooks, settings)
    if failed(execute(notebooks, settings, say), say):
        return 1
    with claims.reading(
        {"IDS_REFERENCE": str(folder / "records"), "IDS_RECORDS": str(folder / "records")}
    ):
        pages = {
            book: stamped(claims.render_again(current_page(book, settings)), book, settings)
            for book in notebooks
        }
    _check_publishable(pages, settings)
    for notebook, page in pages.items():
        write_whole(notebook.page, nbformat.writes(page) + "\n")
        record = REFERENCE / f"{notebook.name}.json"
        write_whole(record, settings.record(notebook).read_bytes())
    _remove_leftovers(notebooks)
    _write_circumstances(notebooks, folder)
    write_verdicts(claims.load(), RecordSet.read(REFERENCE))
    say(f"Published {len(notebooks)} notebooks: chapters/*.ipynb and data/reference.")
    return 0


def publish_prose(chapter: str | None, say: Callable[[str], None]) -> int:
    """Refresh prose, captions and verdicts of published pages; execute nothing.

    Parameters
    ----------
    chapter : str, optional
        One chapter; all when missing.
    say : callable
        Takes one line of progress.

    Returns
    -------
    int
        0.

    Raises
    ------
    ReaderError
        If a page is missing or its code is not the code of the source any more, or an output
        may not be shown.
    """
    notebooks = find_notebooks(chapter)
    with claims.reading({"IDS_RECORDS": str(REFERENCE)}):
        pages = {notebook: _page_with_present_prose(notebook) for notebook in notebooks}
    _refuse(_page_problems(pages))
    for notebook, page in pages.items():
        write_whole(notebook.page, nbformat.writes(page) + "\n")
    write_verdicts(claims.load(), RecordSet.read(REFERENCE))
    say(f"Refreshed the prose of {len(pages)} pages.")
    return 0


def _page_with_present_prose(notebook: Notebook) -> NotebookNode:
    if not notebook.page.exists():
        raise ReaderError(f"{notebook.name} is not published yet: run 'make publish' first.")
    source, page = read_source(notebook.source), nbformat.read(notebook.page, as_version=4)
    if _code_of(source) != _code_of(page):
        raise ReaderError(
            f"The code of {notebook.name} is not what its published page was made with. "
            f"Run 'make publish CHAPTER={notebook.chapter}' to execute it."
        )
    return claims.render_again(with_outputs(source, page))


def _code_of(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _put_published_records_beside(notebooks: list[Notebook], settings: Settings) -> None:
    """Let the pages of a part of the book find what the rest has measured."""
    for notebook in set(find_notebooks()) - set(notebooks):
        published = REFERENCE / f"{notebook.name}.json"
        if published.exists():
            # The records of an earlier run no longer belong to the outputs that it kept.
            settings.stamp(notebook).unlink(missing_ok=True)
            write_whole(settings.record(notebook), published.read_bytes())


def _require_real_data(notebooks: list[Notebook]) -> None:
    for notebook in notebooks:
        for name, state in data_found(notebook.source).items():
            if not state.startswith("real"):
                raise ReaderError(
                    f"{notebook.name} needs the real file of {name.removeprefix('data ')}, found "
                    f"only: {state.split()[0]}. Point IDS_DATA at the data folder, or run "
                    "'make data'; do not set IDS_TWIN."
                )


def _check_sources(notebooks: list[Notebook]) -> None:
    """Find what would be refused after the run before the run."""
    problems = [
        f"  {notebook.name}, {problem}"
        for notebook in notebooks
        for check in (long_cells, numbers_typed)
        for problem in check(read_source(notebook.source))
    ]
    if problems:
        raise ReaderError("These notebooks may not be published:\n" + "\n".join(problems))


def _check_publishable(pages: dict[Notebook, NotebookNode], settings: Settings) -> None:
    problems = _page_problems(pages)
    records = RecordSet.read(settings.folder / "records").values()
    for notebook, page in pages.items():
        own = [each for each in records if each.provenance.notebook == notebook.name]
        problems += [
            f"  {notebook.name} uses {name} without naming it in its text, so that its stamp has "
            f'no digest of it: write "{name}" where it is loaded'
            for name in data_not_named(page.metadata[KEY], own)
        ]
    for record in records:
        if not publishable(record):
            problems.append(f"  record {record.id} is not from real data at full profile")
    _refuse(problems)


def publishable(record: Record) -> bool:
    """Tell whether a record may stand among the published ones.

    Parameters
    ----------
    record : lib.records.Record
        Made at full profile on real data; or on a twin, if its id says so. The latter never
        judges a claim.
    """
    provenance = record.provenance
    named = provenance.source == "twin" and "twin" in record.id.split(".")
    return provenance.judges_papers or (named and provenance.profile == "full")


def _page_problems(pages: dict[Notebook, NotebookNode]) -> list[str]:
    return [
        f"  {notebook.name}, {problem}"
        for notebook, page in pages.items()
        for problem in pair_differences(read_source(notebook.source), page) + problems_of(page)
    ]


def _refuse(problems: list[str]) -> None:
    if problems:
        listed = "\n".join(problems[:40])
        raise ReaderError(f"The pages may not be published:\n{listed}")


def _remove_leftovers(notebooks: list[Notebook]) -> None:
    """Remove published pages and records of notebooks that no longer exist."""
    names = {notebook.name for notebook in find_notebooks()}
    for chapter in {notebook.chapter for notebook in notebooks}:
        pages = (notebooks[0].source.parent.parent / chapter).glob("[0-9]*.ipynb")
        for path in [*pages, *(REFERENCE / chapter).glob("*.json")]:
            if f"{chapter}/{path.stem}" not in names:
                path.unlink()


def _write_circumstances(notebooks: list[Notebook], folder: Path) -> None:
    measured = json.loads((folder / "timings.json").read_text(encoding="utf-8"))
    every = {notebook.name for notebook in find_notebooks()}
    timings = {notebook.name: measured[notebook.name] for notebook in notebooks}
    _merge(REFERENCE / "timings.json", timings, every)
    chapters = {notebook.chapter for notebook in notebooks}
    circumstances = dict.fromkeys(chapters, machine())
    _merge(REFERENCE / "environment.json", circumstances, {name.split("/")[0] for name in every})


def _merge(path: Path, entries: dict, existing: set[str]) -> None:
    """Put entries into a file, and take out those of what no longer exists."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept = {name: value for name, value in kept.items() if name in existing}
    write_whole(path, json.dumps(kept | entries, indent=1, sort_keys=True) + "\n")


def machine() -> dict:
    """Describe this machine in general words: no name, no path, nothing of its owner.

    Returns
    -------
    dict
        Processor count and architecture, memory in GiB, system, and package versions.
    """
    return {
        "processors": processors(),
        "architecture": platform.machine(),
        "memory_gib": round(_memory_bytes() / 2**30),
        "system": platform.system(),
        "versions": required_versions(),
    }


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
