"""What a page says of itself to those who pass it on: its description and its card."""

import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageColor

from lib.book.pages import sharing
from lib.book.pages.slopes import height_of, panel_html, panels
from lib.common.paths import CHAPTERS

PAGE = (
    '<html><head></head><body><article class="bd-article"><section><h1>Title</h1>'
    '<p class="reading">Reading: about 1 minute</p><p>What it is about.</p>{figure}'
    "</section></article></body></html>"
)
PANELS = panels()
SLOPES = f'<figure><div class="slopes">{"".join(map(panel_html, PANELS))}</div></figure>'


def shared(folder, name: str, figure: str = "") -> tuple[dict[str, str], Image.Image]:
    """Return what a page says of itself, and its card."""
    page = BeautifulSoup(PAGE.format(figure=figure), "html.parser")
    sharing.share(page, name, folder, "https://example.org/")
    said = {tag.get("property", tag.get("name")): tag["content"] for tag in page.select("meta")}
    card = folder / said["og:image"].removeprefix("https://example.org/")
    return said, Image.open(card).convert("RGB")


def pixels_of(colour: str, image: Image.Image) -> int:
    """Return how many pixels of an image have a colour, or nearly so."""
    wanted = ImageColor.getrgb(colour)
    return sum(
        count
        for count, found in image.getcolors(image.width * image.height)
        if max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 24
    )


def test_the_front_page_speaks_of_the_whole_book(tmp_path):
    said, _ = shared(tmp_path, "chapters/index", SLOPES)
    assert said["og:description"] == said["description"] == sharing.OF_THE_BOOK
    assert len(sharing.OF_THE_BOOK) <= sharing.LONGEST
    text = " ".join((CHAPTERS / "index.md").read_text(encoding="utf-8").split())
    for words in ("later part", "date and time", "runs not trained on"):
        assert words in text
        assert words in sharing.OF_THE_BOOK
    for panel in PANELS:
        model, *rivals = (height_of(line.after) for line in panel.lines)
        assert model <= max(rivals), panel.title


@pytest.mark.parametrize("number", range(len(PANELS)))
def test_the_card_of_the_front_page_has_each_panel_of_the_slopes(tmp_path, number):
    (left, top), (width, height) = sharing.SLOPES_AT, sharing.SLOPES_SIZE
    place = (left + width * number // 3, top, left + width * (number + 1) // 3, top + height)
    for figure, drawn in ((SLOPES, True), ("", False)):
        panel = shared(tmp_path, "chapters/index", figure)[1].crop(place)
        for colour, _ in sharing.LOOKS.values():
            assert (pixels_of(colour, panel) > 100) == drawn, colour


def test_a_panel_of_a_card_has_its_points_where_the_page_has_them(tmp_path):
    panel = BeautifulSoup(SLOPES, "html.parser").select_one(".slope")
    picture = sharing._drawn_slopes((panel,))
    for look, (colour, _) in sharing.LOOKS.items():
        for circle in panel.select(f".{look} circle"):
            across = picture.width / sharing.slopes.WIDTH
            down = (picture.height - 60) / sharing.slopes.HEIGHT
            point = (float(circle["cx"]) * across, 60 + float(circle["cy"]) * down)
            around = picture.crop([round(each + by) for by in (-5, 5) for each in point])
            assert pixels_of(colour, around), (look, circle)


def test_a_page_of_a_chapter_without_a_figure_has_that_of_the_first_that_has_one(tmp_path):
    chapter = tmp_path / "chapters" / "01-a"
    chapter.mkdir(parents=True)
    Image.new("RGB", (300, 200), "#00ff00").save(chapter / "a.png")
    (chapter / "01_words.html").write_text(PAGE.format(figure=""))
    drawn = '<figure><img src="a.png" alt="Green, {0}."/></figure>'
    (chapter / "02_first.html").write_text(PAGE.format(figure=drawn.format(2)))
    (chapter / "03_second.html").write_text(PAGE.format(figure=drawn.format(3)))
    said, card = shared(tmp_path, "chapters/01-a/index")
    assert said["og:image:alt"] == "Title. Green, 2."
    assert pixels_of("#00ff00", card) == 300 * 200
    assert shared(tmp_path, "chapters/teach")[0]["og:image:alt"] == "Title."


def test_minutes_of_reading_are_no_description(tmp_path):
    assert shared(tmp_path, "chapters/teach")[0]["description"] == "What it is about."


def test_the_narrow_space_within_a_number_is_kept_and_ends_no_line():
    said = "It  took\n1\u202f000 flows."
    page = BeautifulSoup(PAGE.format(figure="").replace("What it is about.", said), "html.parser")
    text = sharing.summary_of(page).text
    assert text == "It took 1\u202f000 flows."
    assert sharing.shortened(text, 16) == "It took 1\u202f000 …"
    assert sharing.in_lines(text, 10, len) == ["It took", "1\u202f000", "flows."]
