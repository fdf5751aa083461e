"""A project for graded work: a made-up paper with a table and a file, in which flaws are planted.

Paper, device and rows are invented, so that nobody's work is on trial and nobody finds the answer
elsewhere. `PLANTED` is what the book's own tools find, and what a student is to say of it; `EARNS`
is what else earns points; `ladder` computes what a group's own ladder is held against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score
from sklearn.tree import DecisionTreeClassifier

from lib.common.files import write_whole
from lib.methods.intervals import mean_interval
from lib.methods.splits import identical_rows, split_blocks, split_rows
from lib.review.files import audit, report
from lib.review.scores import examination, table
from lib.review.scores import report as scores_report

FILE, TABLE, PAPER, KEY = "meters.csv", "scores.csv", "paper.md", "key.md"
LABEL = "attack"
NORMAL, ORIGINALS, COPIES, BLOCKS = 8_000, 400, 4, 16
ROWS = NORMAL + ORIGINALS * COPIES
# The share that tests, in percent: as the paper says it, and as its digits have it.
STATED, USED = 25, 30
# The model whose F1 does not follow from its precision and recall.
ODD_MODEL = "MeterNet"


@dataclass(frozen=True)
class Flaw:
    """Something wrong that was planted: the check that finds it, and what is to be said of it."""

    check: str
    column: str
    words: str
    points: int


PLANTED = (
    Flaw(
        "gives the label away",
        "gateway",
        "The address of the sender is the label: attacks were sent from another machine. Leave it "
        "out, and test with another sender.",
        3,
    ),
    Flaw(
        "clock or row number",
        "message",
        "The number of the message is a clock. Leave it out, and hold out whole runs of attacks.",
        3,
    ),
    Flaw(
        "blocks",
        "",
        "Attacks come in runs, so that a random split has the same run on both sides.",
        2,
    ),
    Flaw(
        "copies",
        "",
        "Attack rows were repeated before the file was published, so that a random split tests on "
        "rows that it has trained on. Keep copies on one side, or each row once.",
        3,
    ),
    Flaw(
        "spelling",
        "state",
        "Both words have a space behind them in every normal row, and in no attack row. Strip it.",
        2,
    ),
    Flaw("constant", "firmware", "One value in every row: it can tell nothing.", 1),
)
# What earns the other points, by the part of the rubric.
EARNS = {
    "table": (
        (f"The F1 of {ODD_MODEL} does not follow from its precision and recall", 3),
        (
            f"The digits do not fit a test of {STATED} % of the rows; without the misprint they "
            f"fit {USED} %, and of larger tests its multiples",
            3,
        ),
        ("No line of the table says what silence gets: five rows in six", 1),
    ),
    "ladder": (
        ("Three rungs or more between the two questions, one advantage less on each", 4),
        ("Silence and one threshold stand beside every classifier, on every rung", 3),
        ("Several seeds, and their spread with each number", 3),
        ("Says what each step means, also where nothing changed", 2),
    ),
    "verdict": (
        ("Says what is shown of each half of the conclusion, and what may stand in its place", 2),
        (f"Says that its runs do not tell what {ODD_MODEL} can do, which nobody has run", 2),
        ("Keeps a misprint apart from a fault of the protocol, and guesses at no motive", 1),
        ("Asks for what would settle it: the split, the code, a capture with another sender", 2),
    ),
    "notebook": (
        ("Runs from the file to the last number in one go, in a fresh kernel", 2),
        ("Makes every number that the report names", 2),
        ("Names its seeds and the versions of its packages", 1),
    ),
}
SEEDS = range(2022, 2032)
# The lines of a rung that are trained: their depth, and the columns that they may see.
LINES = {"threshold": (1, ["gap_ms"]), "chosen": (1, None), "tree": (None, None)}
# Attacks missed and false alarms, from which the paper's table is made.
ERRORS = {"kNN": (21, 37), "Random forest": (3, 11), ODD_MODEL: (1, 5)}


def make_file(seed: int = 2022) -> pd.DataFrame:
    """Return the rows of the made-up meters, in the order in which they were recorded."""
    draw = np.random.default_rng(seed)
    quiet = np.array_split(_messages(draw, NORMAL, 0), BLOCKS)
    alarming = np.array_split(_messages(draw, ORIGINALS, 1), BLOCKS)
    runs = []
    for before, during in zip(quiet, alarming, strict=True):
        runs += [before, np.repeat(during, COPIES, axis=0)]
    rows = pd.DataFrame(np.concatenate(runs), columns=["watts", "gap_ms", "high", LABEL])
    attack = rows[LABEL] == 1
    words = np.where(rows["high"] == 1, "high", "low")
    return pd.DataFrame(
        {
            "message": _numbers(attack, draw),
            "gateway": np.where(attack, "02:00:5e:00:53:af", "02:00:5e:00:53:01"),
            "firmware": "1.4.2",
            "watts": rows["watts"].round(1),
            "gap_ms": rows["gap_ms"].round(2),
            "state": np.where(attack, words, np.char.add(words, " ")),
            LABEL: attack.astype(int),
        }
    )


def _messages(draw: np.random.Generator, rows: int, attack: int) -> np.ndarray:
    """Return watts, gap, state and label; the gap tells a little, honestly."""
    watts = draw.gamma(4, 60, rows)
    gap = draw.lognormal(3 + 0.6 * attack, 0.6, rows)
    return np.column_stack([watts, gap, draw.random(rows) < 0.5, np.full(rows, attack)])


def _numbers(attack: pd.Series, draw: np.random.Generator) -> np.ndarray:
    """Return the numbers of the messages: copies have that of their original."""
    fresh = ~attack | (attack.groupby((attack != attack.shift()).cumsum()).cumcount() % COPIES == 0)
    steps = np.where(fresh, 1 + draw.integers(0, 3, len(attack)), 0)
    return 10_000 + steps.cumsum()


def make_table() -> pd.DataFrame:
    """Return the paper's table, of the test that was used, with one F1 misprinted."""
    attacks = ORIGINALS * COPIES * USED // 100
    normal = NORMAL * USED // 100
    rows = []
    for name, (missed, false) in ERRORS.items():
        found = attacks - missed
        precision, recall = found / (found + false), found / attacks
        f1 = 2 * precision * recall / (precision + recall)
        accuracy = 1 - (missed + false) / (attacks + normal)
        rows.append([name, *(f"{one:.5f}" for one in (accuracy, precision, recall, f1))])
    printed = pd.DataFrame(rows, columns=["model", "accuracy", "precision", "recall", "F1"])
    odd = printed["model"] == ODD_MODEL
    return printed.assign(F1=printed["F1"].where(~odd, "0.99873"))


