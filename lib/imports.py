"""What a Python file imports: read from its text, without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from lib.paths import ROOT


def modules_used(source: Path, root: Path = ROOT) -> set[Path]:
    """Return the files of ``lib`` that a Python file imports, directly or not.

    The files are read, not run: every ``import`` statement counts, also one inside a
    function. Names that are put together at run time are not seen.

    Parameters
    ----------
    source : pathlib.Path
        A notebook's ``.py`` source or a module.
    root : pathlib.Path
        The folder that holds ``lib``.

    Returns
    -------
    set of pathlib.Path
        Absolute paths; the source itself is not among them.
    """
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        for path in _imported_files(waiting.pop(), root) - found:
            found.add(path)
            waiting.append(path)
    return found - {source}


def imported_packages(file: Path) -> set[str]:
    """Return the outermost names of what a Python file imports, such as ``"torch"``.

    Parameters
    ----------
    file : pathlib.Path
        A notebook's ``.py`` source or a module.

    Returns
    -------
    set of str
        Relative imports are not among them.
    """
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    return {name.split(".")[0] for name in _imported_names(tree, []) if name}


def _imported_files(source: Path, root: Path) -> set[Path]:
    tree = ast.parse(source.read_text(encoding="utf-8"), filename=str(source))
    files = set()
    for name in _imported_names(tree, _package_of(source, root)):
        if name.split(".")[0] == "lib":
            files.update(_files_of(name, root))
    return files


def _package_of(source: Path, root: Path) -> list[str]:
    if not source.is_relative_to(root):
        return []
    return list(source.relative_to(root).parent.parts)


def _imported_names(tree: ast.AST, package: list[str]) -> Iterator[str]:
    for node in _run_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            yield prefix
            yield from (f"{prefix}.{alias.name}" for alias in node.names)


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, past what only a type checker reads."""
    yield tree
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")):
            yield from _run_nodes(node)


def _files_of(name: str, root: Path) -> Iterator[Path]:
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:length])
        yield from filter(Path.is_file, (place.with_suffix(".py"), place / "__init__.py"))
