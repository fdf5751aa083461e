"""Saying in one line why a file could not be written."""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


def trouble_with(problem: OSError) -> str | None:
    """Return what is wrong with a disk, where, and what to do; None for other problems.

    Parameters
    ----------
    problem : OSError
        As it was raised.
    """
    place = f" {problem.filename}" if problem.filename else ""
    if problem.errno in FULL:
        return (
            f"The disk is full{f':{place}' if place else ''}. Nothing half-written was kept. Make "
            "room and give the same command again: it goes on from here."
        )
    if problem.errno in CLOSED:
        return (
            f"The folder may not be written to:{place or ' (not named)'}. The book writes below "
            "_build, in its own folder: give it the right to, or copy the book elsewhere."
        )
    return None
