"""The small language of the ledger's ``check`` and ``rule`` columns.

An expression is ``name(argument, ...)``; an argument is an expression, a number, or a
dotted id, which may hold ``*`` where a check takes several claims. Nothing is evaluated
here: the text becomes a tree that `lib.claims.checks` and `lib.claims.rules` walk.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"\s*(?:(-?\d+(?:\.\d+)?(?![\w.*]))|([A-Za-z][\w.*]*)|([(),]))")


@dataclass(frozen=True)
class Call:
    """A function's name with its arguments: calls, numbers (float) and ids (str)."""

    name: str
    arguments: tuple["Call | float | str", ...]

    def ids(self) -> Iterator[str]:
        """Yield every id in the expression, in order, outside ``printed`` as well as inside."""
        for argument in self.arguments:
            if isinstance(argument, Call):
                yield from argument.ids()
            elif isinstance(argument, str):
                yield argument


def parse(text: str) -> Call:
    """Return the tree of one expression.

    Parameters
    ----------
    text : str
        Such as ``"all(greater(a.b, a.c, 0.02), below(a.d, 0.1))"``.

    Returns
    -------
    Call
        The outermost call.

    Raises
    ------
    ValueError
        If the text is not one complete expression.
    """
    tokens = _tokens(text)
    tree = _expression(tokens)
    if tokens or not isinstance(tree, Call):
        raise ValueError(f"{text!r} is not one complete expression")
    return tree


def parse_list(text: str) -> list[Call]:
    """Return the trees of expressions that are parted by semicolons.

    Parameters
    ----------
    text : str
        Such as ``"same(a.b); sum(a.c, a.d)"``; may be empty.

    Returns
    -------
    list of Call
        One an expression, in the order of the text.

    Raises
    ------
    ValueError
        If a part is not one complete expression.
    """
    return [parse(part) for part in text.split(";") if part.strip()]


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"cannot read {text[position:]!r} in {text!r}")
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


def _expression(tokens: list[str]) -> "Call | float | str":
    word = _take(tokens)
    if word in ("(", ")", ","):
        raise ValueError(f"unexpected {word!r}")
    if tokens and tokens[0] == "(":
        return Call(word, _arguments(tokens))
    return float(word) if word[0] in "-0123456789" else word


def _arguments(tokens: list[str]) -> tuple:
    arguments, separator = [], _take(tokens)
    if tokens and tokens[0] == ")":
        separator = _take(tokens)
    while separator != ")":
        arguments.append(_expression(tokens))
        separator = _take(tokens)
        if separator not in (",", ")"):
            raise ValueError(f"expected a comma or a bracket, found {separator!r}")
    return tuple(arguments)


def _take(tokens: list[str]) -> str:
    if not tokens:
        raise ValueError("the expression ends too early")
    return tokens.pop(0)
