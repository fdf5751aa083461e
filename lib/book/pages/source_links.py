"""Which cell, and which functions of ``lib``, made an output; found by reading, not running."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from symtable import symtable

from lib.book.stamps.imports import text_of
from lib.common.paths import ROOT

MARKER = "# %%"
# More would be a list of the whole notebook, and no answer.
MOST = 4
# They prepare a notebook, or say why it stops; what it shows is made by others.
SETTING_UP = {
    "lib.common.errors.ReaderError",
    "lib.methods.figures.use_book_style",
    "lib.notebook.records.Recorder",
}
# Everything comes from them in the end; they are named where nothing stands in between.
LOADING = re.compile(r"lib\.(datasets|papers\.\w+)\.(at_hand|draw_twin|load)")


@dataclass(frozen=True, order=True)
class Place:
    """Lines of a file."""

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
    """A notebook's percent-format source, as a place where outputs come from."""

    def __init__(self, source: Path, root: Path = ROOT):
        self.path = str(source.relative_to(root))
        self.root = root
        self.cells = list(_code_cells(text_of(source)))
        self._steps = list(self._read_steps())

    def cell(self, number: int) -> Place:
        """Return where a code cell stands."""
        first, text = self.cells[number]
        return Place("notebook cell", self.path, first, first + text.count("\n"))

    def functions(self, number: int) -> list[Place]:
        """Return the functions of ``lib`` that made what a code cell shows.

        They are those that the cell names itself, and those in the nearest earlier
        statements from which its variables come.
        """
        showing = self._showing(number)
        names = self._search(showing, loading=False) or self._search(showing, loading=True)
        return list(dict.fromkeys(definition(name, self.root) for name in names))[:MOST]

    def _search(self, level: set[int], loading: bool) -> dict[str, None]:
        """Return what some statements use, and the nearest of those that they rest on."""
        names, seen = self._uses(level, loading), set(level)
        while behind := self._before(level) - seen:
            more = self._uses(behind, loading)
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

    def _uses(self, level: set[int], loading: bool) -> dict[str, None]:
        """Return what some statements use of ``lib``, without repetition, in reading order."""
        used = (name for place in sorted(level) for name in self._steps[place].uses)
        return {name: None for name in used if self._counts(name, loading)}

    def _counts(self, name: str, loading: bool) -> bool:
        """Tell whether a function is named as the maker of an output, or passed over."""
        passed_over = name in SETTING_UP or (not loading and LOADING.fullmatch(name))
        return not passed_over and definition(name, self.root) is not None

    def _before(self, level: set[int]) -> set[int]:
        """Return the latest earlier statement that binds each name which others read."""
        binding = (
            [each for each in range(place) if name in self._steps[each].binds]
            for place in level
            for name in self._steps[place].reads
        )
        return {earlier[-1] for earlier in binding if earlier}

    def _read_steps(self) -> Iterator[_Step]:
        imported: dict[str, str] = {}
        for number, (_, text) in enumerate(self.cells):
            for statement in ast.parse(text).body:
                imported |= _imports(statement)
                binds, reads = frozenset(_bound(statement)), frozenset(_read(statement))
                uses = tuple(_uses_of(statement, imported))
                yield _Step(number, binds, reads - imported.keys(), uses)


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
    """Return where a function or class of ``lib`` is defined."""
    module, _, last = name.rpartition(".")
    path = _file_of(module, root)
    if path is None:
        return None
    for node in ast.parse(text_of(path)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == last:
            return Place(name, str(path.relative_to(root)), node.lineno, node.end_lineno)
        passed_on = _imports(node).get(last)
        if passed_on and passed_on != name:  # a module in its own package is no definition
            place = definition(passed_on, root)
            return place and Place(name, place.path, place.first, place.last)
    return None


def _file_of(module: str, root: Path) -> Path | None:
    place = root.joinpath(*module.split("."))
    found = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in found if module and path.is_file()), None)
