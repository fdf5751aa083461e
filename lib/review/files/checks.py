"""The checks of a file: each says what it looked at, what it found, and what chance gives."""

import re

import numpy as np
import pandas as pd

from lib.review.files.reading import TextTable
from lib.review.files.scoring import MOST_ROWS, Score, by_threshold, by_value, numbers_of, score

TEST_SHARE = 0.2
# From here on a column alone counts as giving the label away.
TELLING = 0.95
SAME_WORD = {"false": "0", "no": "0", "true": "1", "yes": "1"}
ADDRESSES = {
    "MAC address": re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.I),
    "IP address": re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|(?=(?:.*:){3})[0-9a-f:]+", re.I),
}
DATE = re.compile(r"[A-Za-z]{3}|\d[-/]\d|\d:\d\d")


def constant(table: TextTable) -> list[dict]:
    """Find columns with one value, which tell nothing and hide what was left out."""
    names = [name for name in table.frame if table.frame[name].nunique() == 1]
    return [
        {"check": "constant", "column": name, "found": "one value in every row"} for name in names
    ]


def telling(table: TextTable, classes: np.ndarray, seed: int) -> dict[str, tuple[Score, str]]:
    """Return for each column how well it alone tells the classes, and by which rule."""
    found = {}
    for name in table.frame:
        codes, values = pd.factorize(table.frame[name])
        if len(values) < 2:
            continue
        tries = [(score(by_value, codes, classes, seed), "its values")]
        numbers = numbers_of(table.frame[name])
        if numbers is not None and len(values) > 2:
            tries.append((score(by_threshold, numbers, classes, seed), "a few thresholds"))
        found[name] = max(tries, key=lambda one: one[0].value)
    return found


def giving_away(table: TextTable, scores: dict[str, tuple[Score, str]]) -> list[dict]:
    """Find columns that alone tell the classes, and name addresses that do so in part."""
    findings = []
    for name, (own, how) in sorted(scores.items(), key=lambda one: -one[1][0].value):
        kind = _address(table.frame[name])
        if (own.value >= TELLING or kind) and own.telling:
            what = f"{kind}; " if kind else ""
            findings.append(
                {
                    "check": "gives the label away",
                    "column": name,
                    "found": f"{what}balanced accuracy from {how} alone {own}",
                    "value": own.value,
                    "chance": own.chance,
                }
            )
    return findings


def _address(column: pd.Series) -> str:
    values = column.str.strip()
    values = pd.unique(values[values != ""])[:200]
    for kind, pattern in ADDRESSES.items():
        if len(values) and np.mean([bool(pattern.fullmatch(each)) for each in values]) > 0.9:
            return kind
    return ""


def clocks(table: TextTable, scores: dict[str, tuple[Score, str]], seed: int) -> list[dict]:
    """Find columns that run with the order of the rows, and dates and times."""
    findings = []
    for name in table.frame:
        kind = clock_kind(table.frame[name], seed)
        if kind:
            own = scores[name][0] if name in scores else None
            told = f"; balanced accuracy alone {own}" if own else ""
            findings.append(
                {
                    "check": "clock or row number",
                    "column": name,
                    "found": f"{kind}{told}",
                    "value": own.value if own else None,
                    "chance": own.chance if own else None,
                }
            )
    return findings


def clock_kind(column: pd.Series, seed: int) -> str:
    """Say in which way a column tells when or where in the file a row stands; empty if not."""
    values = pd.Series(pd.unique(column)).str.strip()
    if len(values) < 3:
        return ""
    numbers = numbers_of(column)
    if numbers is None:
        values = values[values != ""]
        some = values.sample(min(len(values), 300), random_state=seed)
        if not some.str.contains(DATE).mean() > 0.95 or not some.str.contains(r"\d").all():
            return ""
        read = pd.to_datetime(some, format="mixed", errors="coerce", utc=True)
        return "dates or times" if read.notna().mean() > 0.95 else ""
    steps = np.diff(numbers)
    moves = steps[steps != 0]
    if len(values) > 0.5 * len(column) and (steps > 0).mean() > 0.999:
        return "rises by row, no value twice"
    if len(moves) < 20 or len(values) < 20:
        return ""
    rises = float((moves > 0).mean())
    shuffled = np.diff(np.random.default_rng(seed).permutation(numbers))
    by_chance = float((shuffled[shuffled != 0] > 0).mean())
    if abs(rises - 0.5) > 0.45 and abs(by_chance - 0.5) < 0.1:
        way = "rises" if rises > 0.5 else "falls"
        share = max(rises, 1 - rises)
        return f"{way} in {share:.1%} of its steps from row to row (rows shuffled: {by_chance:.1%})"
    low, high = np.quantile(numbers, [0.01, 0.99])
    for unit, name in ((1, "seconds"), (1e3, "milliseconds"), (1e6, "microseconds")):
        if 0.9e9 * unit < low <= high < 2.1e9 * unit and len(values) > 20:
            return f"{name} since 1970, by their range"
    return ""


def order(classes: np.ndarray, seed: int) -> list[dict]:
    """Find whether the classes come in blocks, so that neighbours in the file tell the label."""
    runs = 1 + int((np.diff(classes) != 0).sum())
    shuffled = np.random.default_rng(seed).permutation(classes)
    by_chance = 1 + int((np.diff(shuffled) != 0).sum())
    if runs > 0.5 * by_chance:
        return []
    same = float((classes[1:] == classes[:-1]).mean())
    expected = float((np.bincount(classes) ** 2).sum() / len(classes) ** 2)
    return [
        {
            "check": "blocks",
            "column": "",
            "found": f"the label changes {runs - 1:,} times from row to row (rows shuffled: "
            f"{by_chance - 1:,}); the row before has the same label in {same:.1%} of the rows "
            f"(by chance {expected:.1%}), which a random split turns into a hint",
            "value": same,
            "chance": expected,
        }
    ]