def paper() -> str:
    """Return the made-up paper: what it says it did, and its table."""
    printed = make_table()
    head = f"| {' | '.join(printed.columns)} |\n|{' --- |' * len(printed.columns)}"
    lines = "\n".join(f"| {' | '.join(row)} |" for row in printed.to_numpy())
    return f"""# {ODD_MODEL}: finding attacks on smart meters

*This paper, its authors and its data are invented, for a course.*

**Abstract.** {ODD_MODEL} finds attacks on a gateway of smart meters with a higher accuracy than two
classical classifiers. It generalises to attacks that it has not seen.

**Data.** `{FILE}` holds {ROWS:,} messages. Each has its number, the hardware address of the
gateway, the version of the firmware, power in watts, the gap to the message before in milliseconds,
and the state of the meter as text. {NORMAL:,} messages are normal. "The attack messages were
oversampled to a sixth of the file."

**Method.** Text is label-encoded. "We split all rows at random, {STATED} % for testing." Precision,
recall and F1 are those of the attack class.

**Results.**

{head}
{lines}

**Conclusion.** "{ODD_MODEL} outperforms both classifiers in all scores, and detects unseen
attacks."
"""


def answers(folder: Path) -> tuple[dict, dict]:
    """Return what the book's tools find in the file and in the table of a folder."""
    in_file = audit.audit(folder / FILE, LABEL)
    printed = table.read_table(folder / TABLE)
    return in_file, examination.examine(printed, ROWS, None, "positive", STATED / 100)


def ladder() -> dict[str, dict[str, list[float]]]:
    """Return for each rung the balanced accuracy of each line, one a seed.

    Returns
    -------
    dict of str to dict
        By rung, one advantage less on each, and by line of `LINES`; silence has one half on all.
    """
    rows = make_file()
    labels = rows.pop(LABEL).to_numpy()
    at_random = partial(split_rows, np.arange(len(labels)), labels, test_share=STATED / 100)
    copies, runs = (
        partial(split_blocks, groups, test_share=STATED / 100)
        for groups in (identical_rows(rows), _runs(labels))
    )
    unnamed, untimed = rows.drop(columns="gateway"), rows.drop(columns=["gateway", "message"])
    clean = untimed.assign(state=untimed["state"].str.strip())
    rungs = {
        "as printed: all columns, rows split at random": (rows, at_random),
        "without `gateway`": (unnamed, at_random),
        "without `message`": (untimed, at_random),
        "spelling of `state` stripped": (clean, at_random),
        "copies on one side": (clean, copies),
        "whole runs of attacks held out": (clean, runs),
    }
    return {name: _scores(*rung, labels) for name, rung in rungs.items()}


def _with_numbers() -> list[float]:
    """Return what a tree that sees the number scores on whole runs that were held out."""
    rows = make_file()
    labels = rows.pop(LABEL).to_numpy()
    rows = rows.drop(columns="gateway").assign(state=rows["state"].str.strip())
    runs = partial(split_blocks, _runs(labels), test_share=STATED / 100)
    return _scores(rows, runs, labels)["tree"]


