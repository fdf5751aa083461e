"""One verified state as an RO-Crate: claims, records, verdicts, code and data by reference."""

import json
import zipfile
from pathlib import Path

from rocrate.model import ContextEntity, File
from rocrate.model.data_entity import DataEntity
from rocrate.rocrate import ROCrate

from lib import datasets
from lib.book.publish.repository import (
    address,
    commit,
    commit_time,
    file_address,
    is_clean,
)
from lib.book.stamps.citation import citation
from lib.book.stamps.inputs import DATA_SET
from lib.book.stamps.pages import named, summary
from lib.common.files import sha256_of
from lib.datasets.registry import Entry, Part

LICENCES = {
    "MIT": "https://opensource.org/license/mit",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}
FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".html": "text/html",
    ".cff": "application/yaml",
    "": "text/plain",
}
CODE = "#code"


def write(folder: Path, archive: Path) -> None:
    """Describe the files of a folder as an RO-Crate and put all of it into a zip file.

    Data sets are named with their digests; no row of them is in the crate.
    """
    crate = ROCrate()
    _describe(crate)
    for path in sorted(folder.iterdir()):
        crate.add_file(path, properties=_file_properties(path))
    _add_code(crate)
    digests = {name: _add_data(crate, datasets.entry(name)) for name in datasets.names()}
    for stamp in json.loads((folder / "stamps.json").read_text(encoding="utf-8")):
        _add_run(crate, stamp, digests)
    crate.metadata.extra_terms["sha256"] = "https://schema.org/sha256"
    crate.metadata.write(folder)
    _zip(folder, archive)


def _describe(crate: ROCrate) -> None:
    cited = citation()
    crate.name = cited["title"]
    crate.description = cited["abstract"]
    crate.datePublished = commit_time()
    crate.license = [
        _entity(crate, LICENCES[name], "CreativeWork", name=name, identifier=name)
        for name in cited["license"]
    ]
    root = crate.root_dataset
    root["author"] = [_author(crate, number, each) for number, each in enumerate(cited["authors"])]
    root["keywords"] = cited["keywords"]
    root["url"] = address()
    root["version"] = _version()


def _entity(crate: ROCrate, id: str, kind: str, **known) -> ContextEntity:
    return crate.add(ContextEntity(crate, id, {"@type": kind} | known))


def _author(crate: ROCrate, number: int, cited: dict) -> ContextEntity:
    """Return an author; who has no family name is a group."""
    id = cited.get("orcid", f"#author-{number + 1}")
    if "family-names" not in cited:
        return _entity(crate, id, "Organization", name=cited["name"])
    name = f"{cited.get('given-names', '')} {cited['family-names']}".strip()
    return _entity(crate, id, "Person", name=name)


def _version() -> str:
    if not commit():
        return "not from a clone"
    return commit() if is_clean() else f"{commit()} with changes"


def _file_properties(path: Path) -> dict:
    return {
        "name": path.name,
        "encodingFormat": FORMATS[path.suffix],
        "contentSize": str(path.stat().st_size),
        "sha256": sha256_of(path),
    }


def _add_code(crate: ROCrate) -> None:
    code = _entity(
        crate,
        CODE,
        "SoftwareSourceCode",
        name="The notebooks and the library",
        codeRepository=address(),
        programmingLanguage="Python",
        version=_version(),
        url=f"{address()}/tree/{commit()}" if commit() else address(),
    )
    crate.root_dataset["mentions"] = [code]


def _add_data(crate: ROCrate, entry: Entry) -> dict[str, File]:
    """Add a data set and its known files by reference; return the files by digest."""
    parts = [part for variant in entry.variants for part in variant.parts]
    files = {
        part.sha256: crate.add(File(crate, f"hash://sha256/{part.sha256}", properties=_part(part)))
        for part in parts
        if part.sha256
    }
    unknown = sum(not part.sha256 for part in parts)
    more = f" {unknown} more files are known by their rows, not by a digest." if unknown else ""
    article = f"https://doi.org/{entry.doi}"
    _entity(crate, article, "ScholarlyArticle", name=entry.citation, identifier=entry.doi)
    known = {
        "@type": "Dataset",
        "name": entry.title,
        "description": f"{entry.obtain}{more}",
        "conditionsOfAccess": entry.licence,
        "creditText": entry.citation,
        "citation": {"@id": article},
        "url": entry.official,
        "hasPart": [{"@id": file.id} for file in files.values()],
    }
    crate.add(DataEntity(crate, f"{entry.official}#{entry.name}", known))
    return files


def _part(part: Part) -> dict:
    known = {
        "name": part.file_names[0],
        "contentSize": str(part.bytes),
        "sha256": part.sha256,
        "description": f"{part.rows} rows; not in this crate",
    }
    return known | ({"url": part.address} if part.address else {})


def _add_run(crate: ROCrate, stamp: dict, digests: dict[str, dict[str, File]]) -> None:
    """Add how a page was made: from which code, on which data files, with which result."""
    states = named(stamp, DATA_SET)
    used = [
        file
        for name, state in states.items()
        for digest, file in digests.get(name, {}).items()
        if digest in state.split()
    ]
    _entity(
        crate,
        f"#run-{stamp['page'].replace('/', '-')}",
        "CreateAction",
        name=f"Execution of {stamp['page']}",
        description="; ".join(f"{name}: {text}" for name, text in summary(stamp).items()),
        instrument={"@id": CODE},
        object=[{"@id": file.id} for file in used],
        result=[{"@id": "records.json"}],
        url=file_address(f"chapters/{stamp['page']}.py"),
    )


def _zip(folder: Path, archive: Path) -> None:
    files = sorted(path for path in folder.iterdir() if path != archive)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files:
            packed.write(path, path.name)
