"""What every notebook must be, as written, as executed and as published."""

import contextlib
import functools
import re
from base64 import b64encode
from io import BytesIO

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from data_shown import Rows, rows_shown
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lib import datasets, networks
from lib.book.notebooks import (
    find_notebooks,
    least_replicates,
    pair_differences,
    parameter_defaults,
    read_source,
)
from lib.book.publish.page_checks import (
    errors_shown,
    figures_too_wide,
    figures_without_words,
    long_cells,
    long_finding,
    long_findings,
    machine_paths,
    not_executed,
    numbers_in_prose,
    numbers_typed,
    problems_of,
)
from lib.book.publish.publication import publishable
from lib.book.run.settings import Settings
from lib.book.run.task import Task
from lib.book.stamps.inputs import READERS
from lib.book.stamps.pages import data_not_named, out_of_date, read_stamp
from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.paths import CHAPTERS, ROOT, reference_folder
from lib.notebook.records import reference
from lib.papers import botiot
from lib.papers.every import PAPERS

NOTEBOOKS = find_notebooks()
LOADERS = {paper.NAME: paper.load for paper in PAPERS}
LOADERS |= {name: lambda _form, name=name: networks.load(name) for name in networks.NAMES}
PROSE = sorted([*CHAPTERS.rglob("*.md"), ROOT / "README.md"])
# Sums of weights, and numbers of rows, that the page tries at the full profile alone.
FULL_ONLY = re.compile(
    r"^botiot\.(beyond\.1000_72\.plastic\.\w+\.sum_[28]|rows\.(\d+|all)\.\w+)\.f1$"
)
EACH = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.name)


def published(notebook):
    assert notebook.page.exists(), f"{notebook.name} has no published page: run make publish"
    return nbformat.read(notebook.page, as_version=4)


@functools.cache
def frames_of(name: str, source: str) -> list:
    """Load every device's rows of a data set, as a twin or as a real file."""
    with pytest.MonkeyPatch.context() as patch:
        if source == "twin":
            patch.setenv("IDS_TWIN", "1")
        else:
            patch.delenv("IDS_TWIN", raising=False)
        devices = dict.fromkeys(
            variant.name.partition("/")[0] for variant in datasets.entry(name).variants
        )
        loaded = []
        for device in devices:
            # Not every form of a data set has a twin, or a file on this machine.
            with contextlib.suppress(ReaderError):
                part = botiot.part.load if device == botiot.part.PART else None
                loaded.append(part() if part else LOADERS[name](device))
    return [dataset.frame for dataset in loaded if dataset.source == source]


@functools.cache
def rows_of(name: str, source: str) -> list[Rows]:
    """Prepare the rows of a data set for all pages that may show them."""
    return [Rows(frame) for frame in frames_of(name, source)]


def rows_of_notebook(notebook, source: str) -> list[Rows]:
    own = (r.provenance for r in reference().values() if r.provenance.notebook == notebook.name)
    names = sorted({name for origin in own for name in origin.dataset.split()})
    return [rows for name in names for rows in rows_of(name, source)]


@pytest.fixture(scope="session")
def twin_rows():
    return frames_of("wustl-ehms-2020", "twin")[0]


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_a_page_that_compares_seeds_gets_as_many_as_it_needs(tmp_path):
    needy = next(one for one in NOTEBOOKS if one.name == "03-xmednn-ehms/05_search")
    assert least_replicates(read_source(needy.source)) == 2
    for asked, wanted in ((1, 2), (3, 3), (None, 10)):
        settings = Settings(tmp_path, profile="full", replicates=asked)
        assert Task.of(needy, settings).parameters["replicates"] == wanted
    other = next(one for one in NOTEBOOKS if one.name == "03-xmednn-ehms/03_audit")
    settings = Settings(tmp_path, profile="full", replicates=1)
    assert Task.of(other, settings).parameters["replicates"] == 1


BY_CHOICE = r'\bf"[^"]*\{[^}]*(?:best|chosen|picked)[^}]*\}[^"]*"'


