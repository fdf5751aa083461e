"""The stamp of a published page: what it was made from, and whether that is still so.

A stamp is the ``stamp`` entry of a page's notebook metadata: the inputs as `lib.stamps` names
them and their digest, the digest of the records that the run left, the machine, the seconds and
the threads.
"""

import ast
import json
import platform
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lib.execution import Settings, processors
from lib.files import sha256_of
from lib.notebooks import Notebook
from lib.paths import ROOT
from lib.records import Record
from lib.requirements import REQUIREMENTS, pinned_versions
from lib.stamps import (
    DATA_SET,
    PARAMETER,
    PRINTED,
    VERSION,
    code_inputs,
    digest_of,
    printed_read,
)

KEY = "stamp"
SHOWN = 8


def stamped(page: NotebookNode, notebook: Notebook, settings: Settings) -> NotebookNode:
    """Return a page with the stamp that its run has left.

    Parameters
    ----------
    page : nbformat.NotebookNode
        Executed in this run, on this machine; not changed.
    notebook : Notebook
        Whose page it is.
    settings : Settings
        The run.

    Returns
    -------
    nbformat.NotebookNode
        A copy, with the stamp under `KEY` in its metadata.
    """
    kept = json.loads(settings.stamp(notebook).read_text(encoding="utf-8"))
    count = processors()
    machine = f"{platform.system()} {platform.machine()}, {count} processor{'s' * (count > 1)}"
    chosen = {name: kept[name] for name in ("digest", "inputs", "seconds", "threads")}
    fresh = deepcopy(page)
    chosen |= {"records": sha256_of(settings.record(notebook)), "machine": machine}
    fresh.metadata[KEY] = nbformat.from_dict(chosen)
    return fresh


def read_stamp(page: Path) -> dict | None:
    """Return the stamp of a page.

    Parameters
    ----------
    page : pathlib.Path
        An ``.ipynb`` file; may be missing.

    Returns
    -------
    dict or None
        None where there is no page, or one without a stamp.
    """
    if not page.exists():
        return None
    return json.loads(page.read_text(encoding="utf-8"))["metadata"].get(KEY)


def out_of_date(
    source: Path, page: Path, root: Path = ROOT, requirements: Path = REQUIREMENTS
) -> list[str]:
    """Name what has changed since a page was made: code, a printed number, or a pinned version.

    Parameters
    ----------
    source, page : pathlib.Path
        The notebook's ``.py`` file and its published ``.ipynb`` file.
    root : pathlib.Path
        The folder that holds ``lib`` and the ledger of claims.
    requirements : pathlib.Path
        Where the versions are pinned.

    Returns
    -------
    list of str
        One sentence a change; empty when the page is as new as its code.
    """
    stamp = read_stamp(page)
    if stamp is None:
        return [f"{page.name} has no stamp"]
    if stamp["digest"] != digest_of(stamp["inputs"]):
        return [f"the stamp of {page.name} does not fit its own digest"]
    return [
        *_changed_files(stamp, code_inputs(source, root)),
        *_changed_numbers(stamp, printed_read(source, root)),
        *_changed_pins(stamp, requirements),
    ]


def _changed_files(stamp: dict, now: dict[str, str]) -> list[str]:
    before = files_of(stamp)
    return [
        f"{path} {_change(path, before, now)}"
        for path in sorted(before | now)
        if before.get(path) != now.get(path)
    ]


def _change(path: str, before: dict, now: dict) -> str:
    if path not in before:
        return "is used now"
    return "has changed" if path in now else "is no longer used"


def _changed_numbers(stamp: dict, now: dict[str, str]) -> list[str]:
    before = named(stamp, PRINTED)
    current = {name.removeprefix(f"{PRINTED} "): value for name, value in now.items()}
    return [
        f"what the paper prints as {name} {_change(name, before, current)}"
        for name in sorted(before | current)
        if before.get(name) != current.get(name)
    ]


