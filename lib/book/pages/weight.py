"""What a page need not carry: the search's scripts, and marks on code that change no colour."""

import re

from bs4 import BeautifulSoup

# The search of a page that is not the page of the search: it would cost each page 150 kB.
SEARCH = (
    'script[src*="searchtools.js"], script[src*="language_data.js"], script[src*="searchindex.js"]'
)
THEME = r'html\[data-theme="(\w+)"\] \.highlight'
BASE = re.compile(THEME + r" \{[^}]*?(?<!-)color: (#\w+)[^}]*\}")
TOKEN = re.compile(THEME + r" \.(\w+) \{ color: (#\w+) \}")


def lighten(page: BeautifulSoup, plain: set[str]) -> None:
    """Take away the scripts of the search, and the marks of the tokens named."""
    for script in page.select(SEARCH):
        script.decompose()
    for mark in page.select(".highlight pre span"):
        classes = mark.get("class") or []
        # A mark with an id is the target of a link; the colour of a dot nobody sees.
        if not mark.get("id") and (set(classes) <= plain or mark.string == "."):
            mark.unwrap()


def plain_tokens(css: str) -> set[str]:
    """Return the classes of tokens that have the colour of all code, in each theme of a style."""
    base = dict(BASE.findall(css))
    own: dict[str, dict[str, str]] = {}
    for theme, token, colour in TOKEN.findall(css):
        own.setdefault(token, {})[theme] = colour
    return {token for token, colours in own.items() if base and colours == base}
