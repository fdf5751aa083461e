"""Croissant metadata of the registered data sets: files, digests and columns, no rows."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import mlcroissant

from lib import datasets
from lib.common.files import write_whole
from lib.datasets.registry import Column, Entry, Part, Variant

TYPES = {
    "text": mlcroissant.DataType.TEXT,
    "integer": mlcroissant.DataType.INTEGER,
    "number": mlcroissant.DataType.FLOAT,
}
FORMATS = {",": "text/csv", "\t": "text/tab-separated-values"}


def metadata_of(entry: Entry) -> mlcroissant.Metadata:
    """Describe a data set; files of unknown digest form a set, as Croissant asks one of each."""
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
    return known if _is_one_file(variant) else [*known, _file_set(variant)]


def _is_one_file(variant: Variant) -> bool:
    return len(variant.parts) == 1 and bool(variant.parts[0].sha256)


def _file_object(variant: Variant, part: Part) -> mlcroissant.FileObject:
    name = part.file_names[0]
    return mlcroissant.FileObject(
        id=_identifier(variant.name, name),  # two forms may bear one file's name
        name=name,
        description=f"{variant.description}; {part.rows:,} rows",
        # Behind a form there is no address of the file: then its name in the data folder.
        content_url=part.address or name,
        content_size=f"{part.bytes} B",
        encoding_formats=[FORMATS.get(variant.separator, "text/plain")],
        sha256=part.sha256,
    )


def _file_set(variant: Variant) -> mlcroissant.FileSet:
    names = [name for part in variant.parts for name in part.file_names]
    return mlcroissant.FileSet(
        id=_identifier("files", variant.name),
        name=variant.name,
        description=f"{variant.description}; {len(variant.parts)} files read as one",
        includes=names,
        encoding_formats=[FORMATS.get(variant.separator, "text/plain")],
    )


def _record_set(variant: Variant) -> mlcroissant.RecordSet:
    source = {"file_set": _identifier("files", variant.name)}
    if _is_one_file(variant):
        source = {"file_object": _identifier(variant.name, variant.parts[0].file_names[0])}
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
    more = {
        f"one of {', '.join(map(str, column.values))}": column.values,
        "may be empty": column.nullable,
        "may be missing from the file": column.optional,
    }
    return "; ".join([column.type, *(words for words, true in more.items() if true)])


def _identifier(*parts: str) -> str:
    """Return a Croissant identifier, which may hold no blanks."""
    return re.sub(r"[^\w./-]", "_", "/".join(parts))


def write(places: Mapping[str, Path]) -> None:
    """Write the metadata of each data set, by its name, to a place."""
    for name, path in places.items():
        described = metadata_of(datasets.entry(name)).to_json()
        text = json.dumps(described, indent=1, ensure_ascii=False, default=str)
        write_whole(path, text + "\n")
