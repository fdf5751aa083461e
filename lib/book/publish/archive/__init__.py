"""What others can take away: tables, their schemas, Croissant metadata and an RO-Crate."""

import shutil
import zipfile
from pathlib import Path

from lib.book.verify import kept
from lib.common.paths import CHAPTERS, DATA, ROOT, reference_folder

SCHEMAS = DATA / "schema"
FOLDER = "downloads"
ZIP = "ro-crate.zip"
NOTEBOOKS = "notebooks.zip"
# So that equal content gives an equal file.
MOMENT = (1980, 1, 1, 0, 0, 0)


def others() -> dict[str, str]:
    """Return the files that are no tables, each with a few words on what it is."""
    from lib import datasets

    described = {name: datasets.entry(name).title for name in datasets.names()}
    texts = {
        ZIP: "All of these files as an RO-Crate",
        NOTEBOOKS: "All notebooks as published, with their sources and records",
    } | {
        croissant_file(name): f"Croissant metadata of {title}" for name, title in described.items()
    }
    texts |= {path.name: kept.FILES[path.name] for path in kept.files()}
    return texts | {"report.schema.json": "The JSON Schema of report.json"}


def croissant_file(data_set: str) -> str:
    """Return the name of a data set's Croissant file."""
    return f"{data_set}.croissant.json"


def write(folder: Path, chapters: Path = CHAPTERS) -> None:
    """Write everything into a folder, which is an RO-Crate, and the folder as one zip file."""
    # Imported here: a build that has nothing to do should not wait for them.
    from lib import datasets
    from lib.book.publish.archive import crate, croissant, tables

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tables.write(folder, chapters)
    croissant.write({name: folder / croissant_file(name) for name in datasets.names()})
    alone = (ROOT / "LICENSE", ROOT / "CITATION.cff", *kept.files())
    for path in (*sorted(SCHEMAS.glob("*.json")), *alone):
        if path.exists():
            shutil.copy(path, folder)
    crate.write(folder, folder / ZIP)


def write_notebooks(path: Path) -> None:
    """Pack the committed notebooks, their sources and their records."""
    endings = {CHAPTERS: (".py", ".ipynb", ".md"), reference_folder(): (".json",)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, wanted in endings.items():
            for file in sorted(place.rglob("*")):
                if (
                    file.suffix in wanted
                    and file.is_file()
                    and ".ipynb_checkpoints" not in file.parts
                ):
                    name = zipfile.ZipInfo(str(file.relative_to(ROOT)), MOMENT)
                    name.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(name, file.read_bytes())
