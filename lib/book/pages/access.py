"""Names and roles that the theme leaves out, and that those who do not see a page go by."""

from bs4 import BeautifulSoup

# What stands beside the text, with its name.
SIDES = {"#pst-primary-sidebar": "Contents of the book", "#pst-secondary-sidebar": "On this page"}


def name_parts(page: BeautifulSoup) -> None:
    """Give the sides of a page, its folds and its references names and fitting roles."""
    for selector, name in SIDES.items():
        for side in page.select(selector):
            side["role"], side["aria-label"] = "complementary", name
    for summary in page.select("nav summary"):
        link = summary.parent.parent.find("a")
        summary["aria-label"] = f"Pages of {link.get_text(' ', strip=True) if link else 'this'}"
    for summary in page.select("details.hide > summary"):
        del summary["aria-label"]  # it would hide what the fold says of itself
    for entry in page.select('[role="list"] > [role="doc-biblioentry"]'):
        entry["role"] = "listitem"
    for heading in page.select("#jb-print-docs-body h1"):
        if not heading.get_text(strip=True):  # of a page without a title in the contents
            heading.decompose()
