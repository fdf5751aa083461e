"""Laying out a new paper: one folder of ``lib``, one ledger, one folder of notebooks, one twin."""

import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.common.paths import CHAPTERS, ROOT
from lib.datasets.registry import UNREGISTERED

TEMPLATES = Path(__file__).with_name("new_paper_templates")
# Where each template's text goes; `{name}` is the paper's, `{chapter}` its folder of notebooks.
PLACES = {
    "paper/__init__.py": "lib/papers/{name}/__init__.py",
    "paper/flows.py": "lib/papers/{name}/flows.py",
    "paper/twin.py": "lib/papers/{name}/twin.py",
    "data/claims.csv": "data/claims/{name}.csv",
    "data/twin.json": "data/twins/{data_set}.json",
    "chapter/index.md": "chapters/{chapter}/index.md",
    "chapter/01_data.py": "chapters/{chapter}/01_data.py",
    "chapter/02_reproduction.py": "chapters/{chapter}/02_reproduction.py",
    "chapter/03_audit.py": "chapters/{chapter}/03_audit.py",
    "chapter/summary.md": "chapters/{chapter}/summary.md",
}
PAGES = ("01_data", "02_reproduction", "03_audit", "summary")


def new_paper(name: str, title: str | None, say: Callable[[str], None], root: Path = ROOT) -> str:
    """Write the files of a new paper, and enter it in the three lists.

    Parameters
    ----------
    name : str
        Lower-case letters and digits, such as ``"xmednn"``: of the module, the ids, the files.
    title : str, optional
        What readers see; the name when missing.
    say : callable
        Takes one line of progress.
    root : pathlib.Path
        The repository.

    Returns
    -------
    str
        The chapter, such as ``"05-demo"``.

    Raises
    ------
    ReaderError
        If the name does not fit, or something of that name is there.
    """
    _check_name(name, root)
    chapter = f"{_next_number(root):02d}-{name}"
    words = {
        "name": name,
        "title": title or name,
        "chapter": chapter,
        "data_set": f"{name}-data",
        "unregistered": UNREGISTERED,
    }
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )

    def text(template: str) -> str:
        return environment.get_template(f"{template}.jinja").render(words)

    for template, place in PLACES.items():
        path = place.format(**words)
        write_whole(root / path, text(template))
        say(f"Written: {path}")
    registry = root / "data" / "registry.yml"
    _extend(registry, registry.read_text(encoding="utf-8") + text("data/registry.yml"), say)
    every = root / "lib" / "papers" / "every.py"
    _extend(every, _listed(every.read_text(encoding="utf-8"), name), say)
    contents = root / "_toc.yml"
    _extend(contents, _in_contents(contents.read_text(encoding="utf-8"), chapter), say)
    return chapter


def _check_name(name: str, root: Path) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]{1,19}", name):
        raise ReaderError(
            f"{name!r} is no name for a paper: take 2 to 20 lower-case letters and digits, a "
            "letter first, such as xmednn."
        )
    taken = [root / "lib" / "papers" / name, root / "data" / "claims" / f"{name}.csv"]
    for path in [*taken, *(root / "chapters").glob(f"[0-9]*-{name}")]:
        if path.exists():
            raise ReaderError(f"{path.relative_to(root)} is there already. Choose another name.")


def _next_number(root: Path) -> int:
    numbers = [int(path.name[:2]) for path in (root / CHAPTERS.name).glob("[0-9][0-9]-*")]
    return max(numbers, default=0) + 1


def _extend(path: Path, text: str, say: Callable[[str], None]) -> None:
    write_whole(path, text)
    say(f"Entered in: {path.name}")


def _listed(text: str, name: str) -> str:
    """Enter a paper in the list of papers, in the order of the alphabet."""
    imported = re.search(r"^from lib\.papers import (.*)$", text, re.M)
    names = sorted({*imported[1].split(", "), name})
    text = text.replace(imported[0], f"from lib.papers import {', '.join(names)}")
    return re.sub(r"(PAPERS[^=]*= \(\n)(.*?)(\n\))", rf"\1\2\n    {name},\3", text, flags=re.S)


def _in_contents(text: str, chapter: str) -> str:
    """Enter a chapter in the table of contents, after the last paper."""
    lines = [f"      - file: chapters/{chapter}/index", "        sections:"]
    lines += [f"          - file: chapters/{chapter}/{page}" for page in PAGES]
    papers = text.find("  - caption: The papers\n")
    place = text.find("  - caption: ", papers + 1)
    return text[:place] + "\n".join(lines) + "\n" + text[place:]
