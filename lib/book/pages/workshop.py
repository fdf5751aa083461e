"""The workshop below the story: code and sources of a page, which one switch opens.

A cell with the tag ``method`` is part of the story and stays open. Without scripts all is open.
"""

from bs4 import BeautifulSoup, Tag

# The class of what the switch shows and hides; book.css and book.js use it.
WORKSHOP = "workshop"
# More would be the page's code once again.
MOST_METHOD_CELLS = 5
SWITCH = """
<button class="btn btn-sm code-switch" type="button" hidden>
<i class="fa-solid fa-code"></i> <span class="code-switch-word">Show code</span></button>
"""


def fold(page: BeautifulSoup) -> None:
    """Put a page's code and sources behind one switch."""
    for cell in page.select("article div.cell"):
        _open_folds(cell)
        source = cell.find("div", class_="cell_input", recursive=False)
        if source and "tag_method" not in cell["class"]:
            others = [each for each in cell.find_all(True, recursive=False) if each is not source]
            (source if others else cell)["class"].append(WORKSHOP)
    for line in page.select("article p.source-line"):
        _place(line)
    buttons = page.select_one(".article-header-buttons")
    if buttons and page.select_one(f"article .{WORKSHOP}"):
        buttons.insert(0, BeautifulSoup(SWITCH, "html.parser"))


def _open_folds(cell: Tag) -> None:
    """Take the fold of a cell's code away: the switch is in its place."""
    for box in cell.find_all("details", class_="above-input", recursive=False):
        source = box.find("div", class_="cell_input", recursive=False)
        others = [each for each in box.find_all("div", recursive=False) if each is not source]
        if source and not others:
            box.replace_with(source.extract())


def _place(line: Tag) -> None:
    """Move a figure's sources into the small print of its caption; those of tables are code's."""
    cell = line.find_previous_sibling()
    caption = cell and cell.select_one("figcaption")
    if caption:
        caption.append(line.extract())
    else:
        line["class"].append(WORKSHOP)
