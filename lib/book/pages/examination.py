"""Directives of the page on the examination of printed scores.

``examination`` examines a table of the ledger, whose pattern is its argument, and shows the
command and its answer. ``examiner`` lays out a form that does the same in the browser, for the
tables that the page's ``examination`` directives name and for any other.
"""

import json
from fractions import Fraction
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lib.review.scores.examination import examine
from lib.review.scores.report import as_text
from lib.review.scores.table import SCORES, Row, of_claims

SCRIPT = "examine.js"
EXAMPLES = "examinations"
FIELDS = (
    ("rows", "Rows of the test, or of the whole file", "numeric"),
    ("positives", "Of these, rows of the scored class, if known", "numeric"),
    ("test", "Share of the rows that tests, in percent, if it is said", "decimal"),
    ("folds", "Each row of the table is one of so many folds", "numeric"),
)
FORM = """<form id="examiner" hidden>
<p><label for="examiner-example">A table of the book</label>
<select id="examiner-example" name="example"></select></p>
<p><label for="examiner-table">Printed scores: a line of names, then a line for each model</label>
<textarea id="examiner-table" name="table" rows="8" spellcheck="false" required></textarea></p>
{fields}
<p><label for="examiner-average">Precision, recall and F1 are</label>
<select id="examiner-average" name="average">
<option value="">not said: try all</option>
<option value="positive">scores of one class</option>
<option value="macro">macro averages of two classes</option>
<option value="weighted">weighted averages of two classes</option>
</select></p>
<p><button type="submit">Examine</button></p>
<pre id="examiner-answer" role="status" aria-live="polite" tabindex="0"
 aria-label="What the digits allow"></pre>
</form>
<noscript><p>This form needs scripts, which are off. The command below gives the same answers,
and so do the worked examples.</p></noscript>
<script type="application/json" id="examiner-examples">{examples}</script>
<script src="{script}"></script>"""
FIELD = """<p><label for="examiner-{name}">{label}</label>
<input id="examiner-{name}" name="{name}" inputmode="{mode}" autocomplete="off"></p>"""


class _Examination(SphinxDirective):
    """What a table of the ledger says of its test."""

    required_arguments = 1
    option_spec: ClassVar = {
        "title": directives.unchanged_required,
        "rows": directives.positive_int,
        "positives": directives.positive_int,
        "test": directives.positive_int,
        "folds": directives.positive_int,
        "average": directives.unchanged_required,
    }

    def run(self):
        pattern, given = self.arguments[0], self.options
        table = of_claims(pattern)
        found = examine(table, given["rows"], **_settings(given))
        options = " ".join(
            f"--{name} {given[name]}{'%' * (name == 'test')}"
            for name in self.option_spec
            if name in given and name != "title"
        )
        command = f'$ python -m lib examine --claims "{pattern}" {options}'
        self.env.metadata[self.env.docname].setdefault(EXAMPLES, []).append(
            {**given, "title": given["title"], "table": csv_of(table)}
        )
        shell = nodes.literal_block(command, command, language="console")
        answer = as_text(found)
        return [shell, nodes.literal_block(answer, answer, language="text")]


def _settings(given: dict) -> dict:
    folds = given.get("folds")
    share = (
        Fraction(1, folds) if folds else Fraction(given["test"], 100) if "test" in given else None
    )
    return {
        "positives": given.get("positives"),
        "average": given.get("average"),
        "test_share": share,
        "separate": bool(folds),
    }


def csv_of(table: list[Row]) -> str:
    """Return a table as text that `lib.review.scores.table.parsed` reads to the same table."""
    used = [score for score in SCORES if any(score in row.cells for row in table)]
    scales = {s: {row.cells[s].scale for row in table if s in row.cells} for s in used}
    head = ["model", *(f"{s} (%)" if scales[s] == {100} else s for s in used)]
    rows = [
        [row.name, *(row.cells[s].text if s in row.cells else "" for s in used)] for row in table
    ]
    return "\n".join(",".join(fields) for fields in [head, *rows])


class Examiner(nodes.General, nodes.Element):
    """The place of the form, which is filled when the examples of the page are known."""


class _Examiner(SphinxDirective):
    """A form that examines any table in the browser."""

    def run(self):
        return [Examiner()]


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the form, with the examples of its page, where it was asked for."""
    for place in list(doctree.findall(Examiner)):
        examples = json.dumps(app.env.metadata[docname].get(EXAMPLES, [])).replace("<", "\\u003c")
        fields = "\n".join(FIELD.format(name=n, label=text, mode=m) for n, text, m in FIELDS)
        script = f"{'../' * docname.count('/')}_static/{SCRIPT}"
        form = FORM.format(fields=fields, examples=examples, script=script)
        place.replace_self(nodes.raw("", form, format="html"))


def setup(app: Sphinx) -> dict:
    """Register the directives with Sphinx."""
    app.add_node(Examiner)
    app.add_directive("examination", _Examination)
    app.add_directive("examiner", _Examiner)
    app.connect("doctree-resolved", _fill)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
