"""Where things are, found by walking up to the folder that holds ``_toc.yml``."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
DATA = ROOT / "data"
CLAIMS = DATA / "claims"
TWINS = DATA / "twins"
REFERENCE = DATA / "reference"
REGISTRY = DATA / "registry.yml"
BUILD = ROOT / "_build"


def reference_folder() -> Path:
    """Return the folder of the published reference records."""
    return Path(os.environ.get("IDS_REFERENCE") or REFERENCE)


def run_folder() -> Path:
    """Return the folder that the current run writes its records to."""
    return Path(os.environ.get("IDS_RECORDS") or BUILD / "run" / "records")


def chapter_names() -> list[str]:
    """Return the names of the chapters that have notebooks, in reading order."""
    return sorted({source.parent.name for source in CHAPTERS.glob("*/[0-9]*.py")})
