"""Fetching what may be fetched: official address, digest checked after download."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pooch
import requests

from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.wording import shown
from lib.datasets import registry
from lib.datasets.locate import cache_folder, locate
from lib.datasets.opening import digest
from lib.datasets.overlooked import overlooked
from lib.datasets.registry import Entry, Part

ATTEMPTS = 2
PAUSE = 1.0  # seconds between two attempts
TIMEOUT = 30.0  # seconds without an answer from the server
STALE = 3600.0  # seconds after which a killed download's folder is swept away
PARTIAL = ".partial-"
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def download(
    name: str,
    variant: str | None = None,
    addresses: Mapping[str, str] | None = None,
    echo: Callable[[str], None] = print,
) -> list[Path]:
    """Fetch the files of a data set into the user's cache, each whole and of known digest."""
    entry = registry.entry(name)
    paths, missing = [], []
    for part in (part for chosen in entry.select(variant) for part in chosen.parts):
        address = (addresses or {}).get(part.file_names[0], part.address)
        if address:
            paths.append(_ensure(entry, part, address, echo))
        else:
            missing.append(part)
    if missing:
        echo(_by_hand(entry, missing))
    return paths


def download_all(
    echo: Callable[[str], None] = print, addresses: Mapping[str, str] | None = None
) -> int:
    """Fetch every registered data set that may be fetched, and say what to do for the others."""
    status = 0
    for name in registry.names():
        try:
            found = locate(registry.entry(name))
            if found:
                checked = "known when read" if found.variant.by_content else "digest checked"
                echo(f"{name}: already at {shown(found.paths[0])}, {checked}.")
            else:
                seen = overlooked(registry.entry(name))
                if seen:
                    echo(seen)
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
            if isinstance(failure, requests.exceptions.SSLError):
                break
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
    if isinstance(failure, requests.exceptions.SSLError):
        return (
            "its certificate is not known here, as behind a proxy that looks inside. Name the "
            "file with your network's certificate: REQUESTS_CA_BUNDLE=/path/to/it.pem"
        )
    if isinstance(failure, requests.exceptions.ProxyError):
        named = [name for name in PROXIES if os.environ.get(name)]
        return f"the proxy that {' or '.join(named) or 'the system'} names does not let it through"
    if isinstance(failure, requests.Timeout):
        return f"no answer within {TIMEOUT:.0f} s"
    if isinstance(failure, requests.ConnectionError):
        return "the server cannot be reached (refused, or no network)"
    return f"the request failed ({failure})"


class _WrongContent(Exception):
    """What came is complete, and is not the registered file."""


def _fetch_once(part: Part, address: str, target: Path) -> None:
    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(timeout=TIMEOUT)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=PARTIAL) as folder:
        came = Path(pooch.retrieve(address, None, target.name, folder, downloader=downloader))
        found, size = sha256_of(came), came.stat().st_size
        if found != part.sha256:
            kind = "a truncated file" if size < part.bytes else "another file"
            raise _WrongContent(
                f"{kind} came: expected {part.bytes:,} bytes, sha256 {part.sha256}, "
                f"got {size:,} bytes, sha256 {found}"
            )
        os.chmod(came, 0o644)
        os.replace(came, target)
