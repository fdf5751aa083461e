"""A notebook is executed again when, and only when, its outputs could change."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lib.book.notebooks import with_outputs
from lib.book.stamps.imports import modules_used
from lib.book.stamps.inputs import code_digest, inputs_of
from lib.common.errors import ReaderError

NOTEBOOK = """# %% [markdown]
# # A title
# %% tags=["parameters"]
profile = "full"
# %%
from lib.methods.dense.network import dense_network

x = 1
# %%
x + 1
"""


@pytest.fixture
def digest(tmp_path):
    def of(text):
        path = tmp_path / "01_data.py"
        path.write_text(text)
        return code_digest(path)

    return of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# # A title", "# # Another title\n#\n# With prose."),
        ("x = 1", "x = 1  # the start"),
        ("x + 1", "(x\n + 1)"),
        ('tags=["parameters"]', 'tags=["parameters", "hide-input"]'),
    ],
    ids=["prose", "comment", "layout", "tags"],
)
def test_what_python_does_not_see_changes_nothing(digest, old, new):
    assert digest(NOTEBOOK) == digest(NOTEBOOK.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [("x = 1", "x = 2"), ("x + 1", "x + 1.0"), ("\n# %%\nx + 1", "\nx + 1")],
    ids=["value", "type", "cells"],
)
def test_what_python_sees_changes_the_digest(digest, old, new):
    assert digest(NOTEBOOK) != digest(NOTEBOOK.replace(old, new))


def test_docstrings_do_not_count_but_defaults_do(digest):
    first = 'def f(a=1):\n    """One."""\n    return a\n'
    assert digest(first) == digest(first.replace("One.", "Two."))
    assert digest(first) != digest(first.replace("a=1", "a=2"))
    assert digest('class A(Exception):\n    """Only words."""\n') == digest(
        'class A(Exception):\n    """Other words."""\n'
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"x = 1\nif x\n", r"a\.py, line 2: expected ':'"),
        (b"x = 1\n\n# caf\xe9\n", r"a\.py, line 3: a byte is no UTF-8"),
        (b"x = (\n# %%\n1)\n", r"a\.py: a cell cannot be read alone"),
        (b"\0", r"a\.py"),
        (b"(" * 9_999, r"a\.py"),
    ],
)
def test_a_file_that_python_cannot_read_is_named_with_its_line(tmp_path, content, why):
    path = tmp_path / "a.py"
    path.write_bytes(content)
    with pytest.raises(ReaderError, match=why):
        inputs_of(path, {}, tmp_path)


def test_an_unused_module_does_not_count_and_a_used_one_does(tmp_path):
    lib = tmp_path / "lib"
    lib.mkdir()
    for name, text in {
        "__init__": "",
        "used": "from lib.deeper import y\n",
        "deeper": "y = 1\n",
        "unused": "z = 1\n",
    }.items():
        (lib / f"{name}.py").write_text(text)
    notebook = tmp_path / "01_data.py"
    notebook.write_text("def f():\n    from lib import used\n")
    assert {path.stem for path in modules_used(notebook, tmp_path)} == {
        "__init__",
        "used",
        "deeper",
    }
    before = inputs_of(notebook, {}, tmp_path)
    (lib / "unused.py").write_text("z = 2\n")
    assert inputs_of(notebook, {}, tmp_path) == before
    (lib / "deeper.py").write_text("y = 2\n")
    assert inputs_of(notebook, {}, tmp_path) != before


@pytest.mark.parametrize("named", ['"kept.json"', '"kept"'])
def test_a_run_outside_the_book_counts_where_it_is_named(tmp_path, named):
    outside = tmp_path / "data" / "outside"
    outside.mkdir(parents=True)
    kept = outside / "kept.json"
    kept.write_text("1")
    (outside / "kept.py").write_text("x = 1\n")
    for name, text in {"01_data": f"run = {named}\n", "02_other": "run = 'other'\n"}.items():
        (tmp_path / f"{name}.py").write_text(text)
    pages = [tmp_path / "01_data.py", tmp_path / "02_other.py"]
    before = [inputs_of(page, {}, tmp_path) for page in pages]
    (outside / "kept.py").write_text("x = 2\n")
    assert [inputs_of(page, {}, tmp_path) for page in pages] == before
    kept.write_text("2")
    reads, other = (inputs_of(page, {}, tmp_path) for page in pages)
    assert reads["data/outside/kept.json"] != before[0]["data/outside/kept.json"]
    assert other == before[1]


def source():
    return new_notebook(
        cells=[
            new_markdown_cell("New prose"),
            new_code_cell("profile = 1", metadata={"tags": ["parameters"]}),
            new_code_cell("x"),
        ]
    )


def executed(*, injected):
    page = nbformat.from_dict(source())
    page.cells[0].source = "Old prose"
    page.cells[2].outputs = [new_output("stream", text="42\n")]
    page.cells[2].execution_count = 2
    if injected:
        page.cells.insert(
            2, new_code_cell("profile = 2", metadata={"tags": ["injected-parameters"]})
        )
    return page


@pytest.mark.parametrize("injected", [True, False])
def test_outputs_move_under_the_present_prose(injected):
    fresh = with_outputs(source(), executed(injected=injected))
    assert fresh.cells[0].source == "New prose"
    assert fresh.cells[-1].outputs[0].text == "42\n"
    assert ("profile = 2" in [cell.source for cell in fresh.cells]) is injected


def test_outputs_of_other_code_are_left_alone():
    page = executed(injected=False)
    page.cells.append(new_code_cell("y"))
    assert with_outputs(source(), page) is page
