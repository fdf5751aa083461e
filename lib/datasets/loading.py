"""Loading a data set: the real file where it is found, its synthetic twin where not."""

import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import pandas as pd

from lib.common.errors import ReaderError
from lib.common.files import joined_digest
from lib.common.wording import shown
from lib.datasets import columnar, locate, registry, schema
from lib.datasets.overlooked import overlooked
from lib.datasets.registry import Entry, Variant
from lib.datasets.twin import make_twin

# What must hold between the cells of a file, beyond what its columns may hold one by one.
Check = Callable[[Path, pd.DataFrame], None]


@dataclass(frozen=True)
class Dataset:
    """Rows, and where they come from."""

    name: str  # in the registry
    variant: str
    source: str  # "real", "twin", or "unknown" for a file forced past the digest check
    path: Path | None  # the file, the first one of several; None for a twin
    sha256: str  # see `lib.common.files.joined_digest`; empty for a twin
    # One row a record, as read: text untouched, padding included. Of a variant with ``kept``
    # columns: these alone, text as categories and without padding; of one with a ``reservoir``,
    # the rows that were drawn.
    frame: pd.DataFrame
    # All rows of the files by class and subclass; empty where the registry has no subclasses.
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    files: int = 1  # how many were read as one
    overlooked: str = ""  # of a twin: what lies where a person put data, and why it was not taken

    @property
    def basis(self) -> str:
        """How the rows stand to those that a paper names, see `lib.datasets.registry.Variant`."""
        known = [each for each in registry.entry(self.name).variants if each.name == self.variant]
        return known[0].basis if known and self.source == "real" else ""

    @property
    def banner(self) -> str:
        """One sentence for the top of a page, saying what data it was run on."""
        if self.source == "twin":
            return (
                f"This page was run on a synthetic twin of {self.name}: artificial rows drawn by "
                "a generator, no real measurements, so nothing here is a verdict on the paper. "
                f"{self.overlooked}"
            ).strip()
        name = f"{shown(self.path.name)} (sha256 {self.sha256[:6]}…)"
        kind = "file" if self.source == "unknown" else "real file"
        file = f"{kind} {name}" if self.files == 1 else f"{self.files} {kind}s from {name} on"
        if self.source == "unknown":
            return (
                f"This page was run on the {file}, whose content this book does not "
                f"know ({len(self.frame):,} rows, read as {self.variant}); its results are not "
                "comparable with the paper."
            )
        return f"This page was run on the {file}."


def load(
    name: str,
    variant: str | None = None,
    twin: ModuleType | None = None,
    check: Check | None = None,
    allow_unknown_digest: bool = False,
) -> Dataset:
    """Load a data set, its frame as read.

    The file is searched in the folder ``IDS_DATA``, in ``data/raw/`` and in the user's cache.
    When no folder has it, or when ``IDS_TWIN=1``, the synthetic twin is drawn.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.
    variant : str, optional
        A variant or a group of variants; the registry's order decides when left out.
    twin : module, optional
        The paper's generator of the twin, see `lib.datasets.twin`.
    check : callable, optional
        Of a path and its frame: raises where cells contradict each other.
    allow_unknown_digest : bool
        Accept a file whose digest is not registered; ``IDS_DATA_ALLOW_UNKNOWN=1`` does the same.

    Raises
    ------
    ReaderError
        If the file is refused, damaged, or neither file nor twin exists.
    """
    entry = registry.entry(name)
    allowed = allow_unknown_digest or locate.unknown_allowed()
    found = None if locate.twins_only() else locate.locate(entry, variant, allowed)
    if found is None:
        return _twin(entry, variant, twin)
    return _file(entry, found, allowed, check)


def at_hand(
    name: str, group: str, twin: ModuleType | None = None, check: Check | None = None
) -> list[Dataset]:
    """Load all forms at hand of a group such as ``"fridge"``, preferred first; else as `load`."""
    entry, allowed = registry.entry(name), locate.unknown_allowed()
    found = [] if locate.twins_only() else locate.locate_all(entry, group, allowed)
    forms = [_file(entry, form, allowed, check) for form in found]
    return forms or [_twin(entry, group, twin)]


def _twin(entry: Entry, variant: str | None, twin: ModuleType | None) -> Dataset:
    """Draw the twin, since no file was found."""
    seen = overlooked(entry, variant)
    try:
        return replace(draw_twin(entry.name, variant, twin), overlooked=seen)
    except ReaderError as problem:
        raise ReaderError(f"{problem} {seen}".strip()) from None


def _file(entry: Entry, found: locate.Located, allowed: bool, check: Check | None) -> Dataset:
    variant, digests = found.variant, dict(zip(found.paths, found.sha256, strict=True))
    if variant.by_content:
        paths, content = _streamed(found)
        frame, counts = content.frame, content.counts
        known = counts == variant.subclass_counts
        if not known and not allowed:
            raise _content_error(found, counts)
    else:
        paths, known = found.paths, found.known
        frame = _read(entry, found, check)
        counts = _counted(frame, variant)
        frame = columnar.kept(frame, variant) if variant.kept else frame
    return Dataset(
        name=entry.name,
        variant=variant.name,
        source="real" if known else "unknown",
        path=paths[0],
        sha256=joined_digest([digests[path] for path in paths]),
        frame=frame,
        counts=counts,
        files=len(paths),
    )


def _read(entry: Entry, found: locate.Located, check: Check | None) -> pd.DataFrame:
    frames = [schema.read(path, found.variant, entry.variants) for path in found.paths]
    for path, frame in zip(found.paths, frames, strict=True):
        if check:
            check(path, frame)
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
            "may be swapped. They are read in the order "
            f"{', '.join(shown(path.name) for path in paths)}.",
            stacklevel=2,
        )
    return paths, columnar.read(paths, found.variant)


def _content_error(found: locate.Located, counts: dict) -> ReaderError:
    expected, here = (
        {f"{one} {sub}": count for one, counted in side.items() for sub, count in counted.items()}
        for side in (found.variant.subclass_counts, counts)
    )
    told = "\n".join(
        f"  {name}: expected {expected.get(name, 0):,}, found {here.get(name, 0):,} rows"
        for name in dict.fromkeys([*expected, *here])
        if expected.get(name, 0) != here.get(name, 0)
    )
    return ReaderError(
        f"{shown(found.paths[0].parent)}: the {len(found.paths)} files of {found.variant.name} do "
        f"not hold what the book knows of it.\n{told}\n"
        "Get the files again as published, move them away, or accept them with "
        "IDS_DATA_ALLOW_UNKNOWN=1 (in Python: allow_unknown_digest=True); every result is then "
        "marked not comparable."
    )


def draw_twin(name: str, variant: str | None = None, twin: ModuleType | None = None) -> Dataset:
    """Load a twin as `load` does, also beside real files; refuse one that is missing or damaged."""
    entry = registry.entry(name)
    drawn = next((known for known in entry.select(variant) if known.twin), None)
    if drawn is None or twin is None:
        lacking = "no generator of its twin was handed in" if drawn else "has no synthetic twin"
        raise ReaderError(f"{name}: the data is not at hand and {lacking}. {entry.obtain}")
    frame = make_twin(name, variant, twin)
    return Dataset(name, drawn.name, "twin", None, "", frame, _counted(frame, drawn))


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
    counted = Counter(column.type for column in variant.columns)
    types = ", ".join(f"{counted[kind]} {kind}" for kind in registry.COLUMN_TYPES if counted[kind])
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
    name, variant
        As for `load`.

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
