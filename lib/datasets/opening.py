"""Opening a data file as people have it: plain or packed, under a name that a copy may bear."""

import bz2
import contextlib
import gzip
import hashlib
import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from lib.common.errors import ReaderError
from lib.common.wording import shown

OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
PACKED = (*OPENERS, ".zip")
TEXT = (".csv", ".tsv", ".txt")
# What packed files begin with: servers and browsers unpack some, and leave the name as it was.
BEGINNINGS = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\0": ".xz", b"PK\x03\x04": ".zip"}
# What browsers, systems and wget put behind the name of a second copy.
COPY = re.compile(r"^copy of | ?\(\d+\)$| (?:- )?copy(?: \d+)?$|\.\d+$")
MARK = b"\xef\xbb\xbf"  # of UTF-8, at the beginning of a file
BLOCK = 2**20
# What the readers of packed files raise.
DAMAGE = (EOFError, OSError, ValueError, RuntimeError, zlib.error, lzma.LZMAError)
DAMAGE += (zipfile.BadZipFile, struct.error, MemoryError)
LOCKED = 1  # the bit that says so of a file in an archive


class Unreadable(ReaderError):
    """A file that cannot be read to its end."""

    def __init__(self, path: Path, why: str, remedy: str = "Get it again, or unpack it yourself."):
        super().__init__(f"{shown(path)} cannot be read: {why}. {remedy}")
        self.why = why


def _unreadable(path: Path, problem: Exception) -> Unreadable:
    """Return the error for a file that a reader stopped at."""
    text = " ".join(str(problem).split())
    if isinstance(problem, PermissionError):
        return Unreadable(path, "you may not read it", "Give yourself the right to.")
    if "password" in text:
        return Unreadable(path, "it is locked with a password", "Unpack it yourself.")
    if isinstance(problem, MemoryError):
        return Unreadable(path, "unpacking it asks for more memory than there is")
    if isinstance(problem, EOFError):
        return Unreadable(path, "it is cut off")
    if isinstance(problem, OSError) and problem.strerror:
        return Unreadable(path, f"the system says {problem.strerror!r}", "Get it again.")
    return Unreadable(path, f"it is damaged or cut off ({shown(text) or 'no more is known'})")


def packing(path: Path) -> str:
    """Return the ending that fits how a table is packed, by its content; "" where it is plain."""
    ending = path.suffix.lower()
    return _packing(*_state(path)) if ending in PACKED + TEXT else ""


@lru_cache(maxsize=2**17)
def _packing(path: Path, size: int, _changed: int) -> str:
    ending = path.suffix.lower()
    begins = b""
    if size:
        with path.open("rb") as stream:
            begins = stream.read(1000)
    if _is_text(begins):  # also where its first letters are those of a packed file
        return ""
    kind = next((kind for first, kind in BEGINNINGS.items() if begins.startswith(first)), "")
    # What is neither packed nor text is damaged, and its reader says how.
    return kind or (ending if ending in PACKED else "")


def _is_text(begins: bytes) -> bool:
    return len(begins) > 3 and all(byte > 31 or byte in b"\t\r\n" for byte in begins)


def is_packed(path: Path) -> bool:
    """Tell whether a file is packed, as far as its name or a table's beginning says so."""
    return bool(packing(path))


def plain_name(name: str) -> str:
    """Return a file's name without what copying and packing do to it, nor its ending."""
    before, name = "", name.lower()
    while name != before:
        before, name = name, COPY.sub("", name)
        stem, dot, ending = name.rpartition(".")
        name = stem if dot + ending in TEXT + PACKED and stem else name
    return name


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading its bytes, those inside where it is packed."""
    try:
        with source(path) as stream:
            yield stream
    except DAMAGE as problem:
        raise _unreadable(path, problem) from None


def source(path: Path) -> BinaryIO:
    """Return the bytes of a file, those inside where it is packed, as a stream."""
    kind = packing(path)
    if not kind:
        return path.open("rb")
    if kind in OPENERS:
        return OPENERS[kind](path)
    archive = zipfile.ZipFile(path)
    inside = members(archive)
    if len(inside) != 1:
        raise Unreadable(path, f"it holds {len(inside)} files, not one", "Unpack it there.")
    return archive.open(inside[0])


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, without folders and what a Mac adds to them."""
    return [
        each
        for each in archive.infolist()
        if not each.is_dir() and not each.filename.startswith("__MACOSX/")
    ]


