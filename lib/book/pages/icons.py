"""The theme's icons, drawn into the pages, in place of a script of 1.5 MB that holds them all."""

import re
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup

SCRIPT = "scripts/fontawesome.js"
# In the script the regular icons stand before the solid ones, of which the theme uses the latter.
ICON = re.compile(
    r'(?<![\w-])"?([a-z][a-z0-9-]*)"?:\[(\d+),(\d+),\[([^\]]*)\],"[0-9a-f]+",(?:\[[^\]]*?)?"([^"]+)"'
)
# What the theme writes into the titles of boxes with a font of all icons.
BOXES = {
    "warning": "triangle-exclamation",
    "caution": "triangle-exclamation",
    "danger": "triangle-exclamation",
    "important": "circle-exclamation",
    "attention": "circle-exclamation",
    "error": "circle-xmark",
    "hint": "lightbulb",
    "tip": "lightbulb",
    "note": "circle-info",
    "seealso": "share",
}
OTHER_BOX = "bell"
FIXED = {"aria-hidden": "true", "focusable": "false"}
# What says how an icon looks, and names none.
LOOKS = {"fa-solid", "fa-brands", "fa-regular", "fa-lg", "fa-sm", "fa-fw"}


@cache
def _drawings(script: Path) -> dict[str, tuple[str, str, str]]:
    """Return width, height and path of each icon by its name and its other names."""
    found = {}
    for name, width, height, others, path in ICON.findall(script.read_text(encoding="utf-8")):
        aliases = re.findall(r'"([a-z0-9-]+)"', others)
        found |= dict.fromkeys([name, *aliases], (width, height, path))
    return found


def draw(page: BeautifulSoup, static: Path) -> None:
    """Replace each icon's mark by its drawing, and leave out the script that would do so."""
    for tag in page.select('script[src*="fontawesome"], link[href*="fontawesome"]'):
        tag.decompose()
    for title in page.select(".admonition > .admonition-title"):
        kind = next((name for name in title.parent["class"] if name in BOXES), "")
        mark = page.new_tag("i", attrs={"class": [f"fa-{BOXES.get(kind, OTHER_BOX)}"]})
        title.insert(0, mark)
    for mark in page.select('i[class*="fa-"], span.fa-solid'):
        names = [name for name in mark["class"] if name.startswith("fa-") and name not in LOOKS]
        width, height, path = _drawings(static / SCRIPT)[names[0].removeprefix("fa-")]
        drawing = page.new_tag("svg", attrs=mark.attrs | FIXED)
        drawing["class"] = ["svg-inline--fa", *mark["class"]]
        drawing["viewBox"] = f"0 0 {width} {height}"
        drawing.append(page.new_tag("path", attrs={"fill": "currentColor", "d": path}))
        mark.replace_with(drawing)
