"""The walls of ``lib``: which of its folders may import which, read from the imports alone."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from lib.book.notebooks import find_notebooks
from lib.book.stamps.imports import modules_named
from lib.book.stamps.inputs import code_inputs
from lib.common.paths import ROOT

# What each folder may import besides itself; the command line and the book may import everything.
ALLOWED = {
    "chapters": {"papers", "networks", "datasets", "methods", "notebook", "claims", "common"},
    "claims": {"methods", "notebook", "common"},
    "review": {"claims", "datasets", "methods", "common"},
    "papers": {"datasets", "methods", "common"},
    "networks": {"datasets", "methods", "common"},
    "datasets": {"common"},
    "methods": {"common"},
    "notebook": {"common"},
    "common": set(),
}
# Inside the book each may import only what stands to its left.
BOOK = ("notebooks", "stamps", "run", "verify", "publish", "lessons", "pages", "cost")
# A stamp follows each package that an import passes through, so a list there would tie pages.
EMPTY = ("papers", "methods", "notebook", "book", "common")
EVERY = "lib/papers/every.py"
# A name such as lib.common.paths.ROOT, or a path such as lib/common/paths.py.
NAME = re.compile(r"(?<![\w/.])lib(?:/\w+)+\.py|(?<![\w/.])lib(?:\.[A-Za-z_]\w*)+")
# The paper by which a page explains how to add one.
MADE_UP = ("lib/papers/demo/", "lib.papers.demo")


def arrows(root: Path) -> list[tuple[str, str]]:
    """Return each import of a file of ``lib`` as the names of two files, from and to."""
    files = [*(root / "lib").rglob("*.py"), *(root / "chapters").rglob("*.py")]
    found = ((file, named) for file in files for named in modules_named(file, root))
    return sorted((str(a.relative_to(root)), str(b.relative_to(root))) for a, b in found)


def folder(file: str) -> str:
    """Return the folder of ``lib`` that a file is in; ``chapters``; empty for ``lib`` itself."""
    parts = Path(file).parts
    return parts[0] if parts[0] == "chapters" else parts[1] if len(parts) > 2 else ""


def through_a_wall(root: Path) -> list[str]:
    return [
        f"{source} imports {target}"
        for source, target in arrows(root)
        if folder(source) in ALLOWED
        and folder(target) not in {folder(source), *ALLOWED[folder(source)]}
    ]


def to_the_right(root: Path) -> list[str]:
    def place(file: str) -> int:
        return BOOK.index(Path(file).parts[2].removesuffix(".py"))

    inside = [arrow for arrow in arrows(root) if {*map(folder, arrow)} == {"book"}]
    return [
        f"{source} imports {target}" for source, target in inside if place(source) < place(target)
    ]


def between_papers(root: Path) -> list[str]:
    inside = [arrow for arrow in arrows(root) if {*map(folder, arrow)} == {"papers"}]
    return [
        f"{source} imports {target}"
        for source, target in inside
        if source != EVERY and Path(source).parts[2] != Path(target).parts[2]
    ]


def of_every_paper(root: Path) -> list[str]:
    return [
        f"{source} imports {target}"
        for source, target in arrows(root)
        if target == EVERY and folder(source) not in ("", "book")
    ]


def in_a_circle(root: Path) -> list[str]:
    graph: dict[str, set[str]] = {}
    for source, target in arrows(root):
        graph.setdefault(source, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as problem:
        return problem.args[1]
    return []


def not_empty(root: Path) -> list[str]:
    places = [root / "lib" / name / "__init__.py" for name in EMPTY]
    return [str(path.relative_to(root)) for path in places if path.read_text(encoding="utf-8")]


def of_another_paper(root: Path, sources: list[Path]) -> list[str]:
    """Return the files of other papers, and the makers of packets, that pages would rest on."""
    return [
        f"{source.parent.name}/{source.stem} rests on {name}"
        for source in sources
        for name in code_inputs(source, root)
        if name.startswith("lib/papers/")
        and (Path(name).parts[2] not in source.parent.name.split("-") or "/packets/" in name)
    ]


def without_code(root: Path) -> list[str]:
    """Return the names of modules in docstrings, strings and prose behind which is no code."""
    texts = [root / "_config.yml", root / "README.md"]
    texts += [path for place in ("lib", "chapters") for path in (root / place).rglob("*.py")]
    texts += (root / "chapters").rglob("*.md")
    return [
        f"{path.relative_to(root)} names {name}"
        for path in texts
        if path.exists()
        for name in re.findall(NAME, path.read_text(encoding="utf-8"))
        if not name.startswith(MADE_UP) and not _is_there(root, name)
    ]


def _is_there(root: Path, name: str) -> bool:
    if name.endswith(".py"):
        return (root / name).is_file()
    parts = name.split(".")
    ends = (root.joinpath(*parts[:length]) for length in range(len(parts), 0, -1))
    place = next(
        (path for path in ends if path.is_dir() or path.with_suffix(".py").is_file()), root
    )
    rest = parts[len(place.relative_to(root).parts) :]
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return not rest or bool(re.search(rf"\b{rest[0]}\b", file.read_text(encoding="utf-8")))


WALLS = (
    through_a_wall,
    to_the_right,
    between_papers,
    of_every_paper,
    in_a_circle,
    not_empty,
    without_code,
)


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_the_walls_stand(wall):
    assert wall(ROOT) == []


def test_a_page_rests_on_its_own_paper_alone():
    # The part across sets several papers side by side.
    sources = [book.source for book in find_notebooks() if book.chapter != "04-across"]
    assert len(sources) >= 12
    assert of_another_paper(ROOT, sources) == []


def test_the_readme_names_each_folder_of_the_library():
    row = re.search(r"^\| `lib/` \|(.*)", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    folders = {path.parent.name for path in (ROOT / "lib").glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)`", row[1])) == folders


def test_modules_that_sphinx_is_told_to_load_are_there():
    settings = (ROOT / "_config.yml").read_text(encoding="utf-8")
    names = re.findall(r"^ +- (lib\.\S+)", settings, re.M)
    assert names
    for name in names:
        assert name.startswith("lib.book.")
        assert ROOT.joinpath(*name.split(".")).with_suffix(".py").is_file()


PAGE = "chapters/01-first-one/01_data.py"
SOUND = {
    "lib/__init__.py": "",
    "lib/__main__.py": "from lib.book.run import execution\n",
    "lib/common/paths.py": "",
    "lib/datasets/__init__.py": "from lib.datasets import loading\n",
    "lib/datasets/loading.py": "from lib.common.paths import ROOT\n",
    "lib/methods/splits.py": "import lib.common.paths\n",
    "lib/notebook/records.py": "",
    "lib/claims/__init__.py": "from lib.claims.ledger import load\n",
    "lib/claims/ledger.py": "from lib.notebook.records import Record\n",
    "lib/papers/one/__init__.py": "from lib.papers.one import twin\n",
    "lib/papers/one/twin.py": "from lib import datasets\n",
    "lib/papers/one/packets/making.py": "",
    "lib/papers/two/__init__.py": "answer = 42\n",
    EVERY: "from lib.papers import one, two\n",
    "lib/book/stamps/inputs.py": "from lib import claims\n",
    "lib/book/run/execution.py": "from lib.book.stamps import inputs\nimport lib.papers.every\n",
    PAGE: "from lib.papers import one\n",
} | {f"lib/{name}/__init__.py": "" for name in EMPTY}


@pytest.fixture
def house(tmp_path):
    """Return what builds a small house with sound walls, and some text more in one file."""

    def build(file: str = PAGE, text: str = "") -> Path:
        for name, content in (SOUND | {file: SOUND.get(file, "") + text}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return tmp_path

    return build


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_a_sound_house_has_no_problem(house, wall):
    root = house()
    assert wall(root) == []
    assert of_another_paper(root, [root / PAGE]) == []


@pytest.mark.parametrize(
    ("wall", "file", "text"),
    [
        (through_a_wall, PAGE, "from lib.book.stamps import inputs"),
        (through_a_wall, "lib/datasets/loading.py", "from lib.papers import one"),
        (through_a_wall, "lib/methods/splits.py", "def f():\n    from lib import claims"),
        (through_a_wall, "lib/notebook/records.py", "import lib.methods.splits"),
        (through_a_wall, "lib/papers/one/twin.py", "from lib.notebook import records"),
        (through_a_wall, "lib/claims/ledger.py", "from lib import datasets"),
        (through_a_wall, "lib/common/paths.py", "from lib.book.run.execution import execute"),
        (to_the_right, "lib/book/stamps/inputs.py", "from lib.book.run import execution"),
        (to_the_right, "lib/book/notebooks.py", "from ..book.stamps import inputs"),
        (between_papers, "lib/papers/two/__init__.py", "from lib.papers.one import twin"),
        (of_every_paper, PAGE, "from lib.papers import every"),
        (of_every_paper, "lib/papers/one/twin.py", "from lib.papers.every import PAPERS"),
        (in_a_circle, "lib/papers/one/twin.py", "def f():\n    from lib.papers.one import load"),
        (in_a_circle, "lib/claims/ledger.py", "from . import load"),
        (not_empty, "lib/methods/__init__.py", "from lib.methods import splits"),
        (without_code, "lib/methods/splits.py", '"""See `lib.claims.ledgers`."""'),
        (without_code, "lib/methods/splits.py", '"""See `lib.claim`."""'),
        (without_code, "lib/methods/splits.py", '"""See `lib.claims.ledger.loads`."""'),
        (without_code, PAGE, "# It stands in lib/claims/ledgers.py."),
    ],
)
def test_a_planted_arrow_is_found(house, wall, file, text):
    assert wall(house(file, f"{text}\n"))


@pytest.mark.parametrize(
    "text", ["from lib.papers import two", "import lib.papers.one.packets.making"]
)
def test_a_page_with_the_file_of_another_paper_or_with_packets_is_found(house, text):
    root = house("lib/papers/one/twin.py", f"{text}\n")
    (root / "lib/papers/one/packets/making.py").write_text("x = 1\n")
    assert of_another_paper(root, [root / PAGE])
