"""Saying in one line why a file could not be written or read."""

import errno
from pathlib import Path

from lib.common.paths import BUILD

FULL = (errno.ENOSPC, errno.EDQUOT)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
IN_THE_WAY = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR)


def trouble_with(problem: OSError) -> str | None:
    """Return what is wrong with a disk, where, and what to do; None for other problems."""
    place = f" {problem.filename}" if problem.filename else ""
    if problem.errno in FULL:
        return (
            f"The disk is full{f':{place}' if place else ''}. Nothing half-written was kept. Make "
            "room and give the same command again: it goes on from here."
        )
    if problem.errno in IN_THE_WAY:
        return f"A file is where a folder should be, or the other way round:{place}. Move it away."
    if problem.errno in CLOSED and _is_elsewhere(problem.filename):
        return (
            f"This may not be read or written:{place}. Give yourself the right to, and try again."
        )
    if problem.errno in CLOSED:
        return (
            f"The folder may not be written to:{place or ' (not named)'}. The book writes below "
            "_build, in its own folder: give it the right to, or copy the book elsewhere."
        )
    return None


def _is_elsewhere(name: str | None) -> bool:
    """Tell whether a path is outside the folder in which the book writes."""
    return name is not None and not Path(name).absolute().is_relative_to(BUILD)
