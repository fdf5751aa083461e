"""Loading a data set: the real file where it is found, its synthetic twin where not."""

import hashlib
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from lib.datasets import columnar, locate, registry, schema, toniot_checks, twin
from lib.datasets.registry import Entry, Variant
from lib.errors import ReaderError

# What must hold between the cells of a file, beyond what its columns may hold one by one.
CHECKS = {"ton-iot": toniot_checks.check}


@dataclass(frozen=True)
class Dataset:
    """Rows, and where they come from.

    Attributes
    ----------
    name, variant : str
        The registry's names.
    source : str
        ``"real"``, ``"twin"``, or ``"unknown"`` for a file forced past the digest check.
    path : pathlib.Path or None
        The file, the first one of several; None for a twin.
    sha256 : str
        The file's digest; of several files, the digest of their digests; empty for a twin.
    frame : pandas.DataFrame
        One row a record, as read: text untouched, padding included. Of a variant with ``kept``
        columns: these alone, text as categories and without padding; of one with a
        ``reservoir``, the rows that were drawn.
    counts : dict of str to dict of str to int
        All rows of the files by class and subclass; empty where the registry has no subclasses.
    files : int
        How many files were read as one.
    """

    name: str
    variant: str
    source: str
    path: Path | None
    sha256: str
    frame: pd.DataFrame
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    files: int = 1

    @property
    def banner(self) -> str:
        """One sentence for the top of a page, saying what data it was run on."""
        if self.source == "twin":
            return (
                f"This page was run on a synthetic twin of {self.name}: artificial rows drawn by "
                "a generator, no real measurements, so nothing here is a verdict on the paper."
            )
        name = f"{self.path.name} (sha256 {self.sha256[:6]}…)"
        file = f"the {{}} {name}" if self.files == 1 else f"the {self.files} {{}}s from {name} on"
        if self.source == "unknown":
            return (
                f"This page was run on {file.format('file')}, whose content this book does not "
                f"know ({len(self.frame):,} rows, read as {self.variant}); its results are not "
                "comparable with the paper."
            )
        return f"This page was run on {file.format('real file')}."


def load(name: str, variant: str | None = None, allow_unknown_digest: bool = False) -> Dataset:
    """Load a data set.

    The file is searched in the folder ``IDS_DATA``, in ``data/raw/`` and in the user's cache.
    When no folder has it, or when ``IDS_TWIN=1``, the synthetic twin is drawn.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.
    variant : str, optional
        A variant or a group of variants; the registry's order decides when left out.
    allow_unknown_digest : bool
        Accept a file whose digest is not registered; ``IDS_DATA_ALLOW_UNKNOWN=1`` does the same.

    Returns
    -------
    Dataset
        With the frame as read.

    Raises
    ------
    ReaderError
        If the file is refused, damaged, or neither file nor twin exists.
    """
    entry = registry.entry(name)
    allowed = allow_unknown_digest or locate.unknown_allowed()
    found = None if locate.twins_only() else locate.locate(entry, variant, allowed)
    return _twin(entry, variant) if found is None else _file(entry, found, allowed)


def at_hand(name: str, group: str) -> list[Dataset]:
    """Load every form of a data file that is at hand.

    Parameters
    ----------
    name, group : str
        Such as ``"ton-iot"`` and ``"fridge"``.

    Returns
    -------
    list of Dataset
        The preferred form first; the twin alone when no file is at hand.

    Raises
    ------
    ReaderError
        As for `load`.
    """
    found = [
        load(name, each.name) for each in registry.entry(name).select(group) if _is_here(each, name)
    ]
    return found or [load(name, group)]


def _is_here(variant: Variant, name: str) -> bool:
    if locate.twins_only():
        return False
    allowed = locate.unknown_allowed()
    return locate.locate(registry.entry(name), variant.name, allowed) is not None


def _file(entry: Entry, found: locate.Located, allowed: bool) -> Dataset:
    variant = found.variant
    if variant.by_content:
        paths, content = _streamed(found)
        known = _is_known(found, content.counts, allowed)
        frame, counts = content.frame, content.counts
    else:
        paths, known = found.paths, found.known
        frame = _read(entry, found)
        counts = _counted(frame, variant)
        frame = columnar.kept(frame, variant) if variant.kept else frame
    return Dataset(
        name=entry.name,
        variant=variant.name,
        source="real" if known else "unknown",
        path=paths[0],
        sha256=_joined([locate.digest(path) for path in paths]),
        frame=frame,
        counts=counts,
        files=len(paths),
    )


def _joined(digests: list[str]) -> str:
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()
    )


def _read(entry: Entry, found: locate.Located) -> pd.DataFrame:
    frames = [schema.read(path, found.variant, entry.variants) for path in found.paths]
    for path, frame in zip(found.paths, frames, strict=True):
        CHECKS.get(entry.name, _no_check)(path, frame)
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _counted(frame: pd.DataFrame, variant: Variant) -> dict[str, dict[str, int]]:
    """Count rows by class and subclass, where the variant has subclasses."""
    if not variant.subclass_column:
        return {}
    counted = frame.groupby([variant.class_column, variant.subclass_column], observed=True).size()
    return {one: counted[one].to_dict() for one in counted.index.unique(0)}


