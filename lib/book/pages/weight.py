"""What a page need not carry: scripts for what is not on it, and marks on code without a colour."""

import re

from bs4 import BeautifulSoup

# The search of a page that is not the page of the search: it would cost each page 150 kB.
SEARCH = (
    'script[src*="searchtools.js"], script[src*="language_data.js"], script[src*="searchindex.js"]'
)
# Scripts and styles by what they are for, where a page has none of it.
FOR = {
    "sphinx-thebe": ".thebe, .thebe-launch-button",
    "design-tabs": ".sd-tab-set",
    "togglebutton": ".toggle, .admonition.dropdown",
}
CHEVRON = "chevron"
THEME = r'html\[data-theme="(\w+)"\] \.highlight'
BASE = re.compile(THEME + r" \{[^}]*?(?<!-)color: (#\w+)[^}]*\}")
TOKEN = re.compile(THEME + r" \.(\w+) \{ color: (#\w+) \}")
# The book's own style, whose comments are for who changes it.
STYLE = "book.css"
COMMENT = re.compile(r"/\*.*?\*/\n*|(?<=\n)\n+", re.S)


def lighten(page: BeautifulSoup, plain: set[str]) -> None:
    """Take away scripts and styles that the page does not use, and marks of the tokens named."""
    unused = [name for name, users in FOR.items() if not page.select_one(users)]
    files = [f'script[src*="/{name}."], link[href*="/{name}."]' for name in unused]
    for tag in page.select(", ".join([SEARCH, *files])):
        tag.decompose()
    _draw_once(page)
    for mark in page.select(".highlight pre span"):
        classes = mark.get("class") or []
        # A mark with an id is the target of a link; the colour of a dot nobody sees.
        if not mark.get("id") and (set(classes) <= plain or mark.string == "."):
            mark.unwrap()


def _draw_once(page: BeautifulSoup) -> None:
    """Draw the icon that folds have once; the other folds point at the drawing."""
    first, *others = page.select("svg.sd-octicon-chevron-right") or [None]
    if others:
        first.path["id"] = CHEVRON
    for icon in others:
        icon.path.replace_with(page.new_tag("use", href=f"#{CHEVRON}"))


def without_comments(css: str) -> str:
    """Return a style without comments and empty lines; none of its texts looks like a comment."""
    return COMMENT.sub("", css)


def plain_tokens(css: str) -> set[str]:
    """Return the classes of tokens that have the colour of all code, in each theme of a style."""
    base = dict(BASE.findall(css))
    own: dict[str, dict[str, str]] = {}
    for theme, token, colour in TOKEN.findall(css):
        own.setdefault(token, {})[theme] = colour
    return {token for token, colours in own.items() if base and colours == base}