class TestSources:
    @EACH
    def test_the_parameters_default_to_the_published_settings(self, notebook):
        defaults = parameter_defaults(read_source(notebook.source), notebook.name)
        assert defaults["profile"] == "full"
        assert defaults["replicates"] >= 10

    @EACH
    def test_cells_are_short_and_numbers_are_computed(self, notebook):
        source = read_source(notebook.source)
        assert long_cells(source) + numbers_typed(source) + long_findings(source) == []

    @EACH
    def test_what_is_printed_is_read_where_the_stamp_sees_it(self, notebook):
        text = notebook.source.read_text(encoding="utf-8")
        assert not re.search(r"claims\.(load|select|judge_all)\(|from lib\.claims", text), READERS

    @EACH
    def test_a_conclusion_is_shown_in_one_table_and_linked_from_elsewhere(self, notebook):
        # The table stands on the chapter's first page, and {verdict} leads to its row.
        cells = [each for each in read_source(notebook.source).cells if each.cell_type == "code"]
        shown = [
            each.source for each in cells if "remove-cell" not in each.metadata.get("tags", [])
        ]
        assert [
            source for source in shown if re.search(r"claims\.\w+\([^)]*\.conclusion\.", source)
        ] == []

    @EACH
    def test_no_record_is_named_by_what_a_search_chose(self, notebook):
        # On another processor a tie falls otherwise, and the record would be another.
        cells = [each.source for each in read_source(notebook.source).cells]
        recording = [source for source in cells if "recorder.add" in source]
        assert [found for source in recording for found in re.findall(BY_CHOICE, source)] == []

    @pytest.mark.parametrize("page", PROSE, ids=lambda page: str(page.relative_to(ROOT)))
    def test_no_result_is_typed_into_prose_and_findings_are_short(self, page):
        text = page.read_text(encoding="utf-8")
        assert numbers_in_prose(text) == []
        # The front page has a finding for each of three papers.
        assert page == ROOT / "chapters/index.md" or long_finding(text) == []


class TestPublished:
    @EACH
    def test_the_page_is_its_source_cell_by_cell(self, notebook):
        assert pair_differences(read_source(notebook.source), published(notebook)) == []

    @EACH
    def test_the_page_is_not_older_than_its_code(self, notebook):
        remedy = f"publish it anew: make publish CHAPTER={notebook.chapter}"
        assert out_of_date(notebook.source, notebook.page) == [], remedy

    @EACH
    def test_the_records_are_those_that_the_run_of_the_page_wrote(self, notebook):
        records = reference_folder() / f"{notebook.name}.json"
        remedy = f"changed by hand? publish again: make publish CHAPTER={notebook.name}"
        assert read_stamp(notebook.page)["records"] == sha256_of(records), remedy

    @EACH
    def test_the_stamp_names_all_data_that_the_records_come_from(self, notebook):
        own = [r for r in reference().values() if r.provenance.notebook == notebook.name]
        assert own
        assert data_not_named(read_stamp(notebook.page), own) == []

    @EACH
    def test_the_page_has_no_problem(self, notebook):
        assert problems_of(published(notebook)) == []

    @EACH
    def test_the_page_has_a_kernel_for_launch_buttons(self, notebook):
        assert published(notebook).metadata.kernelspec.name == "python3"

    @EACH
    def test_no_row_of_the_real_file_is_shown(self, notebook):
        files = rows_of_notebook(notebook, "real")
        if not files:
            pytest.skip("needs the real files: set IDS_DATA")
        assert [rows_shown(published(notebook), rows) for rows in files] == [[]] * len(files)

    @EACH
    def test_the_records_are_from_real_data_at_full_profile(self, notebook):
        records = [r for r in reference().values() if r.provenance.notebook == notebook.name]
        assert records
        assert all(publishable(record) for record in records)
        known = set(records[0].provenance.dataset.split())
        registered = all(datasets.entry(name).registered for name in known)
        assert any(record.provenance.complete for record in records) == registered


