"""What others can take away: tables, their schemas, Croissant metadata and an RO-Crate."""

import shutil
from pathlib import Path

from lib.paths import CHAPTERS, DATA, ROOT
from lib.verification import kept

SCHEMAS = DATA / "schema"
FOLDER = "downloads"
ZIP = "ro-crate.zip"


def others() -> dict[str, str]:
    """Return the files that are no tables, each with a few words on what it is.

    Returns
    -------
    dict of str to str
        By file name: the zip file, one Croissant file a data set, and what is kept of the last
        verification, if anything is.
    """
    from lib import datasets

    described = {name: datasets.entry(name).title for name in datasets.names()}
    texts = {ZIP: "All of these files as an RO-Crate"} | {
        croissant_file(name): f"Croissant metadata of {title}" for name, title in described.items()
    }
    texts |= {path.name: kept.FILES[path.name] for path in kept.files()}
    return texts | {"report.schema.json": "The JSON Schema of report.json"}


def croissant_file(data_set: str) -> str:
    """Return the name of a data set's Croissant file.

    Parameters
    ----------
    data_set : str
        Its name in the registry.

    Returns
    -------
    str
        A name without a folder, such as ``"wustl-ehms-2020.croissant.json"``.
    """
    return f"{data_set}.croissant.json"


def write(folder: Path, chapters: Path = CHAPTERS) -> None:
    """Write everything into a folder, which is an RO-Crate, and the folder as one zip file.

    Parameters
    ----------
    folder : pathlib.Path
        Emptied first.
    chapters : pathlib.Path
        Where the pages are whose stamps are written.

    Raises
    ------
    ReaderError
        If the ledger or a record file is not valid.
    """
    # Imported here: a build that has nothing to do should not wait for them.
    from lib.archive import crate, croissant, tables

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tables.write(folder, chapters)
    croissant.write(folder)
    alone = (ROOT / "LICENSE", ROOT / "CITATION.cff", *kept.files())
    for path in (*sorted(SCHEMAS.glob("*.json")), *alone):
        if path.exists():
            shutil.copy(path, folder)
    crate.write(folder, folder / ZIP)
