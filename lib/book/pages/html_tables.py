"""One style for all tables of a page: numbers that line up, headers that say what they head."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest

from bs4 import BeautifulSoup, NavigableString, Tag

from lib.book.pages.reasons import pieces
from lib.claims.tables import METRICS
from lib.common.numerals import MINUS, NARROW, POWER, grouped, tidy
from lib.datasets import entry, names

# A table with more rows is folded.
MOST_ROWS = 12
# What a fold is called stays on one line, and ends where its caption pauses.
LONGEST_NAME, SHORTEST_NAME = 70, 20
PAUSE = re.compile(r"[;:,] | [(\[]")
SENTENCE_END = re.compile(r"(?<!\bFig)[.?] (?=[A-Z])")
# As many column names tell a folded table from its neighbours.
NAMED_COLUMNS = 4
# Above the tables of claims.
CLAIMS = "What the paper prints, what this book measures, and the verdict."
# Why a claim has its verdict, and how it was read.
REASONS = '.verdict-reason, td[data-label="reason"], td[data-label="note"]'
UNSEEN = "visually-hidden"
# What the papers' short names of classifiers are called elsewhere in the book.
CLASSIFIERS = {
    "KNN": "nearest neighbours",
    "RF": "random forest",
    "DT": "decision tree",
    "LR": "logistic regression",
    "GNB": "naive Bayes",
    "XGB": "XGBoost",
}
MATRIX = "In each cell what the paper prints, what this book measures, and the verdict."
NONE = "\N{EN DASH}"

_NUMBER = r"[-\u2212+]?(?:\d[\d,\u00a0\u202f]*(?:\.\d+)?(?:e[-+]?\d+)?|inf)"
# A number, one with its spread or interval, or two of them.
NUMERIC = re.compile(
    rf"{_NUMBER}\s?[%s]?(?:\s(?:±|to|of|/)\s{_NUMBER}\s?[%s]?)?"
    rf"(?:\s?[\[(]{_NUMBER}, {_NUMBER}[\])])?"
)
INTERVAL = re.compile(r"\[[-+]?[\d.]+, [-+]?[\d.]+\]")
MISSING = {"", "nan", "NaN", "None", "<NA>", "-", NONE, "\N{EM DASH}"}
FOUR = re.compile(r"(?<![\d.,\u202f\u00a0])[1-9]\d{3}(?![\d\w])")
YEARS = range(1990, 2040)
WHOLE = re.compile(r"[-\u2212]?\d+\.0")
# A number that may have lost zeros; of shares those at the bounds have lost the most.
FRACTION = re.compile(r"[-\u2212+]?\d+\.\d+")
BOUNDS = {"0.0", "1.0", "-1.0"}
PRINTED = re.compile(r"print|paper", re.I)
# A name of a program, in the file, path or address that it may be part of.
NAME = re.compile(r"(?:https?://)?[\w./~-]*(?<![^\W_])[a-z]+(?:_[a-z0-9]+)+[\w./-]*")
# How the row of a claim is linked to: this and the claim's name.
ROW = "claim-"
# What may be the name of a column, which capitals may begin.
COLUMN = re.compile(r"\b([A-Za-z]+(?:_[A-Za-z0-9]+)+)\b")


def restyle(page: BeautifulSoup) -> None:
    """Give every table of a page the book's style, and the first row of each claim a name."""
    for row in page.select("article [data-claim]"):
        name = f"{ROW}{row['data-claim']}"
        if page.find(id=name) is None:
            row["id"] = name
    for table in page.select("article table"):
        if "claims" in table.get("class", []):
            _tidy_claims(page, table)
        else:
            _clean(table)
            _align(table)
            _write_names(page, table)
        _name_headers(table)
        _put_in_box(page, table)
        rows = len(table.select("tbody tr"))
        if rows > MOST_ROWS and not table.find_parent("details") and not _in_board(table):
            _fold(page, table, rows)


def _in_board(table: Tag) -> bool:
    return table.find_parent(class_="board") is not None


def _tidy_claims(page: BeautifulSoup, table: Tag) -> None:
    """Write what was measured as other tables do; what is printed stays as printed."""
    if not _in_board(table):
        caption = page.new_tag("caption")
        caption.string = MATRIX if "claims-matrix" in table["class"] else CLAIMS
        if table.find_parent(class_="cell"):
            caption["class"] = UNSEEN  # beside what a page has just said of it
        table.insert(0, caption)
    for head in table.select("tbody th") if "claims-matrix" in table["class"] else ():
        if head.get_text(strip=True) in CLASSIFIERS:
            head.string = f"{CLASSIFIERS[head.get_text(strip=True)]} ({head.get_text(strip=True)})"
    for cell in table.select('td[data-label="book"], td[data-label^="this run"]'):
        for text in cell.find_all(string=True):
            text.replace_with(tidy(text))
    for reason in table.select(REASONS):
        for text in reason.find_all(string=True):
            text.replace_with(*_write_reason(page, text))


