"""What a notebook's output depends on, so that only what changed is executed again."""

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from lib.files import sha256_of
from lib.imports import modules_used
from lib.paths import CLAIMS, ROOT, TWINS
from lib.requirements import packages_used, required_versions

CODE_CELL = re.compile(r"^# %%.*$", re.MULTILINE)
# What begins the name of an input that is no file.
PARAMETER, VERSION, DATA_SET, PRINTED = "parameter", "version of", "data", "printed"
# How a notebook reads the ledger, to compute with what is printed or to draw it.
READERS = ("claims.published_claims", "claims.published_values")
EMPTY = ast.dump(ast.Module(body=[], type_ignores=[]))


def inputs_of(source: Path, parameters: dict, root: Path = ROOT) -> dict[str, str]:
    """Return everything that a notebook's outputs depend on, as names and digests.

    Of the papers' claims only those count that the notebook computes with, see
    `printed_read`. Other claims, and the code that judges and shows them, are left out on
    purpose: tables of verdicts are rendered again by each build, and a corrected claim must
    not cost a night of training. Of code, only what Python sees counts, see `code_digest`.

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
    return inputs | printed_read(source, root) | data_found(source)


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


def printed_read(source: Path, root: Path = ROOT) -> dict[str, str]:
    """Return the state of the printed numbers that a notebook computes with or draws.

    Parameters
    ----------
    source : pathlib.Path
        The notebook's ``.py`` source. The pattern that it gives to one of `READERS` counts as
        it stands there; a part that is put in at run time counts as ``*``.
    root : pathlib.Path
        The folder that holds the ledger.

    Returns
    -------
    dict of str to str
        One entry a pattern: the digest of what is printed, and in which unit.
    """
    from lib.claims import load

    patterns = sorted(set(_patterns_read(source)))
    ledger = load(root / CLAIMS.relative_to(ROOT)) if patterns else None
    return {
        f"{PRINTED} {pattern}": digest_of(
            {claim.id: f"{claim.published} {claim.unit}" for claim in ledger.matching(pattern)}
        )
        for pattern in patterns
    }


def _patterns_read(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in READERS:
            named = [each.value for each in node.keywords if each.arg == "pattern"]
            yield _pattern([*node.args, *named][0])


def _pattern(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value if isinstance(part, ast.Constant) else "*" for part in parts)


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
    from lib.datasets.locate import locate, twins_only, unknown_allowed

    known = entry(name)
    if not twins_only():
        allowed = unknown_allowed()
        found = [locate(known, variant.name, allowed) for variant in known.variants]
        if any(found):
            kind = "real" if all(place.known for place in found if place) else "unknown"
            return " ".join(
                [kind, *(digest for place in found if place for digest in place.sha256)]
            )
    twins = [TWINS / variant.twin for variant in known.variants if variant.twin]
    return " ".join(["twin", *(sha256_of(path) for path in twins if path.exists())])


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
