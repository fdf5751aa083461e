"""How the book writes what it says in many places: times, percentages, seeds, names."""

import re
import unicodedata
from html import escape

# What begins or ends markup within a line of Markdown; "$" that of formulas.
MARKS = re.compile(r"[\\`*_{}\[\]$~|]")


def duration(seconds: float) -> str:
    """Return a time such as ``"2 min 05 s"`` or ``"41 s"``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def in_minutes(seconds: float) -> str:
    """Return a long time for a sentence, such as ``"41 minutes"``."""
    return f"{seconds / 60:,.0f} minutes"


def in_unit(number: str, unit: str) -> str:
    """Return a number such as ``"96.5 %"``, or as it stands where percent is not its unit."""
    return f"{number} %" if unit == "%" else number


def seed_range(first: int, count: int) -> str:
    """Return consecutive seeds such as ``"2022 to 2031"``, or ``"2022"`` for one."""
    return str(first) if count == 1 else f"{first} to {first + count - 1}"


def seeds(first: int, count: int) -> str:
    """Return consecutive seeds such as ``"seeds 2022 to 2031"``, or ``"seed 2022"`` for one."""
    return f"seed{'s' * (count > 1)} {seed_range(first, count)}"


def shown(text: object, lines: bool = False) -> str:
    """Return a text that others chose, such as a file's name, without signs that do something."""
    kept = "\n\t" if lines else ""
    return "".join(
        sign if sign in kept or _is_seen(sign) else ascii(sign)[1:-1] for sign in str(text)
    )


def _is_seen(sign: str) -> bool:
    return sign.isprintable() or unicodedata.category(sign) == "Zs"  # spaces that do not break


def in_markdown(text: str) -> str:
    """Return a text that reads in Markdown as it stands."""
    return MARKS.sub(r"\\\g<0>", escape(text, quote=False))
