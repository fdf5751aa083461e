"""The size at which a page shows a drawn figure, and how small it may become on a phone."""

from math import ceil
from pathlib import Path

from bs4 import BeautifulSoup
from matplotlib import rc_params_from_file
from nbformat import NotebookNode
from PIL import Image

from lib.book.lessons.words import resolved
from lib.methods import figures

STYLE = Path(figures.__file__).with_name("book.mplstyle")
LOOK = rc_params_from_file(STYLE, use_default_template=False)
# The pixels to an inch at which a figure is drawn once; notebooks draw twice as many.
ONCE = LOOK["figure.dpi"]
# Pixels of the smallest words of a figure as drawn, and of the smallest that a phone may show.
SMALLEST = min(LOOK["font.size"], LOOK["legend.fontsize"], LOOK["xtick.labelsize"]) * ONCE / 72
READABLE = 11


def forget_sizes(page: NotebookNode) -> None:
    """Take from a notebook's images the size that Sphinx would fix on any screen."""
    for cell in page.cells:
        for output in cell.get("outputs", []):
            output.get("metadata", {}).pop("image/png", None)


def say_numbers(page: BeautifulSoup) -> None:
    """Write the numbers that alternative texts name as roles, which Sphinx leaves as they are."""
    for image in page.select("article img[alt*='{']"):
        image["alt"] = resolved(image["alt"])


def state_sizes(page: BeautifulSoup, folder: Path) -> None:
    """State width and height of the images of a page in `folder`; book.css heeds the least."""
    for image in page.select("article :is(figure, .cell_output) img[src$='.png']"):
        path = folder / image["src"]
        if path.is_file():
            width, height = size(path)
            image["width"], image["height"] = str(width), str(height)
            least = f"--least: {ceil(width * min(1, READABLE / SMALLEST))}px"
            # A page may ask for a smaller image in the style.
            image["style"] = "; ".join(filter(None, [image.get("style", "").rstrip("; "), least]))
            box = image.wrap(page.new_tag("div"))
            box["class"], box["role"] = ["figure-box"], "group"
            box["aria-label"] = "Figure"


def size(path: Path) -> tuple[int, int]:
    """Return the width and height in pixels of the page, by the resolution stated in the file."""
    with Image.open(path) as picture:
        resolution = picture.info.get("dpi", (ONCE, ONCE))[0]
        width, height = (round(length * ONCE / resolution) for length in picture.size)
        return width, height
