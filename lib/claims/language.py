"""The small language of the ledger's ``check`` and ``rule`` columns.

An expression is ``name(argument, ...)``; an argument is an expression, a number, or a
dotted id, which may hold ``*`` where a check takes several claims. Nothing is evaluated
here: the text becomes a tree that `lib.claims.checks` and `lib.claims.rules` walk.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

# More than any person writes; what reads an expression calls itself for each bracket inside.
LONGEST, DEEPEST = 5_000, 20
TOKEN = re.compile(r"\s*(?:(-?\d+(?:\.\d+)?(?![\w.*]))|([A-Za-z][\w.*]*)|([(),]))")


@dataclass(frozen=True)
class Call:
    """A function's name with its arguments: calls, numbers (float) and ids (str)."""

    name: str
    arguments: tuple["Call | float | str", ...]

    def __str__(self) -> str:
        """Return the expression as it is written."""
        return f"{self.name}({', '.join(map(_written, self.arguments))})"

    def ids(self) -> Iterator[str]:
        """Yield every id in the expression, in order, outside ``printed`` as well as inside."""
        for argument in self.arguments:
            if isinstance(argument, Call):
                yield from argument.ids()
            elif isinstance(argument, str):
                yield argument


def _written(part: "Call | float | str") -> str:
    return f"{part:g}" if isinstance(part, float) else str(part)


def parse(text: str) -> Call:
    """Return the tree of one expression."""
    if len(text) > LONGEST:
        raise ValueError(f"{text[:40]!r} … is longer than {LONGEST:,} characters")
    tokens = _tokens(text)
    if max(accumulate((each == "(") - (each == ")") for each in tokens), default=0) > DEEPEST:
        raise ValueError(f"{text[:40]!r} … has more than {DEEPEST} brackets inside each other")
    tree = _expression(tokens)
    if tokens or not isinstance(tree, Call):
        raise ValueError(f"{text!r} is not one complete expression")
    return tree


def parse_list(text: str) -> list[Call]:
    """Return the trees of expressions that are parted by semicolons."""
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