def _write_reason(page: BeautifulSoup, text: NavigableString) -> Iterator[Tag | NavigableString]:
    """Write words for names, columns as code, and link a claim that has a row of its own here."""
    own = text.find_parent(attrs={"data-claim": True})
    for words, claim in pieces(text):
        row = page.find(id=f"{ROW}{claim}") if claim else None
        if row is None or row is own:
            yield from _set_columns(page, words)
        else:
            link = page.new_tag("a", href=f"#{row['id']}")
            link.string = words
            yield link


def _set_columns(page: BeautifulSoup, text: str) -> Iterator[Tag | NavigableString]:
    """Return a text in parts, with the names of columns as code."""
    for part in COLUMN.split(text):
        if COLUMN.fullmatch(part) and part in _columns():
            code = page.new_tag("code")
            code.string = part
            yield code
        else:
            yield NavigableString(part)


def _clean(table: Tag) -> None:
    """Take pandas' own look away."""
    for tag in [table, *table.select("tr")]:
        for name in ("border", "style"):
            del tag[name]
    for style in table.parent.select("style[scoped]"):
        style.decompose()
    table["class"] = [name for name in table.get("class", []) if name != "dataframe"]
    _join_names(table)
    _drop_counter(table)


def _join_names(table: Tag) -> None:
    """Put the names of pandas' index beside those of the columns, in one row.

    Where the columns as such have a name, the last of the index stands with it: ``rung / model``.
    """
    rows = table.select("thead tr")
    if len(rows) < 2:
        return
    above, below = (row.find_all(["th", "td"], recursive=False) for row in rows[-2:])
    pairs = list(zip(above, below, strict=False))
    named = [number for number, (_, lower) in enumerate(pairs) if lower.get_text()]
    both = [number for number in named if pairs[number][0].get_text()]
    if len(above) == len(below) and named and both in ([], [named[-1]]):
        for upper, lower in (pairs[number] for number in named):
            texts = (lower.get_text(), upper.get_text())
            upper.string = " / ".join(filter(None, texts))
        rows[-1].decompose()


def _drop_counter(table: Tag) -> None:
    """Take away pandas' own count of rows, from 0 on below a header without a name."""
    firsts = [row.find(["th", "td"]) for row in table.select("tbody tr")]
    head = [row.find(["th", "td"]) for row in table.select("thead tr")]
    counted = [first.get_text(strip=True) for first in firsts if first and first.name == "th"]
    if (
        counted
        and counted == [str(number) for number in range(len(firsts))]
        and len(head) == 1
        and not head[0].get_text(strip=True)
        and not any(cell.has_attr("rowspan") for cell in table.select("th, td"))
    ):
        for row in table.select("tr"):
            row.find(["th", "td"]).decompose()


def _align(table: Tag) -> None:
    """Mark the columns of numbers, and say by how many digits a cell lacks the longest."""
    heads, body = grid(table.select("thead tr")), grid(table.select("tbody tr"))
    for number, column in enumerate(zip_longest(*body)):
        # A cell of several rows stands in each of them.
        cells = list({id(cell): cell for cell in column if cell is not None}.values())
        if _holds_numbers(cells):
            over = [row[number].get_text() for row in heads if number < len(row)]
            own = [cell for cell in cells if cell.name == "td"]
            _write_column(own, printed=any(map(PRINTED.search, over)))
            for row in heads:
                if number < len(row) and not row[number].has_attr("colspan"):
                    _add_class(row[number], "number")
        else:
            for cell in cells:
                # A number among words, or two with an interval.
                text = cell.get_text(strip=True)
                if POWER.fullmatch(text) or INTERVAL.search(text):
                    cell.string = tidy(text)


def _write_names(page: BeautifulSoup, table: Tag) -> None:
    """Set names of columns and files as code, and write other names as words."""
    for head in table.select("th"):
        if head.get_text(strip=True) in METRICS and head.string:
            head.string = METRICS[head.get_text(strip=True)]
    for text in table.find_all(string=NAME):
        if text.find_parent("code") is None:
            parts = _split_names(page, str(text))
            text.replace_with(*parts)


