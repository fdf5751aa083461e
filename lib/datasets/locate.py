"""Where a data file is, and whether it is the file that the registry knows."""

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from lib.common.errors import ReaderError
from lib.common.paths import DATA
from lib.common.wording import shown
from lib.datasets import schema
from lib.datasets.opening import (
    differs_in_line_ends_alone,
    digest,
    first_line,
    line_count,
    size_inside,
)
from lib.datasets.place import Place
from lib.datasets.registry import UNREGISTERED, Entry, Part, Variant

RAW = DATA / "raw"
YES, NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


@dataclass(frozen=True)
class Located:
    """The files of one variant, found."""

    variant: Variant
    paths: tuple[Path, ...]
    sha256: tuple[str, ...]  # of a known file the registered one, see `holds`
    known: bool


def cache_folder() -> Path:
    """Return the user's cache: ``IDS_CACHE`` when set, else the system's place for it."""
    return Path(os.environ.get("IDS_CACHE") or platformdirs.user_cache_path("iot-ids-re-executed"))


def twins_only() -> bool:
    """Return whether ``IDS_TWIN`` asks for the twins, also of data that are there."""
    return _is_set("IDS_TWIN")


def unknown_allowed() -> bool:
    """Return whether ``IDS_DATA_ALLOW_UNKNOWN`` lets files pass whose digest is unknown."""
    return _is_set("IDS_DATA_ALLOW_UNKNOWN")


def _is_set(variable: str) -> bool:
    given = os.environ.get(variable, "")
    word = given.strip().lower()
    if word not in YES + NO:
        raise ReaderError(
            f"{variable}={shown(given)} is neither yes nor no. Set it to 1 or to 0, or unset it."
        )
    return word in YES


def search_folders() -> list[Path]:
    """Return the folders that are searched, in order, those that exist."""
    given = os.environ.get("IDS_DATA")
    if given and not os.path.isdir(given):
        state = "is a file, not a folder" if os.path.exists(given) else "does not exist"
        raise ReaderError(
            f"IDS_DATA={shown(given)} {state}. Point it at the folder that holds the data files, "
            "or unset it to use data/raw/, the cache, or the synthetic twin."
        )
    folders = [Path(given)] if given else []
    return folders + [folder for folder in (RAW, cache_folder()) if os.path.isdir(folder)]


def holds(path: Path, part: Part) -> bool:
    """Tell whether a file has a part's registered content, line ends apart."""
    if part.sha256 in ("", UNREGISTERED):
        return False
    fits = not part.bytes or size_inside(path) == part.bytes
    return (fits and digest(path) == part.sha256) or differs_in_line_ends_alone(
        path, part.bytes, part.rows, part.sha256
    )


def _match(place: Place, files: Iterable[Path], part: Part) -> Path | None:
    return next((path for path in files if place.tried(path, holds, part)), None)


def _known(place: Place, variant: Variant, any_name: bool = False) -> Located | None:
    """Find a variant's files by their content, under their own names or any name."""
    if variant.by_content:
        return None if any_name else _complete(place, variant)
    paths = []
    for part in variant.parts:
        place.check_no_folder(part)
        near = place.like(part, variant) if any_name else place.named(part)
        paths.append(_match(place, near, part))
    if not all(paths):
        return None
    return Located(variant, tuple(paths), tuple(part.sha256 for part in variant.parts), True)


def _complete(place: Place, variant: Variant) -> Located | None:
    """Find the files of a variant without digests by their names, or joined under any name."""
    named = {part: place.named(part) for part in variant.parts}
    whole = all(named.values())
    readable = {
        part: next((each for each in paths if not whole or place.tried(each, digest)), None)
        for part, paths in named.items()
    }
    missing = [part for part, path in readable.items() if path is None]
    if missing:
        joined = _joined(place, variant)
        if joined is None and whole:
            digest(named[missing[0]][0])  # says what is wrong with it
        if joined is None:
            _check_missing(place.folder, variant, readable, missing)
        return joined
    paths = tuple(readable.values())
    digests = tuple(map(digest, paths))
    _check_twice(paths, digests, variant)
    return Located(variant, paths, digests, True)


