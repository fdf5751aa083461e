"""The registry of known data files: one entry a data set, one variant a published form of it."""

from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin

import yaml

from lib.common.basis import BASES
from lib.common.errors import ReaderError
from lib.common.paths import REGISTRY

# Stands in the place of a digest until the file is at hand: no file has it.
UNREGISTERED = "0" * 64
FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)
FAULTS += (yaml.YAMLError,)
COLUMN_TYPES = ("text", "integer", "number")


@dataclass(frozen=True)
class Column:
    """What one column may hold."""

    name: str  # the heading in the file, padding included
    type: str  # of `COLUMN_TYPES`; text is kept untouched
    nullable: bool = False  # whether a cell may be empty
    values: tuple = ()  # the only values allowed; empty when any value is
    optional: bool = False  # whether the file may lack the column


@dataclass(frozen=True)
class Part:
    """One file of a variant."""

    file_names: tuple[str, ...]  # under which the file is published or passed on
    bytes: int = 0  # 0 when not known, as of the rows
    rows: int = 0  # data rows, the heading not counted
    sha256: str = ""  # digest of its bytes; empty when not known
    address: str = ""  # official address of the file itself; empty when it stands behind a form


@dataclass(frozen=True)
class Reservoir:
    """How rows are drawn from files that are too large to keep."""

    rows: int
    seed: int


@dataclass(frozen=True)
class Variant:
    """One published form of a data set: a file, or several files read as one."""

    # Unique within the data set. "fridge/full" and "fridge/train-test" belong to the group
    # "fridge"; which of them is at hand is told by content.
    name: str
    description: str  # one sentence
    parts: tuple[Part, ...]  # in reading order
    columns: tuple[Column, ...]  # in file order
    class_column: str  # names the class of a row
    class_counts: dict[str, int] = field(default_factory=dict)  # rows of each class
    separator: str = ","
    encoding: str = "utf-8"
    twin: str = ""  # the twin's parameters or table in data/twins; empty when there is no twin
    # Whether the columns must stand in this order in the file; a frame always has it.
    ordered: bool = True
    subclass_column: str = ""  # divides the classes
    subclass_counts: dict[str, dict[str, int]] = field(default_factory=dict)  # by class, then it
    # The columns of a frame, in this order; those of the file when empty. Where it is given, a
    # frame has text as categories and without padding.
    kept: tuple[str, ...] = ()
    key: str = ""  # the integer column that numbers the rows; parts are read in its order
    heading: str = "required"  # or "optional", where a file may begin with its first row
    reservoir: Reservoir | None = None  # when the files are too large to keep
    obtain: str = ""  # how a person gets the files, as the entry says
    # How its rows stand to those that a paper of the book names, of `lib.common.basis.BASES`.
    basis: str = ""

    @property
    def by_content(self) -> bool:
        """Whether the files have no registered digest and are known by their counts alone."""
        return not all(part.sha256 for part in self.parts)

    @property
    def how_to_get(self) -> str:
        """How a person gets the published files: by a command that fetches them, or by hand."""
        fetched = all(part.address for part in self.parts)
        return "'make data' fetches it." if fetched else self.obtain

    @property
    def group(self) -> str:
        """The part of the name before its slash."""
        return self.name.partition("/")[0]

    @property
    def rows(self) -> int:
        """Number of data rows over all parts."""
        counts = self.class_counts.values() if self.by_content else (p.rows for p in self.parts)
        return sum(counts)

    @property
    def column_names(self) -> list[str]:
        """Headings in file order."""
        return [column.name for column in self.columns]


@dataclass(frozen=True)
class Entry:
    """One data set."""

    name: str
    title: str  # to print
    licence: str  # in a sentence
    citation: str  # whom to cite
    doi: str
    official: str  # address of the data set's own page
    obtain: str  # how to get the files
    variants: tuple[Variant, ...]  # the preferred one first

    @property
    def registered(self) -> bool:
        """Whether any of its files is known; a new paper runs on its twin until then."""
        return any(part.sha256 != UNREGISTERED for each in self.variants for part in each.parts)

    def select(self, variant: str | None = None) -> tuple[Variant, ...]:
        """Return the variants that a request may be met with, the preferred one first.

        Parameters
        ----------
        variant : str, optional
            A variant's name, or the part before its slash, such as ``"fridge"``.

        Returns
        -------
        tuple of Variant
            At least one; all of them when `variant` is left out.

        Raises
        ------
        ReaderError
            If nothing is called so.
        """
        chosen = tuple(
            known for known in self.variants if variant in (None, known.name, known.group)
        )
        if not chosen:
            raise ReaderError(
                f"{self.name} has no variant {variant!r}. "
                f"Known: {', '.join(known.name for known in self.variants)}."
            )
        return chosen


