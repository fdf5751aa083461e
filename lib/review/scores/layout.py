"""The layouts of printed tables: plain lines, Markdown, LaTeX, or a line for each score."""

import csv
import re
from collections.abc import Callable, Sequence

MARKS = ",;\t|"
# A line that only draws: of Markdown, or of a table made of characters.
RULE = re.compile(r"[\s|:+=-]*[-=][\s|:+=-]*")
BOLD = re.compile(r"(\*\*|__|\*|`)(.+)\1")
LATEX_ROW, LATEX_MARK = re.compile(r"&.*\\\\"), re.compile(r"(?<!\\)&")
# An argument is kept without its command; a cell over several rows or columns has two before it.
LATEX_COMMAND = re.compile(r"\\[A-Za-z]+\s*(?:\{[^{}]*\}\{[^{}]*\})?\{([^{}]*)\}")
LATEX_SIGNS = {r"\pm": "±", r"\sim": "≈", r"\approx": "≈", r"\%": "%", r"\&": "&", r"\_": "_"}
IN_PERCENT = re.compile(r"[(\[]\s*%\s*[)\]]")


def fields_of(text: str) -> list[list[str]]:
    """Return the fields of each line of a table, without rules and markup."""
    lines = [line for line in text.splitlines() if line.strip() and not RULE.fullmatch(line)]
    if any(LATEX_ROW.search(line) for line in lines):
        return [_latex_fields(line) for line in lines if LATEX_MARK.search(line)]
    mark = max(MARKS, key=lines[0].count) if lines else ","
    if mark == "|":
        lines = _without_outer_bars([line.strip() for line in lines if "|" in line])
    rows = [next(csv.reader([line], delimiter=mark)) or [""] for line in lines]
    return [[_without_bold(field.strip(), mark) for field in fields] for fields in rows]


def _without_outer_bars(lines: Sequence[str]) -> list[str]:
    first = int(all(line.startswith("|") for line in lines))
    last = -1 if all(line.endswith("|") for line in lines) else None
    return [line[first:last] for line in lines]


def _without_bold(field: str, mark: str) -> str:
    marked = BOLD.fullmatch(field) if mark == "|" else None
    return marked[2].strip() if marked else field


def _latex_fields(line: str) -> list[str]:
    body = line.rpartition("\\\\")[0] or line
    return [_without_commands(field) for field in LATEX_MARK.split(body)]


def _without_commands(field: str) -> str:
    text = field.replace("$", "").replace("~", " ")
    for command, sign in LATEX_SIGNS.items():
        text = text.replace(command, sign)
    while (shorter := LATEX_COMMAND.sub(r"\1", text)) != text:
        text = shorter
    return re.sub(r"\\[A-Za-z]+|[{}]", "", text).strip()


def upright(lines: list[list[str]], score_of: Callable[[str], str]) -> list[list[str]]:
    """Return a table with a line for each model, turned where it has a line for each score."""
    width = len(lines[0])
    if any(map(score_of, lines[0])) or any(len(fields) != width for fields in lines):
        return lines
    for place in range(width):
        named = [fields[place].lower() for fields in lines[1:] if score_of(fields[place])]
        if len(named) == len(set(named)) and len(set(map(score_of, named))) > 1:
            percent = [bool(IN_PERCENT.search(heading)) for heading in lines[0]]
            signed = [_signed(fields, percent)[place:] for fields in lines]
            return [list(column) for column in zip(*signed, strict=True)]
    return lines


def _signed(fields: Sequence[str], percent: Sequence[bool]) -> list[str]:
    """Return fields with the percent sign that stands in the headings of their columns."""
    return [
        f"{field}%" if sign and re.fullmatch(r"[\d.,]+", field) else field
        for field, sign in zip(fields, percent, strict=True)
    ]