def _joined(place: Place, variant: Variant) -> Located | None:
    """Find one file with all columns of a variant and as many rows as all its parts."""
    least = variant.rows * len(variant.columns)  # a mark after each cell
    wanted = set(variant.column_names)
    for path in place.files if len(variant.parts) > 1 else ():
        if (
            place.may_hold(path, least)
            and wanted <= set(place.heading(path, variant.separator))
            and place.tried(path, line_count) == variant.rows + 1
            and place.tried(path, digest)
        ):
            return Located(variant, (path,), (digest(path),), True)
    return None


def _check_missing(folder: Path, variant: Variant, found: dict, missing: list[Part]) -> None:
    """Refuse a part of the files; a file under a second, plain name alone may be another's."""
    here = {part: path for part, path in found.items() if path}
    named = next((path for part, path in here.items() if path.name == part.file_names[0]), None)
    if named is None:
        return
    names = [part.file_names[0] for part in missing]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    raise ReaderError(
        f"{shown(folder)} has {len(here)} of the {len(variant.parts)} files of {variant.name}; "
        f"missing: {', '.join(names[:5])}{more}. Put them there as well, or move "
        f"{shown(named.name)} and the others out of the way to use another form of the data."
    )


def _check_twice(paths: tuple[Path, ...], digests: tuple[str, ...], variant: Variant) -> None:
    """Refuse two parts of the same content."""
    for part, path, known in zip(variant.parts, paths, digests, strict=True):
        other = paths[digests.index(known)]
        if other != path:
            raise ReaderError(
                f"{shown(path)} has the same content as {shown(other.name)}, byte for byte, so "
                f"another part of the data is missing. Get {part.file_names[0]} again."
            )


def _holder(place: Place, entry: Entry, path: Path) -> Variant | None:
    """Return the variant that has a file of this content."""
    return next(
        (
            each
            for each in entry.variants
            if any(place.tried(path, holds, part) for part in each.parts)
        ),
        None,
    )


def _strangers(place: Place, entry: Entry, variant: Variant) -> Iterator[tuple[Part, Path]]:
    """Yield files that bear a known name and hold nothing that the registry knows."""
    for part in variant.parts if not variant.by_content else ():
        for path in place.named(part):
            if _holder(place, entry, path) is None:
                yield part, path
                break


def _contents(path: Path) -> str:
    """Describe a file of unknown content by its rows and its heading."""
    heading = first_line(path, 1000).decode("utf-8-sig", "replace").strip()
    rows = max(line_count(path) - 1, 0)
    return f"{schema.rows_text(rows)}, heading {heading!r}" if heading else "nothing in it"


def _refusal(variant: Variant, part: Part, path: Path) -> ReaderError:
    size = f"{part.bytes:,} bytes, " if part.bytes else ""
    return ReaderError(
        f"{shown(path)} is not the file that the book knows.\n"
        f"  expected sha256 {part.sha256}, {size}{part.rows:,} rows\n"
        f"  found    sha256 {digest(path)}, {size_inside(path):,} bytes, {_contents(path)}\n"
        "Replace it by the file as published, move it away, or accept it with "
        "IDS_DATA_ALLOW_UNKNOWN=1 (in Python: allow_unknown_digest=True); every result is "
        f"then marked not comparable. {variant.how_to_get}"
    )


def _check_names(place: Place, entry: Entry, variant: Variant) -> None:
    """Refuse a file that bears this variant's name and has another group's known content."""
    for part in variant.parts:
        for path in place.named(part):
            holder = _holder(place, entry, path)
            if holder and holder.group != variant.group:
                raise ReaderError(
                    f"{shown(path)} has the name of {variant.name}, but its content is that of "
                    f"{holder.name}; two files may be swapped. Rename it to "
                    f"{holder.parts[0].file_names[0]} and put the right file in its place."
                )


