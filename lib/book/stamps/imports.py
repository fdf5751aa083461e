"""What a Python file imports: read from its text, without running it."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lib.common.errors import ReaderError
from lib.common.paths import ROOT


def modules_used(source: Path, root: Path = ROOT) -> set[Path]:
    """Return the files of ``lib`` that a Python file imports, directly or not.

    The files are read, not run: every ``import`` statement counts, also one inside a
    function. Names that are put together at run time are not seen.
    """
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        for path in set().union(*_ways(waiting.pop(), root)) - found:
            found.add(path)
            waiting.append(path)
    return found - {source}


def modules_named(source: Path, root: Path = ROOT) -> set[Path]:
    """Return the files of ``lib`` that a Python file itself names, without the packages around."""
    return {way[-1] for way in _ways(source, root)}


def imported_packages(file: Path) -> set[str]:
    """Return the outermost names of what a Python file imports, such as ``"torch"``."""
    return {name.split(".")[0] for name in _imported_names(file, ()) if name}


def text_of(file: Path) -> str:
    """Return the text of a Python file that can be read; else say where it cannot."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise ReaderError(
            f"{place_of(file)}, line {line}: a byte is no UTF-8. Save the file in that encoding."
        ) from None
    _imports_in(text, file)
    return text


def place_of(file: Path) -> Path:
    """Return the name of a file to say."""
    return file.relative_to(ROOT) if file.is_relative_to(ROOT) else file


def _ways(source: Path, root: Path) -> list[list[Path]]:
    """Return for each imported name of ``lib`` the files that Python runs on the way to it."""
    package = source.relative_to(root).parent.parts if source.is_relative_to(root) else ()
    names = [name.split(".") for name in _imported_names(source, package)]
    return [way for name in names if name[0] == "lib" and (way := [*_files_of(name, root)])]


def _imported_names(source: Path, package: tuple[str, ...]) -> Iterator[str]:
    for node in _imports_in(text_of(source), source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            base = package[: len(package) - node.level + 1] if node.level else ()
            parts = [*base, *filter(None, [node.module])]
            yield from (".".join([*parts, alias.name]) for alias in node.names)


# Every page of the book rests on much the same files.
@lru_cache(maxsize=1024)
def _imports_in(text: str, file: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    try:
        nodes = [*_run_nodes(ast.parse(text, filename=str(file)))]
    except SyntaxError as problem:
        raise ReaderError(f"{place_of(file)}, line {problem.lineno or 1}: {problem.msg}") from None
    except (ValueError, RecursionError, MemoryError) as problem:  # a null byte, endless brackets
        raise ReaderError(f"{place_of(file)} is no Python file: {problem}") from None
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, past what only a type checker reads."""
    yield tree
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")):
            yield from _run_nodes(node)


def _files_of(parts: list[str], root: Path) -> Iterator[Path]:
    for length in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:length])
        yield from filter(Path.is_file, (place.with_suffix(".py"), place / "__init__.py"))
