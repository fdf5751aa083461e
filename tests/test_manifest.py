"""The manifest names every published file and its own parent, so that a change leaves a trace."""

import hashlib
import json
import subprocess

import pytest

from lib.book.verify import manifest
from lib.book.verify.faults import FAULTS
from lib.book.verify.faults import FILES as FILES_CHECK
from lib.book.verify.manifest import NAME, problems, write_manifest
from lib.common.errors import ReaderError
from lib.common.paths import ROOT

FILES = {
    "chapters/01-a/01_b.ipynb": "page",
    "data/claims/a.csv": "ledger",
    "data/registry.yml": "registry",
    "data/twins/a.json": "twin",
    "data/reference/01-a/01_b.json": "records",
    "data/reference/timings.json": "times",
    "data/reference-twin/01-a/01_b.json": "records of twins",
    "data/outside/a_keras.json": "measured elsewhere",
    "data/models/01-a/card.json": "model",
    "data/verification/report.json": "report",
}


@pytest.fixture
def book(tmp_path):
    for name, text in FILES.items():
        write(tmp_path, name, text)
    write(tmp_path, "CITATION.cff", "version: 1.2.0\n")
    write_manifest(tmp_path)
    return tmp_path


def write(root, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def content(root) -> dict:
    return json.loads((root / NAME).read_text())


def digest(root) -> str:
    return hashlib.sha256((root / NAME).read_bytes()).hexdigest()


def git(root, *arguments: str) -> None:
    person = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    subprocess.run(["git", *person, *arguments], cwd=root, check=True, capture_output=True)


def test_the_committed_manifest_is_that_of_the_files():
    assert problems() == [], "'make prose', after a change that is meant"
    kinds = {pattern.split("/")[1].split(".")[0] for pattern in manifest.PUBLISHED}
    assert len(content(ROOT)["files"]) > len(kinds)


def test_it_names_every_published_file_and_no_other(book):
    write(book, "data/claims/.a.csv.0abc", "half-written")
    write(book, "chapters/01-a/01_b.py", "source")
    assert set(content(book)["files"]) == set(FILES)
    assert content(book)["version"] == "1.2.0"
    assert content(book)["parent"] is None
    assert problems(book) == []


@pytest.mark.parametrize("name", FILES)
def test_each_change_is_named(book, name):
    write(book, name, "edited")
    assert problems(book) == [f"{name} has changed"]
    (book / name).unlink()
    assert problems(book) == [f"{name} is gone"]


def test_a_new_file_and_no_manifest_are_named(book):
    write(book, "data/claims/b.csv", "another ledger")
    assert problems(book) == ["data/claims/b.csv is new"]
    (book / NAME).unlink()
    assert problems(book) == [f"there is no {NAME}: run 'make prose'"]


WHOLE = {"version": "1.2.0", "date": "2026-01-01", "parent": None, "files": {}}
NO_MANIFEST = [
    *("", "[1", "[]", "{}", '{"files": {"a": 1}}', '{"files": {}}'),
    *(
        json.dumps(WHOLE | {name: value})
        for name, values in {
            "version": [1, []],
            "date": [None, 1, "yesterday"],
            "parent": [1, "", "0" * 63, "G" * 64],
        }.items()
        for value in values
    ),
]


@pytest.mark.parametrize("text", NO_MANIFEST)
def test_what_is_no_manifest_is_refused_when_read_and_made_anew_when_written(book, text):
    write(book, NAME, text)
    with pytest.raises(ReaderError, match="is no manifest"):
        problems(book)
    write_manifest(book)
    assert problems(book) == []


def test_a_manifest_of_another_version_than_the_citation_is_found_and_made_anew(book):
    write(book, NAME, json.dumps(content(book) | {"version": "9"}))
    assert problems(book) == [f"{NAME} is of version 9, and CITATION.cff of 1.2.0"]
    write_manifest(book)
    assert problems(book) == []


@pytest.mark.parametrize("text", ["[a\n", "[]", "version: 1.2", "\x00"])
def test_a_citation_that_is_none_is_said(book, text):
    write(book, "CITATION.cff", text)
    for check in (problems, write_manifest):
        with pytest.raises(ReaderError, match=r"CITATION\.cff cannot be read"):
            check(book)
    (book / "CITATION.cff").unlink()
    with pytest.raises(ReaderError, match=r"CITATION\.cff cannot be read"):
        problems(book)


def test_in_a_clone_a_manifest_without_its_parent_is_found_and_made_anew(book):
    assert {fault.id: fault.check for fault in FAULTS}["chain"] == FILES_CHECK
    forged = [content(book) | {"parent": "0" * 64}, content(book) | {"date": "1999-01-01"}]
    write(book, NAME, json.dumps(forged[0]))
    assert problems(book) == [], "where there is no history nothing tells"
    git(book, "init")
    git(book, "add", ".")
    git(book, "commit", "-m", "first")
    assert problems(book) == []
    for one in forged:
        write(book, NAME, json.dumps(one, indent=1))
        (found,) = problems(book)
        assert "nor has it as its parent" in found
        write_manifest(book)
        assert problems(book) == []
    write(book, "data/registry.yml", "edited")
    write_manifest(book)
    assert problems(book) == []
    git(book, "commit", "-am", "second")
    assert problems(book) == []


def test_a_clone_without_history_has_no_chain_to_check(book, tmp_path_factory):
    git(book, "init")
    git(book, "add", ".")
    git(book, "commit", "-m", "first")
    shallow = tmp_path_factory.mktemp("shallow") / "book"
    git(book, "clone", "--depth", "1", book.as_uri(), str(shallow))
    assert problems(shallow) == []


def test_what_has_not_changed_is_not_written_and_what_has_names_its_parent(book, monkeypatch):
    before = digest(book)
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "write_whole", None)
        write_manifest(book)
    assert digest(book) == before
    write(book, "data/registry.yml", "edited")
    write_manifest(book)
    assert content(book)["parent"] == before
    write(book, "CITATION.cff", "title: without a version\n")
    write_manifest(book)
    assert content(book)["version"] is None


def test_in_a_clone_the_parent_is_the_committed_one_however_often_it_is_written(book):
    git(book, "init")
    git(book, "add", ".")
    git(book, "commit", "-m", "first")
    committed, text = digest(book), (book / NAME).read_text()
    for change in ("one", "two"):
        write(book, "data/registry.yml", change)
        write_manifest(book)
        assert content(book)["parent"] == committed
    write(book, "data/registry.yml", FILES["data/registry.yml"])
    write_manifest(book)
    assert (book / NAME).read_text() == text