def _warn_of_name(entry: Entry, found: Located) -> Located:
    """Say so when a file was known by its content under the name of another group's file."""
    others = (each for each in entry.variants if each.group != found.variant.group)
    foreign = {name for other in others for part in other.parts for name in part.file_names}
    for path in found.paths:
        if path.name in foreign:
            warnings.warn(
                f"{shown(path.name)} holds {found.variant.name}, as its digest shows, under the "
                "name of another file; two files may be swapped. It is used for what it holds.",
                stacklevel=2,
            )
    return found


def _warn_of_stranger(found: Located, part: Part, path: Path) -> None:
    warnings.warn(
        f"{shown(path)} is left aside: the book does not know its content "
        f"(sha256 {digest(path)[:6]}…, expected {part.sha256[:6]}…). {found.variant.name} is used: "
        f"{shown(found.paths[0].name)}. IDS_DATA_ALLOW_UNKNOWN=1 would take the other.",
        stacklevel=2,
    )


def _forced(place: Place, entry: Entry, variant: Variant) -> Located | None:
    """Take a variant's files by name alone."""
    strangers = dict(_strangers(place, entry, variant))
    paths = [
        _match(place, place.named(part), part) or strangers.get(part) for part in variant.parts
    ]
    if not all(paths):
        return None
    digests = (
        part.sha256 if holds(path, part) else digest(path)
        for part, path in zip(variant.parts, paths, strict=True)
    )
    return Located(variant, tuple(paths), tuple(digests), False)


def _forms(
    place: Place, entry: Entry, candidates: Iterable[Variant], allowed: bool, known: Located | None
) -> Iterator[Located]:
    """Yield the forms of one group of variants that a folder holds, the preferred one first."""
    # A file is accepted by its content, whatever its name. One of unknown content under a known
    # name is refused, or left aside where another form is known.
    strangers: dict[Path, tuple[Variant, Part]] = {}
    told, taken = set(), set()
    for candidate in candidates:
        form = _known(place, candidate)
        stranger = None if form else next(_strangers(place, entry, candidate), None)
        accepted = allowed and stranger and stranger[1] not in place.broken
        if accepted and stranger[1] not in taken:
            form = _forced(place, entry, candidate)
        form = form or _known(place, candidate, any_name=True)
        if stranger and not accepted and stranger[1] not in told:
            strangers.setdefault(stranger[1], (candidate, stranger[0]))
        known = known or (form if form and form.known else None)
        while known and strangers:
            path, (_, part) = strangers.popitem()
            told.add(path)
            if path not in place.broken:  # those are told together
                _warn_of_stranger(known, part, path)
        if form:
            taken.update(form.paths)
            yield _warn_of_name(entry, form)
    for path, (candidate, part) in strangers.items():
        raise _refusal(candidate, part, path)
    for candidate in () if taken else candidates:
        _check_names(place, entry, candidate)


def _groups(entry: Entry, variant: str | None) -> list[list[Variant]]:
    groups: dict[str, list[Variant]] = {}
    for candidate in entry.select(variant):
        groups.setdefault(candidate.group, []).append(candidate)
    return list(groups.values())


def locate_all(
    entry: Entry, variant: str | None = None, allow_unknown_digest: bool = False
) -> list[Located]:
    """Find every form of a data set that is at hand, each in the first folder that has it."""
    found: dict[str, Located] = {}
    places = list(map(Place, search_folders()))
    for place in places:
        for group in _groups(entry, variant):
            here = (found[each.name] for each in group if each.name in found)
            known = next((form for form in here if form.known), None)
            for form in _forms(place, entry, group, allow_unknown_digest, known):
                found.setdefault(form.variant.name, form)
    if found:
        _warn_of_broken(places)
    return [found[each.name] for each in entry.select(variant) if each.name in found]


def locate(
    entry: Entry, variant: str | None = None, allow_unknown_digest: bool = False
) -> Located | None:
    """Find the preferred form of a data set in the first folder that holds one."""
    places = []
    for folder in search_folders():
        places.append(Place(folder))
        for group in _groups(entry, variant):
            for form in _forms(places[-1], entry, group, allow_unknown_digest, None):
                _warn_of_broken(places)
                return form
    return None


def _warn_of_broken(places: Iterable[Place]) -> None:
    for told in filter(None, (place.passed_over() for place in places)):
        warnings.warn(told, stacklevel=3)
