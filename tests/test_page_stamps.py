"""A published page carries what it was made from, and is found out when that has changed."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from lib import datasets
from lib.book.notebooks import Notebook
from lib.book.run.kept import stamped
from lib.book.run.settings import Settings
from lib.book.stamps import inputs
from lib.book.stamps.inputs import digest_of, inputs_of, printed_read
from lib.book.stamps.packages import packages_used
from lib.book.stamps.pages import (
    KEY,
    data_not_named,
    files_of,
    out_of_date,
    outputs_of,
    read_stamp,
    summary,
)
from lib.claims.ledger import COLUMNS
from lib.notebook.records import Provenance, Record

SOURCE = """# %% [markdown]
# # A title
# %% tags=["parameters"]
profile = "full"
# %%
from lib.used import answer

answer()
"""
PINS = "numpy==2.0.0\npandas==3.0.0\n"


class Book:
    """A book of one page, just published."""

    def __init__(self, root: Path):
        self.root = root
        self.source = self.write("chapters/99-sample/01_data.py", SOURCE)
        self.page = self.source.with_suffix(".ipynb")
        self.pins = self.write("requirements.txt", PINS)
        self.write("lib/__init__.py", "")
        self.write("lib/used.py", "from lib import deeper\n\ndef answer():\n    return deeper.x\n")
        self.write("lib/deeper.py", "x = 42\n")
        self.write("lib/unused.py", "x = 1\n")
        inputs = inputs_of(self.source, {"profile": "full", "seed": 1, "replicates": 3}, root)
        inputs = {name: text for name, text in inputs.items() if not name.startswith("version")}
        self.stamp(inputs | {"version of python": "3.11.7", "version of numpy": "2.0.0+cpu"})

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def stamp(self, inputs: dict, digest: str = "") -> None:
        kept = {"digest": digest or digest_of(inputs), "inputs": inputs, "seconds": 83.0}
        more = {"threads": 1, "machine": "Linux x86_64, 2 processors", "outputs": []}
        nbformat.write(new_notebook(metadata={KEY: kept | more}), self.page)

    def problems(self) -> list[str]:
        return out_of_date(self.source, self.page, self.root, self.pins)


@pytest.fixture
def book(tmp_path) -> Book:
    return Book(tmp_path)


def test_a_page_just_published_is_current(book):
    assert book.problems() == []


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("lib/used.py", "def answer():\n    return 41\n", "lib/used.py has changed"),
        ("lib/deeper.py", "x = 43\n", "lib/deeper.py has changed"),
        ("lib/used.py", "def answer():\n    return 41\n", "lib/deeper.py is no longer used"),
        ("lib/deeper.py", "from lib.unused import x\n", "lib/unused.py is used now"),
        (
            "chapters/99-sample/01_data.py",
            SOURCE.replace("answer()\n", "answer() + 1\n"),
            "chapters/99-sample/01_data.py has changed",
        ),
        ("requirements.txt", "numpy==2.0.1\n", "numpy is pinned to 2.0.1, and was 2.0.0"),
    ],
)
def test_a_planted_change_makes_the_page_too_old(book, file, text, problem):
    book.write(file, text)
    assert problem in book.problems()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("lib/unused.py", "x = 2\n"),
        ("lib/another.py", "x = 2\n"),
        ("lib/deeper.py", '"""A docstring."""\n\nx = 42  # and a comment\n'),
        ("chapters/99-sample/01_data.py", SOURCE.replace("A title", "Another title")),
        ("requirements.txt", PINS.replace("pandas==3.0.0", "pandas==3.0.1")),
    ],
    ids=["unused module", "new module", "words", "prose", "unused package"],
)
def test_what_the_page_does_not_rest_on_leaves_it_current(book, file, text):
    book.write(file, text)
    assert book.problems() == []


PRINTING = SOURCE + 'claims.published_values(f"demo.{table}.*")["demo.one.a"]\n'
BEST = "demo.best,demo,Section 1,x,d,m,,best,that it is,,conclusion,,,,,,positive(demo.r),"
PRINTED = "demo.{id},demo,Table 1,x,d,m,,{text},,fraction,value,demo.o,,demo.best,,,,"


def ledger(**numbers) -> str:
    rows = [PRINTED.format(id=id.replace("_", "."), text=text) for id, text in numbers.items()]
    return "\n".join([",".join(COLUMNS), BEST, *rows, ""])


def test_a_page_is_too_old_once_a_printed_number_that_it_draws_has_changed(book):
    book.write("data/claims/demo.csv", ledger(one_a="0.9", rows="0.8"))
    book.write("chapters/99-sample/01_data.py", PRINTING)
    book.stamp(inputs_of(book.source, {}, book.root))
    assert book.problems() == []
    book.write("data/claims/demo.csv", ledger(one_a="0.9", rows="0.7"))
    assert book.problems() == []
    book.write("data/claims/demo.csv", ledger(one_a="0.90", rows="0.8"))
    assert book.problems() == ["what the paper prints as demo.*.* has changed"]


def test_a_pattern_given_by_name_is_seen(book):
    book.write("data/claims/demo.csv", ledger(one_a="0.9"))
    source = book.write("a.py", 'claims.published_values(by="metric", pattern="demo.one.*")\n')
    assert list(printed_read(source, book.root)) == ["printed demo.one.*"]


def test_a_page_without_a_stamp_is_found(book):
    nbformat.write(new_notebook(), book.page)
    assert book.problems() == ["01_data.ipynb has no stamp"]
    book.page.unlink()
    assert book.problems() == ["01_data.ipynb has no stamp"]


def test_a_stamp_changed_by_hand_is_found(book):
    stamp = read_stamp(book.page)
    book.write("lib/deeper.py", "x = 43\n")
    fresh = inputs_of(book.source, {}, book.root)["lib/deeper.py"]
    book.stamp(stamp["inputs"] | {"lib/deeper.py": fresh}, digest=stamp["digest"])
    assert book.problems() == ["the stamp of 01_data.ipynb does not fit its own digest"]


def shown(**of_an_output) -> dict:
    output = new_output("display_data", **of_an_output)
    return new_notebook(cells=[new_code_cell("x", outputs=[output])])


def test_the_digest_of_an_output_is_of_what_is_shown_and_of_how_to_render_verdicts_anew(tmp_path):
    page = shown(data={"text/html": "<b>1</b>\n<b>2</b>", "image/png": "aGk=\n"})
    path = tmp_path / "page.ipynb"
    nbformat.write(page, path)
    written = json.loads(path.read_text())
    assert isinstance(written["cells"][0]["outputs"][0]["data"]["text/html"], list)
    assert outputs_of(written) == outputs_of(page) != outputs_of(shown(data={"text/html": "1"}))
    recipe = {"show": "table", "patterns": ["a", "b"]}
    one, other = (shown(data={"text/html": n}, metadata={"claims": recipe}) for n in "12")
    assert outputs_of(one) == outputs_of(other)
    recipe = recipe | {"patterns": ["ab"]}
    assert outputs_of(shown(metadata={"claims": recipe})) != outputs_of(one)


def test_a_stamp_without_digests_of_the_outputs_or_with_others_is_found(book):
    page = nbformat.read(book.page, 4)
    del page.metadata[KEY]["outputs"]
    nbformat.write(page, book.page)
    assert book.problems() == ["the stamp of 01_data.ipynb names no outputs"]
    page.metadata[KEY]["outputs"] = ["0" * 64]
    nbformat.write(page, book.page)
    assert book.problems() == ["01_data.ipynb has 0 code cells, and had 1"]


def test_data_that_the_text_does_not_name_are_found(book):
    stamp = read_stamp(book.page)
    origin = Provenance("99-sample/01_data", "bot-iot sample", "v", "0", "real", "full", 1, 3)
    records = [Record("a.b", (0.5,), "as printed", False, origin)]
    assert data_not_named(stamp, records) == ["bot-iot"]
    loading = 'from lib import datasets\n\ndatasets.load("bot-iot", "flows")\n'
    book.write("chapters/99-sample/01_data.py", SOURCE + loading)
    inputs = inputs_of(book.source, {}, book.root)
    assert data_not_named({"inputs": inputs}, records) == []


def test_the_summary_tells_pages_apart(book):
    before = summary(read_stamp(book.page))
    assert before["run"] == "full, seeds 1 to 3"
    assert before["time"] == "1 min 23 s"
    stamp = read_stamp(book.page)
    book.stamp(stamp["inputs"] | {"lib/deeper.py": "0" * 64, "data some": "real 12345678ab"})
    after = summary(read_stamp(book.page))
    assert before["lib"] != after["lib"]
    assert (before["data"], after["data"]) == ("none", "real 12345678")


def test_a_run_leaves_its_stamp_on_the_page(tmp_path):
    settings, notebook = Settings(tmp_path), Notebook("99-sample", "01_data")
    kept = {"digest": "d", "inputs": {"lib/a.py": "1"}, "seconds": 2.0, "threads": 1}
    settings.stamp(notebook).parent.mkdir(parents=True)
    settings.stamp(notebook).write_text(json.dumps(kept))
    settings.record(notebook).parent.mkdir(parents=True)
    settings.record(notebook).write_text("{}")
    page = new_notebook()
    found = stamped(page, notebook, replace(settings, profile="full")).metadata[KEY]
    assert {name: found[name] for name in kept} == kept
    assert "processor" in found["machine"]
    assert found["records"] == hashlib.sha256(b"{}").hexdigest()
    assert KEY not in page.metadata


def test_a_published_page_has_a_stamp_that_is_current_until_its_code_changes(published_project):
    root = published_project.root
    source = root / "chapters/99-sample/01_first.py"
    page, pins = source.with_suffix(".ipynb"), root / "requirements.txt"
    assert out_of_date(source, page, root, pins) == []
    assert set(files_of(read_stamp(page))) >= {
        "chapters/99-sample/01_first.py",
        "lib/notebook/records.py",
    }
    assert "lib/methods/dense/network.py" not in files_of(read_stamp(page))
    published_project.edit("lib/notebook/records.py", "FORMAT = 1", "FORMAT = 2")
    assert out_of_date(source, page, root, pins) == ["lib/notebook/records.py has changed"]


def test_refreshing_the_prose_keeps_the_stamp(published_project):
    page = published_project.root / "chapters/99-sample/01_first.ipynb"
    before = read_stamp(page)
    published_project.edit("chapters/99-sample/01_first.py", "A notebook for", "Prose for")
    result = published_project.run("publish", "--prose")
    assert result.returncode == 0, result.stderr
    assert "Prose for" in page.read_text()
    assert read_stamp(page) == before


class TestPackages:
    @pytest.fixture
    def used(self, tmp_path):
        def of(text: str) -> set[str]:
            path = tmp_path / "module.py"
            path.write_text(text)
            return packages_used([path])

        return of

    def test_an_imported_package_and_what_it_needs_count(self, used):
        assert used("def f():\n    import sklearn.svm\n") >= {"scikit-learn", "scipy", "numpy"}

    def test_no_other_package_counts(self, used):
        assert used("import json\nimport numpy as np\n") == {"numpy"}

    def test_what_only_a_type_checker_reads_does_not_count(self, used):
        text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\n"
        assert used(text) == set()


LOADING = SOURCE + 'NAME = "wustl-ehms-2020"\n'


@pytest.mark.parametrize(
    ("field", "value", "counts"),
    [
        ("basis", "set", True),
        ("class_counts", {"normal": 14_272, "attack": 2_046}, True),
        ("parts", (), True),
        ("description", "another sentence", False),
    ],
)
def test_what_the_registry_says_of_the_data_is_part_of_a_page(
    book, monkeypatch, field, value, counts
):
    book.write("chapters/99-sample/01_data.py", LOADING)
    book.stamp(inputs_of(book.source, {}, book.root))
    assert book.problems() == []
    known = datasets.entry("wustl-ehms-2020")
    other = replace(known, variants=(replace(known.variants[0], **{field: value}),))
    monkeypatch.setattr(inputs, "entry", lambda name: other)
    said = ["what the registry says of wustl-ehms-2020 has changed"]
    assert book.problems() == (said if counts else [])
