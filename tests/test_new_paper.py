"""A paper that the command lays out builds, is judged, and passes the tests of the book."""

import json
import shutil
import subprocess
import sys

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import LEFT_OUT, Project, clean_environment

from lib.book.publish.new_paper import new_paper
from lib.book.stamps.pages import out_of_date
from lib.common.errors import ReaderError
from lib.common.paths import ROOT

CHAPTER = "05-demo"
NEW = (
    "lib/papers/demo/",
    "data/claims/demo.csv",
    "data/twins/demo-data.json",
    f"chapters/{CHAPTER}/",
    f"data/reference/{CHAPTER}/",
    f"data/reference-twin/{CHAPTER}/",
)
LISTS = {"lib/papers/every.py", "_toc.yml", "data/registry.yml"}
# Sums over the whole book, which each publication writes anew.
SUMMED = ("timings", "environment", "verdicts", "manifest")
SUMS = {f"data/reference/{name}.json" for name in SUMMED}
# What the test suite asks of each page, each claim and each module.
ASKED = ("test_notebooks.py", "test_house.py", "test_claims.py", "test_archive.py")
# Of the house what looks at the book itself: the rest builds small houses, the same everywhere.
HOUSE = "walls_stand or own_paper_alone or told_to_load"
CHOSEN = f"{CHAPTER} or Sources or {HOUSE} or ledger or crate or schema"


def contents(root) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not {"_build", "__pycache__"} & set(path.parts)
    }


@pytest.fixture(scope="module")
def before() -> dict[str, bytes]:
    return {}


@pytest.fixture(scope="module")
def clone(tmp_path_factory, before) -> Project:
    """Return a clone of the book in which the command has been given, without any real data."""
    root = tmp_path_factory.mktemp("clone") / "book"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    before.update(contents(root))
    project = Project(root)
    project.first_run = project.run("new-paper", "demo", "--title", "A demonstration")
    assert project.first_run.returncode == 0, project.first_run.stdout + project.first_run.stderr
    return project


def test_nothing_is_touched_but_the_new_files_and_the_three_lists(clone, before):
    now = contents(clone.root)
    changed = {name for name in now | before if before.get(name) != now.get(name)}
    assert {name for name in changed if not name.startswith(NEW)} - SUMS == LISTS


def test_the_lists_keep_what_they_had(clone, before):
    was, now = (
        yaml.safe_load(text)
        for text in (before["data/registry.yml"], (clone.root / "data/registry.yml").read_bytes())
    )
    assert now.pop("demo-data")
    assert now == was
    contents_now = (clone.root / "_toc.yml").read_text(encoding="utf-8").splitlines()
    added = [line for line in contents_now if CHAPTER in line]
    assert len(added) == 5
    kept = [line for line in contents_now if line not in added]
    assert len(kept) == len(before["_toc.yml"].decode().splitlines()) + 1


def test_it_makes_no_other_page_old(clone):
    pages = sorted(clone.root.glob("chapters/0[1-4]*/[0-9]*.ipynb"))
    assert pages
    old = {page.name: out_of_date(page.with_suffix(".py"), page, clone.root) for page in pages}
    assert {name: why for name, why in old.items() if why} == {}


def test_its_claims_are_judged_as_far_as_a_twin_allows(clone):
    listed = clone.run("claims", "--json", "--paper", "demo")
    found = {each["id"]: each for each in json.loads(listed.stdout)}
    assert [each["verdict"] for each in found.values()] == [
        "setting",
        "not comparable",
        "not comparable",
    ]
    value = found["demo.table1.rf.accuracy"]
    assert "twin data, full profile only" in value["reason"]
    assert value["basis"] is None


def test_it_passes_what_the_suite_asks_of_every_paper(clone):
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "--no-header"]
    files = [f"tests/{name}" for name in ASKED]
    chosen = ["-k", f"({CHOSEN}) and not TestQuickRun"]
    done = subprocess.run(
        [sys.executable, *command, *files, *chosen],
        cwd=clone.root,
        env=clean_environment() | {"IDS_TWIN": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_it_runs_quickly_on_its_twin_and_stands_in_the_built_book(clone):
    verified = clone.run("verify", "--profile", "quick", "--chapter", CHAPTER)
    assert verified.returncode == 3, verified.stdout + verified.stderr  # no real data
    built = clone.run("site")
    assert built.returncode == 0, built.stdout + built.stderr
    front = (clone.root / "_build/html/chapters/index.html").read_text(encoding="utf-8")
    board = BeautifulSoup(front, "html.parser").select_one(".board [data-paper=demo]")
    assert board.select_one(f"a[href='{CHAPTER}/index.html']")
    assert board.select("tr.verdict")
    page = clone.root / f"_build/html/chapters/{CHAPTER}/02_reproduction.html"
    assert "synthetic twin" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Demo", "4th", "x", "a-b", "a.b", "botiot"])
def test_a_name_that_does_not_fit_or_is_taken_is_refused_and_writes_nothing(tmp_path, name):
    (tmp_path / "lib/papers/botiot").mkdir(parents=True)
    with pytest.raises(ReaderError, match=r"no name for a paper|is there already"):
        new_paper(name, None, print, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
