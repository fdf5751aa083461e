"""What a notebook's output depends on, so that only what changed is executed again."""

import ast
import hashlib
import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lib.files import sha256_of
from lib.paths import ROOT, TWINS

CODE_CELL = re.compile(r"^# %%.*$", re.MULTILINE)
EMPTY = ast.dump(ast.Module(body=[], type_ignores=[]))


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
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            yield prefix
            yield from (f"{prefix}.{alias.name}" for alias in node.names)


def _files_of(name: str, root: Path) -> Iterator[Path]:
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:length])
        yield from filter(Path.is_file, (place.with_suffix(".py"), place / "__init__.py"))


def required_versions(requirements: Path = ROOT / "requirements.txt") -> dict[str, str]:
    """Return the installed version of Python and of every required package.

    Parameters
    ----------
    requirements : pathlib.Path
        Lines of the form ``name==version``.

    Returns
    -------
    dict of str to str
        ``"missing"`` for a package that is not installed.
    """
    names = re.findall(r"^([A-Za-z0-9._-]+)==", requirements.read_text(encoding="utf-8"), re.M)
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def inputs_of(source: Path, parameters: dict, root: Path = ROOT) -> dict[str, str]:
    """Return everything that a notebook's outputs depend on, as names and digests.

    The papers' claims, and the code that judges and shows them, are left out on purpose:
    tables of verdicts are rendered again by each build, and a corrected claim must not cost
    a night of training. Of code, only what Python sees counts, see `code_digest`.

    Parameters
    ----------
    source : pathlib.Path
        The notebook's ``.py`` source.
    parameters : dict
        The parameters of the run.
    root : pathlib.Path
        The folder that holds ``lib``.

    Returns
    -------
    dict of str to str
        A readable name of each input, and its digest or value.
    """
    modules = {path for path in modules_used(source, root) if path not in _rendered_later(root)}
    inputs = {str(path.relative_to(root)): code_digest(path) for path in (source, *sorted(modules))}
    # The look of the figures lies beside the module that sets it.
    styles = {style for path in modules for style in path.parent.glob("*.mplstyle")}
    inputs |= {str(path.relative_to(root)): sha256_of(path) for path in sorted(styles)}
    inputs |= {f"parameter {name}": repr(value) for name, value in parameters.items()}
    inputs |= {f"version of {name}": text for name, text in required_versions().items()}
    return inputs | data_found(source)


def _rendered_later(root: Path) -> set[Path]:
    names = ("checks", "expressions", "rendering", "rules", "verdicts")
    return {root / "lib" / "claims" / f"{name}.py" for name in names}


def code_digest(path: Path) -> str:
    """Return a digest of what Python sees in a file: no comment, docstring, prose or layout.

    Parameters
    ----------
    path : pathlib.Path
        A module, or a notebook's percent-format source, of which the division into code cells
        counts as well.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    text = path.read_text(encoding="utf-8")
    cells = CODE_CELL.split(text)
    dumps = [ast.dump(_without_docstrings(ast.parse(cell))) for cell in cells]
    return hashlib.sha256("\0".join(dump for dump in dumps if dump != EMPTY).encode()).hexdigest()


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                # A lone docstring is a body too, so something must stay.
                node.body = node.body[1:] or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return tree


def data_found(source: Path) -> dict[str, str]:
    """Return the state of each data set that a notebook names, as it would be found now.

    Parameters
    ----------
    source : pathlib.Path
        The notebook's ``.py`` source; a data set counts as named when its registry name
        stands in it as a string.

    Returns
    -------
    dict of str to str
        One entry a data set: the digest of the file, or of the twin's parameters.
    """
    from lib.datasets import names

    tree = ast.parse(source.read_text(encoding="utf-8"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {f"data {name}": _state(name) for name in names() if name in strings}


def _state(name: str) -> str:
    """Return ``real``, ``unknown`` or ``twin``, and the digests of what would be loaded."""
    from lib.datasets import entry
    from lib.datasets.locate import locate

    known = entry(name)
    if not _switch("IDS_TWIN"):
        allowed = _switch("IDS_DATA_ALLOW_UNKNOWN")
        found = [locate(known, variant.name, allowed) for variant in known.variants]
        if any(found):
            kind = "real" if all(place.known for place in found if place) else "unknown"
            return " ".join(
                [kind, *(digest for place in found if place for digest in place.sha256)]
            )
    twins = [TWINS / variant.twin for variant in known.variants if variant.twin]
    return " ".join(["twin", *(sha256_of(path) for path in twins if path.exists())])


def _switch(variable: str) -> bool:
    return os.environ.get(variable, "").lower() in ("1", "true", "yes")


def digest_of(inputs: dict[str, str]) -> str:
    """Return one digest for a set of inputs, whatever their order.

    Parameters
    ----------
    inputs : dict of str to str
        As `inputs_of` returns them.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    lines = "".join(f"{name}\0{value}\n" for name, value in sorted(inputs.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def first_change(before: dict[str, str], now: dict[str, str]) -> str:
    """Name one input that differs, for the person who wonders why a notebook runs again.

    Parameters
    ----------
    before, now : dict of str to str
        As `inputs_of` returns them.

    Returns
    -------
    str
        Such as ``"lib/networks.py"``; empty when nothing differs.
    """
    return next(
        (name for name in sorted(before | now) if before.get(name) != now.get(name)),
        "",
    )