def unpacked_size(path: Path) -> int | None:
    """Return the number of bytes inside a file, None where only unpacking it would tell.

    Raises
    ------
    Unreadable
        If that much shows already that it cannot be read.
    """
    try:
        if not os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError
        kind = packing(path)
        if not kind:
            return path.stat().st_size
        if kind != ".zip":
            return None
        with zipfile.ZipFile(path) as archive:
            inside = members(archive)
    except DAMAGE as problem:
        raise _unreadable(path, problem) from None
    if len(inside) == 1 and inside[0].flag_bits & LOCKED:
        raise _unreadable(path, RuntimeError("password"))
    return inside[0].file_size if len(inside) == 1 else None


def size_inside(path: Path) -> int:
    """Return the number of bytes inside a file, which is read where only that tells."""
    size = unpacked_size(path)
    return _read_through(*_state(path))[1] if size is None else size


def _state(path: Path) -> tuple[Path, int, int]:
    """Return what tells whether a file is still the one that was read."""
    found = path.stat()
    return path, found.st_size, found.st_mtime_ns


def digest(path: Path) -> str:
    """Return the SHA-256 digest of a file's content, computed once for each state of the file."""
    return _read_through(*_state(path))[0]


@lru_cache(maxsize=256)
def _read_through(path: Path, _size: int, _changed: int) -> tuple[str, int]:
    whole, size = hashlib.sha256(), 0
    with opened(path) as stream:
        for block in iter(lambda: stream.read(BLOCK), b""):
            whole.update(block)
            size += len(block)
    return whole.hexdigest(), size


def line_count(path: Path) -> int:
    """Return how many lines a file has, the last one also where its end is missing."""
    return _line_count(*_state(path))


@lru_cache(maxsize=256)
def _line_count(path: Path, _size: int, _changed: int) -> int:
    counts, last = [0, 0], b"\n"
    with opened(path) as stream:
        for block in iter(lambda: stream.read(BLOCK), b""):
            counts = [counts[0] + block.count(b"\n"), counts[1] + block.count(b"\r")]
            last = block[-1:]
    return (counts[0] or counts[1]) + (last not in b"\r\n")


def first_line(path: Path, most: int) -> bytes:
    """Return a file's first line, cut off after so many bytes."""
    return _first_line(*_state(path), most)


@lru_cache(maxsize=2**12)
def _first_line(path: Path, _size: int, _changed: int, most: int) -> bytes:
    with opened(path) as stream:
        return next(iter(stream.readline(most).splitlines()), b"")


def differs_in_line_ends_alone(path: Path, size: int, rows: int, sha256: str) -> bool:
    """Tell whether a file is that of a digest but for line ends and the mark of UTF-8."""
    # One byte a line more or less; without this, each foreign file would be read.
    if not rows or abs(size_inside(path) - size) > rows + len(MARK) + 2:
        return False
    return _differs_in_line_ends_alone(*_state(path), size, sha256)


@lru_cache(maxsize=1024)
def _differs_in_line_ends_alone(path: Path, _size: int, _changed: int, size: int, sha256: str):
    with opened(path) as stream:
        content = stream.read(2 * size + len(MARK))
    lines = content.removeprefix(MARK).replace(b"\r\n", b"\n")
    del content
    if b"\n" not in lines:  # as an old Mac ends them
        lines = lines.replace(b"\r", b"\n")
    lines = lines.removesuffix(b"\n")
    breaks = lines.count(b"\n")
    for end in (b"\n", b"\r\n"):
        for mark in (b"", MARK):
            for last in (b"", end):
                if len(mark + last) + len(lines) + breaks * (len(end) - 1) == size:
                    same = hashlib.sha256(mark + lines.replace(b"\n", end) + last)
                    if same.hexdigest() == sha256:
                        return True
    return False