def _split_names(page: BeautifulSoup, text: str) -> Iterator[Tag | NavigableString]:
    place = 0
    for found in NAME.finditer(text):
        yield NavigableString(text[place : found.start()])
        name, place = found[0], found.end()
        if name.startswith("http"):
            yield NavigableString(name)
        elif name in _columns() or set(name) & set("./"):
            code = page.new_tag("code")
            code.string = name
            yield code
        else:
            yield NavigableString(METRICS.get(name, name).replace("_", " "))
    yield NavigableString(text[place:])


@cache
def _columns() -> frozenset[str]:
    """Return the names of all columns of all registered files."""
    forms = (form for name in names() for form in entry(name).variants)
    return frozenset(column.name for form in forms for column in form.columns)


def grid(rows: Sequence[Tag]) -> list[list[Tag]]:
    """Return the cells of rows by column; one that spans several stands in all of them."""
    filled: list[dict[int, Tag]] = [{} for _ in rows]
    for place, row in enumerate(rows):
        number = 0
        for cell in row.find_all(["th", "td"], recursive=False):
            while number in filled[place]:
                number += 1
            for down in filled[place : place + int(cell.get("rowspan", 1))]:
                down |= dict.fromkeys(range(number, number + int(cell.get("colspan", 1))), cell)
    return [[row[number] for number in sorted(row)] for row in filled]


def _holds_numbers(cells: Sequence[Tag]) -> bool:
    texts = [cell.get_text(strip=True) for cell in cells]
    said = [text for text in texts if text not in MISSING]
    return (
        bool(said)
        and all(NUMERIC.fullmatch(text) for text in said)
        and any(cell.name == "td" for cell in cells)
    )


def _write_column(cells: Sequence[Tag], printed: bool) -> None:
    texts = [cell.get_text(strip=True) for cell in cells]
    said = [text for text in texts if text not in MISSING]
    if all(map(WHOLE.fullmatch, said)) and any(abs(float(_plain(each))) > 1 for each in said):
        texts = [text.removesuffix(".0") for text in texts]
    texts = texts if printed else _filled(cells, texts)
    texts = [NONE if text in MISSING - {""} else tidy(text) for text in texts]
    longer = any(NARROW in text.rstrip("%").rstrip(NARROW) for text in texts)
    if longer or _counts([text for text in texts if text not in {"", NONE}]):
        texts = [FOUR.sub(lambda found: grouped(int(found[0])), text) for text in texts]
    digits = [_decimals(text) for text in texts]
    most = max((each for each in digits if each is not None), default=0)
    for cell, text, own in zip(cells, texts, digits, strict=True):
        _add_class(cell, "number")
        if cell.string is not None or not cell.find(True):
            cell.string = text
        if own is not None and own < most:
            # A whole number lacks the point as well.
            cell["style"] = f"--lacking: {most - own + (own == 0) / 2:g}"


def _counts(texts: Sequence[str]) -> bool:
    """Say whether a column counts: whole numbers, some of four digits that are no year or seed."""
    long = [int(text) for text in texts if FOUR.fullmatch(text)]
    return all(map(str.isdecimal, texts)) and any(each not in YEARS for each in long)


def _filled(cells: Sequence[Tag], texts: Sequence[str]) -> list[str]:
    """Put back the zeros that a column of rounded numbers has lost: 0.9 below 0.86 is 0.90.

    Of numbers with as many places that count, 0.12 below 0.058, none is lost, and what a paper
    prints stays as printed.
    """
    ours = {text for cell, text in zip(cells, texts, strict=True) if not _in_printed_row(cell)}
    known = {text: _places(text) for text in ours if FRACTION.fullmatch(text)}
    wanted = {
        text: max(digits for other, digits in known.values() if other >= order)
        for text, (order, _) in known.items()
    }
    inside = {digits for text, digits in wanted.items() if text not in BOUNDS}
    if len(inside) == 1:
        wanted |= {text: max(wanted[text], *inside) for text in BOUNDS & wanted.keys()}
    return [
        text + "0" * (wanted[text] - known[text][1] if text in ours & wanted.keys() else 0)
        for text in texts
    ]


def _places(text: str) -> tuple[int, int]:
    """Return the place of the first digit that counts, and how many stand behind the point."""
    whole, _, digits = text.lstrip("-\u2212+").partition(".")
    return len(whole) if int(whole) else len(digits.lstrip("0")) - len(digits), len(digits)


def _in_printed_row(cell: Tag) -> bool:
    row = cell.find_parent("tr")
    return any(PRINTED.search(head.get_text()) for head in row.find_all("th"))


def _plain(text: str) -> str:
    return text.replace(MINUS, "-").replace(",", "")


