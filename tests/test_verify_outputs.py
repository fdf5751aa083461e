"""What the cells of a fresh run print, held against the published page."""

from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lib.book.verify.judge import Comparison
from lib.book.verify.outputs import differences, repeats
from lib.claims.tables import RECIPE


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


def test_only_a_page_that_repeats_all_published_digits_must_print_the_same():
    same = {"same_seeds": True, "same_digits": True, "alike": True}
    time = replace(compared(), rule="presence")
    assert repeats([compared(**same), time])
    assert not repeats([time])
    assert not repeats([compared(**same), compared(**same | {"same_digits": False})])
    assert not repeats([compared(**same), compared()])
    assert not repeats([compared(**same | {"alike": False})])