class TestQuickRun:
    """The notebooks that `make book` has executed on the twins."""

    @pytest.fixture
    def executed(self, notebook, whole_project, quick_run):
        assert quick_run.returncode == 0, quick_run.stdout + quick_run.stderr
        path = whole_project.root / "_build/run/notebooks" / f"{notebook.name}.ipynb"
        return nbformat.read(path, as_version=4)

    @EACH
    def test_it_has_no_problem(self, notebook, executed):
        assert problems_of(executed) == []

    @EACH
    def test_it_says_that_it_ran_on_a_twin(self, notebook, executed):
        beginning = new_notebook(cells=executed.cells[:8])
        assert "synthetic twin" in nbformat.writes(beginning)

    @EACH
    def test_it_shows_no_row(self, notebook, executed):
        files = rows_of_notebook(notebook, "twin")
        assert files
        assert [rows_shown(executed, rows) for rows in files] == [[]] * len(files)

    @EACH
    def test_it_has_the_records_of_the_published_run(self, notebook, executed, whole_project):
        from lib.notebook.records import RecordSet

        fresh = RecordSet.read(whole_project.root / "_build/run/records")
        names = {id for id, r in fresh.items() if r.provenance.notebook == notebook.name}
        expected = {id for id, r in reference().items() if r.provenance.notebook == notebook.name}
        # What was measured on one form of a file stands under that form's name; the twin has one.
        forms = {
            id: {form.rpartition("/")[2] for form in reference()[id].provenance.variant.split()}
            for id in expected
        }
        of_other_forms = {id for id in expected - names if forms[id] & set(id.split("."))}
        of_full_profile = {id for id in expected - names if FULL_ONLY.search(id)}
        assert names == expected - of_other_forms - of_full_profile
        assert {fresh[name].provenance.source for name in names} == {"twin"}


def sound() -> nbformat.NotebookNode:
    figure = {"figure": {"caption": "A line.", "name": "fig-line"}, "image": {"alt": "A line."}}
    return new_notebook(
        cells=[
            new_markdown_cell("# Title\n\nThe accuracy is {book}`a.b.c|.1%`, not `0.123`."),
            new_code_cell("1", execution_count=1, outputs=[result({"text/plain": "1"})]),
            new_code_cell(
                "plot()",
                execution_count=2,
                metadata={"mystnb": figure},
                outputs=[result({"image/png": image(width=628), "text/plain": "<Figure>"})],
            ),
        ]
    )


def image(width: int) -> str:
    drawn = BytesIO()
    plt.imsave(drawn, np.zeros((4, width)), format="png")
    return b64encode(drawn.getvalue()).decode()


def result(data: dict) -> nbformat.NotebookNode:
    return new_output("execute_result", data=data, execution_count=1)


def spoil(change) -> nbformat.NotebookNode:
    notebook = sound()
    change(notebook.cells)
    return notebook


