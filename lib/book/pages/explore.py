"""Figures that a reader moves: published records, laid into the page for a small script.

``explore`` shows a family of records seed by seed, one choice at a time; its content, in YAML, says
which. ``explore-alarms`` asks how many alarms are real where one flow in so many is an attack.
Without scripts neither shows; each stands beside a figure or table of the same records.

    records: xmednn.ladder.{rung}.{classifier}.balanced_accuracy  # a row may hold choices, too
    label: balanced accuracy
    low: 0.4
    choose:
      rung: [printed, copies]          # titles: the records' protocols
      rows: {500: 500 samples}         # or as given
    rows:
      classifier: {dnn: DNN}
    printed: xmednn.table1.{classifier}.accuracy
    printed_for: {rung: printed}
"""

import json
from html import escape
from itertools import cycle, product

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lib import claims
from lib.methods.figures import LOOKS
from lib.notebook.records import Record, reference

SCRIPT = "explore.js"
PLACE = """<div class="explore" data-kind="{kind}" role="group" aria-label="{label}" hidden>
<script type="application/json">{content}</script></div>"""
# Of rows that are no classifier's; beside classifiers, whose colours these are, that of the text.
COLOURS, BESIDE_CLASSIFIERS = ("#0072B2", "#D55E00", "#009E73"), ("currentColor",)
LOADED = '<script src="{script}" defer></script>'


class _Explorer(SphinxDirective):
    """What both directives share: YAML in, a place for the script out."""

    has_content = True
    kind = ""

    def run(self):
        try:
            asked = yaml.safe_load("\n".join(self.content))
            found = self.laid_out(asked)
        except (yaml.YAMLError, KeyError, TypeError, AttributeError, LookupError) as problem:
            raise self.error(f"{self.name}: {problem}") from None
        content = json.dumps(found).replace("<", "\\u003c")
        html = PLACE.format(kind=self.kind, label=escape(found["label"]), content=content)
        if not self.env.temp_data.get(SCRIPT):  # once a page
            self.env.temp_data[SCRIPT] = True
            script = f"{'../' * self.env.docname.count('/')}_static/{SCRIPT}"
            html += LOADED.format(script=script)
        return [nodes.raw("", html, format="html")]


class _Explore(_Explorer):
    """Seeds of a family of records, one choice at a time."""

    kind = "seeds"

    def laid_out(self, asked: dict) -> dict:
        """Return what the script draws."""
        published, dimensions = reference(), _titled(asked["choose"])
        ((row_name, rows),) = _titled(asked["rows"]).items()
        cells = [
            [published.get(_id(asked["records"], choice, row_name, row)) for row in rows]
            for choice in _choices(dimensions)
        ]
        if not any(any(cell) for cell in cells):
            raise LookupError(f"there is no record {asked['records']!r}")
        known = [each for cell in cells for each in cell if each]
        others = BESIDE_CLASSIFIERS if LOOKS.keys() & rows else COLOURS
        return {
            "label": asked["label"],
            "low": asked.get("low", 0),
            "seed": known[0].provenance.seed,
            "choose": [
                {"name": name, "titles": _titles(name, options, dimensions, cells)}
                for name, options in dimensions.items()
            ],
            "rows": [
                {"title": title or LOOKS[key][0], "colour": LOOKS.get(key, ("", other))[1]}
                for (key, title), other in zip(rows.items(), cycle(others), strict=False)
            ],
            "values": [[_values(each) for each in cell] for cell in cells],
            "printed": [
                [_printed(asked, choice, row_name, row) for row in rows]
                for choice in _choices(dimensions)
            ],
        }


class _ExploreAlarms(_Explorer):
    """Real and false alarms of classifiers, by how rare an attack is."""

    kind = "alarms"

    def laid_out(self, asked: dict) -> dict:
        """Return the mean rates of each classifier."""
        published = reference()
        ((_, rows),) = _titled(asked["rows"]).items()
        return {
            "label": asked["label"],
            "rows": [
                {
                    "title": title or LOOKS[key][0],
                    "fpr": _mean(published, asked["records"], key, "fpr"),
                    "fnr": _mean(published, asked["records"], key, "fnr"),
                }
                for key, title in rows.items()
            ],
        }


def _mean(published, pattern: str, classifier: str, metric: str) -> float:
    return published[pattern.format(classifier=classifier, metric=metric)].mean


def _titled(part: dict) -> dict[str, dict[str, str]]:
    """Return the options of each dimension with their titles, empty where none is given."""
    return {
        name: {str(key): str(title) for key, title in options.items()}
        if isinstance(options, dict)
        else {str(key): "" for key in options}
        for name, options in part.items()
    }


def _choices(dimensions: dict) -> list[dict[str, str]]:
    return [dict(zip(dimensions, keys, strict=True)) for keys in product(*dimensions.values())]


def _id(pattern: str, choice: dict, row_name: str, row: str) -> str:
    return pattern.replace(f"{{{row_name}}}", row).format(**choice)


def _titles(name: str, options: dict, dimensions: dict, cells: list) -> list[str]:
    """Return the titles of a dimension: as given, or the protocol of its first record."""
    found = []
    for key, title in options.items():
        records = [
            record
            for choice, cell in zip(_choices(dimensions), cells, strict=True)
            if choice[name] == key
            for record in cell
            if record
        ]
        found.append(title or records[0].protocol)
    return found


def _values(record: Record | None) -> list[float] | None:
    return None if record is None else [round(value, 5) for value in record.values]


def _printed(asked: dict, choice: dict, row_name: str, row: str) -> float | None:
    """Return the number that the paper prints for a choice, where it prints one."""
    only = asked.get("printed_for", {})
    if "printed" not in asked or any(choice[name] != str(key) for name, key in only.items()):
        return None
    claim = claims.load().get(_id(asked["printed"], choice, row_name, row))
    return None if claim is None else round(claim.number / claim.scale, 6)


def setup(app: Sphinx) -> dict:
    """Register the directives with Sphinx."""
    app.add_directive("explore", _Explore)
    app.add_directive("explore-alarms", _ExploreAlarms)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
