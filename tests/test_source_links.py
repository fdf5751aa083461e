"""Each output leads to the cell and to the functions that made it."""

from pathlib import Path

import pytest

from lib.book.notebooks import find_notebooks, read_source
from lib.book.pages.source_links import NotebookSource, definition
from lib.book.publish import repository

NOTEBOOK = """# %% [markdown]
# # A title

# %%
import pandas as pd
from lib.methods import figures
from lib.methods.scores import confusion as matrix

data = pd.DataFrame()

# %%
counts = matrix(data)
unrelated = figures.other(1)


def halved(rows):
    return figures.half(rows)


# %% tags=["hide-input"]
figures.draw(counts)
plt.show()

# %%
table = [halved(unrelated) for unrelated in counts]
print(counts)
table

# %%
"only text"
"""
FIGURES = (
    "def draw(x):\n    pass\n\n\ndef half(x):\n    return x\n\n\ndef other(x):\n    return x\n"
)


@pytest.fixture
def source(tmp_path) -> NotebookSource:
    for name, text in {
        "lib/methods/figures.py": FIGURES,
        "lib/methods/scores/__init__.py": "from lib.methods.scores.tables import confusion\n",
        "lib/methods/scores/tables.py": "LIMIT = 1\n\n\ndef confusion(x):\n    return x\n",
        "chapters/99-sample/01_data.py": NOTEBOOK,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return NotebookSource(tmp_path / "chapters/99-sample/01_data.py", tmp_path)


def lines(source, number) -> list[str]:
    place = source.cell(number)
    return (source.root / place.path).read_text().splitlines()[place.first - 1 : place.last]


def test_a_cell_is_found_with_its_lines(source):
    assert lines(source, 2) == ["figures.draw(counts)", "plt.show()"]
    assert lines(source, 4) == ['"only text"']


def test_a_figure_names_what_drew_it_and_what_made_its_numbers(source):
    assert [place.name for place in source.functions(2)] == [
        "lib.methods.figures.draw",
        "lib.methods.scores.confusion",
    ]


def test_a_table_names_the_functions_behind_its_variables_and_no_others(source):
    names = {place.name for place in source.functions(3)}
    assert names == {"lib.methods.figures.half", "lib.methods.scores.confusion"}


def test_text_has_no_functions(source):
    assert source.functions(4) == []


def test_a_function_passed_on_by_a_package_is_found_where_it_stands(source):
    place = source.functions(2)[1]
    assert (place.path, place.first, place.last) == ("lib/methods/scores/tables.py", 4, 5)
    assert definition("lib.methods.scores.tables.LIMIT", source.root) is None
    assert definition("lib.methods.scores", source.root) is None
    assert definition("lib.papers.botiot.part") is None  # a module that its package passes on


@pytest.mark.parametrize("notebook", find_notebooks(), ids=lambda notebook: notebook.name)
def test_the_cells_are_those_of_the_notebook(notebook):
    cells = read_source(notebook.source).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert [text for _, text in NotebookSource(notebook.source).cells] == code


class TestRepository:
    @pytest.fixture
    def clone(self, tmp_path, monkeypatch):
        """Return a function that makes a commit in a new clone and returns its name."""
        (tmp_path / "_config.yml").write_text("repository: {url: https://host/book, branch: main}")
        monkeypatch.setattr(repository, "ROOT", tmp_path.resolve())
        self.forget()
        yield tmp_path
        self.forget()

    def forget(self):
        repository.commit.cache_clear()
        repository._configured.cache_clear()

    def commit(self, clone: Path) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        repository._git("init", "--quiet")
        repository._git("add", "_config.yml")
        repository._git(*who, "commit", "--quiet", "--message", "first")
        self.forget()
        return repository._git("rev-parse", "HEAD")

    def test_an_address_names_the_commit(self, clone):
        name = self.commit(clone)
        assert len(name) == 40
        assert repository.file_address("lib/a.py", 3, 5) == (
            f"https://host/book/blob/{name}/lib/a.py#L3-L5"
        )
        assert repository.file_address("lib/a.py", 3, 3).endswith("/lib/a.py#L3")
        assert repository.is_clean()
        (clone / "new").write_text("")
        assert not repository.is_clean()

    def test_without_a_clone_it_names_the_branch(self, clone):
        assert repository.file_address("lib/a.py") == "https://host/book/blob/main/lib/a.py"
        assert not repository.is_clean()

    def test_a_copy_inside_another_clone_is_no_clone(self, clone, monkeypatch):
        self.commit(clone)
        inner = clone / "inner"
        inner.mkdir()
        (inner / "_config.yml").write_text("repository: {url: https://host/book, branch: main}")
        monkeypatch.setattr(repository, "ROOT", inner.resolve())
        self.forget()
        assert repository.commit() == ""