def _fitting(described):
    """Return a part of the registry, each field of the type that it is declared to have."""
    for one in fields(described):
        value = getattr(described, one.name)
        if not _fits(value, one.type):
            raise TypeError(f"{one.name} is {str(value)[:60]!r}")
    return described


def _fits(value, wanted) -> bool:
    within = get_args(wanted)
    if isinstance(wanted, UnionType):
        return any(_fits(value, each) for each in within)
    if not isinstance(value, get_origin(wanted) or wanted):
        return False
    if isinstance(value, dict):
        return all(_fits(k, within[0]) and _fits(v, within[1]) for k, v in value.items())
    if isinstance(value, tuple) and within:
        return all(_fits(each, within[0]) for each in value)
    return not is_dataclass(value) or _fitting(value) is value


def _column(name: str, described) -> Column:
    details = {"type": described} if isinstance(described, str) else dict(described)
    if details["type"] not in COLUMN_TYPES:
        raise ValueError(f"column {name}: type {details['type']!r} is none of {COLUMN_TYPES}")
    details["values"] = tuple(details.get("values", ()))
    return Column(name=name, **details)


def _variant(name: str, described: dict) -> Variant:
    details = dict(described)
    parts, columns = details["parts"], details["columns"]
    details["parts"] = _numbered(**parts) if isinstance(parts, dict) else tuple(map(_part, parts))
    details["columns"] = tuple(_column(column, columns[column]) for column in columns)
    details["kept"] = tuple(details.get("kept", ()))
    if details.get("basis", "") not in BASES:
        raise ValueError(f"{name}: basis {details['basis']!r} is none of {BASES}")
    if details.get("reservoir"):
        details["reservoir"] = Reservoir(**details["reservoir"])
    return Variant(name=name, **details)


def _part(described: dict) -> Part:
    return Part(**(described | {"file_names": tuple(described["file_names"])}))


def _numbered(numbered: list[str], count: int) -> tuple[Part, ...]:
    """Return parts whose names differ by a number, counted from 1."""
    return tuple(
        Part(tuple(pattern.format(number=number) for pattern in numbered))
        for number in range(1, count + 1)
    )


def _entry(name: str, variants: dict, obtain: str, **details) -> Entry:
    forms = tuple(_variant(key, variants[key] | {"obtain": obtain}) for key in variants)
    return Entry(name=name, variants=forms, obtain=obtain, **details)


@lru_cache
def _entries() -> dict[str, Entry]:
    return read(REGISTRY)


def read(path: Path) -> dict[str, Entry]:
    """Read the registry entries of a YAML file."""
    return parse(path.read_bytes())


def parse(text: str | bytes) -> dict[str, Entry]:
    """Read registry entries from YAML text."""
    try:
        read = yaml.safe_load(text if isinstance(text, str) else text.decode("utf-8"))
        return {name: _fitting(_entry(name, **told)) for name, told in read.items()}
    except FAULTS as problem:
        raise ReaderError(
            f"{REGISTRY.name}: the data registry cannot be read ({problem}). "
            "Restore it with: git checkout data/registry.yml"
        ) from None


def names() -> list[str]:
    """Return the names of all registered data sets."""
    return list(_entries())


def entry(name: str) -> Entry:
    """Return a data set's registry entry, such as that of ``"wustl-ehms-2020"``.

    Raises
    ------
    ReaderError
        If the registry has no such data set, or cannot be read.
    """
    known = _entries()
    if name not in known:
        raise ReaderError(f"no data set is called {name!r}. Known: {', '.join(known)}.")
    return known[name]
