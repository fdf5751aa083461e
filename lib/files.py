"""Writing whole files or none, and naming files by their content."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 digest of a file's bytes.

    Parameters
    ----------
    path : pathlib.Path
        The file; read in blocks, so its size does not matter.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def state_of(folder: Path, pattern: str) -> tuple[tuple[str, int, int], ...]:
    """Return names, times and sizes of the files in a folder, to tell whether to read them again.

    Parameters
    ----------
    folder : pathlib.Path
        May be missing.
    pattern : str
        Glob below the folder.

    Returns
    -------
    tuple of (str, int, int)
        Path, time of the last change in nanoseconds, and bytes, sorted by path.
    """
    found = []
    for path in sorted(Path(folder).glob(pattern)):
        with contextlib.suppress(FileNotFoundError):  # another process has just removed it
            state = path.stat()
            found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file completely or leave what was there.

    The content goes to a temporary file in the same folder, which then takes the
    name in one step; an interruption leaves no half-written file under that name.

    Parameters
    ----------
    path : pathlib.Path
        The file to write; its folder is created.
    content : str or bytes
        Text is written as UTF-8 with newlines as they stand.

    Raises
    ------
    OSError
        If the folder or the file cannot be written; the temporary file is removed, and what was
        there stays.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    payload = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
