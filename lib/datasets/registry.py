"""The registry of known data files: one entry a data set, one variant a published form of it."""

from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from lib.errors import ReaderError
from lib.paths import REGISTRY

COLUMN_TYPES = ("text", "integer", "number")


@dataclass(frozen=True)
class Column:
    """What one column may hold.

    Attributes
    ----------
    name : str
        The heading in the file, padding included.
    type : str
        ``"text"`` (kept untouched), ``"integer"`` or ``"number"``.
    nullable : bool
        Whether a cell may be empty.
    values : tuple
        The only values allowed; empty when any value is.
    optional : bool
        Whether the file may lack the column.
    """

    name: str
    type: str
    nullable: bool = False
    values: tuple = ()
    optional: bool = False


@dataclass(frozen=True)
class Part:
    """One file of a variant.

    Attributes
    ----------
    file_names : tuple of str
        Names under which the file is published or passed on.
    bytes, rows : int
        Its size and its number of data rows (heading not counted); 0 when not known.
    sha256 : str
        Digest of its bytes; empty when not known.
    address : str
        Official address of the file itself; empty when it stands behind a form.
    """

    file_names: tuple[str, ...]
    bytes: int = 0
    rows: int = 0
    sha256: str = ""
    address: str = ""


@dataclass(frozen=True)
class Reservoir:
    """How rows are drawn from files that are too large to keep.

    Attributes
    ----------
    rows : int
        At most this many rows of each subclass; a subclass that has no more is kept whole.
    seed : int
        The same seed draws the same rows.
    """

    rows: int
    seed: int


@dataclass(frozen=True)
class Variant:
    """One published form of a data set: a file, or several files read as one.

    Attributes
    ----------
    name : str
        Unique within the data set. ``"fridge/full"`` and ``"fridge/train-test"`` belong to
        the group ``"fridge"``; which of them is at hand is told by content.
    description : str
        One sentence.
    parts : tuple of Part
        In reading order.
    columns : tuple of Column
        In file order.
    class_column, class_counts : str, dict of str to int
        The column that names the class, and the number of rows of each class.
    separator, encoding : str
        How the text is read.
    twin : str
        Name of the twin's parameters or table in ``data/twins``; empty when there is no twin.
    ordered : bool
        Whether the columns must stand in this order in the file; a frame always has it.
    subclass_column, subclass_counts : str, dict of str to dict of str to int
        The column that divides the classes, and the number of rows of each class and subclass.
    kept : tuple of str
        The columns of a frame, in this order; those of the file when empty. Where it is given, a
        frame has text as categories and without padding.
    key : str
        The integer column that numbers the rows; parts are read in its order.
    heading : {"required", "optional"}
        Whether a file may begin with its first row.
    reservoir : Reservoir, optional
        When the files are too large to keep, how a frame is drawn from them.
    """

    name: str
    description: str
    parts: tuple[Part, ...]
    columns: tuple[Column, ...]
    class_column: str
    class_counts: dict[str, int] = field(default_factory=dict)
    separator: str = ","
    encoding: str = "utf-8"
    twin: str = ""
    ordered: bool = True
    subclass_column: str = ""
    subclass_counts: dict[str, dict[str, int]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    key: str = ""
    heading: str = "required"
    reservoir: Reservoir | None = None

    @property
    def by_content(self) -> bool:
        """Whether the files have no registered digest and are known by their counts alone."""
        return not all(part.sha256 for part in self.parts)

    @property
    def group(self) -> str:
        """The part of the name before its slash."""
        return self.name.partition("/")[0]

    @property
    def rows(self) -> int:
        """Number of data rows over all parts."""
        of_parts = sum(part.rows for part in self.parts)
        return sum(self.class_counts.values()) if self.by_content else of_parts

    @property
    def column_names(self) -> list[str]:
        """Headings in file order."""
        return [column.name for column in self.columns]


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes
    ----------
    name, title : str
        The registry's name and the title to print.
    licence, citation, doi, official, obtain : str
        The licence in a sentence, whom to cite, the data set's own page, how to get the files.
    variants : tuple of Variant
        The preferred one first.
    """

    name: str
    title: str
    licence: str
    citation: str
    doi: str
    official: str
    obtain: str
    variants: tuple[Variant, ...]

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
            known
            for known in self.variants
            if variant is None or known.name == variant or known.name.startswith(f"{variant}/")
        )
        if not chosen:
            raise ReaderError(
                f"{self.name} has no variant {variant!r}. "
                f"Known: {', '.join(known.name for known in self.variants)}."
            )
        return chosen


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


@lru_cache
def _entries() -> dict[str, Entry]:
    return parse(REGISTRY.read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Entry]:
    """Read registry entries from YAML text.

    Parameters
    ----------
    text : str
        A mapping of data set names to entries, in the form of ``data/registry.yml``.

    Returns
    -------
    dict of str to Entry
        In the order of the text.

    Raises
    ------
    ReaderError
        If an entry lacks a key or has one too many.
    """
    try:
        found = {}
        for name, described in yaml.safe_load(text).items():
            variants = described["variants"]
            details = described | {
                "variants": tuple(_variant(key, variants[key]) for key in variants)
            }
            found[name] = Entry(name=name, **details)
        return found
    except (AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as problem:
        raise ReaderError(
            f"{REGISTRY.name}: the data registry cannot be read ({problem}). "
            "Restore it with: git checkout data/registry.yml"
        ) from None


def names() -> list[str]:
    """Return the names of all registered data sets.

    Returns
    -------
    list of str
        In the order of ``data/registry.yml``.

    Raises
    ------
    ReaderError
        If the registry cannot be read.
    """
    return list(_entries())


def entry(name: str) -> Entry:
    """Return a data set's registry entry.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.

    Returns
    -------
    Entry
        The data set's description, with all its variants.

    Raises
    ------
    ReaderError
        If the registry has no such data set, or cannot be read.
    """
    known = _entries()
    if name not in known:
        raise ReaderError(f"no data set is called {name!r}. Known: {', '.join(known)}.")
    return known[name]
