"""Croissant metadata of the registered data sets: files, digests and columns, no rows."""

import json
import re
from pathlib import Path

import mlcroissant

from lib import datasets
from lib.archive import croissant_file
from lib.datasets.registry import Column, Entry, Part, Variant
from lib.files import write_whole

TYPES = {
    "text": mlcroissant.DataType.TEXT,
    "integer": mlcroissant.DataType.INTEGER,
    "number": mlcroissant.DataType.FLOAT,
}
FORMATS = {",": "text/csv", "\t": "text/tab-separated-values"}


def metadata_of(entry: Entry) -> mlcroissant.Metadata:
    """Describe a data set of the registry.

    A file with a registered digest is a file object with that digest. Files of which no
    digest is known form a file set: Croissant would ask for a digest of each.

    Parameters
    ----------
    entry : lib.datasets.registry.Entry
        One data set.

    Returns
    -------
    mlcroissant.Metadata
        One record set a variant, with its columns and the number of rows of each class.
    """
    return mlcroissant.Metadata(
        name=entry.name,
        description=f"{entry.title}. {entry.obtain}",
        license=[entry.licence],
        url=entry.official,
        cite_as=entry.citation,
        same_as=[f"https://doi.org/{entry.doi}"],
        distribution=[each for variant in entry.variants for each in _distribution(variant)],
        record_sets=[_record_set(variant) for variant in entry.variants],
    )


def _distribution(variant: Variant) -> list:
    known = [_file_object(variant, part) for part in variant.parts if part.sha256]
    if len(known) == len(variant.parts) == 1:
        return known
    return [*known, _file_set(variant)]


def _file_object(variant: Variant, part: Part) -> mlcroissant.FileObject:
    name = part.file_names[0]
    return mlcroissant.FileObject(
        id=name,
        name=name,
        description=f"{variant.description}; {part.rows:,} rows",
        # Behind a form there is no address of the file: then its name in the data folder.
        content_url=part.address or name,
        content_size=f"{part.bytes} B",
        encoding_formats=[_format(variant)],
        sha256=part.sha256,
    )


def _file_set(variant: Variant) -> mlcroissant.FileSet:
    names = [name for part in variant.parts for name in part.file_names]
    return mlcroissant.FileSet(
        id=_identifier("files", variant.name),
        name=variant.name,
        description=f"{variant.description}; {len(variant.parts)} files read as one",
        includes=names,
        encoding_formats=[_format(variant)],
    )


def _format(variant: Variant) -> str:
    return FORMATS.get(variant.separator, "text/plain")


def _record_set(variant: Variant) -> mlcroissant.RecordSet:
    single = len(variant.parts) == 1 and variant.parts[0].sha256
    source = (
        {"file_object": variant.parts[0].file_names[0]}
        if single
        else {"file_set": _identifier("files", variant.name)}
    )
    counts = ", ".join(f"{name} {count:,}" for name, count in variant.class_counts.items())
    return mlcroissant.RecordSet(
        id=_identifier("rows", variant.name),
        name=variant.name,
        description=f"{variant.description}. Rows by {variant.class_column}: {counts}.",
        fields=[_field(variant, column, source) for column in variant.columns],
    )


def _field(variant: Variant, column: Column, source: dict) -> mlcroissant.Field:
    return mlcroissant.Field(
        id=_identifier("rows", variant.name, column.name),
        name=column.name,
        description=_words(column),
        data_types=[TYPES[column.type]],
        source=mlcroissant.Source(**source, extract=mlcroissant.Extract(column=column.name)),
    )


def _words(column: Column) -> str:
    parts = [column.type]
    parts += [f"one of {', '.join(map(str, column.values))}"] if column.values else []
    parts += ["may be empty"] if column.nullable else []
    parts += ["may be missing from the file"] if column.optional else []
    return "; ".join(parts)


def _identifier(*parts: str) -> str:
    """Return a Croissant identifier, which may hold no blanks."""
    return re.sub(r"[^\w./-]", "_", "/".join(parts))


def write(folder: Path) -> None:
    """Write one Croissant file a data set.

    Parameters
    ----------
    folder : pathlib.Path
        Where to.
    """
    for name in datasets.names():
        described = metadata_of(datasets.entry(name)).to_json()
        text = json.dumps(described, indent=1, ensure_ascii=False, default=str)
        write_whole(folder / croissant_file(name), text + "\n")
