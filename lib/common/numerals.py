"""How the book writes a number, wherever it stands: in tables, in sentences and in figures."""

import re

NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
# Powers of ten that are written out, from the first up to below the second.
WRITTEN_OUT = (0, 7)

NOTHING_BELOW_ZERO = re.compile(r"(?<![\w.])[-\u2212](?=0(?:\.0+)?(?![\d.e]))")
POWER = re.compile(r"(?<![\w.])([-\u2212]?\d+(?:\.\d+)?)e([-+]?\d+)(?!\w)")
NO_END = re.compile(r"(?<![\w.])inf(?!\w)")
COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
PARTED = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
LONG = re.compile(r"(?<![\d.,\u202f\u00a0])\d{5,}(?![\d\w])")


def tidy(text: str) -> str:
    """Write the numbers of a text as the book does: no ``-0.000``, ``inf``, ``1.2e+03``, 16,318."""
    text = NOTHING_BELOW_ZERO.sub("", text)
    text = POWER.sub(lambda found: _power(found[1], int(found[2])), text)
    text = NO_END.sub("∞", text)
    text = LONG.sub(lambda found: _grouped(found[0]), COMMA.sub(NARROW, text))
    text = re.sub(r"(?<=\d)[ \u00a0]?%", f"{NARROW}%", text)
    return re.sub(r"(?<![\w.)\]])-(?=[\d∞])", MINUS, text)


def grouped(number: float) -> str:
    """Return a whole number with its thousands parted."""
    return tidy(f"{number:,.0f}")


def _power(digits: str, power: int) -> str:
    """Return a number without an ``e``, with the digits that it was printed with."""
    if power not in range(*WRITTEN_OUT):
        return f"{digits} \u00d7 10{str(power).translate(RAISED)}"
    whole, _, rest = digits.partition(".")
    moved = rest.ljust(power, "0")
    return f"{whole}{moved[:power]}" + (f".{moved[power:]}" if moved[power:] else "")


def _grouped(digits: str) -> str:
    # By the text: a number that is longer than a float is exact keeps its digits.
    return PARTED.sub(NARROW, digits) if digits[0] != "0" else digits
