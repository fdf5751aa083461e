"""Which cell, and which functions of ``lib``, made an output; found by reading, not running."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from symtable import symtable

from lib.paths import ROOT

MARKER = "# %%"
# More would be a list of the whole notebook, and no answer.
MOST = 4
# They prepare a notebook; what it shows is made by others.
SETTING_UP = frozenset(("lib.figures.use_book_style", "lib.records.Recorder"))
# Everything comes from them in the end; they are named where nothing stands in between.
LOADING = frozenset(("lib.datasets.at_hand", "lib.datasets.load"))


@dataclass(frozen=True, order=True)
class Place:
    """Lines of a file.

    Attributes
    ----------
    name : str
        What stands there, such as ``"lib.figures.draw_confusion"``.
    path : str
        From the root, such as ``"lib/figures.py"``.
    first, last : int or None
        Counted from 1; None for the whole file.
    """

    name: str
    path: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class _Step:
    """A statement of a notebook: its cell, what it binds, reads, and uses of ``lib``."""

    cell: int
    binds: frozenset[str]
    reads: frozenset[str]
    uses: tuple[str, ...]


class NotebookSource:
    """A notebook's percent-format source, as a place where outputs come from.

    Parameters
    ----------
    source : pathlib.Path
        The ``.py`` file, below the root.
    root : pathlib.Path
        The folder that holds ``lib``.
    """

    def __init__(self, source: Path, root: Path = ROOT):
        self.path = str(source.relative_to(root))
        self.root = root
        self.cells = list(_code_cells(source.read_text(encoding="utf-8")))
        self._steps = list(self._read_steps())

    def cell(self, number: int) -> Place:
        """Return where a code cell stands.

        Parameters
        ----------
        number : int
            Among the code cells, counted from 0.
        """
        first, text = self.cells[number]
        return Place("notebook cell", self.path, first, first + text.count("\n"))

    def functions(self, number: int) -> list[Place]:
        """Return the functions of ``lib`` that made what a code cell shows.

        They are those that the cell names itself, and those in the nearest earlier
        statements from which its variables come.

        Parameters
        ----------
        number : int
            Among the code cells, counted from 0.

        Returns
        -------
        list of Place
            At most `MOST`, the cell's own first.
        """
        showing = self._showing(number)
        names = self._search(showing, SETTING_UP | LOADING) or self._search(showing, SETTING_UP)
        found = (definition(name, self.root) for name in names)
        return list(dict.fromkeys(place for place in found if place))[:MOST]

    def _search(self, level: set[int], passed_over: frozenset[str]) -> dict[str, None]:
        """Return what some statements use, and the nearest of those that they rest on."""
        names, seen = self._uses(level, passed_over), set(level)
        while behind := self._before(level) - seen:
            more = self._uses(behind, passed_over)
            if more:
                return names | more
            seen |= behind
            level = behind
        return names

    def _showing(self, number: int) -> set[int]:
        """Return the statements that make a cell's output: the last one, or all of a figure's."""
        places = [place for place, step in enumerate(self._steps) if step.cell == number]
        drawn = places and "plt" in self._steps[places[-1]].reads
        return set(places if drawn else places[-1:])

    def _uses(self, level: set[int], passed_over: frozenset[str]) -> dict[str, None]:
        """Return what some statements use of ``lib``, without repetition, in reading order."""
        used = (name for place in sorted(level) for name in self._steps[place].uses)
        return {name: None for name in used if name not in passed_over and self._defined(name)}

    def _defined(self, name: str) -> bool:
        return definition(name, self.root) is not None

    def _before(self, level: set[int]) -> set[int]:
        """Return the latest earlier statement that binds each name which others read."""
        return {
            found
            for place in level
            for name in self._steps[place].reads
            if (found := self._bound_before(name, place)) is not None
        }

    def _bound_before(self, name: str, place: int) -> int | None:
        earlier = range(place - 1, -1, -1)
        return next((each for each in earlier if name in self._steps[each].binds), None)

    def _read_steps(self) -> Iterator[_Step]:
        imported: dict[str, str] = {}
        for number, (_, text) in enumerate(self.cells):
            for statement in ast.parse(text).body:
                imported |= _imports(statement)
                yield _Step(
                    number,
                    frozenset(_bound(statement)),
                    frozenset(_read(statement)) - imported.keys(),
                    tuple(_uses_of(statement, imported)),
                )


def _code_cells(text: str) -> Iterator[tuple[int, str]]:
    """Return the first line and the text of each code cell, blank ends left out."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith(MARKER)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if "[markdown]" not in lines[start]:
            body = "\n".join(lines[start + 1 : end])
            blank = len(body) - len(body.lstrip("\n"))
            yield start + 2 + blank, body.strip("\n")


def _imports(statement: ast.stmt) -> dict[str, str]:
    """Return the names that a statement imports from ``lib``, and what each stands for."""
    found = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lib":
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            found |= {each.asname: each.name for each in node.names if each.asname}
    return {name: full for name, full in found.items() if full.split(".")[0] == "lib"}


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Return the notebook's names that a statement sets or changes, not those local to it."""
    top = symtable(ast.unparse(statement), "cell", "exec")
    yield from (each.get_name() for each in top.get_symbols() if each.is_assigned())
    for node in ast.walk(statement):
        # A column that is set, or a dictionary's entry, changes what the name stands for.
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield from (each.id for each in ast.walk(node.value) if isinstance(each, ast.Name))


def _read(statement: ast.stmt) -> Iterator[str]:
    """Return the notebook's names that a statement reads, also inside functions and loops."""
    top = symtable(ast.unparse(statement), "cell", "exec")
    yield from (each.get_name() for each in top.get_symbols() if each.is_referenced())
    scopes = list(top.get_children())
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        yield from (each.get_name() for each in scope.get_symbols() if each.is_global())


def _uses_of(statement: ast.stmt, imported: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in imported:
                yield f"{imported[node.value.id]}.{node.attr}"
        elif isinstance(node, ast.Name) and node.id in imported:
            yield imported[node.id]


def definition(name: str, root: Path = ROOT) -> Place | None:
    """Return where a function or class of ``lib`` is defined.

    Parameters
    ----------
    name : str
        As it is imported, such as ``"lib.claims.judge"``; it may be passed on by a package.
    root : pathlib.Path
        The folder that holds ``lib``.

    Returns
    -------
    Place or None
        None for what is neither, such as a module or a constant.
    """
    module, _, last = name.rpartition(".")
    path = _file_of(module, root)
    if path is None:
        return None
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == last:
            return Place(name, str(path.relative_to(root)), node.lineno, node.end_lineno)
        passed_on = _imports(node).get(last)
        if passed_on:
            place = definition(passed_on, root)
            return place and Place(name, place.path, place.first, place.last)
    return None


def _file_of(module: str, root: Path) -> Path | None:
    place = root.joinpath(*module.split("."))
    found = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in found if module and path.is_file()), None)