def _streamed(found: locate.Located) -> tuple[list[Path], columnar.Content]:
    """Read files that are known by their content, in the order of their row numbers."""
    paths = columnar.in_order(found.paths, found.variant)
    if paths != list(found.paths):
        warnings.warn(
            f"the files of {found.variant.name} are not numbered in the order of their rows; some "
            f"may be swapped. They are read in the order {', '.join(p.name for p in paths)}.",
            stacklevel=2,
        )
    return paths, columnar.read(paths, found.variant)


def _is_known(found: locate.Located, counts: dict, allowed: bool) -> bool:
    """Tell whether files hold what the registry says; raise when they do not and must."""
    known = counts == found.variant.subclass_counts
    if not known and not allowed:
        raise _content_error(found, counts)
    return known


def _content_error(found: locate.Located, counts: dict) -> ReaderError:
    expected = found.variant.subclass_counts
    keys = dict.fromkeys(
        (one, sub) for side in (expected, counts) for one in side for sub in side[one]
    )
    pairs = {
        key: [side.get(key[0], {}).get(key[1], 0) for side in (expected, counts)] for key in keys
    }
    told = "\n".join(
        f"  {one} {sub}: expected {known:,}, found {here:,} rows"
        for (one, sub), (known, here) in pairs.items()
        if known != here
    )
    return ReaderError(
        f"{found.paths[0].parent}: the {len(found.paths)} files of {found.variant.name} do not "
        f"hold what the book knows of it.\n{told}\n"
        "Get the files again as published, move them away, or accept them with "
        "IDS_DATA_ALLOW_UNKNOWN=1 (in Python: allow_unknown_digest=True); every result is then "
        "marked not comparable."
    )


def _no_check(_path: Path, _frame: pd.DataFrame) -> None:
    """Leave a data set without rules between its cells as it is."""


def draw_twin(name: str, variant: str | None = None) -> Dataset:
    """Load the synthetic twin of a data set, whether its real files are at hand or not.

    Parameters
    ----------
    name, variant : str
        As for `load`.

    Returns
    -------
    Dataset
        Of source ``"twin"``.

    Raises
    ------
    ReaderError
        If there is no twin, or its file is missing or damaged.
    """
    return _twin(registry.entry(name), variant)


def _twin(entry: Entry, variant: str | None) -> Dataset:
    candidates = [known for known in entry.select(variant) if known.twin]
    if not candidates:
        raise ReaderError(
            f"{entry.name}: the data is not at hand and has no synthetic twin. {entry.obtain}"
        )
    chosen = candidates[0]
    frame = twin.make_twin(entry.name, variant)
    return Dataset(entry.name, chosen.name, "twin", None, "", frame, _counted(frame, chosen))


def _files(variant: Variant) -> list[tuple[str, str]]:
    if variant.by_content:
        first, last = variant.parts[0].file_names[0], variant.parts[-1].file_names[0]
        return [("files", f"{first} to {last}; known by the rows of each subclass, not by digest")]
    return [
        (
            "file" if len(variant.parts) == 1 else f"file {number}",
            f"{part.file_names[0]}, {part.bytes:,} bytes, {part.rows:,} rows, sha256 {part.sha256}",
        )
        for number, part in enumerate(variant.parts, start=1)
    ]


def _size(variant: Variant) -> list[tuple[str, str]]:
    counted = {kind: 0 for kind in registry.COLUMN_TYPES}
    for column in variant.columns:
        counted[column.type] += 1
    types = ", ".join(f"{count} {kind}" for kind, count in counted.items() if count)
    classes = "; ".join(f"{name} {count:,}" for name, count in variant.class_counts.items())
    return [
        *_files(variant),
        ("rows", f"{variant.rows:,}"),
        ("columns", f"{len(variant.columns)} ({types})"),
        ("classes", f"{classes} (column {variant.class_column})"),
    ]


def card(name: str, variant: str | None = None) -> pd.DataFrame:
    """Return the registry's facts about a data set, for a data page.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.
    variant : str, optional
        A variant; the preferred one when left out.

    Returns
    -------
    pandas.DataFrame
        Two text columns, ``fact`` and ``value``.
    """
    entry = registry.entry(name)
    chosen = entry.select(variant)[0]
    facts = [
        ("data set", entry.title),
        ("variant", f"{chosen.name}: {chosen.description}"),
        *_size(chosen),
        ("licence", entry.licence),
        ("citation", f"{entry.citation} doi:{entry.doi}"),
        ("official address", entry.official),
        *(("official file", part.address) for part in chosen.parts if part.address),
        ("how to obtain it", entry.obtain),
    ]
    return pd.DataFrame(facts, columns=["fact", "value"])
