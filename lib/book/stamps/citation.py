"""What the book says of itself to whoever cites it: its version is that of every manifest."""

from pathlib import Path

import yaml

from lib.common.errors import ReaderError
from lib.common.paths import ROOT


def citation(root: Path = ROOT) -> dict:
    """Return what ``CITATION.cff`` says of the book."""
    try:
        found = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it holds no names")
        if not isinstance(found.get("version"), str | None):
            raise ValueError(f"the version {found['version']!r} needs quotation marks")
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as problem:
        why = " ".join(f"{problem}".split())[:200]
        raise ReaderError(
            f"CITATION.cff cannot be read: {why}. Mend it, or restore it from git."
        ) from None
    return found
