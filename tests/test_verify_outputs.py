"""What the cells of a fresh run print, held against the published page."""

import json
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lib.book import notebooks
from lib.book.notebooks import Notebook
from lib.book.run.kept import stamped
from lib.book.run.settings import Settings
from lib.book.stamps.pages import KEY
from lib.book.verify import run
from lib.book.verify.judge import Comparison
from lib.book.verify.outputs import differences, does_not_repeat, other_data, otherwise
from lib.claims.tables import RECIPE
from lib.common.errors import ReaderError


def page(*outputs, tags=()):
    cell = new_code_cell("show()", outputs=list(outputs), metadata={"tags": list(tags)})
    return new_notebook(cells=[new_markdown_cell("# A page"), cell])


def table(text: str, kind: str = "text/html", **metadata):
    return new_output("display_data", data={kind: text}, metadata=metadata)


def printed(text: str, name: str = "stdout"):
    return new_output("stream", name=name, text=text)


def test_a_digit_of_a_table_is_found_with_its_cell():
    found = list(differences(page(table("<td>.951</td>")), page(table("<td>.961</td>"))))
    assert found == ["cell 2 printed '51</td>', and now prints '61</td>'"]


def test_a_line_that_is_printed_is_found():
    found = list(differences(page(printed("rows 12 of 30")), page(printed("rows 13 of 30"))))
    assert found == ["cell 2 printed '12 of 30', and now prints '13 of 30'"]


def test_a_cell_that_the_run_does_not_have_is_found():
    more = page(printed("1"))
    more.cells.append(new_code_cell("print(2)", outputs=[printed("2")]))
    assert list(differences(more, page(printed("1")))) == [
        "the page has 2 cells with code, and the run 1"
    ]


def test_an_output_that_is_gone_is_found():
    assert list(differences(page(table("<td>1</td>")), page()))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (page(table("<td>1</td>")), page(table("<td>1</td>"))),
        (page(table("<td>1 s</td>"), tags=["times"]), page(table("<td>2 s</td>"), tags=["times"])),
        (page(printed("old", "stderr")), page(printed("new", "stderr"))),
        (page(table("<td>1</td>", **{RECIPE: {}})), page(table("<td>2</td>", **{RECIPE: {}}))),
        (page(table("<A at 0x7f5614d9e390>")), page(table("<A at 0x7fc2713a6190>"))),
        (page(table("AAAA", "image/png")), page(table("BBBB", "image/png"))),
    ],
)
def test_equal_texts_times_complaints_verdicts_and_figures_are_none(before, now):
    assert list(differences(before, now)) == []


def compared(**seen) -> Comparison:
    return Comparison("a.b", "c/n", "repetition", "holds", "", **seen)


SAME = {"same_seeds": True, "same_digits": True, "alike": True}


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([compared(**SAME), replace(compared(), rule="presence")], ""),
        ([replace(compared(), rule="presence")], "none of its records is judged"),
        ([compared(**SAME), compared(**SAME | {"same_digits": False})], "not all records have"),
        ([compared(**SAME), compared()], "its records have other seeds"),
        ([compared(**SAME | {"alike": False})], "other versions"),
    ],
)
def test_of_a_page_that_does_not_repeat_all_published_digits_it_is_said_why(records, why):
    assert does_not_repeat(records).startswith(why)
    assert bool(why) == bool(does_not_repeat(records))


def stamp_of(inputs: dict) -> dict:
    """Return the stamp of a run with these inputs."""
    return {"inputs": inputs, "digest": "d", "seconds": 1, "threads": 1}


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """Publish a page and run it again; return what holds its texts against the run's."""
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path / "chapters")
    notebook, settings = Notebook("c", "n"), Settings(tmp_path, "full")

    def otherwise_by(*records: Comparison, seed: str = "1", printed_now: str = "2"):
        stamp = {"inputs": {"parameter seed": "1"}}
        published = page(printed("1"))
        published.metadata[KEY] = stamp
        for path, one in ((notebook.page, published), (settings.page(notebook), None)):
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(one or page(printed(printed_now)), path)
        settings.stamp(notebook).parent.mkdir(parents=True, exist_ok=True)
        now = stamp_of({"parameter seed": seed})
        settings.stamp(notebook).write_text(json.dumps(now))
        return otherwise([notebook], settings, records)

    return otherwise_by


def test_a_page_is_compared_or_named_as_not_compared(ran):
    same = compared(**SAME)
    assert ran(same, printed_now="1") == ({}, {})
    assert ran(same) == ({"c/n": ["cell 2 printed '1', and now prints '2'"]}, {})
    assert ran(same, seed="7") == ({}, {"c/n": "other seeds, or another profile, than published"})
    other = replace(same, alike=False)
    assert ran(same, other) == ({}, {"c/n": "other versions, or another kind of machine"})


@pytest.fixture
def pair(monkeypatch, tmp_path):
    """Put the stamps of a page and of its run; return the two and their settings."""
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path / "chapters")
    notebook, settings = Notebook("c", "n"), Settings(tmp_path, "full")
    for path in (notebook.page, settings.stamp(notebook)):
        path.parent.mkdir(parents=True, exist_ok=True)

    def put(had: dict, has: dict):
        published = page(printed("1"))
        published.metadata[KEY] = stamp_of(had)
        nbformat.write(published, notebook.page)
        settings.stamp(notebook).write_text(json.dumps(stamp_of(has)))
        return [notebook], settings

    return put


def test_other_data_than_the_published_page_had_are_named(pair):
    had = {"data ton-iot": f"real {'a' * 64}", "data bot-iot": f"real {'c' * 64}"}
    assert other_data(*pair(had, had)) == {}
    has = had | {"data ton-iot": f"real {'b' * 64}"}
    assert other_data(*pair(had, has)) == {
        "c/n": ["it was made from ton-iot real aaaaaaaa, and this run from real bbbbbbbb"]
    }
    # What code no longer uses is named as a change of the code.
    assert other_data(*pair(had, {})) == {}


@pytest.mark.parametrize("profile", ["full", "quick"])
def test_a_verification_on_real_data_tells_of_other_data(monkeypatch, profile):
    notebook = Notebook("c", "n")
    for name, found in {
        "find_notebooks": [notebook],
        "_has_real_data": True,
        "_reference": {},
        "problems": {"c/n": ["before"]},
        "execute": [],
        "otherwise": ({}, {}),
        "other_data": {"c/n": ["other data"]},
        "_asked": {},
        "_write": None,
    }.items():
        monkeypatch.setattr(run, name, lambda *_, found=found, **__: found)
    monkeypatch.setattr(run.console, "lines", lambda report: report.stale["c/n"])
    said = []
    run._verify(run.Request(profile=profile), said.append)
    wanted = ["before", "other data"] if profile == "full" else ["before"]
    assert [each for each in said if each in ("before", "other data")] == wanted


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"inputs": {"a": 1}}', None])
def test_a_stamp_that_no_run_has_written_is_refused(pair, content):
    (notebook,), settings = pair({}, {})
    if content is None:
        settings.stamp(notebook).unlink()
    else:
        settings.stamp(notebook).write_text(content)
    for read in (
        lambda: otherwise([notebook], settings, []),
        lambda: other_data([notebook], settings),
        lambda: stamped(page(), notebook, settings),
    ):
        with pytest.raises(ReaderError, match=r"is no stamp of a run .* Execute c/n again"):
            read()
