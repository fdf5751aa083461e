"""The last hand on a page: tables, the switch for code, icons, and what a page says of itself."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.errors import ExtensionError

from lib import claims
from lib.book.lessons.words import resolved
from lib.book.notebooks import find_notebooks, read_source
from lib.book.pages import (
    captions,
    finish,
    html_tables,
    images,
    lead,
    prose,
    reading,
    sharing,
    weight,
    workshop,
)
from lib.book.pages.access import name_parts
from lib.book.pages.icons import draw
from lib.book.pages.reasons import in_words
from lib.common.paths import ROOT
from lib.notebook.records import reference

TABLE = """
<article class="bd-article"><h2>Scores</h2><div><style scoped="">.dataframe {{}}</style>
<table border="1" class="dataframe"><thead>
<tr style="text-align: right;"><th></th><th>score</th><th>rows</th><th>note</th></tr>
<tr><th>model</th><th></th><th></th><th></th></tr></thead>
<tbody>{rows}</tbody></table></div></article>
"""
# A role that shows a number of the published run, or of a paper.
NUMBER = re.compile(r"\{(book|published)\}`")
ROW = "<tr><th>{0}</th><td>{1}</td><td>{2}</td><td>{3}</td></tr>"


def restyled(*rows: tuple) -> BeautifulSoup:
    page = BeautifulSoup(
        TABLE.format(rows="".join(ROW.format(*row) for row in rows)), "html.parser"
    )
    html_tables.restyle(page)
    return page


def column(page: BeautifulSoup, number: int) -> list[str]:
    return [row.find_all("td")[number].get_text() for row in page.select("tbody tr")]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("-0.000", "0.000"),
        ("-0.0", "0.0"),
        ("-0.001", "\u22120.001"),
        ("0.5 [-0.000, 0.9]", "0.5 [0.000, 0.9]"),
        ("inf", "∞"),
        ("1.21e+03", "1210"),
        ("2.4687e+03", "2468.7"),
        ("7.5e-06", "7.5 \u00d7 10⁻⁶"),
        ("16318", "16\u202f318"),
        ("3,668,522", "3\u202f668\u202f522"),
        ("21.9%", "21.9\u202f%"),
        ("2022", "2022"),
        ("0.12345", "0.12345"),
        ("information", "information"),
        ("sha256 8359da96154fa6", "sha256 8359da96154fa6"),
        ("1.1e3f", "1.1e3f"),
        ("a-0", "a-0"),
        ("2018-04-03", "2018-04-03"),
        ("10.1109/ACCESS.2020.3022862", "10.1109/ACCESS.2020.3022862"),
    ],
)
def test_a_cell_is_written_as_the_book_does(written, shown):
    assert html_tables.tidy(written) == shown


def test_numbers_line_up_and_text_does_not():
    page = restyled(("a", "33.4", "6851.0", "x"), ("b", "0.334", "1.0", "1 of 2 ways"))
    assert column(page, 1) == ["6\u202f851", "1"]
    lacking, whole = (row.find_all("td")[0].get("style") for row in page.select("tbody tr"))
    assert (lacking, whole) == ("--lacking: 2", None)
    assert ["number" in cell.get("class", []) for cell in page.select("thead th, thead td")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not page.select("tbody td:last-child.number")


@pytest.mark.parametrize("digits", ["12345678901234567891", "1" * 400, "9" * 5000])
def test_a_number_longer_than_a_float_keeps_its_digits(digits):
    written = html_tables.tidy(digits)
    assert written.replace(html_tables.NARROW, "") == digits
    assert [len(part) for part in written.split(html_tables.NARROW)[1:]] == [3] * (
        (len(digits) - 1) // 3
    )


def test_four_digits_are_grouped_beside_five():
    page = restyled(("a", "1", "16318", ""), ("b", "2", "2022", ""))
    assert column(page, 1) == ["16\u202f318", "2\u202f022"]
    assert column(restyled(("a", "1", "2022", ""), ("b", "2", "2023", "")), 1) == ["2022", "2023"]


def test_digits_of_a_number_that_begins_with_nought_stay():
    page = restyled(("a", "1", "16318", ""), ("b", "2", "0042", ""))
    assert column(page, 1) == ["16\u202f318", "0042"]


def test_scores_of_one_keep_their_digit():
    assert column(restyled(("a", "1.0", "1", ""), ("b", "0.0", "2", "")), 0) == ["1.0", "0.0"]


def test_a_value_that_is_missing_is_a_dash():
    assert column(restyled(("a", "nan", "1", ""), ("b", "0.5", "2", "")), 0) == ["\u2013", "0.5"]


def test_headers_say_what_they_head_and_the_index_has_its_name_beside_them():
    page = restyled(("a", "1", "2", ""))
    heads = page.select("thead tr")
    assert len(heads) == 1
    assert [cell.get_text() for cell in heads[0].select("th")] == ["model", "score", "rows", "note"]
    assert {cell["scope"] for cell in page.select("thead th")} == {"col"}
    assert page.select_one("tbody th")["scope"] == "row"
    assert not page.select("style, [border]")


def test_a_table_with_an_empty_header_has_none_there():
    html = TABLE.replace("<tr><th>model</th><th></th><th></th><th></th></tr>", "")
    page = BeautifulSoup(html.format(rows=ROW.format("a", 1, 2, "")), "html.parser")
    html_tables.restyle(page)
    assert page.select_one("thead tr").find(True).name == "td"


def test_a_cell_of_several_rows_counts_once():
    rows = (
        "<tr><th rowspan='2'>a</th><th>x</th><td>1</td></tr><tr><th>y</th><td>20</td></tr>"
        "<tr><th>b</th><th>x</th><td>300</td></tr>"
    )
    html = TABLE.replace("<th>note</th>", "").replace("<th></th></tr></thead>", "</tr></thead>")
    page = BeautifulSoup(html.format(rows=rows), "html.parser")
    html_tables.restyle(page)
    assert all("number" in cell["class"] for cell in page.select("tbody td"))
    assert page.select_one("tbody th")["scope"] == "rowgroup"


@pytest.mark.parametrize(("rows", "folded"), [(12, False), (13, True)])
def test_a_long_table_is_folded_and_says_what_it_holds(rows, folded):
    page = restyled(*((f"row {number}", "0.5", "1", "") for number in range(rows)))
    fold = page.select_one("details.long-table > summary")
    assert (fold is not None) == folded
    if folded:
        assert fold.get_text() == "Table of 13 rows: model, score, rows, note"


def test_a_long_table_of_claims_says_its_verdicts():
    verdicts = ["exact"] * 3 + ["within spread"] * 10
    cell = '<tr><th>c</th><td data-label="book">-0.000</td><td>{}</td></tr>'
    rows = "".join(cell.format(f'<b class="verdict-word">{word}</b>') for word in verdicts)
    html = f'<article><table class="claims"><tbody>{rows}</tbody></table></article>'
    page = BeautifulSoup(html, "html.parser")
    html_tables.restyle(page)
    assert page.summary.get_text() == "Table of 13 claims: 10 within spread · 3 exact"
    assert page.select_one("td[data-label]").get_text() == "0.000"


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("1 000 samples and 72 of 51,359 rows", "1_000 samples and 72 of 51_359 rows"),
        ("1 234 567 or 1,234,567.", "1_234_567 or 1_234_567."),
        ("in 2022, 100 of them; .898 100 times", None),
        ("with 10 100.5 and 64, 32, 8", None),
        ("<code>1,000</code> and <pre>1 000</pre>", None),
    ],
)
def test_numbers_of_sentences_are_grouped(text, grouped):
    page = BeautifulSoup(f"<article><p>{text}</p></article>", "html.parser")
    prose.group_numbers(page)
    assert page.p.decode_contents() == (grouped or text).replace("_", html_tables.NARROW)


def cells_of(table: str) -> list[str]:
    """Return the cells of a finished table, with an underscore for each narrow space."""
    page = BeautifulSoup(f"<article>{table}</article>", "html.parser")
    prose.group_numbers(page)
    cells = page.select("td, tbody th, caption")
    return [cell.decode_contents().replace(html_tables.NARROW, "_") for cell in cells]


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("1,000 and 72", "1_000 and 72"),
        ("10,000 alarms at 1:1 000", "10_000 alarms at 1:1_000"),
        ("3,000: rounded; 1\u00a0234\u00a0567 flows", "3_000: rounded; 1_234_567 flows"),
        ("a of 14,272; b of 1,124", "a of 14_272; b of 1_124"),
        ("1,000 of “up to 1,000 of 1 000 rows”", "1_000 of “up to 1,000 of 1 000 rows”"),
        ("64,32,800 and 1000,200 and 0.123,456 and 1,0000", None),
        ("sha256 123a, sha256 123 and 2019-04-28, 100", None),
        ("<code>1,000</code> <pre>1 000</pre> <svg><text>1,000</text></svg>", None),
    ],
)
def test_numbers_of_cells_are_grouped(text, grouped):
    table = f"<caption>{text}</caption><tbody><tr><th>{text}</th><td>{text}</td></tr></tbody>"
    assert cells_of(f"<table>{table}</table>") == [grouped or text] * 3


@pytest.mark.parametrize(
    ("head", "left"),
    [
        ("paper", True),
        ("printed in Table 1", True),
        ("false alarms, printed", True),
        ("as printed", False),
        ("the paper's rows", False),
        ("book", False),
    ],
)
def test_what_a_paper_prints_stays_as_printed(head, left):
    judged = '<small class="claims-judged">judged: up to {} samples</small>'
    row = f"<tr><th>1,024 a</th><td>1,024-65,536{judged.format('1,000')}</td><td>2,046 b</td></tr>"
    shown = cells_of(
        f"<table><thead><tr><th></th><th>{head}</th><th>ours</th></tr></thead>"
        f"<tbody>{row}</tbody></table>"
    )
    range_of_ports = "1,024-65,536" if left else "1_024-65_536"
    assert shown == ["1_024 a", range_of_ports + judged.format("1_000"), "2_046 b"]


def test_a_cell_of_a_matrix_keeps_what_the_paper_prints():
    value = '<div class="claims-value"><span class="claims-source">{}</span> 1,024 rows</div>'
    [cell] = cells_of(
        f"<table><tr><td>{value.format('paper')}{value.format('book')}</td></tr></table>"
    )
    assert cell == value.format("paper") + value.format("book").replace("1,024", "1_024")


OUTPUT = '<div class="cell"><div class="cell_output"><table><tr><td>1</td></tr></table></div></div>'


def test_a_caption_goes_from_its_cell_into_the_table():
    cells = [
        new_code_cell("frame"),
        new_code_cell("other", metadata={"caption": "Rows of *one* day."}),
    ]
    page = new_notebook(cells=cells)
    captions.put_below(page)
    assert [cell.cell_type for cell in page.cells] == ["code", "code", "markdown"]
    assert "\nRows of *one* day.\n" in page.cells[2].source
    words = '<div class="table-caption docutils"><p>Rows of <em>one</em> day.</p></div>'
    html = BeautifulSoup(f"<article>{OUTPUT}{OUTPUT}{words}{OUTPUT}</article>", "html.parser")
    captions.move_into_tables(html)
    assert [table.caption is not None for table in html.select("table")] == [False, True, False]
    assert html.caption.get_text() == "Rows of one day."
    assert html.caption.em
    assert not html.select("div.table-caption")


def test_a_caption_without_a_table_is_refused():
    html = (
        '<article><div class="cell"></div><div class="table-caption"><p>Rows.</p></div></article>'
    )
    with pytest.raises(ExtensionError, match=r"stands above the caption 'Rows\.'"):
        captions.move_into_tables(BeautifulSoup(html, "html.parser"))


def test_what_a_cell_has_printed_is_written_as_in_tables():
    printed = "<pre>1,346 kB (+0.000 [-0.000, 5.7e-05])</pre>"
    html = f'<article><div class="cell_output">{printed}</div></article>'
    page = BeautifulSoup(html, "html.parser")
    prose.group_numbers(page)
    assert (
        page.pre.get_text().replace(html_tables.NARROW, "_").startswith("1_346 kB (+0.000 [0.000, ")
    )


def test_an_alternative_text_says_the_published_number():
    alt = "Tree: {book}`xmednn.ladder.blocks.dt.mcc|.2f`, {published}`xmednn.abstract.fpr`."
    page = BeautifulSoup(f'<article><img alt="{alt}"/></article>', "html.parser")
    images.say_numbers(page)
    mean = reference()["xmednn.ladder.blocks.dt.mcc"].mean
    assert page.img["alt"].startswith(f"Tree: {mean:.2f}, ")
    assert "{" not in page.img["alt"]


@pytest.mark.parametrize("notebook", find_notebooks(), ids=lambda each: each.name)
def test_the_alternative_text_of_each_figure_names_a_measured_or_printed_number(notebook):
    options = [cell.metadata.get("mystnb", {}) for cell in read_source(notebook.source).cells]
    for each in (one for one in options if "figure" in one):
        alt = each["image"]["alt"]
        assert NUMBER.search(alt), each["figure"]["name"]
        assert re.search(r"\d", resolved(alt)), each["figure"]["name"]


@pytest.mark.parametrize("times", [1, 2])
def test_a_figure_is_as_wide_as_it_was_drawn_at_any_resolution(tmp_path, times):
    plt.imsave(tmp_path / "a.png", np.zeros((300, 628 * times)), dpi=110 * times)
    shown = '<img src="a.png"/><img src="a.png" style="width: 500px;"/><img src="no.png"/>'
    page = BeautifulSoup(f"<article><figure>{shown}</figure></article>", "html.parser")
    images.state_sizes(page, tmp_path)
    drawn, smaller, missing = page.select("img")
    assert (drawn["width"], drawn["height"]) == ("628", str(300 // times))
    # Words of 11 points, at 110 dots to the inch, are then 11 pixels high.
    assert drawn["style"] == "--least: 412px"
    assert smaller["style"] == "width: 500px; --least: 412px"
    assert drawn.parent["class"] == ["figure-box"]
    assert set(missing.attrs) == {"src"}


def test_an_image_has_no_size_from_its_run():
    shown = new_output(
        "display_data", {"image/png": "aGk="}, metadata={"image/png": {"width": 628}}
    )
    page = new_notebook(cells=[new_code_cell("plot()", outputs=[shown]), new_markdown_cell("So.")])
    images.forget_sizes(page)
    assert page.cells[0].outputs[0].metadata == {}


CELLS = """
<div class="article-header-buttons"></div><article>
<div class="cell tag_hide-input"><details class="hide above-input"><summary>Show</summary>
<div class="cell_input">one</div></details><div class="cell_output">
<figure><img alt="A."/><figcaption>Fig.</figcaption></figure></div></div>
<p class="source-line">Source: one</p>
<div class="cell"><div class="cell_input">two</div></div>
<div class="cell tag_method"><div class="cell_input">three</div></div>
<div class="cell"><div class="cell_input">four</div><div class="cell_output">4</div></div>
<p class="source-line">Source: four</p></article>
"""


def test_code_is_behind_the_switch_but_for_the_method():
    page = BeautifulSoup(CELLS, "html.parser")
    workshop.fold(page)
    behind = [each.get_text(strip=True) for each in page.select(".workshop")]
    assert behind == ["one", "two", "four", "Source: four"]
    # A cell without output goes as a whole, so that it leaves no gap.
    assert "cell" in page.find(string="two").find_parent(class_="workshop")["class"]
    assert not page.select("details")
    assert page.select_one("figcaption .source-line").get_text() == "Source: one"
    assert page.select_one(".article-header-buttons > button.code-switch[hidden]")


def test_a_page_without_code_has_no_switch():
    page = BeautifulSoup(CELLS.partition('<div class="cell')[0] + "</article>", "html.parser")
    workshop.fold(page)
    assert not page.select(".code-switch")


STYLE = """
html[data-theme="light"] .highlight { background: #fefefe; color: #080808 }
html[data-theme="light"] .highlight .n { color: #080808 } /* Name */
html[data-theme="light"] .highlight .k { color: #6730C5 } /* Keyword */
html[data-theme="light"] .highlight .o { color: #080808 } /* Operator */
html[data-theme="light"] .highlight .gs { color: #080808; font-weight: bold }
html[data-theme="dark"] .highlight { background: #2b2b2b; color: #F8F8F2 }
html[data-theme="dark"] .highlight .n { color: #F8F8F2 } /* Name */
html[data-theme="dark"] .highlight .k { color: #DCC6E0 } /* Keyword */
html[data-theme="dark"] .highlight .o { color: #ABE338 } /* Operator */
html[data-theme="dark"] .highlight .gs { color: #F8F8F2; font-weight: bold }
"""


def test_only_marks_that_change_no_colour_in_any_theme_go():
    assert weight.plain_tokens(STYLE) == {"n"}
    assert weight.plain_tokens("") == set()


def test_signs_are_the_same_where_two_numbers_and_an_interval_share_a_cell():
    cell = "0.809; -0.122 [-0.155, -0.089]"
    page = restyled(("first", cell, "", "words"), ("2019-04", cell, "", "a-b"))
    assert column(page, 0) == ["0.809; \u22120.122 [\u22120.155, \u22120.089]"] * 2
    assert column(page, 2) == ["words", "a-b"]


def test_a_long_table_is_named_by_its_caption():
    rows = "".join(ROW.format(f"row {number}", "a", "b", "c") for number in range(13))
    page = BeautifulSoup(TABLE.format(rows=rows), "html.parser")
    html_tables.restyle(page)
    html_tables.name_folds(page)
    assert page.summary.get_text() == "Table of 13 rows: model, score, rows, note"
    page.table.insert(0, page.new_tag("caption", string="Scores by row. Means of ten seeds."))
    html_tables.name_folds(page)
    assert page.summary.get_text() == "Scores by row. Means of ten seeds"


def test_a_style_is_sent_without_its_comments():
    css = '/* Why. */\na {\n  b: c; /* And\n  why. */\n}\n\nd::before {\n  content: "/";\n}\n'
    assert weight.without_comments(css) == 'a {\n  b: c; }\nd::before {\n  content: "/";\n}\n'
    style = (ROOT / "chapters" / "_static" / weight.STYLE).read_text(encoding="utf-8")
    short = weight.without_comments(style)
    assert (short.count("{"), short.count("}")) == (style.count("{"), style.count("}"))
    assert len(short) < 0.9 * len(style)


def test_code_reads_the_same_with_fewer_marks():
    code = (
        '<div class="highlight"><pre><span></span><span class="k">if</span> '
        '<span class="n">a</span><span class="n" id="at">b</span><span class="o">.</span>c'
        '<span class="o">+</span>'
        '</pre></div><span class="n">outside</span><script src="_static/searchtools.js"></script>'
    )
    page = BeautifulSoup(code, "html.parser")
    before = page.get_text()
    weight.lighten(page, {"n"})
    assert page.get_text() == before
    left = [(each.get("class"), each.get_text()) for each in page.select("span")]
    assert left == [(["k"], "if"), (["n"], "b"), (["o"], "+"), (["n"], "outside")]
    assert not page.select("script")


TABS = '<script src="_static/design-tabs.js?v=1"></script>'
TOGGLE = '<link href="_static/togglebutton.css"/><script src="_static/togglebutton.js"></script>'


@pytest.mark.parametrize(
    ("used", "left"),
    [
        ("", []),
        ('<div class="sd-tab-set"></div>', ["design-tabs"]),
        ('<div class="admonition dropdown"></div>', ["togglebutton", "togglebutton"]),
    ],
)
def test_a_page_carries_the_scripts_of_what_is_on_it(used, left):
    page = BeautifulSoup(f'{TABS}{TOGGLE}<script src="book.js"></script>{used}', "html.parser")
    weight.lighten(page, set())
    files = [each.get("src") or each.get("href") for each in page.select("script, link")]
    assert [name.partition("/")[2].partition(".")[0] for name in files[:-1]] == left
    assert files[-1] == "book.js"


def test_the_icon_of_folds_is_drawn_once():
    icon = '<svg class="sd-octicon sd-octicon-chevron-right"><path d="M1 1"></path></svg>'
    page = BeautifulSoup(icon * 3, "html.parser")
    weight.lighten(page, set())
    (path,) = page.select("path")
    assert [use["href"] for use in page.select("use")] == [f"#{path['id']}"] * 2


LED = """
<article><section><div class="finding admonition"><p>F.</p></div><p>Before.</p>
<div class="cell tag_lead"><div class="cell_output"><figure id="fig-a">
<figcaption><span class="caption-number">Fig. 2.1 </span>A.</figcaption></figure></div></div>
<div class="cell"><figure id="fig-b"></figure></div></section></article>
"""


def test_the_leading_figure_stands_below_the_finding_and_leaves_a_line():
    page = BeautifulSoup(LED, "html.parser")
    lead.raise_figure(page)
    assert page.select_one(".finding + figure")["id"] == "fig-a"
    assert [each["id"] for each in page.select("figure")] == ["fig-a", "fig-b"]
    line = page.select_one(".tag_lead .led")
    assert line.a["href"] == "#fig-a"
    assert line.get_text().startswith("Fig. 2.1, at the top of this page")


@pytest.mark.parametrize("without", ["tag_lead", "finding", ' id="fig-a"'])
def test_without_a_lead_or_a_finding_all_stays_in_its_place(without):
    page = BeautifulSoup(LED.replace(without, "", 1), "html.parser")
    before = str(page)
    lead.raise_figure(page)
    assert str(page) == before


def test_icons_are_drawn_with_the_attributes_of_their_marks(tmp_path):
    script = tmp_path / "scripts" / "fontawesome.js"
    script.parent.mkdir()
    script.write_text(
        'a={bell:[1,2,[9],"f0f3","M1"]};b={bell:[448,512,[128276,"ring"],"f0f3","M2"],'
        '"circle-info":[512,512,["info-circle"],"f05a",["M9","M3"]]}'
    )
    page = BeautifulSoup(
        '<script src="x/fontawesome.js"></script><i class="fas fa-ring fa-lg" data-mode="dark"></i>'
        '<div class="admonition note"><p class="admonition-title">Note</p></div>',
        "html.parser",
    )
    draw(page, tmp_path)
    bell, note = page.select("svg")
    assert (bell.path["d"], bell["viewBox"], bell["data-mode"]) == ("M2", "0 0 448 512", "dark")
    assert {"svg-inline--fa", "fa-lg"} <= set(bell["class"])
    assert note.parent["class"] == ["admonition-title"]
    assert not page.select("i, script")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One. Two is longer. Three.", "One."),
        ("No end in sight of this sentence", "No end in …"),
        ("", ""),
    ],
)
def test_a_description_ends_with_a_sentence(text, shown):
    assert sharing.shortened(text, 12) == shown


def test_a_page_is_its_finding_and_its_first_figure():
    page = BeautifulSoup(
        '<article class="bd-article"><h1>Title<a class="headerlink">#</a></h1><p>First.</p>'
        '<div class="admonition"><p class="admonition-title">Finding</p>'
        '<p>It is <span>0.5</span>.</p></div><figure><img src="a.png" alt="A line."/></figure>'
        "</article>",
        "html.parser",
    )
    assert sharing.summary_of(page) == sharing.Summary("Title", "It is 0.5.", "a.png", "A line.")
    assert sharing.summary_of(BeautifulSoup("<p>Search</p>", "html.parser")) is None


def test_a_page_is_cited_with_its_version_and_address():
    entry = sharing.bibtex("A title", "chapters/03-x/01_a", "https://example.org/", "2026")
    assert entry.startswith("@incollection{does-it-still-hold-03-x-01_a,\n")
    assert f"version = {{{sharing.citation()['version']}}}" in entry
    assert "url = {https://example.org/chapters/03-x/01_a.html}" in entry
    assert entry.count("{") == entry.count("}")


def test_what_can_be_folded_in_the_contents_has_a_name():
    page = BeautifulSoup(
        '<div id="pst-primary-sidebar"><nav><ul><li><a>A paper</a><details><summary></summary>'
        '</details></li></ul></nav></div><div role="list"><p role="doc-biblioentry">B.</p></div>'
        '<details class="hide"><summary aria-label="Toggle">Show it</summary></details>',
        "html.parser",
    )
    name_parts(page)
    assert page.nav.summary["aria-label"] == "Pages of A paper"
    assert page.div["role"] == "complementary"
    assert page.find(string="B.").parent["role"] == "listitem"
    assert not page.select("details.hide > [aria-label]")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("door_state", "<td><code>door_state</code></td>"),
        ("garage_door, as read", "<td>garage door, as read</td>"),
        ("pr_auc and balanced_accuracy", "<td>PR-AUC and balanced accuracy</td>"),
        ("owner/iot_nids (some_file.mat)", None),
        ("<code>motion_light</code>", "<td><code>motion_light</code></td>"),
        (
            "https://example.org/~own/ftp/some_file.csv",
            "<td>https://example.org/~own/ftp/some_file.csv</td>",
        ),
    ],
)
def test_a_table_writes_names_as_code_or_as_words(written, shown):
    page = BeautifulSoup(
        f"<article><table><tr><td>{written}</td></tr></table></article>", "html.parser"
    )
    html_tables.restyle(page)
    if shown is None:
        assert [tag.text for tag in page.select("code")] == ["owner/iot_nids", "some_file.mat"]
        assert page.td.get_text() == written
    else:
        assert str(page.td) == shown


def test_a_header_has_the_name_of_its_metric():
    page = BeautifulSoup(
        "<article><table><thead><tr><th>fpr</th><th>f1_attack</th><th>rows</th></tr></thead></table>"
        "</article>",
        "html.parser",
    )
    html_tables.restyle(page)
    assert [head.get_text() for head in page.select("th")] == ["FPR", "F1 of attacks", "rows"]


FOLD = """<article><details class="admonition hide below-input"><summary>
<p class="collapsed admonition-title">Show code cell output</p>
<p class="expanded admonition-title">Hide code cell output</p></summary>{inside}</details>
</article>"""


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (
            '<figure><figcaption><span class="caption-text">Scores. By seed.</span></figcaption>'
            "</figure>",
            "Figure: Scores",
        ),
        (
            "<table><thead><tr><th>kind</th></tr></thead><tbody><tr><td>a</td></tr></tbody></table>",
            "Table of 1 row: kind",
        ),
        ("<pre>0.5</pre>", "Text: 0.5"),
    ],
)
def test_a_fold_says_what_it_holds(inside, said):
    page = BeautifulSoup(FOLD.format(inside=inside), "html.parser")
    html_tables.name_folds(page)
    assert [line.get_text() for line in page.select("summary p")] == [said, f"Hide: {said}"]


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        (f"{'Long ' * 12}name, by seed and rung", f"{'Long ' * 12}name"),
        (f"Short enough to be said (with {'more ' * 12}), all", "Short enough to be said"),
        (f"A first sentence that says it. {'More ' * 12}", "A first sentence that says it"),
        ("word " * 20, f"{'word ' * 13}word …"),
    ],
)
def test_a_fold_is_named_up_to_a_pause_of_its_caption(caption, name):
    table = f"<table><caption>{caption.strip()}</caption><tr><td>1</td></tr></table>"
    page = BeautifulSoup(FOLD.format(inside=table), "html.parser")
    html_tables.name_folds(page)
    assert page.select_one("summary p").get_text() == name


def test_a_figure_that_names_another_is_named_to_the_end():
    figure = (
        '<figure><figcaption><span class="caption-text">Drawn as in Fig. 2.7. More.</span>'
        "</figcaption></figure>"
    )
    page = BeautifulSoup(FOLD.format(inside=figure), "html.parser")
    html_tables.name_folds(page)
    assert page.select_one("summary p").get_text() == "Figure: Drawn as in Fig. 2.7"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (["0.86", "0.9", "0.05", "1.0"], ["0.86", "0.90", "0.05", "1.00"]),
        (["0.12", "0.058", "0.1"], ["0.12", "0.058", "0.10"]),  # two places that count
        (["9.5", "9.37", "0.00457"], ["9.50", "9.37", "0.00457"]),
        (["0.003", "0.0003"], ["0.003", "0.0003"]),
        (["3", "0.86", ""], ["3", "0.86", ""]),
        (["1462", "39"], ["1\u202f462", "39"]),
        (["2022", "2031"], ["2022", "2031"]),  # seeds
    ],
)
def test_a_column_is_written_alike(written, shown):
    rows = "".join(f"<tr><th>a</th><td>{text}</td></tr>" for text in written)
    page = BeautifulSoup(f"<article><table><tbody>{rows}</tbody></table></article>", "html.parser")
    html_tables.restyle(page)
    assert [cell.get_text() for cell in page.select("td")] == shown


def test_the_name_of_the_columns_stands_with_that_of_the_rows():
    head = "<tr><th>classifier</th><th>DNN</th></tr><tr><th>rung</th><th></th></tr>"
    table = f"<table><thead>{head}</thead><tbody><tr><th>first</th><td>1</td></tr></tbody></table>"
    page = BeautifulSoup(f"<article>{table}</article>", "html.parser")
    html_tables.restyle(page)
    assert [cell.get_text() for cell in page.select("thead th")] == ["rung / classifier", "DNN"]


@pytest.mark.parametrize(
    ("head", "firsts", "kept"),
    [("", "01", False), ("seed", "01", True), ("", "02", True), ("", "12", True)],
)
def test_a_count_of_rows_without_a_name_is_none(head, firsts, kept):
    rows = "".join(f"<tr><th>{first}</th><td>x</td></tr>" for first in firsts)
    table = f"<table><thead><tr><th>{head}</th><th>a</th></tr></thead><tbody>{rows}</tbody></table>"
    page = BeautifulSoup(f"<article>{table}</article>", "html.parser")
    html_tables.restyle(page)
    assert len(page.select("tbody th")) == 2 * kept
    assert len(page.select("thead tr > *")) == 1 + kept


def test_a_papers_short_name_of_a_classifier_is_said_in_the_books_words():
    row = "<tr><th>KNN</th><td>1</td></tr><tr><th>DNN, fold 1</th><td>1</td></tr>"
    table = f'<table class="claims claims-matrix"><tbody>{row}</tbody></table>'
    page = BeautifulSoup(f"<article>{table}</article>", "html.parser")
    html_tables.restyle(page)
    heads = [head.get_text() for head in page.select("th")]
    assert heads == ["nearest neighbours (KNN)", "DNN, fold 1"]


def test_what_a_paper_prints_keeps_its_digits():
    head = "<thead><tr><th>row</th><th>printed</th><th>book</th></tr></thead>"
    rows = (
        "<tr><th>a</th><td>0.9</td><td>0.8</td></tr><tr><th>b</th><td>0.86</td><td>0.86</td></tr>"
        "<tr><th>in print</th><td>0.7</td><td>0.7</td></tr>"
    )
    table = f"<article><table>{head}<tbody>{rows}</tbody></table></article>"
    page = BeautifulSoup(table, "html.parser")
    html_tables.restyle(page)
    shown = [cell.get_text() for cell in page.select("td")]
    assert shown == ["0.9", "0.80", "0.86", "0.86", "0.7", "0.7"]


def test_the_files_of_a_run_are_named_in_one_sentence():
    files = " ".join(f"This page was run on the real file {x}.csv (sha256 {x}1…)." for x in "abc")
    page = BeautifulSoup(
        f'<article><div class="banner real"><p>{files} Rows.</p><p>Profile.</p></div></article>',
        "html.parser",
    )
    finish.join_files(page)
    told = "a.csv (sha256 a1…), b.csv (sha256 b1…) and c.csv (sha256 c1…)"
    assert page.p.get_text() == f"This page was run on the real files {told}. Rows."


NAMES = re.compile(r"\b[\w-]+/\w+\b|\b[a-z]\w*(?:\.\w+)+ =|\b[a-z]+\.[a-z_]+\.|[a-z]_[a-z]")


WHY = ('[data-label="reason"]', '[data-label="note"]', ".verdict-reason")


def test_no_reason_or_note_shows_the_name_of_a_record_a_claim_or_a_file():
    shown = claims.as_html(claims.judge_all(), ["claim", "paper", "verdict", "reason", "note"])
    page = BeautifulSoup(f"<article>{shown}</article>", "html.parser")
    for cells in WHY:
        assert any(NAMES.search(cell.get_text()) for cell in page.select(cells)), cells
    html_tables.restyle(page)
    for code in page.select("code"):
        code.decompose()
    texts = [cell.get_text() for cell in page.select(",".join(WHY))]
    assert [text for text in texts if NAMES.search(text)] == []


def test_a_claim_in_a_note_is_linked_where_it_has_a_row():
    name = "botiot.conclusion.viable_resources"
    note = f'<td data-label="note">Of a device: {name}. Read door_state, not F_1.</td>'
    row = f'<tr data-claim="{name}"><th>row</th>{note}</tr>'
    words = "the claim on 1 000 samples, 72 hidden neurons, memory (Abstract)"
    for rows, linked in ((f"<tr><th>a</th>{note}</tr>", 0), (f"<tr><th>a</th>{note}</tr>{row}", 1)):
        html = f'<article><table class="claims"><tbody>{rows}</tbody></table></article>'
        page = BeautifulSoup(html, "html.parser")
        html_tables.restyle(page)
        assert page.td.get_text() == f"Of a device: {words}. Read door_state, not F_1."
        assert [code.get_text() for code in page.td.select("code")] == ["door_state"]
        assert [page.select_one(a["href"].replace(".", "\\.")).th.get_text() for a in
                page.select("a")] == ["row"] * linked  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "The paper's own numbers give it: share(botiot.table_iv.dos.rows, "
            "botiot.table_iv.*.rows).",
            "The paper's own numbers give it: Table 4, row DoS, column Number of occurrences, as a "
            "share of all of Table 4, column Number of occurrences.",
        ),
        ("Holds: a.b_c = 9,168, a.d = 39,984.", "Holds: measured 9,168 and 39,984."),
        ("Does not hold: data.share_of = 0.6341.", "Does not hold: measured 0.6341."),
        ("Holds: a.b = -0.12, a.c = 1e-05.", "Holds: measured -0.12 and 1e-05."),
        (
            "Holds: a.b = 1. At the lower end: Does not hold: a.b = 2, a.c = 0.5.",
            "Holds: measured 1. At the lower end: Does not hold: measured 2 and 0.5.",
        ),
        (
            "With 20 in each layer (botiot.twenty.500.layers.f1). Of ours.not_a.record, nothing.",
            f"With 20 in each layer (F1 {reference()['botiot.twenty.500.layers.f1'].mean:.3g}). "
            "Of ours.not_a.record, nothing.",
        ),
        (
            "As botiot.conclusion.less_power.",
            "As the claim on 72 and 240 hidden neurons against dense networks, energy, time "
            "(Section 1, last paragraph).",
        ),
        (
            "Measured on fridge/train_test only, other rows than the paper's.",
            "Measured only on the release's own extract of the fridge, other rows than the "
            "paper's.",
        ),
    ],
)
def test_a_reason_says_places_words_and_values(reason, words):
    assert in_words(reason) == words


class TestNumbersOfFigures:
    PAGE = (
        '<article><a href="#b">Fig. 3.10</a>, drawn here.'
        '<figure id="b"><span class="caption-number">Fig. 3.10 </span></figure>'
        '<figure id="plain"></figure>'
        '<figure id="a"><span class="caption-number">Fig. 3.9 </span></figure></article>'
    )

    def test_they_go_down_the_page(self):
        page = BeautifulSoup(self.PAGE, "html.parser")
        assert lead.number_in_order(page) == {"b": "3.9", "a": "3.10"}
        said = [each.get_text() for each in page.select(".caption-number")]
        assert said == ["Fig. 3.9 ", "Fig. 3.10 "]
        assert lead.number_in_order(page) == {}

    @pytest.mark.parametrize(
        ("name", "link", "said"),
        [
            ("c/p.html", '<a href="#b">Fig. 3.10</a>', "Fig. 3.9"),
            ("c/q.html", '<a class="x" href="p.html#b"><span>Fig. 3.10</span></a>', "Fig. 3.9"),
            ("d/q.html", '<a href="../c/p.html#b">Fig. 3.10</a>', "Fig. 3.9"),
            ("d/q.html", '<a href="p.html#b">Fig. 3.10</a>', "Fig. 3.10"),
            ("c/q.html", '<a href="p.html#b">the ladder</a>', "the ladder"),
        ],
    )
    def test_links_from_any_page_follow(self, name, link, said):
        text = lead.renumber_links(link, name, {("c/p.html", "b"): "3.9"})
        assert BeautifulSoup(text, "html.parser").get_text() == said


class TestReadingTime:
    TEXT = "<article><h1>A</h1><p>{words}</p>{more}</article>"

    def page(self, count: int, more: str = "") -> BeautifulSoup:
        return BeautifulSoup(self.TEXT.format(words="word " * count, more=more), "html.parser")

    def test_it_stands_below_the_title_by_what_is_in_sight(self):
        folded = (
            f"<details><p>{'word ' * 900}</p></details><div class='cell tag_hide-input'>"
            f"<div class='cell_input workshop'>{'code ' * 900}</div><figure></figure></div>"
        )
        page = self.page(450, folded)
        reading.say_minutes(page, "chapters/03/summary")
        assert page.h1.find_next_sibling().get_text() == "Reading: about 3 minutes"

    @pytest.mark.parametrize("name", ["chapters/index", "chapters/glossary", "search"])
    def test_what_is_looked_up_has_none(self, name):
        page = self.page(450)
        reading.say_minutes(page, name)
        assert not page.select(".reading")

    def test_a_page_whose_box_says_it_says_it_once(self):
        page = self.page(450, '<div class="about"></div>')
        reading.say_minutes(page, "chapters/03/03_audit")
        assert not page.select(".reading")


def test_a_number_among_words_is_written_as_the_book_does():
    page = restyled(("a", "1e-07", "12", "read"), ("b", "KeyError", "13", "not"))
    assert column(page, 0) == ["1 \u00d7 10⁻⁷", "KeyError"]
