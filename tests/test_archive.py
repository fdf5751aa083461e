"""What others take away: tables that keep their schemas, and metadata that its readers accept."""

import csv
import hashlib
import json
import zipfile
from pathlib import Path

import jsonschema
import mlcroissant
import pytest
import yaml
from rocrate.rocrate import ROCrate

from lib import claims, datasets
from lib.book.notebooks import find_notebooks
from lib.book.publish import archive
from lib.book.publish.archive import croissant
from lib.book.publish.archive.tables import ONLY_JSON, TABLES
from lib.book.stamps.pages import read_stamp
from lib.claims.claim import UNITS
from lib.claims.ledger import KINDS
from lib.claims.verdicts import ARITHMETIC, NOT_JUDGED, STRENGTH
from lib.common.basis import BASES
from lib.common.paths import REGISTRY, ROOT
from lib.datasets.registry import parse
from lib.notebook.records import reference

SCHEMAS = sorted(archive.SCHEMAS.glob("*.schema.json"))
# Two files of which only the rows are known, and one with a digest, in the registry's form.
DATA_SET = """
flows:
  title: Flows
  licence: Free for research.
  citation: Somebody (2020). Flows.
  doi: 10.1000/flows
  official: https://example.org/flows
  obtain: Ask.
  variants:
    parts/full:
      description: the full set
      parts:
        - {file_names: [a_1.csv, other_1.csv], bytes: 0, rows: 0, sha256: ""}
        - {file_names: [a_2.csv, other_2.csv], bytes: 0, rows: 0, sha256: ""}
      class_column: kind of flow
      class_counts: {normal: 20}
      columns: &columns {size: integer, kind of flow: text}
    parts/sample:
      description: a sample
      parts:
        - {file_names: [sample.tsv], bytes: 12, rows: 2, sha256: "DIGEST"}
      separator: "\\t"
      class_column: kind of flow
      class_counts: {normal: 2}
      columns: *columns
""".replace("DIGEST", "12" * 32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return the files as a build writes them, with the published run as this run."""
    folder = tmp_path_factory.mktemp("archive") / "downloads"
    archive.write(folder)
    return folder


@pytest.fixture(scope="module")
def crate(folder) -> ROCrate:
    """Return the folder as a reader of RO-Crates finds it."""
    return ROCrate(folder)


def content(folder: Path, name: str):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def rows(folder: Path, name: str) -> list[dict]:
    with open(folder / name, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def problems(schema: dict, found) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{list(each.path)}: {each.message[:80]}" for each in validator.iter_errors(found)]


def is_a_table(schema: dict) -> bool:
    return "properties" in schema.get("items", {})


class TestTables:
    def test_every_table_has_its_files(self, folder):
        for name in TABLES:
            assert (folder / f"{name}.json").exists()
            assert (folder / f"{name}.csv").exists() is (name not in ONLY_JSON)
            assert (folder / f"{name}.schema.json").exists()

    @pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
    def test_a_schema_is_one_and_explains_every_key(self, path):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["description"]
        described = schema.get("items", schema)["properties"]
        lists = [each["items"]["properties"] for each in described.values() if is_a_table(each)]
        for properties in (described, *lists):
            assert [name for name, each in properties.items() if not each.get("description")] == []

    def test_the_schemas_know_the_words_of_the_book(self, folder):
        claim = content(folder, "claims.schema.json")["items"]["properties"]
        verdict = content(folder, "verdicts.schema.json")["items"]["properties"]
        assert set(claim["unit"]["anyOf"][0]["enum"]) == UNITS.keys()
        assert set(claim["kind"]["enum"]) == set(verdict["kind"]["enum"]) == set(KINDS)
        assert set(verdict["verdict"]["enum"]) == {*claims.VERDICTS, *NOT_JUDGED}
        record = content(folder, "records.schema.json")["items"]["properties"]
        assert set(record["basis"]["enum"]) == set(BASES)
        assert set(verdict["basis"]["enum"]) == {*STRENGTH, ARITHMETIC, None} - {""}

    @pytest.mark.parametrize("name", TABLES)
    def test_each_table_keeps_its_schema(self, folder, name):
        schema, found = content(folder, f"{name}.schema.json"), content(folder, f"{name}.json")
        assert problems(schema, found) == []

    @pytest.mark.parametrize(
        ("name", "key", "value"),
        [
            ("claims", "unit", "miles"),
            ("claims", "published", ""),
            ("claims", "repeats", "no id"),
            ("verdicts", "verdict", "refuted"),
            ("verdicts", "extra", 1),
            ("verdicts", "basis", "rows"),
            ("records", "values", []),
            ("records", "basis", "machine"),
            ("records", "sha256", "123"),
        ],
    )
    def test_a_faulty_row_is_refused(self, folder, name, key, value):
        schema, found = content(folder, f"{name}.schema.json"), content(folder, f"{name}.json")
        assert problems(schema, [found[0] | {key: value}])

    def test_a_stamp_keeps_its_schema_and_a_faulty_one_does_not(self, folder, published_project):
        page = published_project.root / "chapters/99-sample/01_first.ipynb"
        schema = content(folder, "stamps.schema.json")
        stamp = {"page": "99-sample/01_first"} | read_stamp(page)
        assert problems(schema, [stamp]) == []
        assert problems(schema, [stamp | {"inputs": stamp["inputs"] | {"a machine": "path"}}])

    def test_nothing_is_left_out(self, folder):
        assert [row["id"] for row in rows(folder, "claims.csv")] == list(claims.load())
        assert [row["id"] for row in content(folder, "verdicts.json")] == list(claims.load())
        assert {row["id"] for row in content(folder, "records.json")} == set(reference())
        stamped = [each.name for each in find_notebooks() if read_stamp(each.page)]
        assert [row["page"] for row in content(folder, "stamps.json")] == stamped

    def test_a_record_has_one_row_a_value_with_its_seed(self, folder):
        found: dict[str, list] = {}
        for row in rows(folder, "records.csv"):
            found.setdefault(row["id"], []).append((row["seed"], float(row["value"])))
        for id, record in reference().items():
            assert [value for _, value in found[id]] == list(record.values)
            origin = record.provenance
            if not record.deterministic and len(record.values) == origin.replicates:
                seeds = range(origin.seed, origin.seed + origin.replicates)
                assert [seed for seed, _ in found[id]] == list(map(str, seeds))


class TestCrate:
    def test_it_can_be_cited(self, crate):
        cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
        root = crate.root_dataset
        assert crate.name == cited["title"]
        assert [author["name"] for author in root["author"]] == [
            author["name"] for author in cited["authors"]
        ]
        assert [each["identifier"] for each in root["license"]] == cited["license"]
        assert all(each.id.startswith("https://") for each in root["license"])
        assert crate.datePublished.year >= 2026
        assert root["version"]

    def test_every_file_is_a_part_with_its_digest(self, crate, folder):
        parts = {part.id: part for part in crate.root_dataset["hasPart"]}
        files = {path.name: path for path in folder.iterdir()}
        own = files.keys() - {"ro-crate-metadata.json", archive.ZIP}
        assert own <= parts.keys()
        for name in own:
            digest = hashlib.sha256(files[name].read_bytes()).hexdigest()
            assert parts[name]["sha256"] == digest
            assert parts[name]["contentSize"] == str(files[name].stat().st_size)

    def test_the_data_are_named_by_digest_and_not_enclosed(self, crate, folder):
        digests = {
            part.sha256: part
            for name in datasets.names()
            for variant in datasets.entry(name).variants
            for part in variant.parts
            if part.sha256
        }
        assert digests
        for digest, part in digests.items():
            assert crate.get(f"hash://sha256/{digest}")["contentSize"] == str(part.bytes)
        enclosed = {hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
        assert enclosed.isdisjoint(digests)

    def test_it_names_the_code(self, crate):
        (code,) = crate.root_dataset["mentions"]
        assert code["@type"] == "SoftwareSourceCode"
        config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
        assert code["codeRepository"] == config["repository"]["url"]

    def test_the_zip_file_holds_the_same(self, folder):
        with zipfile.ZipFile(folder / archive.ZIP) as packed:
            assert {*packed.namelist(), archive.ZIP} == {path.name for path in folder.iterdir()}
            for name in packed.namelist():
                assert packed.read(name) == (folder / name).read_bytes()

    def test_the_command_writes_it_with_the_runs_of_its_pages(self, published_project):
        result = published_project.run("crate")
        assert result.returncode == 0, result.stderr
        crate = ROCrate(published_project.root / "_build/crate")
        run = crate.get("#run-99-sample-01_first")
        assert run["@type"] == "CreateAction"
        assert [each.id for each in run["result"]] == ["records.json"]
        assert run["instrument"]["@type"] == "SoftwareSourceCode"
        assert "full, seeds 2022 to 2024" in run["description"]


class TestCroissant:
    @pytest.mark.parametrize("name", datasets.names())
    def test_it_is_valid_and_names_all_files_and_columns(self, folder, name):
        found = mlcroissant.Dataset(str(folder / f"{name}.croissant.json")).metadata
        assert not found.issues.errors
        described = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))[name]
        entry = datasets.entry(name)
        digests = {part.sha256 for each in entry.variants for part in each.parts} - {""}
        assert {getattr(each, "sha256", None) for each in found.distribution} - {None} == digests
        assert {each.name for each in found.record_sets} == described["variants"].keys()
        for rows_of, variant in zip(found.record_sets, entry.variants, strict=True):
            assert [field.name for field in rows_of.fields] == variant.column_names

    def test_files_without_a_digest_are_a_set_of_names(self, tmp_path):
        described = croissant.metadata_of(parse(DATA_SET)["flows"])
        path = tmp_path / "flows.croissant.json"
        path.write_text(json.dumps(described.to_json(), default=str))
        found = mlcroissant.Dataset(str(path)).metadata
        assert not found.issues.errors
        unknown, known = found.distribution
        assert unknown.includes == ["a_1.csv", "other_1.csv", "a_2.csv", "other_2.csv"]
        assert (known.sha256, known.encoding_formats) == ("12" * 32, ["text/tab-separated-values"])
        sources = [rows.fields[1].source for rows in found.record_sets]
        assert [source.file_set or source.file_object for source in sources] == [
            "files/parts/full",
            "parts/sample/sample.tsv",
        ]

    def test_a_fault_is_seen(self, folder, tmp_path):
        name = archive.croissant_file(datasets.names()[0])
        faulty = content(folder, name)
        del faulty["distribution"][0]["sha256"]
        path = tmp_path / name
        path.write_text(json.dumps(faulty))
        with pytest.raises(mlcroissant.ValidationError):
            mlcroissant.Dataset(str(path))


def test_the_notebooks_are_packed_with_sources_and_records_alike_each_time(tmp_path):
    for name in ("a.zip", "b.zip"):
        archive.write_notebooks(tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        names = set(packed.namelist())
        for notebook in find_notebooks():
            wanted = {str(path.relative_to(ROOT)) for path in (notebook.source, notebook.page)}
            assert wanted <= names
        page = find_notebooks()[0].page
        assert packed.read(str(page.relative_to(ROOT))) == page.read_bytes()
    assert any(name.startswith("data/reference/") for name in names)
    assert not any(name.endswith((".csv", ".pyc")) for name in names)
