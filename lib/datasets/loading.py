"""Loading a data set: the real file where it is found, its synthetic twin where not."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lib.datasets import locate, registry, schema, toniot_checks, twin
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
        One row a record, as read: text untouched, padding included.
    """

    name: str
    variant: str
    source: str
    path: Path | None
    sha256: str
    frame: pd.DataFrame

    @property
    def banner(self) -> str:
        """One sentence for the top of a page, saying what data it was run on."""
        if self.source == "twin":
            return (
                f"This page was run on a synthetic twin of {self.name}: artificial rows drawn by "
                "a generator, no real measurements, so nothing here is a verdict on the paper."
            )
        file = f"the {{}} {self.path.name} (sha256 {self.sha256[:6]}…)"
        if self.source == "unknown":
            return (
                f"This page was run on {file.format('file')}, whose content this book does not "
                f"know ({len(self.frame):,} rows, read as {self.variant}); its results are not "
                "comparable with the paper."
            )
        return f"This page was run on {file.format('real file')}."


def _switch(variable: str) -> bool:
    return os.environ.get(variable, "").lower() in ("1", "true", "yes")


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
    allowed = allow_unknown_digest or _switch("IDS_DATA_ALLOW_UNKNOWN")
    found = None if _switch("IDS_TWIN") else locate.locate(entry, variant, allowed)
    return _twin(entry, variant) if found is None else _file(entry, found)


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
    if _switch("IDS_TWIN"):
        return False
    allowed = _switch("IDS_DATA_ALLOW_UNKNOWN")
    return locate.locate(registry.entry(name), variant.name, allowed) is not None


def _file(entry: Entry, found: locate.Located) -> Dataset:
    frames = [schema.read(path, found.variant, entry.variants) for path in found.paths]
    for path, frame in zip(found.paths, frames, strict=True):
        CHECKS.get(entry.name, _no_check)(path, frame)
    joined = hashlib.sha256("\n".join(found.sha256).encode()).hexdigest()
    return Dataset(
        name=entry.name,
        variant=found.variant.name,
        source="real" if found.known else "unknown",
        path=found.paths[0],
        sha256=found.sha256[0] if len(found.sha256) == 1 else joined,
        frame=frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True),
    )


def _no_check(_path: Path, _frame: pd.DataFrame) -> None:
    """Leave a data set without rules between its cells as it is."""


def _twin(entry: Entry, variant: str | None) -> Dataset:
    candidates = [known for known in entry.select(variant) if known.twin]
    if not candidates:
        raise ReaderError(
            f"{entry.name}: the data is not at hand and has no synthetic twin. {entry.obtain}"
        )
    chosen = candidates[0]
    return Dataset(entry.name, chosen.name, "twin", None, "", twin.make_twin(entry.name, variant))


def _size(variant: Variant) -> list[tuple[str, str]]:
    files = [
        (
            "file" if len(variant.parts) == 1 else f"file {number}",
            f"{part.file_names[0]}, {part.bytes:,} bytes, {part.rows:,} rows, sha256 {part.sha256}",
        )
        for number, part in enumerate(variant.parts, start=1)
    ]
    counted = {kind: 0 for kind in registry.COLUMN_TYPES}
    for column in variant.columns:
        counted[column.type] += 1
    types = ", ".join(f"{count} {kind}" for kind, count in counted.items() if count)
    classes = "; ".join(f"{name} {count:,}" for name, count in variant.class_counts.items())
    return [
        *files,
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
