"""Source links below outputs, and the stamp at the foot, in the pages that Sphinx makes."""

import re

import pytest
from bs4 import BeautifulSoup

from lib.book.pages.marks import anchor_of, stamp_html

CELLS = """
# %% tags=["hide-input"]
import pandas as pd
from lib.methods.intervals import prediction_interval

pd.Series({{"low": prediction_interval([1, 2, 3.0])[0]}}).to_frame()

# %% mystnb={{"figure": {{"caption": "A.", "name": "fig-{stem}"}}, "image": {{"alt": "Line."}}}}
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()

# %%
print("only text")
"""
PAGE = "# Environment\n\n```{stamps}\n```\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the pages of a small book with a table and a figure, run with two seeds."""
    from conftest import make_sample

    project = make_sample(tmp_path_factory.mktemp("marks") / "sample")
    for stem in ("01_first", "02_second"):
        name = f"chapters/99-sample/{stem}.py"
        text = (project.root / name).read_text()
        project.write(
            name,
            text.replace(
                "# %%\nrecorder.save()", CELLS.format(stem=stem) + "\n# %%\nrecorder.save()"
            ),
        )
    project.write("chapters/environment.md", PAGE)
    toc = (project.root / "_toc.yml").read_text()
    project.write("_toc.yml", toc + "  - file: chapters/environment\n")
    result = project.run("book", "--replicates", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    return project


def page_of(project, name: str) -> BeautifulSoup:
    path = project.root / "_build/html/chapters" / f"{name}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_a_table_and_a_figure_have_links_and_text_has_none(built):
    lines = page_of(built, "99-sample/01_first").select(".source-line")
    words = [" ".join(line.get_text().split()) for line in lines]
    assert words == [
        "Source: notebook cell, methods.intervals.prediction_interval",
        "Source: notebook cell",
    ]


def test_a_link_points_at_the_lines_although_a_cell_was_injected(built):
    link = page_of(built, "99-sample/01_first").select(".source-line a")[0]["href"]
    place = re.search(r"/blob/main/(chapters/99-sample/01_first\.py)#L(\d+)-L(\d+)$", link)
    lines = (built.root / place[1]).read_text().splitlines()
    assert lines[int(place[2]) - 1] == "import pandas as pd"
    assert lines[int(place[3]) - 1].startswith("pd.Series")


def test_a_link_points_at_the_function(built):
    link = page_of(built, "99-sample/01_first").select(".source-line a")[1]["href"]
    first = int(re.search(r"/lib/methods/intervals\.py#L(\d+)-", link)[1])
    text = (built.root / "lib/methods/intervals.py").read_text().splitlines()
    assert text[first - 1].startswith("def prediction_interval(")


def test_the_footer_has_the_stamp_and_leads_to_its_row(built):
    stamp = page_of(built, "99-sample/02_second").select_one("footer .page-stamp")
    assert "quick, seeds 2022 to 2023" in stamp.get_text()
    address, anchor = stamp.a["href"].split("#")
    assert address == "../environment.html"
    row = page_of(built, "environment").select_one(f"tr#{anchor}")
    assert row.td.get_text() == "99-sample/02_second"
    assert not page_of(built, "environment").select("footer .page-stamp")


def test_names_that_are_pages_give_anchors_that_are_theirs():
    assert anchor_of("chapters/99-sample/01_a") == anchor_of("99-sample/01_a")
    assert anchor_of("99-sample/01_a") != anchor_of("99-sample/02_a")


def test_a_stamp_is_escaped():
    inputs = {"chapters/a.py": "<b>", "version of python": "3", "parameter profile": "'full'"}
    inputs |= {"parameter seed": "1", "parameter replicates": "1"}
    html = stamp_html({"inputs": inputs, "seconds": 1, "machine": "<i>"})
    assert "<b>" not in html
    assert "<i>" not in html
