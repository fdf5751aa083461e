"""An examination of a printed table in sentences."""

from collections.abc import Iterator

MOST_LINES = 6
WORDS = {
    "rounded": "rounded",
    "cut": "cut off behind the last printed digit",
    "either": "partly rounded and partly cut off",
}
AVERAGES = {
    "positive": "scores of one class",
    "macro": "macro averages of two classes",
    "weighted": "weighted averages of two classes",
}
NOT_CHECKED = (
    "Not checked: tables of three or more classes; means over folds, seeds or classes other than "
    "the two averages above; AUC and MCC; whether anyone made a mistake. A contradiction says that "
    "not all of the printed numbers can belong to one test of this kind, and no more."
)


def as_text(found: dict) -> str:
    """Return an examination as lines of text."""
    return "\n".join(_lines(found))


def _lines(found: dict) -> Iterator[str]:
    names = [row["name"] for row in found["table"]]
    cells = sum(len(row["scores"]) for row in found["table"])
    yield f"{len(names)} rows, {cells} printed scores."
    yield ""
    yield "Class share"
    yield from _share(found, names)
    yield ""
    yield "Confusion matrices"
    for test in found["tests"]:
        if test["told"]:
            yield from _test(test, names)
    if untold := dict.fromkeys(AVERAGES[e["average"]] for e in found["tests"] if not e["told"]):
        yield (
            f"  As {', or as '.join(untold)}: too many candidates to go through, unless the rows "
            "of the class are given (--positives)."
        )
    if found["odd_cells"]:
        yield ""
        yield "Cells without which all the rest fits (scores of one class)"
        yield from (_odd(each) for each in found["odd_cells"])
    yield ""
    yield f"Shares of {found['rows']:,} rows that can have been the test"
    yield from _sizes(found)
    yield ""
    yield NOT_CHECKED


def _share(found: dict, names: list[str]) -> Iterator[str]:
    ranges, together = found["share"]["rows"], found["share"]["together"]
    if found["recall_is_accuracy"]:
        yield (
            "  Every row prints one number as accuracy and as recall, as weighted averages always "
            "do: no class share follows from them."
        )
        return
    for name, ends in zip(names, ranges, strict=True):
        if ends is None:
            yield f"  {name}: no class share: as scores of one class these contradict each other."
    if found["separate"]:
        yield "  Each row has a test of its own."
        return
    if together is None:
        if None not in ranges:
            yield "  The rows imply shares that do not meet: not one test, or not one class."
            for name, ends in zip(names, ranges, strict=True):
                yield f"    {name}: {_percent(ends)}"
        return
    if together == [0, 1]:
        yield "  The scores leave it open."
        return
    yield f"  Positive rows are {_percent(together)} of the test, as scores of one class."
    low, high = (max(end, 1 - end) for end in together)
    if together[1] <= 0.5 or together[0] >= 0.5:
        low, high = sorted((low, high))
        yield f"  Always answering the larger class has an accuracy of {_percent([low, high])}."


def _percent(ends: list[float]) -> str:
    low, high = (f"{100 * end:.2f}" for end in ends)
    return f"{low} %" if low == high else f"{low} to {high} %"


def _test(test: dict, names: list[str]) -> Iterator[str]:
    kind, rows = AVERAGES[test["average"]], " or ".join(f"{each:,}" for each in test["rows"])
    if not test["fits"]:
        yield f"  {rows} rows, as {kind}: no, under no reading of the digits."
        yield from _misfits(test["readings"]["either"], names)
        return
    yield f"  {rows} rows, as {kind}: yes, with digits {WORDS[test['fits']]}."
    reading = test["readings"][test["fits"]]
    if reading["positives"]:
        yield f"    Positive rows: {_numbers(reading['positives'])}."
    if reading["in_all"]:
        low, high = reading["in_all"]
        yield f"    Positive rows of all tests together: {_span(low, high)}."
    for name, row in zip(names, reading["rows"], strict=True):
        if row is None:
            yield f"    {name}: too many matrices to count."
        else:
            found, missed, alarms, passed = row["first"]
            number = f"{row['matrices']:,} matrices, such as"
            number = "1 matrix," if row["matrices"] == 1 else number
            yield (
                f"    {name}: {number} {found:,} found, {missed:,} missed, "
                f"{alarms:,} false alarms, {passed:,} rightly passed."
            )


def _misfits(reading: dict, names: list[str]) -> Iterator[str]:
    rows = zip(names, reading["rows"], strict=True)
    alone = [name for name, row in rows if row is not None and not row["matrices"]]
    if alone:
        yield f"    No matrix at all fits: {', '.join(alone)}."
    else:
        yield "    Each row fits by itself, but no number of positive rows fits all of them."


def _span(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _numbers(positives: list[int]) -> str:
    number, *ends = positives
    if number == 1:
        return f"{ends[0]:,}"
    return f"{number:,} numbers from {ends[0]:,} to {ends[1]:,}"


def _odd(each: dict) -> str:
    instead = " to ".join(each["instead"])
    meant = f"; the others would give {instead}" if instead else ""
    return f"  on {each['rows']:,} rows: {each['row']}, {each['score']} {each['printed']}{meant}"


def _sizes(found: dict) -> Iterator[str]:
    sizes = found["sizes"]
    gone_through, rest = (
        " or ".join(AVERAGES[each] for each, told in found["gone_through"].items() if told is whole)
        for whole in (True, False)
    )
    if gone_through and not sizes:
        yield f"  None of the whole percentages, nor a third or two, as {gone_through}."
    if rest:
        yield f"  Not all gone through as {rest}: too many candidates."
    if not sizes:
        return
    strict = [each for each in sizes if each["reading"] != "either"]
    shares = dict.fromkeys(each["share"] for each in sizes)
    if sizes[0]["without"]:
        yield "  None for all rows. Without one row:"
    if len(shares) >= 99:
        yield "  All of them: the printed digits are too few to tell."
        return
    lines = list(dict.fromkeys(_size(each, strict) for each in strict))
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"  and {len(lines) - MOST_LINES} more."
    loose = len(shares) - len(dict.fromkeys(each["share"] for each in strict))
    if loose:
        yield f"  {loose} of {len(shares)} only with some digits rounded and others cut off."


def _size(each: dict, sizes: list[dict]) -> str:
    """Return a line on a share; rounded down and up are said together where they agree."""
    alike = ("share", "average", "reading", "positives", "without")
    same = [one for one in sizes if all(one[key] == each[key] for key in alike)]
    top, _, bottom = each["share"].partition("/")
    percent = f"{100 * int(top) / int(bottom):.4g} %"
    rows = " or ".join(f"{size:,}" for one in same for size in one["rows"])
    parts = [f"  {percent}, {rows} rows, digits {WORDS[each['reading']]}"]
    parts += [f"as {AVERAGES[each['average']]}"] if each["average"] != "positive" else []
    parts += [f"without {each['without']}"] if each["without"] else []
    parts += [f"positive rows: {_numbers(each['positives'])}"] if each["positives"] else []
    parts += (
        [f"{same[0]['off']:.1f} deviations off a random draw"] if each["off"] is not None else []
    )
    return "; ".join(parts)