def _runs(labels: np.ndarray) -> np.ndarray:
    """Return for each row the number of its run: attacks with the normal rows before them."""
    begins = (labels == 0) & (np.roll(labels, 1) == 1)
    return np.cumsum(begins) - 1


def _scores(rows: pd.DataFrame, split: Callable, labels: np.ndarray) -> dict[str, list[float]]:
    coded = rows.apply(lambda own: own if own.dtype.kind in "if" else pd.factorize(own, True)[0])
    found: dict[str, list[float]] = {name: [] for name in LINES}
    for seed in SEEDS:
        train, test = split(seed=seed)
        for name, (depth, columns) in LINES.items():
            values = coded[columns or list(coded)].to_numpy()
            tree = DecisionTreeClassifier(
                max_depth=depth, class_weight="balanced", random_state=seed
            )
            called = tree.fit(values[train], labels[train]).predict(values[test])
            found[name].append(balanced_accuracy_score(labels[test], called))
    return found


def key(folder: Path) -> str:
    """Return the instructor's key: what was planted, a ladder, what earns points, and the tools."""
    in_file, in_table = answers(folder)
    rows = "\n".join(
        f"| {flaw.check} | {flaw.column or 'rows'} | {flaw.words} | {flaw.points} |"
        for flaw in PLANTED
    )
    scores = ladder()
    honest = list(scores.values())[-1]["threshold"]
    timed = f"{np.mean(_with_numbers()):.3f}"
    lead = sum(ERRORS["Random forest"]) - sum(ERRORS[ODD_MODEL])
    return f"""# Key to the project

For whoever grades. Points are those of the rubric.

## The table

{_earning("table")}

## The file

| check | where | what to say | points |
| --- | --- | --- | --- |
{rows}

Found less easily, and worth as much as the flaw that each belongs to:

* Each number stands {COPIES} times in attack rows and once in normal ones, so that "this number
  comes again" is the label, whatever the other columns hold (copies).
* A copy repeats its original's gap, though the message before it came at no distance (copies).
* With the number left in and whole runs held out, a tree falls below guessing, to {timed}: it had
  learnt when (clock, blocks).
* {ODD_MODEL} leads the random forest by {lead} of {ROWS * USED // 100:,} test rows, with no second
  split (the verdict).

## The ladder

Balanced accuracy, mean over {len(SEEDS)} seeds with the 95 % interval of the mean. The threshold
is a decision tree of depth one on `gap_ms`, or on the column that it chooses; the tree is one grown
in full. All weigh the classes equally. Other rungs, other classifiers and another order earn as
much, and so does either threshold: one that chooses takes the address while it can, then the
spelling, then the gap.

{_ladder_table(scores)}

How to read it: address and spelling each give the label away, and the number nearly does, so that
the tree keeps its score until the last of the three is gone. What is left of it then is mostly
copies. Holding out whole runs changes nothing more: no column that is left knows the time. On the
last rungs the tree is near guessing and below the threshold, which no rung touches. `gap_ms` tells
a little, honestly.

{_earning("ladder")}

## The verdict

May stand: *On this file the gap to the message before tells attacks from normal messages a little:
one threshold on it has a balanced accuracy of {_with_interval(honest)} on runs of attacks that were
held out. The printed lead of {ODD_MODEL} is one of a random split, without a spread, and a tree is
right on every row of such a split. Of unseen attacks the paper shows nothing.*

Cannot be told: what {ODD_MODEL} would score on any rung, since it is not at hand; whether it used
these advantages; whether the gap tells attacks of another sender. The intervals are somewhat too
narrow, since splits of the same runs overlap.

{_earning("verdict")}

## The notebook

{_earning("notebook")}

## What the tools say

```text
{report.as_text(in_file)}
```

```text
{scores_report.as_text(in_table)}
```
"""


def _earning(part: str) -> str:
    return "\n".join(
        f"* {words} ({points} point{'s' * (points > 1)})." for words, points in EARNS[part]
    )


def _ladder_table(scores: dict[str, dict[str, list[float]]]) -> str:
    rows = [
        f"| {rung} | 0.500 | {' | '.join(_with_interval(own[name]) for name in LINES)} |"
        for rung, own in scores.items()
    ]
    head = [
        "| rung | silence | threshold on the gap | threshold on any column | decision tree |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join(head + rows)


def _with_interval(values: list[float]) -> str:
    low, high = mean_interval(values).clipped(0, 1)
    return f"{np.mean(values):.3f} ({low:.3f} to {high:.3f})"


def write_project(folder: Path) -> None:
    """Write file, table and paper, and beside them the key."""
    for name, frame in ((FILE, make_file()), (TABLE, make_table())):
        stream = StringIO()
        frame.to_csv(stream, index=False)
        write_whole(folder / name, stream.getvalue())
    write_whole(folder / PAPER, paper())
    write_whole(folder / KEY, key(folder))