class TestNegativeControls:
    """Each check fails on a notebook with the fault that it is for, and on no sound one."""

    def test_a_sound_notebook_passes(self):
        assert problems_of(sound()) == []

    @pytest.mark.parametrize("count", [None, 3])
    def test_a_cell_not_executed_or_out_of_order(self, count):
        bad = spoil(lambda cells: cells[2].update(execution_count=count))
        assert not_executed(bad)
        assert problems_of(bad)

    def test_standard_error(self):
        warning = new_output("stream", name="stderr", text="FutureWarning")
        assert errors_shown(spoil(lambda cells: cells[1].outputs.append(warning)))

    def test_an_error(self):
        error = new_output("error", ename="ValueError", evalue="no", traceback=[])
        assert errors_shown(spoil(lambda cells: cells[1].outputs.append(error)))

    @pytest.mark.parametrize(("part", "word"), [("image", "alt"), ("figure", "caption")])
    def test_a_figure_without_words(self, part, word):
        bad = spoil(lambda cells: cells[2].metadata["mystnb"][part].update({word: " "}))
        assert len(figures_without_words(bad)) == 1

    def test_a_figure_without_any_options(self):
        assert len(figures_without_words(spoil(lambda cells: cells[2].metadata.clear()))) == 3

    def test_a_figure_too_wide_for_a_phone(self):
        wide = result({"image/png": image(width=716)})
        bad = spoil(lambda cells: cells[2].update(outputs=[wide]))
        assert figures_too_wide(bad) == ["cell 3 shows an image 716 pixels wide; draw at most 640"]
        assert problems_of(bad) == figures_too_wide(bad)
        wide.metadata["image/png"] = {"width": 358, "height": 2}
        assert figures_too_wide(bad) == []

    def test_a_long_cell(self):
        assert long_cells(spoil(lambda cells: cells[1].update(source="\n".join(["1"] * 16))))
        assert not long_cells(spoil(lambda cells: cells[1].update(source="\n".join(["1"] * 15))))

    @pytest.mark.parametrize(
        ("words", "kinds"),
        [
            ("It is so. " * 5, []),
            ("It is so, at .5 of 3.2 % (see [a](b.md)). " * 6, ["sentences"]),
            ("**Partly.** It is so? " * 3, ["sentences"]),
            ("{book}`a.b` to " * 6, []),
            ("{book}`a.b` where {published}`a.b` is\n" * 4, ["numbers"]),
        ],
    )
    def test_a_long_finding(self, words, kinds):
        text = f"# Title\n\n:::{{admonition}} Finding\n:class: finding\n{words}\n:::\n\nMore. So."
        bad = spoil(lambda cells: cells[0].update(source=text))
        found = long_findings(bad)
        assert [problem.split()[4] for problem in found] == [f"{kind}," for kind in kinds]

    @pytest.mark.parametrize(
        "text", ["It is 0.974.", "(97.5%)", "97.578 % of it", "*.974*", "99.9 percent"]
    )
    def test_a_typed_number(self, text):
        assert numbers_typed(spoil(lambda cells: cells[0].update(source=text)))

    @pytest.mark.parametrize(
        "text",
        [
            "Version 1.0.4 of 2020.",
            "a learning rate of 0.01 and a 95 % interval",
            "`0.974` and {published}`x.y`",
            "```\n0.974\n```",
            "see [here](https://doi.org/10.1109/0.974)",
            "<!-- typed number: 0.001, a setting --> with 0.001",
        ],
    )
    def test_what_is_no_typed_result(self, text):
        assert numbers_in_prose(text) == []

    def test_an_allowance_needs_its_reason_and_its_number(self):
        assert numbers_in_prose("<!-- typed number: 0.001, --> 0.001")
        assert numbers_in_prose("<!-- typed number: 0.001, a setting --> 0.002")

    @pytest.mark.parametrize(
        "text",
        ["/home/someone/book/x.csv", "in '/tmp/a/b.json'", str(ROOT / "lib"), r"C:\Users\x"],
    )
    def test_a_machine_path(self, text):
        output = new_output("stream", name="stdout", text=f"{text} and {text}")
        named = machine_paths(spoil(lambda cells: cells[1].outputs.append(output)))
        assert named
        assert len(set(named)) == len(named)

    @pytest.mark.parametrize("text", ["<td>a</td></tr>", "1/home", "https://x.org/home/a", "a/b"])
    def test_what_is_no_machine_path(self, text):
        output = new_output("stream", name="stdout", text=text)
        assert not machine_paths(spoil(lambda cells: cells[1].outputs.append(output)))

    @pytest.mark.parametrize("show", ["to_string", "to_html", "to_csv"])
    @pytest.mark.parametrize("turned", [False, True])
    def test_rows_of_the_data(self, twin_rows, show, turned):
        head = twin_rows.head(3).T if turned else twin_rows.iloc[5:7]
        kind = "text/html" if show == "to_html" else "text/plain"
        output = result({kind: getattr(head, show)()})
        assert rows_shown(spoil(lambda cells: cells[1].outputs.append(output)), Rows(twin_rows))

    def test_an_address(self, twin_rows):
        address = str(twin_rows["SrcMac"].iloc[0]).strip()
        output = result({"text/plain": f"the attacker is {address}."})
        assert rows_shown(spoil(lambda cells: cells[1].outputs.append(output)), Rows(twin_rows))

    def test_aggregates_are_no_rows(self, twin_rows):
        counts = twin_rows["Attack Category"].value_counts().to_frame()
        for table in (counts, twin_rows.describe().loc[["count", "mean", "std"]]):
            output = result({"text/html": table.to_html(), "text/plain": str(table)})
            shown = spoil(lambda c, o=output: c[1].outputs.append(o))
            assert not rows_shown(shown, Rows(twin_rows))

    @pytest.mark.parametrize(
        "change",
        [
            lambda cells: cells.pop(),
            lambda cells: cells[1].update(source="2"),
            lambda cells: cells[2].metadata.update(tags=["hide-input"]),
            lambda cells: cells[0].update(cell_type="raw"),
        ],
    )
    def test_a_page_that_is_not_its_source(self, change):
        assert pair_differences(sound(), sound()) == []
        assert pair_differences(sound(), spoil(change))
