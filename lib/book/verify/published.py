"""Whether published pages are as new as their code, their outputs and records their own."""

from collections.abc import Iterable

from lib.book.notebooks import Notebook
from lib.book.run.settings import Settings
from lib.book.run.task import parameters_of
from lib.book.stamps.inputs import PARAMETER
from lib.book.stamps.pages import changed_outputs, named, out_of_date, read_stamp
from lib.book.verify import manifest
from lib.book.verify.origins import not_of_the_run
from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.paths import BUILD, REFERENCE


def problems(notebooks: Iterable[Notebook]) -> dict[str, list[str]]:
    """Name for each page that has changed, or its code or records since, what has; and files."""
    found = {
        each.name: _read(each, lambda each: out_of_date(each.source, each.page))
        + _read(each, _other_parameters)
        + not_its_own(each)
        for each in notebooks
    }
    found |= {manifest.NAME: manifest.problems()}
    return {name: why for name, why in found.items() if why}


def require_published(notebooks: Iterable[Notebook]) -> None:
    """Refuse pages and files that are not as they were published."""
    found = [why for each in notebooks for why in _unknown_outputs(each) + not_its_own(each)]
    found += [f"{why}, by {manifest.NAME}" for why in manifest.problems()]
    if found:
        listed = "\n".join(f"  {why}" for why in found)
        raise ReaderError(
            f"What is here is not what was published:\n{listed}\nRestore it from git. After a "
            "change of ledger, registry or twins, or an interrupted publication, run 'make prose'; "
            "where code has changed, run 'make publish'."
        )


def require_own_outputs(notebook: Notebook) -> None:
    """Refuse a page whose outputs are not known to be those of its run."""
    found = _unknown_outputs(notebook)
    if found:
        raise ReaderError(
            f"{'; '.join(found)}. Restore the page from git, or run 'make publish "
            f"CHAPTER={notebook.name}'."
        )


def _unknown_outputs(notebook: Notebook) -> list[str]:
    found = _read(notebook, lambda each: changed_outputs(each.page))
    return [f"{notebook.name}.ipynb: {why}" for why in found]


def _other_parameters(notebook: Notebook) -> list[str]:
    """Say which parameters a page's run had that no publication asks for."""
    stamp = read_stamp(notebook.page)
    if stamp is None:
        return []
    had = named(stamp, PARAMETER)
    _, asked = parameters_of(notebook, Settings(BUILD / "publish", "full"))
    return [
        f"the {name} of its run is {had.get(name, 'none')}, and is published with {value!r}"
        for name, value in asked.items()
        if had.get(name) != repr(value)
    ]


def not_its_own(notebook: Notebook) -> list[str]:
    """Say so where a page's run did not write the records that are published with it."""
    return _read(notebook, _not_its_own)


def _not_its_own(notebook: Notebook) -> list[str]:
    stamp, name = read_stamp(notebook.page), f"{notebook.name}.json"
    if stamp is None:
        return []
    if "records" not in stamp:
        return [f"the stamp of {notebook.name}.ipynb names no records: make publish"]
    path = REFERENCE / name
    if not path.exists() or sha256_of(path) != stamp["records"]:
        return [f"data/reference/{name} is not what the run of the page wrote"]
    return not_of_the_run(notebook, stamp)


def _read(notebook: Notebook, read):
    try:
        return read(notebook)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise ReaderError(
            f"{notebook.name}.ipynb is not a published page ({type(problem).__name__}: {problem}). "
            f"Restore it from git, or run 'make publish CHAPTER={notebook.name}'."
        ) from None
