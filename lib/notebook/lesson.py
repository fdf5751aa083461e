"""The check of an exercise: what a lesson's notebook calls when a gap has been filled."""

import ast
import builtins
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from types import FunctionType

import jupytext

from lib.common.errors import ReaderError
from lib.common.paths import CHAPTERS

# The file of a chapter that holds its exercises, and from which all editions are made.
SOURCE = "lesson.py"
# What a generated gap assigns, and holds in place of a function's code, until it is filled.
GAP = ...
UNFILLED = "Fill the gap first: "


class NotYet(AssertionError):
    """An answer that is not right yet, with the reason to think about."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows in place of the check's own lines of code."""
        return [f"Not yet. {self}"]


def check(chapter: str, exercise: str, answers: Mapping[str, object], root: Path = CHAPTERS):
    """Hold the answers of an exercise against its check, and say whether they are right.

    Parameters
    ----------
    chapter, exercise : str
        Name of the chapter's folder, and of the exercise in its lesson.
    answers : mapping of str to object
        The notebook's names, as ``globals()`` returns them.

    Raises
    ------
    NotYet
        If a gap is left, or the answer is not right; the message points to the reason.
    lib.common.errors.ReaderError
        If there is no such exercise.
    """
    code = check_code(root / chapter / SOURCE, exercise)
    names = dict(answers)
    for name in names_read(code):
        if _holds_gap(names.get(name, GAP)):
            raise NotYet(f"{UNFILLED}{name} has no value.")
        if name in _called(code) and not callable(names[name]):
            raise NotYet(f"{name} has to be a function, which the check calls.")
        if isinstance(names[name], FunctionType):
            names[name] = _watched(names[name], name)
    try:
        exec(compile(code, f"<check of {exercise}>", "exec"), names)
    except AssertionError as problem:
        raise NotYet(str(problem)) from None
    except Exception as problem:
        if isinstance(problem, TypeError) and "ellipsis" in str(problem):
            raise NotYet(f"{UNFILLED}a value in it is still `...`.") from None
        raise NotYet(
            f"The check cannot use this answer ({type(problem).__name__}: {problem})."
        ) from None
    print("Right.")


def _called(code: str) -> set[str]:
    """Return the names that a piece of code calls."""
    calls = [node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return {each.id for each in calls if isinstance(each, ast.Name)}


def _holds_gap(value: object) -> bool:
    """Whether a value, or an entry of a dictionary, a list or a pair, is still the gap."""
    entries = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(entries, list | tuple):
        entries = [entries]
    return any(entry is GAP for entry in entries)


def _watched(function: Callable, name: str) -> Callable:
    """Return a function that says so where it returns nothing, as one that is not filled does."""

    @wraps(function)
    def called(*given, **named):
        answer = function(*given, **named)
        if answer is None or _holds_gap(answer):
            raise NotYet(f"{UNFILLED}{name} returns nothing.")
        return answer

    return called


def check_code(source: Path, exercise: str) -> str:
    """Return the code of an exercise's check."""
    inside = False
    for cell in jupytext.read(source, fmt="py:percent").cells if source.is_file() else ():
        if "exercise" in cell.metadata.get("tags", []):
            inside = cell.metadata.get("name") == exercise
        elif inside and "check" in cell.metadata.get("tags", []):
            return cell.source
    raise ReaderError(f"{source.parent.name} has no exercise {exercise!r} with a check.")


def names_read(code: str) -> list[str]:
    """Return the names that a piece of code reads and does not bind, in their order."""
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    bound = {node.id for node in nodes if not isinstance(node.ctx, ast.Load)}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            bound.add(node.name)
    read = dict.fromkeys(node.id for node in nodes if isinstance(node.ctx, ast.Load))

    return [name for name in read if name not in bound | set(dir(builtins))]
