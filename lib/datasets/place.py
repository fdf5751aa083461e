"""What lies in a folder and below it, and which of it may be a file of a data set."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from lib.common.errors import ReaderError
from lib.common.wording import shown
from lib.datasets.opening import (
    OPENERS,
    PACKED,
    TEXT,
    Unreadable,
    first_line,
    packing,
    plain_name,
    size_inside,
    unpacked_size,
)
from lib.datasets.registry import Part, Variant

HEADING_BYTES = 2**16
# How many times smaller a packed table may be, several times more than any that is known; and how
# much larger, of what will not pack. Without these, each packed file would be looked into.
MOST_PACKED, LEAST_PACKED = 250, 0.5
NAMED = 3
CLOSED, UNSEEN = "you may not look into it", "it cannot be looked into"


class Place:
    """What lies in a folder and below it, each real folder once, hidden ones left out."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: list[Path] = []
        self.no_files: list[Path] = []  # folders and broken links
        self.by_name: dict[str, list[Path]] = {}
        self.broken: dict[Path, str] = {}  # what cannot be read, as far as that shows, and why
        for path in self._below():
            (self.files if self._is_file(path) else self.no_files).append(path)
        for path in self.files:
            self.by_name.setdefault(plain_name(path.name), []).append(path)
        self.sizes = {path: self.tried(path, unpacked_size) for path in self.files}
        packed = (path for path in self.files if self.tried(path, packing) in OPENERS)
        self._packed = {path: self.tried(path, os.path.getsize) or 0 for path in packed}

    def _below(self) -> Iterator[Path]:
        seen = set()
        for here, folders, files in os.walk(self.folder, onerror=self._note, followlinks=True):
            try:
                state = os.stat(here)
            except OSError as problem:
                self._note(problem)
                folders.clear()
                continue
            if (state.st_dev, state.st_ino) in seen:  # a link leads back
                folders.clear()
                continue
            seen.add((state.st_dev, state.st_ino))
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            visible = sorted(name for name in files if not name.startswith("."))
            yield from (Path(here, name) for name in visible + folders)

    def _note(self, problem: OSError) -> None:
        self.broken[Path(problem.filename)] = _closed(problem)

    def _is_file(self, path: Path) -> bool:
        try:
            return path.is_file()
        except OSError as problem:  # its folder may be listed, and no more
            self.broken[path] = _closed(problem)
            return False

    def tried(self, path: Path, read: Callable, *further):
        """Read of a file that may be anyone's; return None, and note why, if that cannot be."""
        try:
            return read(path, *further)
        except Unreadable as problem:
            self.broken[path] = problem.why
        except (ReaderError, OSError) as problem:
            self.broken[path] = getattr(problem, "strerror", None) or str(problem)
        return None

    def passed_over(self) -> str:
        """Say in a line which files cannot be read, of those that may be data by their names."""
        told = [
            f"{shown(path.relative_to(self.folder))} ({why})"
            for path, why in sorted(self.broken.items())
            if path.suffix.lower() in TEXT + PACKED or why.startswith((CLOSED, UNSEEN))
        ]
        if not told:
            return ""
        more = f"; and {len(told) - NAMED:,} more" if len(told) > NAMED else ""
        named = "; ".join(told[:NAMED])
        return f"{shown(self.folder)}: passed over, since not readable: {named}{more}."

    def named(self, part: Part) -> list[Path]:
        """Return the files that bear a name of a part, the name itself before that of a copy."""
        names = dict.fromkeys(map(plain_name, part.file_names))
        found = [path for name in names for path in self.by_name.get(name, ())]
        return sorted(found, key=lambda path: path.name not in part.file_names)

    def check_no_folder(self, part: Part) -> None:
        """Refuse a folder, or a broken link, that bears a part's name and no file does."""
        wrong = [path for path in self.no_files if path.name in part.file_names]
        if wrong and not self.named(part):
            raise ReaderError(
                f"{shown(wrong[0])} is not a file but a folder (or a broken link). Put the file "
                f"itself there ({part.bytes:,} bytes), or move what is there out of the way."
            )

    def like(self, part: Part, variant: Variant) -> list[Path]:
        """Return the files that may be a part whatever their name, told by size or heading."""
        near = part.rows + 5  # see `differs_in_line_ends_alone`
        found = []
        for path, known in self.sizes.items() if part.bytes else ():
            size = self._size_of(path, part, variant) if known is None else known
            if size is not None and abs(size - part.bytes) <= near:
                found.append(path)
        return found

    def _size_of(self, path: Path, part: Part, variant: Variant) -> int | None:
        """Return the size of what is packed in a file; it is unpacked if its heading is right."""
        too_large = self._packed.get(path, 0) * LEAST_PACKED > part.bytes
        if too_large or not self.may_hold(path, part.bytes):
            return None
        if not _names(variant) <= set(self.heading(path, variant.separator)):
            return self._claimed(path)
        return self.tried(path, size_inside)

    def _claimed(self, path: Path) -> int | None:
        """Return what gzip notes at its end, the size of the last of what may be several pieces."""
        if self.tried(path, packing) != ".gz":
            return None
        return self.tried(path, _noted_by_gzip)

    def may_hold(self, path: Path, least: int) -> bool:
        """Tell whether a file may hold so many bytes, as far as that shows from outside."""
        size = self.sizes[path]
        if size is not None:
            return size >= least
        return path not in self.broken and self._packed.get(path, 0) * MOST_PACKED >= least

    def heading(self, path: Path, separator: str) -> list[str]:
        """Return the cells of a file's first line, none where it cannot be read."""
        return self.tried(path, heading_of, separator) or []


def _closed(problem: OSError) -> str:
    """Say why a folder shows nothing of what lies in it."""
    denied = isinstance(problem, PermissionError)
    return CLOSED if denied else f"{UNSEEN} ({problem.strerror or problem})"


def _noted_by_gzip(path: Path) -> int:
    with path.open("rb") as stream:
        stream.seek(-4, os.SEEK_END)
        return int.from_bytes(stream.read(), "little")


def _names(variant: Variant) -> set[str]:
    return {each.name.strip() for each in variant.columns if not each.optional}


def heading_of(path: Path, separator: str) -> list[str]:
    """Return the cells of a file's first line as text, whatever its encoding."""
    line = first_line(path, HEADING_BYTES).decode("utf-8-sig", "replace")
    return [cell.strip().strip('"') for cell in line.split(separator)]
