"""What the book's text says where nothing computes it: in notebooks that are opened elsewhere."""

import re
from functools import cache

import yaml

from lib import claims
from lib.book.publish.repository import address
from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.common.wording import in_unit
from lib.notebook.records import Record, reference

ROLE = re.compile(r"\{(?P<name>[a-z:]+)\}`(?P<text>[^`]+)`", re.S)
NAMED = re.compile(r"(?P<text>.*?)\s*<[^<>]+>", re.S)
LINK = re.compile(r"\]\((?P<file>(?!https?:|#|mailto:)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
# A box of the book, such as that of the finding, with its options.
BOX = re.compile(
    r"^(?P<fence>:{3,})\{(?P<kind>[a-z-]+)\}(?P<title>[^\n]*)\n(?P<body>.*?)^(?P=fence)$",
    re.M | re.S,
)
# What only the built book shows, such as a figure that answers to the reader.
FENCED = re.compile(r"^(?P<fence>`{3,})\{(?P<kind>[a-z-]+)\}.*?^(?P=fence)$", re.M | re.S)
SHOWN = {
    "claims": "A table",
    "explore": "An interactive figure",
    "explore-alarms": "An interactive figure",
    "examination": "A table",
    "examiner": "A form to fill in",
    "slopes": "A figure",
    "strips": "A figure",
    "crosses": "A figure",
}
OPTION = re.compile(r":[a-z-]+:( |$)")
TARGET = re.compile(r"^\([\w-]+\)=\n+", re.M)


def text_of(record: Record, form: str = "") -> str:
    """Write a record's mean for a sentence."""
    if not form:
        whole = all(value.is_integer() for value in record.values)
        form = ",.0f" if whole and record.deterministic else ".3f"
    text = format(record.mean, form).replace("%", " %")
    return "\N{MINUS SIGN}" + text[1:] if text.startswith("-") else text


@cache
def site() -> str:
    """Return where the book's pages are published."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return settings["html"]["baseurl"]


def plain(text: str, folder: str, page: str = "lesson") -> str:
    """Write MyST text as Markdown that needs none of the book's machinery.

    Parameters
    ----------
    text : str
        MyST text of the book.
    folder : str
        The folder of its page, such as ``chapters/03-xmednn-ehms``, from which its links start.
    page : str
        The page's name in it, such as ``03_audit``.

    Returns
    -------
    str
        Numbers stand in place of roles, quotations in place of boxes, a line in place of what only
        the built book shows, and links lead to the site.
    """
    text = FENCED.sub(lambda found: _elsewhere(found, f"{site()}{folder}/{page}.html"), text)
    text = BOX.sub(_quotation, TARGET.sub("", text))
    text = resolved(text)
    return LINK.sub(lambda found: f"]({_address(found, folder)})", text)


def resolved(text: str) -> str:
    """Write what each role of a text shows in its place."""
    return ROLE.sub(_said, text)


def _said(found: re.Match) -> str:
    name, text = found["name"], " ".join(found["text"].split())
    if name in ("book", "run"):
        id, _, form = (part.strip() for part in text.partition("|"))
        return text_of(_known(reference(), id), form)
    if name == "published":
        claim = _known(claims.load(), text)
        return in_unit(claim.published, claim.unit)
    if name == "verdict":
        (judged,) = claims.select(_known(claims.load(), text).id)
        return judged.verdict
    if name.startswith("cite"):
        return f"[{text}]({site()}chapters/references.html)"
    titled = NAMED.fullmatch(text)
    return titled["text"] if titled else text


def _known(found: dict, id: str):
    if id not in found:
        raise ReaderError(f"A lesson names {id!r}, which is neither measured nor claimed.")
    return found[id]


def _elsewhere(found: re.Match, page: str) -> str:
    return f"*({SHOWN.get(found['kind'], 'A part')} of [the book's page]({page}).)*"


def _quotation(found: re.Match) -> str:
    body = BOX.sub(_quotation, found["body"])
    lines = [line for line in body.strip().splitlines() if not OPTION.match(line)]
    return "\n".join(f"> {line}".rstrip() for line in [f"**{found['title'].strip()}**", "", *lines])


def _address(found: re.Match, folder: str) -> str:
    path = f"{folder}/{found['file']}"
    while "/../" in path:
        path = re.sub(r"[^/]+/\.\./", "", path, count=1)
    page, dot, ending = path.rpartition(".")
    if dot and ending in ("md", "ipynb"):
        return f"{site()}{page}.html{found['anchor'] or ''}"
    return f"{address()}/blob/main/{path}"
