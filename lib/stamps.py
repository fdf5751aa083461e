"""What a notebook's output depends on, so that only what changed is executed again."""

import ast
import hashlib
import os
import platform
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path

from lib.files import sha256_of
from lib.paths import ROOT, TWINS

CODE_CELL = re.compile(r"^# %%.*$", re.MULTILINE)
REQUIREMENTS = ROOT / "requirements.txt"
# What begins the name of an input that is no file.
PARAMETER, VERSION, DATA_SET = "parameter", "version of", "data"
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


def pinned_versions(requirements: Path = REQUIREMENTS) -> dict[str, str]:
    """Return the version that each requirement is pinned to.

    Parameters
    ----------
    requirements : pathlib.Path
        Lines of the form ``name==version``; others are passed over.
    """
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", requirements.read_text(encoding="utf-8"), re.M)
    return dict(pins)


def required_versions(requirements: Path = REQUIREMENTS) -> dict[str, str]:
    """Return the installed version of Python and of every required package.

    Parameters
    ----------
    requirements : pathlib.Path
        As for `pinned_versions`.

    Returns
    -------
    dict of str to str
        ``"missing"`` for a package that is not installed.
    """
    names = pinned_versions(requirements)
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def packages_used(files: Iterable[Path], requirements: Path = REQUIREMENTS) -> set[str]:
    """Return the required packages whose version can matter to some Python files.

    These are the packages that the files import, and those that these need in turn; of the
    latter only what is itself a requirement, since it alone is pinned by name.

    Parameters
    ----------
    files : iterable of pathlib.Path
        A notebook's source and the modules that it uses.
    requirements : pathlib.Path
        As for `pinned_versions`.
    """
    owners = _owners()
    waiting = {owner for file in files for name in _roots(file) for owner in owners.get(name, ())}
    found: set[str] = set()
    while waiting:
        package = waiting.pop()
        found.add(package)
        waiting |= _needed_by(package) - found
    return {name for name in pinned_versions(requirements) if _plain(name) in found}


@cache
def _owners() -> dict[str, set[str]]:
    """Return for each importable name the packages that install it."""
    return {name: set(map(_plain, found)) for name, found in packages_distributions().items()}


def _roots(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    return {name.split(".")[0] for name in _imported_names(tree, []) if name}


@cache
def _needed_by(package: str) -> frozenset[str]:
    """Return what a package always needs; what only its extras need stays out."""
    try:
        lines = requires(package) or []
    except PackageNotFoundError:
        return frozenset()
    always = [line for line in lines if not re.search(r"\bextra\b", line)]
    return frozenset(_plain(re.match(r"[A-Za-z0-9._-]+", line).group()) for line in always)


def _plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


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
    code = _code_used(source, root)
    versions = required_versions()
    inputs = code_inputs(source, root)
    inputs |= {f"{PARAMETER} {name}": repr(value) for name, value in parameters.items()}
    inputs |= {
        f"{VERSION} {name}": versions[name] for name in ("python", *sorted(packages_used(code)))
    }
    return inputs | data_found(source)


def code_inputs(source: Path, root: Path = ROOT) -> dict[str, str]:
    """Return the digests of a notebook's code and of the files of ``lib`` that it uses.

    Parameters
    ----------
    source : pathlib.Path
        The notebook's ``.py`` source.
    root : pathlib.Path
        The folder that holds ``lib``.

    Returns
    -------
    dict of str to str
        By path from the root, the notebook first.
    """
    code = _code_used(source, root)
    digests = {str(path.relative_to(root)): code_digest(path) for path in code}
    # The look of the figures lies beside the module that sets it.
    styles = {style for path in code[1:] for style in path.parent.glob("*.mplstyle")}
    return digests | {str(path.relative_to(root)): sha256_of(path) for path in sorted(styles)}


def _code_used(source: Path, root: Path) -> list[Path]:
    return [source, *sorted(modules_used(source, root) - _rendered_later(root))]


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
    return {f"{DATA_SET} {name}": _state(name) for name in names() if name in strings}


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
