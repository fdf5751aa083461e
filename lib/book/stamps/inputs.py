"""What a notebook's output depends on, so that only what changed is executed again."""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from lib.book.stamps.imports import modules_used, place_of, text_of
from lib.book.stamps.packages import packages_used
from lib.claims import load
from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.paths import CLAIMS, ROOT, TWINS
from lib.common.requirements import required_versions
from lib.datasets import entry, names
from lib.datasets.locate import locate_all, twins_only, unknown_allowed
from lib.datasets.registry import Entry

CODE_CELL = re.compile(r"^# %%.*$", re.MULTILINE)
# What begins the name of an input that is no file.
PARAMETER, VERSION, DATA_SET, PRINTED = "parameter", "version of", "data", "printed"
REGISTERED = "registry entry of"
# What judges and shows claims; every build renders that again.
RENDERED_LATER = ("checks", "language", "rules", "tables", "verdicts")
# How a notebook reads the ledger, to compute with what is printed or to draw it.
READERS = ("claims.published_claims", "claims.published_values")
EMPTY = ast.dump(ast.Module(body=[], type_ignores=[]))
NO_CODE = hashlib.sha256(b"").hexdigest()


def inputs_of(source: Path, parameters: dict, root: Path = ROOT) -> dict[str, str]:
    """Return everything that a notebook's outputs depend on, as names and digests.

    Of the papers' claims only those count that the notebook computes with, see
    `printed_read`. Other claims, and the code that judges and shows them, are left out on
    purpose: a corrected claim must not cost a night of training.
    """
    versions = _installed()
    code = _code_used(source, root)
    packages = sorted(packages_used(code))
    inputs = _digests_of(code, root)
    inputs |= {f"{PARAMETER} {name}": repr(value) for name, value in parameters.items()}
    inputs |= {f"{VERSION} {name}": versions[name] for name in ("python", *packages)}
    found = data_found(source)
    known = registered(key.removeprefix(f"{DATA_SET} ") for key in found)
    inputs |= {f"{REGISTERED} {name}": digest for name, digest in known.items()}
    return inputs | printed_read(source, root) | found


@cache
def _installed() -> dict[str, str]:
    return required_versions()


def code_inputs(source: Path, root: Path = ROOT) -> dict[str, str]:
    """Return the digests of a notebook's code and of the files of ``lib`` that it uses."""
    return _digests_of(_code_used(source, root), root)


def _digests_of(code: list[Path], root: Path) -> dict[str, str]:
    digests = {str(path.relative_to(root)): code_digest(path) for path in code}
    # A package without code of its own is on the way of an import, and nothing more.
    digests = {name: digest for name, digest in digests.items() if digest != NO_CODE}
    # The look of the figures lies beside the module that sets it.
    styles = {style for path in code[1:] for style in path.parent.glob("*.mplstyle")}
    files = sorted(styles | _kept_runs(code, root))
    return digests | {str(path.relative_to(root)): sha256_of(path) for path in files}


def _kept_runs(code: list[Path], root: Path) -> set[Path]:
    """Return the files of runs outside the book that the code names, with or without ending."""
    texts = {text for path in code for text in _texts_in(text_of(path))}
    kept = (root / "data" / "outside").glob("*")
    return {path for path in kept if path.suffix != ".py" and {path.name, path.stem} & texts}


def _code_used(source: Path, root: Path) -> list[Path]:
    later = {root / "lib" / "claims" / f"{name}.py" for name in RENDERED_LATER}
    return [source, *sorted(modules_used(source, root) - later)]


def code_digest(path: Path) -> str:
    """Return a digest of what Python sees in a file: no comment, docstring, prose or layout."""
    text = text_of(path)
    try:
        return _digest_of_code(text)
    except SyntaxError as problem:  # a statement that goes on in the next cell
        raise ReaderError(f"{place_of(path)}: a cell cannot be read alone: {problem.msg}") from None


# Every page of the book rests on much the same files.
@lru_cache(maxsize=1024)
def _digest_of_code(text: str) -> str:
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
    """Return the state of the printed numbers that a notebook computes with or draws."""
    patterns = sorted(set(_patterns_read(source)))
    ledger = load(root / CLAIMS.relative_to(ROOT)) if patterns else None
    return {
        f"{PRINTED} {pattern}": digest_of(
            {claim.id: f"{claim.published} {claim.unit}" for claim in ledger.matching(pattern)}
        )
        for pattern in patterns
    }


def _patterns_read(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(text_of(source))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in READERS:
            named = [each.value for each in node.keywords if each.arg == "pattern"]
            yield _pattern([*node.args, *named][0])


def _pattern(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value if isinstance(part, ast.Constant) else "*" for part in parts)


def data_found(source: Path, root: Path = ROOT) -> dict[str, str]:
    """Return the state of each data set that a notebook uses, as it would be found now."""
    papers, networks = (root / "lib" / name for name in ("papers", "networks"))
    own = (p for p in modules_used(source, root) if papers == p.parents[1] or networks == p.parent)
    constants = {text for path in (source, *own) for text in _texts_in(text_of(path))}
    return {f"{DATA_SET} {name}": _state(name) for name in names() if name in constants}


@lru_cache(maxsize=256)
def _texts_in(code: str) -> frozenset[str]:
    nodes = ast.walk(ast.parse(code))
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    return frozenset(value for value in values if isinstance(value, str))


def registered(used: Iterable[str]) -> dict[str, str]:
    """Return a digest of what the registry says of each data set that it knows."""
    return {name: entry_digest(entry(name)) for name in used if name in names()}


def entry_digest(known: Entry) -> str:
    """Return a digest of what a registry entry says of the data, and not of how to get them."""
    nameless = [
        replace(
            variant,
            description="",
            parts=tuple(replace(part, file_names=(), address="") for part in variant.parts),
        )
        for variant in known.variants
    ]
    return hashlib.sha256(repr(nameless).encode()).hexdigest()


def _state(name: str) -> str:
    """Return ``real``, ``unknown`` or ``twin``, and the digests of what would be loaded."""
    known = entry(name)
    if not twins_only():
        found = locate_all(known, None, unknown_allowed())
        if found:
            kind = "real" if all(form.known for form in found) else "unknown"
            return " ".join([kind, *(digest for form in found for digest in form.sha256)])
    twins = [TWINS / variant.twin for variant in known.variants if variant.twin]
    return " ".join(["twin", *(sha256_of(path) for path in twins if path.exists())])


def digest_of(inputs: dict[str, str]) -> str:
    """Return one digest for a set of inputs, whatever their order."""
    lines = "".join(f"{name}\0{value}\n" for name, value in sorted(inputs.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def first_change(before: dict[str, str], now: dict[str, str]) -> str:
    """Name one input that differs, for the person who wonders why a notebook runs again."""
    return next((name for name in sorted(before | now) if before.get(name) != now.get(name)), "")