def _changed_pins(stamp: dict, requirements: Path) -> list[str]:
    pins = pinned_versions(requirements)
    made_with = {name: text.partition("+")[0] for name, text in named(stamp, VERSION).items()}
    return [
        f"{name} is pinned to {pins[name]}, and was {made}"
        for name, made in made_with.items()
        if name in pins and pins[name].partition("+")[0] != made
    ]


def data_not_named(stamp: dict, records: Iterable[Record]) -> list[str]:
    """Name the data sets that a page's records come from and its stamp does not name.

    A stamp takes the names from the text of the notebook, see `lib.stamps.data_found`. A name that
    is put together at run time is missed there, and with it the digest of the data.

    Parameters
    ----------
    stamp : dict
        Of a page.
    records : iterable of lib.records.Record
        Of the same notebook.

    Returns
    -------
    list of str
        Registry names; empty when the stamp is complete.
    """
    from lib.datasets import names  # takes a second, which most commands need not wait for

    used = {name for record in records for name in record.provenance.dataset.split()}
    return sorted(used & set(names()) - set(named(stamp, DATA_SET)))


def named(stamp: dict, kind: str) -> dict[str, str]:
    """Return the inputs of one kind, without the kind in their names.

    Parameters
    ----------
    stamp : dict
        Of a page.
    kind : str
        ``PARAMETER``, ``VERSION``, ``DATA_SET`` or ``PRINTED`` of `lib.stamps`.

    Returns
    -------
    dict of str to str
        The rest of each name, and its value; empty where the stamp has no input of this kind.
    """
    inputs = stamp["inputs"].items()
    return {
        name.removeprefix(f"{kind} "): value
        for name, value in inputs
        if name.startswith(f"{kind} ")
    }


def files_of(stamp: dict) -> dict[str, str]:
    """Return the inputs that are files of the book, the notebook's source among them.

    Parameters
    ----------
    stamp : dict
        Of a page.

    Returns
    -------
    dict of str to str
        Digests of 64 hexadecimal digits, by path from the root.
    """
    kinds = tuple(f"{kind} " for kind in (PARAMETER, VERSION, DATA_SET, PRINTED))
    return {name: value for name, value in stamp["inputs"].items() if not name.startswith(kinds)}


def summary(stamp: dict) -> dict[str, str]:
    """Return a stamp in short words, for one line or one row.

    Parameters
    ----------
    stamp : dict
        Of a page.

    Returns
    -------
    dict of str to str
        ``code``, ``lib``, ``data``, ``run``, ``made with`` and ``time``, which fit one line, and
        ``packages``; digests are cut to `SHOWN` digits.
    """
    files = files_of(stamp)
    library = {path: digest for path, digest in files.items() if path.startswith("lib/")}
    code = next(digest for path, digest in files.items() if path not in library)
    versions = named(stamp, VERSION)
    return {
        "code": code[:SHOWN],
        "lib": digest_of(library)[:SHOWN],
        "data": ", ".join(map(_data, named(stamp, DATA_SET).values())) or "none",
        "run": _run(named(stamp, PARAMETER)),
        "made with": f"Python {versions['python']}, {stamp['machine']}",
        "time": _duration(stamp["seconds"]),
        "packages": str(len(versions) - 1),
    }


def _data(state: str) -> str:
    """Shorten a state such as ``real DIGEST``; several digests become one of them all."""
    kind, *digests = state.split()
    if not digests:
        return kind
    shown = digests[0] if len(digests) == 1 else digest_of(dict.fromkeys(digests, ""))
    return f"{kind} {shown[:SHOWN]}"


def _run(parameters: dict[str, str]) -> str:
    seed, replicates = int(parameters["seed"]), int(parameters["replicates"])
    seeds = f"seed {seed}" if replicates == 1 else f"seeds {seed} to {seed + replicates - 1}"
    return f"{ast.literal_eval(parameters['profile'])}, {seeds}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
