"""Writing whole files or none, and naming files by their content."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 digest of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def joined_digest(digests: Sequence[str]) -> str:
    """Return one file's digest, of several the digest of their digests; "" if one is not known."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest() if all(digests) else ""


def state_of(folder: Path, pattern: str) -> tuple[tuple[str, int, int], ...]:
    """Return names, times and sizes of a folder's files, which tell whether to read them again."""
    found = []
    for path in sorted(Path(folder).glob(pattern)):
        with contextlib.suppress(FileNotFoundError):  # another process has just removed it
            state = path.stat()
            found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, in a folder that is made where it lacks, completely or leave what was there."""
    # A temporary file beside it takes the name in one step, so none is ever half-written.
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
