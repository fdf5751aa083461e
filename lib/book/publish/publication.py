"""Publishing a full run on real data; `lib.book.verify` holds a fresh run against it."""

import json
import os
import platform
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lib import claims
from lib.book.notebooks import Notebook, find_notebooks, pair_differences, read_source, with_outputs
from lib.book.publish.page_checks import long_cells, numbers_typed, problems_of
from lib.book.publish.pending import finish, put
from lib.book.run.execution import execute, failed
from lib.book.run.kept import current_page, forget_gone, stamped
from lib.book.run.lock import only_one, putting_in_place
from lib.book.run.settings import Settings
from lib.book.stamps.citation import citation
from lib.book.stamps.inputs import data_found
from lib.book.stamps.pages import KEY, data_not_named
from lib.book.verify.published import require_own_outputs
from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.common.parallel import processors
from lib.common.paths import BUILD, REFERENCE, ROOT
from lib.common.requirements import required_versions
from lib.datasets import registry
from lib.datasets.overlooked import overlooked
from lib.notebook.records import Provenance, Record, RecordSet

# What names the folders of the published and of the present records.
PLACES = ("IDS_REFERENCE", "IDS_RECORDS")
# How long pages took, and by which machines; other runs' entries are kept.
CIRCUMSTANCES = ("timings.json", "environment.json")


def publish(chapter: str | None, jobs: int | None, say: Callable[[str], None]) -> int:
    """Execute at full profile on real data; where nothing is wrong, refresh what is committed."""
    folder = BUILD / "publish"
    with only_one(folder / "publish.lock", "publishing"):
        with putting_in_place():
            finish(say)
        notebooks = find_notebooks(chapter)
        _require_real_data(notebooks)
        _check_sources(notebooks)
        _check_what_is_published()
        settings = Settings(folder, profile="full", jobs=jobs, reference=folder / "records")
        forget_gone(folder / "records")
        _put_published_records_beside(notebooks, settings)
        if failed(execute(notebooks, settings, say), say):
            return 1
        with putting_in_place():
            _publish_run(notebooks, settings)
    say(f"Published {len(notebooks)} notebooks: chapters/*.ipynb and data/reference.")
    return 0


def _publish_run(notebooks: list[Notebook], settings: Settings) -> None:
    folder = settings.folder
    with claims.reading(dict.fromkeys(PLACES, str(folder / "records"))):
        pages = {
            book: stamped(claims.render_again(current_page(book, settings)), book, settings)
            for book in notebooks
        }
    _check_publishable(pages, settings)
    put(
        dict.fromkeys(_leftovers(notebooks))
        | {
            REFERENCE / f"{each.name}.json": settings.record(each).read_text(encoding="utf-8")
            for each in notebooks
        }
        | _circumstances(notebooks, folder)
        | _written(pages)
    )


def publish_prose(chapter: str | None, say: Callable[[str], None]) -> int:
    """Refresh prose, captions and verdicts of published pages; execute nothing."""
    with putting_in_place():
        finish(say)
        notebooks = find_notebooks(chapter)
        with claims.reading(dict.fromkeys(PLACES, str(REFERENCE))):
            pages = {notebook: _page_with_present_prose(notebook) for notebook in notebooks}
        _refuse(_page_problems(pages))
        put(_written(pages))
    say(f"Refreshed the prose of {len(pages)} pages.")
    return 0


def _written(pages: dict[Notebook, NotebookNode]) -> dict[Path, str]:
    return {notebook.page: nbformat.writes(page) + "\n" for notebook, page in pages.items()}


def _page_with_present_prose(notebook: Notebook) -> NotebookNode:
    if not notebook.page.exists():
        raise ReaderError(f"{notebook.name} is not published yet: run 'make publish' first.")
    require_own_outputs(notebook)  # refuses also what is no page
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
            known = registry.entry(name.removeprefix("data "))
            if known.registered and not state.startswith("real"):
                seen = overlooked(known)
                raise ReaderError(
                    f"{notebook.name} needs the real file of {known.name}, found only: "
                    f"{state.split()[0]}. {seen}{' ' * bool(seen)}{known.obtain} Name their folder "
                    "in IDS_DATA, and do not set IDS_TWIN."
                )


def _check_sources(notebooks: list[Notebook]) -> None:
    """Find what would be refused after the run before the run."""
    sources = {notebook.name: read_source(notebook.source) for notebook in notebooks}
    _refuse(
        [
            f"  {name}, {problem}"
            for name, source in sources.items()
            for problem in long_cells(source) + numbers_typed(source)
        ]
    )


def _check_what_is_published() -> None:
    """Read what the run will be put beside before the run."""
    claims.load()
    citation(ROOT)
    RecordSet.read(REFERENCE)
    for name in CIRCUMSTANCES:
        _read_circumstances(REFERENCE / name)


def _read_circumstances(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if isinstance(content, dict):
            return content
        problem = "it holds no names"
    except (ValueError, RecursionError) as error:
        problem = error
    raise ReaderError(f"data/reference/{path.name} cannot be read: {problem}. Restore it from git.")


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
    """Tell whether a record may stand among the published ones."""
    provenance = record.provenance
    full_twin = (provenance.source, provenance.profile) == ("twin", "full")
    named = "twin" in record.id.split(".")
    return provenance.complete or (full_twin and (named or _not_registered(provenance)))


def _not_registered(provenance: Provenance) -> bool:
    """Tell whether a new paper's file is not registered yet, so that its twin stands for it."""
    known = set(provenance.dataset.split()) & set(registry.names())
    return bool(known) and not any(registry.entry(name).registered for name in known)


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


def _leftovers(notebooks: list[Notebook]) -> list[Path]:
    """Return published pages and records of notebooks that no longer exist."""
    names, found = {notebook.name for notebook in find_notebooks()}, []
    for chapter in {notebook.chapter for notebook in notebooks}:
        pages = (notebooks[0].source.parent.parent / chapter).glob("[0-9]*.ipynb")
        every = [*pages, *(REFERENCE / chapter).glob("*.json")]
        found += [path for path in every if f"{chapter}/{path.stem}" not in names]
    return found


def _circumstances(notebooks: list[Notebook], folder: Path) -> dict[Path, str]:
    measured = json.loads((folder / "timings.json").read_text(encoding="utf-8"))
    every = {notebook.name for notebook in find_notebooks()}
    timings = {notebook.name: measured[notebook.name] for notebook in notebooks}
    chapters = {notebook.chapter for notebook in notebooks}
    circumstances = dict.fromkeys(chapters, machine())
    existing = {name.split("/")[0] for name in every}
    times, machines = (REFERENCE / name for name in CIRCUMSTANCES)
    return _merged(times, timings, every) | _merged(machines, circumstances, existing)


def _merged(path: Path, entries: dict, existing: set[str]) -> dict[Path, str]:
    """Return a file with entries put in, and without those of what no longer exists."""
    kept = _read_circumstances(path)
    kept = {name: value for name, value in kept.items() if name in existing}
    return {path: json.dumps(kept | entries, indent=1, sort_keys=True) + "\n"}


def machine() -> dict:
    """Describe this machine in general words: no name, no path, nothing of its owner."""
    return {
        "processors": processors(),
        "architecture": platform.machine(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.system(),
        "versions": required_versions(),
    }
