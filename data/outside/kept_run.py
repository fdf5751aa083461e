"""What each kept run says of itself, for scripts in and outside the book's environment."""

import platform
from datetime import date
from importlib.metadata import version


def circumstances(digest, *packages):
    """Return when a run is made, on the file with which digest, and with which versions."""
    return {
        "run on": date.today().isoformat(),
        "data sha256": digest,
        "versions": {"python": platform.python_version()} | {p: version(p) for p in packages},
    }
