"""What others can take away: tables, their schemas, Croissant metadata and an RO-Crate."""

import shutil
from pathlib import Path

from lib import datasets
from lib.archive import crate, croissant, tables
from lib.paths import DATA, ROOT

SCHEMAS = DATA / "schema"
FOLDER = "downloads"
ZIP = "ro-crate.zip"


def others() -> dict[str, str]:
    """Return the files that are no tables, each with a sentence on what it is."""
    described = {name: datasets.entry(name).title for name in datasets.names()}
    return {ZIP: "All of these files as an RO-Crate"} | {
        croissant.file_name(name): f"Croissant metadata of {title}"
        for name, title in described.items()
    }


def write(folder: Path) -> None:
    """Write everything into a folder, which is an RO-Crate, and the folder as one zip file.

    Parameters
    ----------
    folder : pathlib.Path
        Emptied first.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tables.write(folder)
    croissant.write(folder)
    for path in (*sorted(SCHEMAS.glob("*.json")), ROOT / "LICENSE", ROOT / "CITATION.cff"):
        if path.exists():
            shutil.copy(path, folder)
    crate.write(folder, folder / ZIP)
