"""The exercises: each has a solution, and the code of a solution shows what its text says."""

import os
import re
import subprocess
import sys

import pytest
from waiting import PATIENCE

from lib.paths import CHAPTERS, ROOT

TEXT = (CHAPTERS / "exercises.md").read_text(encoding="utf-8")
LABELS = re.findall(r":::\{exercise\}.*\n:label: (\S+)", TEXT)
SOLUTIONS = dict(re.findall(r":::\{solution\} (\S+)\n(.*?)\n:::\n", TEXT, re.DOTALL))
CODE = {
    label: found[1]
    for label, text in SOLUTIONS.items()
    if (found := re.search(r"```python\n(.*?)```", text, re.DOTALL))
}


def numbers(line: str) -> list[float]:
    return [float(text) for text in re.findall(r"(?<![\w.])\d+\.\d+", line)]


def average(lines):
    (accuracy,), (weighted,), (macro,) = map(numbers, lines)
    return accuracy == 0.975 and weighted > 0.95 and 0.6 < macro < 2 / 3


def prevalence(lines):
    low, high = numbers(lines[0])
    return 0.14 < low <= high < 0.16


def count(lines):
    return len(lines) == 5 and any(line.endswith("[]") for line in lines)


def padding(lines):
    """Each spelling stands in rows of one class only, each word in both."""
    table = [list(map(int, line.split()[1:])) for line in lines if re.fullmatch(r"[\d\s]+", line)]
    spelled, words = (list(zip(*table[at : at + 2], strict=True)) for at in (0, 2))
    return all(0 in pair for pair in spelled) and not any(0 in pair for pair in words)


def clock(lines):
    with_date, without = (numbers(line)[0] for line in lines)
    return with_date > 0.95 and without <= with_date


def copies(lines):
    return numbers(lines[0])[0] > 0.99


SHOWN = {
    "exercise-average": average,
    "exercise-prevalence": prevalence,
    "exercise-count": count,
    "exercise-padding": padding,
    "exercise-clock": clock,
    "exercise-copies": copies,
}


def test_each_exercise_has_one_solution():
    assert len(LABELS) > 5
    assert len(set(LABELS)) == len(LABELS)
    assert sorted(SOLUTIONS) == sorted(LABELS)


def test_all_code_of_solutions_is_run_here():
    assert sorted(CODE) == sorted(SHOWN)


@pytest.mark.parametrize("label", CODE)
def test_the_code_shows_what_the_text_says(label):
    environment = {name: text for name, text in os.environ.items() if not name.startswith("IDS_")}
    ran = subprocess.run(
        [sys.executable, "-c", CODE[label]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert SHOWN[label](ran.stdout.splitlines()), ran.stdout
