"""What a person's folder holds where the book found nothing of a data set in it."""

import contextlib
import os
import zipfile
from pathlib import Path

from lib.common.wording import shown
from lib.datasets import locate, schema
from lib.datasets.opening import DAMAGE, PACKED, TEXT, members
from lib.datasets.place import CLOSED, Place, heading_of
from lib.datasets.registry import Entry, Variant, entry, names

SHOWN, LOOKED_INTO = 3, 200
# What holds files in a form that is not looked into.
ARCHIVES = (".tar", ".tgz", ".tbz2", ".txz", ".7z", ".rar", ".zst", ".lz4")


def overlooked(data_set: Entry, variant: str | None = None) -> str:
    """Say what lies in the folders that a person filled, and why it is not the data set."""
    if locate.twins_only() or not data_set.registered:
        return ""
    given = os.environ.get("IDS_DATA")
    told = []
    for folder in locate.search_folders():
        place = Place(folder)
        if given and folder == Path(given):
            told.append(_told(f"IDS_DATA={folder}", place, data_set, variant))
        elif folder == locate.RAW and place.files:
            told.append(_told(str(folder), place, data_set, variant))
    return " ".join(told)


def _told(called: str, place: Place, data_set: Entry, variant: str | None) -> str:
    called = shown(called)
    name = f"{data_set.name} {variant}" if variant else data_set.name
    files = _unknown(place)
    closed = [path for path, why in place.broken.items() if why == CLOSED]
    if place.folder in closed:
        return f"{called} may not be looked into by you, so nothing of {name} is found."
    if not files and not closed:
        return f"{called} holds no {'other ' * bool(place.files)}file, so nothing of {name}."
    endings = TEXT + PACKED + ARCHIVES
    likely = [path for path in files if path.suffix.lower() in endings] or files
    forms = data_set.select(variant)
    reasons = [_reason(place, path, forms) for path in likely[:LOOKED_INTO]]
    reasons += [(0.0, f"{shown(path.relative_to(place.folder))} ({CLOSED})") for path in closed]
    told = [text for _, text in sorted(reasons)[:SHOWN]]
    more = len(files) + len(closed) - len(told)
    many = "1 file that is" if len(files) == 1 else f"{len(files):,} files that are"
    told += [f"and {more:,} more"] if more else []
    return f"{called} holds {many} not known as {name}: {'; '.join(told)}."


def _unknown(place: Place) -> list[Path]:
    """Return the files that are no known one of any data set."""
    every = [
        (part, form) for name in names() for form in entry(name).variants for part in form.parts
    ]
    near = (
        (part, path) for part, form in every for path in place.like(part, form) + place.named(part)
    )
    known = {path for part, path in near if place.tried(path, locate.holds, part)}
    return [path for path in place.files if path not in known]


def _reason(place: Place, path: Path, forms: tuple[Variant, ...]) -> tuple[float, str]:
    """Return why a file was not taken, after a number that is smaller for a likelier file."""
    name = shown(path.name)
    if any(path.name.lower().endswith((end, *map(end.__add__, PACKED))) for end in ARCHIVES):
        return 0.0, f"{name} (an archive: unpack it)"
    with contextlib.suppress(*DAMAGE):
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                inside = len(members(archive))
            if inside != 1:
                return 0.0, f"{name} (holds {inside} files: unpack it)"
    read = [(form, place.tried(path, heading_of, form.separator)) for form in forms]
    if path in place.broken:
        return 0.9, f"{name} (cannot be read: {place.broken[path]})"
    form, columns = max(read, key=lambda pair: _likeness(*pair))
    nearest = _likeness(form, columns)
    if nearest < 0.5:
        return 1.0, f"{name} (other columns)"
    wanted = [each.name for each in form.columns if not each.optional]
    missing = [column for column in wanted if column not in columns]
    difference = schema.heading_difference(missing, []) if missing else "other rows"
    return 1 - nearest, f"{name} (like {form.name}, but {difference})"


def _likeness(form: Variant, columns: list[str]) -> float:
    """Return the share of a file's columns that a form has."""
    return sum(name in form.column_names for name in columns) / len(columns)
