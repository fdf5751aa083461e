"""Where a data file is, and whether it is the file that the registry knows."""

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import platformdirs

from lib.datasets.registry import Entry, Part, Variant
from lib.errors import ReaderError
from lib.files import sha256_of
from lib.paths import DATA

RAW = DATA / "raw"


@dataclass(frozen=True)
class Located:
    """The files of one variant, found.

    Attributes
    ----------
    variant : Variant
        What was found.
    paths : tuple of pathlib.Path
        One for each part.
    sha256 : tuple of str
        The digests as found.
    known : bool
        Whether every digest is the registered one; of a variant known by its content, whether
        all files are there, for only reading them tells what they hold.
    """

    variant: Variant
    paths: tuple[Path, ...]
    sha256: tuple[str, ...]
    known: bool


def cache_folder() -> Path:
    """Return the user's cache: ``IDS_CACHE`` when set, else the system's place for it.

    Returns
    -------
    pathlib.Path
        Need not exist.
    """
    return Path(os.environ.get("IDS_CACHE") or platformdirs.user_cache_path("iot-ids-re-executed"))


def twins_only() -> bool:
    """Return whether ``IDS_TWIN`` asks for the twins, also of data that are there."""
    return _is_set("IDS_TWIN")


def unknown_allowed() -> bool:
    """Return whether ``IDS_DATA_ALLOW_UNKNOWN`` lets files pass whose digest is unknown."""
    return _is_set("IDS_DATA_ALLOW_UNKNOWN")


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() in ("1", "true", "yes")


def search_folders() -> list[Path]:
    """Return the folders that are searched, in order, those that exist.

    Returns
    -------
    list of pathlib.Path
        ``IDS_DATA``, ``data/raw`` and the cache; empty when there is none of them.

    Raises
    ------
    ReaderError
        If ``IDS_DATA`` is set to something that is no folder.
    """
    given = os.environ.get("IDS_DATA")
    if given and not Path(given).is_dir():
        state = "is a file, not a folder" if Path(given).exists() else "does not exist"
        raise ReaderError(
            f"IDS_DATA={given} {state}. Point it at the folder that holds the data files, or "
            "unset it to use data/raw/, the cache, or the synthetic twin."
        )
    folders = [Path(given)] if given else []
    return folders + [folder for folder in (RAW, cache_folder()) if folder.is_dir()]


def digest(path: Path) -> str:
    """Return a file's SHA-256 digest, computed once for each state of the file.

    Parameters
    ----------
    path : pathlib.Path
        An existing file. Its size and the time of its last change tell its state.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    state = path.stat()
    return _digest(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=256)
def _digest(path: Path, _size: int, _changed: int) -> str:
    return sha256_of(path)


def _below(folder: Path) -> Iterator[Path]:
    """Yield files and folders below a folder, hidden folders left out."""
    for here, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(files) + folders)


def _named(folder: Path, wanted: tuple[str, ...]) -> list[Path]:
    return [path for path in _below(folder) if path.name in wanted]


def _files(folder: Path, part: Part) -> list[Path]:
    found = _named(folder, part.file_names)
    files = [path for path in found if path.is_file()]
    if found and not files:
        raise ReaderError(
            f"{found[0]} is not a file but a folder (or a broken link). Put the file itself "
            f"there ({part.bytes:,} bytes), or move what is there out of the way."
        )
    return files


def _match(files: Iterable[Path], part: Part) -> Path | None:
    sized = (path for path in files if path.stat().st_size == part.bytes)
    return next((path for path in sized if digest(path) == part.sha256), None)


def _known(folder: Path, variant: Variant, any_name: bool = False) -> Located | None:
    """Find a variant's files by digest, below a folder, under their own names or any name."""
    if variant.by_content:
        return None if any_name else _complete(folder, variant)
    every = [path for path in _below(folder) if path.is_file()] if any_name else None
    paths = tuple(_match(every or _files(folder, part), part) for part in variant.parts)
    if not all(paths):
        return None
    return Located(variant, paths, tuple(part.sha256 for part in variant.parts), True)


def _complete(folder: Path, variant: Variant) -> Located | None:
    """Find the files of a variant without digests by their names, all of them or none."""
    wanted = {name: part for part in variant.parts for name in part.file_names}
    found: dict[Part, Path] = {}
    for path in _named(folder, tuple(wanted)):
        if path.is_file():
            found.setdefault(wanted[path.name], path)
    missing = [part for part in variant.parts if part not in found]
    if missing:
        _check_missing(folder, variant, found, missing)
        return None
    digests = {part: digest(found[part]) for part in variant.parts}
    _check_twice(found, digests)
    return Located(
        variant, tuple(found[part] for part in variant.parts), tuple(digests.values()), True
    )


def _check_missing(folder: Path, variant: Variant, found: dict, missing: list[Part]) -> None:
    """Refuse a part of the files; a file under a second, plain name alone may be another's."""
    named = [part for part, path in found.items() if path.name == part.file_names[0]]
    if not named:
        return
    names = [part.file_names[0] for part in missing]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    raise ReaderError(
        f"{folder} has {len(found)} of the {len(variant.parts)} files of {variant.name}; missing: "
        f"{', '.join(names[:5])}{more}. Put them there as well, or move {found[named[0]].name} "
        "and the others out of the way to use another form of the data."
    )


