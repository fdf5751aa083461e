"""An audit of a file in sentences."""

from collections.abc import Iterator

HOW = {
    "gives the label away": "one column, a rule taught on a random half, judged on the other half",
    "clock or row number": "runs with the order of rows, or reads as date or time",
    "blocks": "the label from row to row, in the order of the file",
    "copies": "equal rows, expected across a random split",
    "spelling": "one value written in several ways: padding, case, form",
    "digits": "numbers that are not whole, by their printed decimals",
    "constant": "columns with one value",
}
NOT_CHECKED = (
    "Not checked: near copies; columns that tell the label only together; whether a telling "
    "column is a fault or the attack itself (ask how it came to be, and whether it holds on "
    "another network); sessions, hosts and attacks that a split should keep together; the labels "
    "themselves; anything that preparation adds later, such as resampling before a split."
)
MOST_NAMED = 12


def as_text(found: dict) -> str:
    """Return an audit as lines of text."""
    return "\n".join(_lines(found))


def _lines(found: dict) -> Iterator[str]:
    part = "" if found["rows"] == found["rows_in_file"] else f" of {found['rows_in_file']:,}"
    classes = sorted(found["classes"].items(), key=lambda one: -one[1])
    shown = ", ".join(f"{name}: {rows:,}" for name, rows in classes[:MOST_NAMED])
    more = ", ..." if len(classes) > MOST_NAMED else ""
    yield (
        f"{found['file']}: {found['rows']:,}{part} rows, {found['columns_looked_at']} columns "
        f"beside {found['label']} ({found['encoding']})"
    )
    yield f"Classes: {shown}{more}. Always the largest: accuracy {found['majority']:.1%}, "
    yield f"balanced accuracy {1 / len(classes):.1%}."
    if found["ignored"]:
        yield f"Left out: {', '.join(found['ignored'])}."
    for check, how in HOW.items():
        findings = [each for each in found["findings"] if each["check"] == check]
        yield ""
        yield f"{check[0].upper()}{check[1:]} ({how}): {len(findings) or 'nothing found'}"
        if check == "constant":
            if findings:
                yield f"  {', '.join(each['column'] for each in findings)}"
            continue
        for each in findings:
            yield f"  {each['column']}: {each['found']}" if each["column"] else f"  {each['found']}"
    yield ""
    if any(each["check"] == "gives the label away" for each in found["findings"]):
        yield "A column that is the label in another form is left out with --ignore."
    yield NOT_CHECKED
