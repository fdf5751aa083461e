"""Fetching what may be fetched: official address, digest checked after download."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pooch
import requests

from lib.datasets import registry
from lib.datasets.locate import cache_folder, digest, locate
from lib.datasets.registry import Entry, Part
from lib.errors import ReaderError
from lib.files import sha256_of

ATTEMPTS = 2
PAUSE = 1.0  # seconds between two attempts
TIMEOUT = 30.0  # seconds without an answer from the server
STALE = 3600.0  # seconds after which a killed download's folder is swept away
PARTIAL = ".partial-"


def download(
    name: str,
    variant: str | None = None,
    addresses: Mapping[str, str] | None = None,
    echo: Callable[[str], None] = print,
) -> list[Path]:
    """Fetch the files of a data set into the user's cache.

    A file comes under its name only when it is complete and its digest is the registered one;
    an interrupted download leaves nothing behind and starts afresh.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.
    variant : str, optional
        A variant or a group; every variant when left out.
    addresses : mapping of str to str, optional
        File name to address, in place of the official addresses.
    echo : callable
        Called with each line for the person at the keyboard.

    Returns
    -------
    list of pathlib.Path
        The files fetched or found in the cache; empty for data behind a form.

    Raises
    ------
    ReaderError
        If an address cannot be reached or gives another file.
    """
    entry = registry.entry(name)
    paths, missing = [], []
    for chosen in entry.select(variant):
        known = {
            part: (addresses or {}).get(part.file_names[0], part.address) for part in chosen.parts
        }
        paths += [_ensure(entry, part, known[part], echo) for part in known if known[part]]
        missing += [part for part in known if not known[part]]
    if missing:
        echo(_by_hand(entry, missing))
    return paths


def download_all(
    echo: Callable[[str], None] = print, addresses: Mapping[str, str] | None = None
) -> int:
    """Fetch every registered data set that may be fetched, and say what to do for the others.

    Parameters
    ----------
    echo : callable
        Called with each line for the person at the keyboard.
    addresses : mapping of str to str, optional
        File name to address, in place of the official addresses.

    Returns
    -------
    int
        Exit status: 0 when all went well, 1 when a download failed.
    """
    status = 0
    for name in registry.names():
        try:
            found = locate(registry.entry(name))
            if found:
                checked = "known when read" if found.variant.by_content else "digest checked"
                echo(f"{name}: already at {found.paths[0]}, {checked}.")
            else:
                download(name, addresses=addresses, echo=echo)
        except ReaderError as problem:
            echo(f"{name}: {problem}")
            status = 1
    return status


def _by_hand(entry: Entry, parts: list[Part]) -> str:
    files = "\n".join(
        f"  {part.file_names[0]} ({part.bytes:,} bytes, sha256 {part.sha256})"
        for part in parts
        if part.sha256
    )
    return (
        f"{entry.name} cannot be fetched by a program. By hand: {entry.obtain} "
        f"({entry.official}) Put into data/raw/ or into the folder IDS_DATA:\n{files}"
    )


def _ensure(entry: Entry, part: Part, address: str, echo: Callable[[str], None]) -> Path:
    target = cache_folder() / entry.name / part.file_names[0]
    if target.is_file() and digest(target) == part.sha256:
        echo(f"{entry.name}: already at {target}, digest checked.")
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    echo(f"{entry.name}: fetching {address} ({part.bytes:,} bytes). {entry.licence}")
    _fetch(entry, part, address, target)
    echo(f"{entry.name}: saved to {target}, digest checked.")
    return target


def _sweep(folder: Path) -> None:
    """Remove what a killed download left behind."""
    for partial in folder.glob(f"{PARTIAL}*"):
        if time.time() - partial.stat().st_mtime > STALE:
            shutil.rmtree(partial, ignore_errors=True)


def _fetch(entry: Entry, part: Part, address: str, target: Path) -> None:
    problem = ""
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE if attempt else 0)
        try:
            return _fetch_once(part, address, target)
        except requests.HTTPError as failure:
            problem = f"the server answers {failure.response.status_code}"
            if failure.response.status_code < 500:
                break
        except requests.RequestException as failure:
            problem = _describe(failure)
        except _WrongContent as failure:
            problem = str(failure)
    raise ReaderError(
        f"{part.file_names[0]} could not be fetched from {address}: {problem}. Nothing was "
        f"saved. Try again later, or by hand: {entry.obtain} The book runs on its synthetic "
        "twin meanwhile."
    )


def _describe(failure: requests.RequestException) -> str:
    if isinstance(failure, requests.exceptions.ChunkedEncodingError):
        return "the connection broke before the file was complete"
    if isinstance(failure, requests.Timeout):
        return f"no answer within {TIMEOUT:.0f} s"
    if isinstance(failure, requests.ConnectionError):
        return "the server cannot be reached (refused, or no network)"
    return f"the request failed ({failure})"


class _WrongContent(Exception):
    """What came is complete, and is not the registered file."""


def _fetch_once(part: Part, address: str, target: Path) -> None:
    pooch.get_logger().setLevel("WARNING")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=PARTIAL) as folder:
        came = Path(
            pooch.retrieve(
                address,
                known_hash=None,
                fname=target.name,
                path=folder,
                downloader=pooch.HTTPDownloader(timeout=TIMEOUT),
            )
        )
        found, size = sha256_of(came), came.stat().st_size
        if found != part.sha256:
            kind = "a truncated file" if size < part.bytes else "another file"
            raise _WrongContent(
                f"{kind} came: expected {part.bytes:,} bytes, sha256 {part.sha256}, "
                f"got {size:,} bytes, sha256 {found}"
            )
        os.chmod(came, 0o644)
        os.replace(came, target)