def _check_twice(found: dict[Part, Path], digests: dict[Part, str]) -> None:
    """Refuse two parts of the same content."""
    first: dict[str, Part] = {}
    for part, known in digests.items():
        other = first.setdefault(known, part)
        if other != part:
            raise ReaderError(
                f"{found[part]} has the same content as {found[other].name}, byte for byte, so "
                f"another part of the data is missing. Get {part.file_names[0]} again."
            )


def _strangers(folder: Path, entry: Entry, variant: Variant) -> Iterator[tuple[Part, Path]]:
    """Yield files that bear a known name and hold nothing that the registry knows."""
    known = {part.sha256 for other in entry.variants for part in other.parts}
    for part in variant.parts:
        for path in _files(folder, part) if part.sha256 else ():
            if digest(path) not in known:
                yield part, path
                break


def _contents(path: Path) -> str:
    """Describe a file of unknown content by its rows and its heading."""
    with path.open("rb") as opened:
        heading = opened.readline(1000).decode("utf-8-sig", "replace").strip()
        rows = sum(block.count(b"\n") for block in iter(lambda: opened.read(1 << 20), b""))
    return f"about {rows:,} rows, heading {heading!r}" if heading else "nothing in it"


def _refusal(part: Part, path: Path) -> ReaderError:
    return ReaderError(
        f"{path} is not the file that the book knows.\n"
        f"  expected sha256 {part.sha256}, {part.bytes:,} bytes, {part.rows:,} rows\n"
        f"  found    sha256 {digest(path)}, {path.stat().st_size:,} bytes, {_contents(path)}\n"
        "Replace it by the official file (make data), move it away, or accept it with "
        "IDS_DATA_ALLOW_UNKNOWN=1 (in Python: allow_unknown_digest=True); every result is "
        "then marked not comparable."
    )


def _holder(entry: Entry, path: Path) -> Variant | None:
    """Return the variant that has a file of this content."""
    digests = {part.sha256: variant for variant in entry.variants for part in variant.parts}
    sizes = {part.bytes for variant in entry.variants for part in variant.parts}
    return digests.get(digest(path)) if path.stat().st_size in sizes else None


def _check_names(folder: Path, entry: Entry, variant: Variant) -> None:
    """Refuse a file that bears this variant's name and has another group's known content."""
    for part in variant.parts:
        for path in _files(folder, part):
            holder = _holder(entry, path)
            if holder and holder.group != variant.group:
                raise ReaderError(
                    f"{path} has the name of {variant.name}, but its content is that of "
                    f"{holder.name}, byte for byte; two files may be swapped. Rename it to "
                    f"{holder.parts[0].file_names[0]} and put the right file in its place."
                )


def _warn_of_name(entry: Entry, found: Located) -> Located:
    """Say so when a file was known by its content under the name of another group's file."""
    foreign = {
        name
        for other in entry.variants
        for part in other.parts
        for name in part.file_names
        if other.group != found.variant.group
    }
    for path in found.paths:
        if path.name in foreign:
            warnings.warn(
                f"{path.name} holds {found.variant.name}, as its digest shows, under the name of "
                "another file; two files may be swapped. It is used for what it holds.",
                stacklevel=2,
            )
    return found


def _forced(folder: Path, entry: Entry, variant: Variant) -> Located | None:
    """Take a variant's files by name alone; None unless every part is there."""
    strangers = dict(_strangers(folder, entry, variant))
    paths = [_match(_files(folder, part), part) or strangers.get(part) for part in variant.parts]
    if not all(paths):
        return None
    return Located(variant, tuple(paths), tuple(digest(path) for path in paths), False)


def locate(
    entry: Entry, variant: str | None = None, allow_unknown_digest: bool = False
) -> Located | None:
    """Find the files of a data set.

    Every folder of `search_folders` is searched with what lies below it. A file is accepted by
    its digest, whatever its name; one of unknown content under a known name is refused. The first
    folder that holds either decides, and in it the preferred variant.

    Parameters
    ----------
    entry : Entry
        The data set.
    variant : str, optional
        A variant or a group of variants; any variant when left out.
    allow_unknown_digest : bool
        Accept a file by its name alone.

    Returns
    -------
    Located or None
        None when no folder holds the data set.

    Raises
    ------
    ReaderError
        If ``IDS_DATA`` is no folder, if a folder stands in a file's place, if a file's digest is
        not known and that is not allowed, or if only another device's file bears the name.
    """
    candidates = entry.select(variant)
    for folder in search_folders():
        for candidate in candidates:
            found = _known(folder, candidate)
            stranger = None if found else next(_strangers(folder, entry, candidate), None)
            if stranger and not allow_unknown_digest:
                raise _refusal(*stranger)
            found = found or (stranger and _forced(folder, entry, candidate))
            found = found or _known(folder, candidate, any_name=True)
            if found:
                return _warn_of_name(entry, found)
        for candidate in candidates:
            _check_names(folder, entry, candidate)
    return None