def _decimals(text: str) -> int | None:
    """Return the digits behind the point of a cell that is one number."""
    found = re.fullmatch(rf"[\u2212+]?[\d{NARROW}]+(?:\.(\d+))?(?:{NARROW}%)?", text)
    return len(found[1] or "") if found else None


def _name_headers(table: Tag) -> None:
    """Say of each header what it heads; an empty one is none."""
    for cell in table.select("thead th, tbody th"):
        if not cell.get_text(strip=True) and not cell.find("img"):
            cell.name = "td"
            del cell["scope"]
        elif cell.find_parent("thead"):
            cell["scope"] = "colgroup" if int(cell.get("colspan", 1)) > 1 else "col"
        else:
            cell["scope"] = "rowgroup" if int(cell.get("rowspan", 1)) > 1 else "row"


def _put_in_box(page: BeautifulSoup, table: Tag) -> None:
    """Let a wide table scroll in a box of its own, which the heading above it names."""
    box = table.find_parent(class_=["claims-scroll", "pst-scrollable-table-container"])
    if box is None:
        box = table.wrap(page.new_tag("div"))
    heading = table.find_previous(["h1", "h2", "h3", "h4"])
    named = heading.get_text(" ", strip=True).rstrip("# ") if heading else ""
    box["class"] = ["table-box"]
    box["role"] = "group"
    box["aria-label"] = f"Table: {named}".rstrip(": ")
    del box["tabindex"]  # book.js sets it where there is something to scroll


def _fold(page: BeautifulSoup, table: Tag, rows: int) -> None:
    fold = table.parent.wrap(page.new_tag("details", attrs={"class": "long-table"}))
    summary = page.new_tag("summary")
    summary.string = _claims_in(table) or _columns_of(table, rows)
    fold.insert(0, summary)


def name_folds(page: BeautifulSoup) -> None:
    """Say of each folded output, and of each long table that has a caption, what it holds."""
    for table in page.select("article details.long-table table"):
        if table.caption and not _claims_in(table):
            said = _shortened(table.caption.get_text(" ", strip=True).rstrip("."))
            table.find_parent("details").summary.string = said
    for fold in page.select("article details.below-input"):
        caption, table = fold.select_one("figcaption .caption-text"), fold.select_one("table")
        if caption:
            said = f"Figure: {SENTENCE_END.split(caption.get_text(' ', strip=True))[0].rstrip('.')}"
        elif table and (claims := _claims_in(table)):
            said = claims
        elif table and table.caption:
            said = table.caption.get_text(" ", strip=True).rstrip(".")
        elif table:
            said = _columns_of(table, len(table.select("tbody tr")))
        else:
            said = f"Text: {_first_line(fold)}"
        said = _shortened(said)
        for line, word in zip(fold.summary.find_all("p"), ("", "Hide: "), strict=False):
            line.string = f"{word}{said}"


def _shortened(said: str) -> str:
    """Return a name on one line: whole, its first sentence, up to a pause, or up to a word."""
    if len(said) <= LONGEST_NAME or len(said := SENTENCE_END.split(said)[0]) <= LONGEST_NAME:
        return said
    for found in reversed([*PAUSE.finditer(said, SHORTEST_NAME, LONGEST_NAME)]):
        name = said[: found.start()]
        if name.count("(") == name.count(")") and name.count("[") == name.count("]"):
            return name
    return f"{said[:LONGEST_NAME].rpartition(' ')[0].rstrip(' ,;:·')} …"


def _first_line(fold: Tag) -> str:
    """Return how the text that a fold holds begins."""
    texts = (text for text in fold.find_all(string=True) if not text.find_parent("summary"))
    return next(filter(None, map(str.strip, texts)), "nothing").split("\n")[0]


def _claims_in(table: Tag) -> str:
    """Return how many claims a table has, by verdict in the order of their number."""
    words = [word.get_text(strip=True) for word in table.select("tbody .verdict-word")]
    if not words:
        return ""
    counts = (f"{number} {word}" for word, number in Counter(words).most_common())
    return f"Table of {len(words)} claims: {' · '.join(counts)}"


def _columns_of(table: Tag, rows: int) -> str:
    first = table.select_one("thead tr")
    names = [cell.get_text(" ", strip=True) for cell in first.find_all(["th", "td"])]
    names = list(dict.fromkeys(filter(None, names)))
    more = ["…"] * (len(names) > NAMED_COLUMNS)
    named = ", ".join([*names[:NAMED_COLUMNS], *more])
    return f"Table of {rows} row{'s' * (rows != 1)}: {named}".rstrip(": ")


def _add_class(tag: Tag, name: str) -> None:
    tag["class"] = [*tag.get("class", []), name]
