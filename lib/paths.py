"""Where things are, found by walking up to the folder that holds ``_toc.yml``."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
DATA = ROOT / "data"
CLAIMS = DATA / "claims"
TWINS = DATA / "twins"
REGISTRY = DATA / "registry.yml"
BUILD = ROOT / "_build"


def reference_folder() -> Path:
    """Return the folder of the published reference records.

    Returns
    -------
    pathlib.Path
        ``IDS_REFERENCE`` when set (publishing points it at the run in progress),
        else ``data/reference``.
    """
    return Path(os.environ.get("IDS_REFERENCE") or DATA / "reference")


def run_folder() -> Path:
    """Return the folder that the current run writes its records to.

    Returns
    -------
    pathlib.Path
        ``IDS_RECORDS`` when set (the runner sets it), else ``_build/run/records``.
    """
    return Path(os.environ.get("IDS_RECORDS") or BUILD / "run" / "records")


def chapter_names() -> list[str]:
    """Return the names of the chapters that have notebooks, in reading order.

    Returns
    -------
    list of str
        Folder names below ``chapters/``, such as ``"03-xmednn-ehms"``.
    """
    return sorted({source.parent.name for source in CHAPTERS.glob("*/[0-9]*.py")})