def copies(table: TextTable, classes: np.ndarray, clocks: list[str], seed: int) -> list[dict]:
    """Find rows that are equal, with all columns and without clocks and row numbers."""
    findings = []
    without = [name for name in table.frame if name not in clocks]
    for columns, what in ((list(table.frame), "all columns"), (without, "columns but clocks")):
        if not columns or (what != "all columns" and not clocks):
            continue
        groups, by_chance = _groups(table.frame[columns], seed)
        seen, expected = _seen(groups), _seen(by_chance)
        if seen <= max(0.01, expected + 0.005):
            continue
        sizes = np.bincount(groups)
        most = np.zeros((len(sizes), int(classes.max()) + 1), dtype=np.int64)
        np.add.at(most, (groups, classes), 1)
        mixed = float(sizes[(most > 0).sum(axis=1) > 1].sum() / len(groups))
        best = float(most.max(axis=1).sum() / len(groups))
        findings.append(
            {
                "check": "copies",
                "column": what,
                "found": f"{seen:.1%} of the test rows of a random split of {TEST_SHARE:.0%} have "
                f"a copy in training (columns shuffled apart: {expected:.1%}); {len(sizes):,} of "
                f"{len(groups):,} rows are distinct; {mixed:.1%} of the rows have a copy of "
                f"another class, so that no rule on these columns has more than {best:.1%}",
                "value": seen,
                "chance": expected,
            }
        )
    return findings


def _groups(frame: pd.DataFrame, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each row, equal for equal rows; the same with columns shuffled apart."""
    random = np.random.default_rng(seed)
    real = np.zeros(len(frame), dtype=np.uint64)
    apart = np.zeros(len(frame), dtype=np.uint64)
    for place, name in enumerate(frame):
        hashes = pd.util.hash_array(frame[name].to_numpy(dtype=object), categorize=True)
        factor = np.uint64(2 * int(random.integers(1, 2**62)) + 1)
        real += hashes * factor + np.uint64(place)
        apart += random.permutation(hashes) * factor + np.uint64(place)
    return pd.factorize(real)[0], pd.factorize(apart)[0]


def _seen(groups: np.ndarray) -> float:
    """Return the share of a random test's rows that can be expected to have a copy in training."""
    sizes = np.bincount(groups)
    return float((sizes * (1 - TEST_SHARE ** (sizes - 1))).sum() / len(groups))


def spellings(table: TextTable, classes: np.ndarray, seed: int) -> list[dict]:
    """Find values that are written in several ways, where the way tells the class."""
    findings = []
    frame = table.frame
    if len(frame) > MOST_ROWS:
        rows = np.random.default_rng(seed).choice(len(frame), MOST_ROWS, replace=False)
        frame, classes = frame.iloc[rows], classes[rows]
    for name in frame:
        codes, values = pd.factorize(frame[name])
        texts = [str(value) for value in values]
        plain = pd.factorize(np.array([normalised(text) for text in texts], dtype=object))[0]
        several = np.bincount(plain)[plain] > 1
        if several.any():
            finding = _spelling(codes, plain[codes], classes, seed)
            if finding:
                first = np.flatnonzero(several)[0]
                pair = [
                    repr(text)
                    for text, one in zip(texts, plain, strict=True)
                    if one == plain[first]
                ][:3]
                findings.append(_found("spelling", name, f"{' and '.join(pair)}", *finding))
        finding = _decimals(texts, codes, classes, seed)
        if finding:
            findings.append(_found("digits", name, "the number of printed decimals", *finding))
    return findings


def _found(check: str, column: str, what: str, own: Score, plain: float) -> dict:
    return {
        "check": check,
        "column": column,
        "found": f"{what}: balanced accuracy {own}; with one way of writing {plain:.1%}",
        "value": own.value,
        "chance": own.chance,
        "one_way": plain,
    }


def normalised(text: str) -> str:
    """Return a value in one way of writing: no padding, no case, numbers as numbers."""
    plain = " ".join(text.split()).lower()
    plain = SAME_WORD.get(plain, plain)
    try:
        return repr(float(plain))
    except ValueError:
        return plain


def _spelling(codes, plain, classes, seed) -> tuple[Score, float] | None:
    own, same = score(by_value, codes, classes, seed), score(by_value, plain, classes, seed)
    if own.telling and own.value > same.value + 0.02:
        return own, same.value
    return None


def _decimals(texts: list[str], codes, classes, seed) -> tuple[Score, float] | None:
    """Hold the number of decimals of numbers that are not whole against their rounded values."""
    fraction = [re.fullmatch(r"\s*-?\d+\.(\d*[1-9]\d*)\s*", text) for text in texts]
    lengths = np.array([len(each[1]) if each else 0 for each in fraction])
    rows = lengths[codes] > 0
    if rows.mean() < 0.5 or len(set(lengths[lengths > 0])) < 2:
        return None
    _, given = np.unique(classes[rows], return_inverse=True)
    if len(set(given)) < 2 or np.bincount(given).min() < 20:
        return None
    own = score(by_value, lengths[codes[rows]], given, seed)
    return (own, 1 / (given.max() + 1)) if own.value > own.chance + 0.1 else None
