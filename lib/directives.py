"""The book's own MyST directives and roles, all fed by the ledger and the records.

Directives: ``scoreboard``, ``claims`` (argument: id patterns), ``environment``, ``stamps``,
``downloads``.
Roles: ``published`` (a claim as printed), ``book`` (a published record), ``run`` (the same
record in this run). A record's role takes a format after a bar, as in
``{book}`xmednn.table1.dnn.accuracy|.1%` ``. What does not exist is a warning, which fails
the build. Sphinx does not know that pages depend on records; `lib.book` builds afresh
whenever anything has changed.
"""

import json
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from lib import archive, claims
from lib.archive.tables import ONLY_JSON, TABLES
from lib.page_marks import anchor_of, source_line
from lib.page_stamps import read_stamp, summary
from lib.page_tables import table
from lib.paths import reference_folder
from lib.records import Provenance, Record, RecordSet, reference, this_run
from lib.source_links import Place, definition

logger = logging.getLogger(__name__)
NOT_PUBLISHED = "not published yet"
NOT_RUN = "not run"


def text_of(record: Record, form: str = "") -> str:
    """Write a record's mean for a sentence.

    Parameters
    ----------
    record : Record
        Any record.
    form : str
        A format specification such as ``".3f"`` or ``".1%"``; when empty, counts get
        separated thousands and everything else three decimals.

    Returns
    -------
    str
        With a thin gap before a percent sign, as the papers' numbers have it.

    Raises
    ------
    ValueError
        If the format specification is none.
    """
    if not form:
        whole = all(value.is_integer() for value in record.values)
        form = ",.0f" if whole and record.deterministic else ".3f"
    return format(record.mean, form).replace("%", " %")


def _tooltip(record: Record) -> str:
    if record.deterministic or len(record.values) < 2:
        return f"{record.id}, {record.protocol}"
    low, high = min(record.values), max(record.values)
    seeds = f"mean of {len(record.values)} seeds, {low:.4g} to {high:.4g}"
    return f"{record.id}, {record.protocol}: {seeds}"


def _span(kind: str, text: str, title: str) -> nodes.raw:
    content = f'<span class="number-{kind}" title="{escape(title)}">{escape(text)}</span>'
    return nodes.raw("", content, format="html")


class _RecordRole(SphinxRole):
    """Shows the mean of a record."""

    kind = "book"

    def run(self):
        id, _, form = self.text.partition("|")
        published = reference()
        record = self.records(published).get(id.strip())
        if record is None:
            return [self._missing(id.strip(), published)], []
        try:
            return [_span(self.kind, text_of(record, form.strip()), _tooltip(record))], []
        except ValueError:
            return [self._warn(f"{form!r} is no number format")], []

    def records(self, published: RecordSet) -> RecordSet:
        return published

    def _missing(self, id: str, published: RecordSet) -> nodes.Node:
        if not published:
            return _span(self.kind, NOT_PUBLISHED, id)
        return self._warn(f"there is no record {id!r} in {reference_folder().name}")

    def _warn(self, problem: str) -> nodes.Node:
        logger.warning("%s: %s", self.name, problem, location=self.get_location())
        return nodes.problematic(self.rawtext, self.rawtext)


class _RunRole(_RecordRole):
    """Shows the mean of a record in this run; says so where this run has not measured it."""

    kind = "run"

    def records(self, published: RecordSet) -> RecordSet:
        return this_run()

    def _missing(self, id: str, published: RecordSet) -> nodes.Node:
        if id in published:
            return _span(self.kind, NOT_RUN, id)
        return super()._missing(id, published)


class _PublishedRole(SphinxRole):
    """Shows a claim exactly as printed, with its place in the paper on demand."""

    def run(self):
        claim = claims.load().get(self.text.strip())
        if claim is None:
            problem = f"published: there is no claim {self.text.strip()!r} in data/claims"
            logger.warning("%s", problem, location=self.get_location())
            return [nodes.problematic(self.rawtext, self.rawtext)], []
        text = f"{claim.published} %" if claim.unit == "%" else claim.published
        return [_span("published", text, f"{claim.paper}, {claim.locator}")], []


class _Scoreboard(SphinxDirective):
    """The papers and their verdicts at a glance; each line gives ``short name: title``."""

    has_content = True

    def run(self):
        lines = (line.partition(":") for line in self.content if ":" in line)
        titles = {name.strip(): title.strip() for name, _, title in lines}
        html = claims.scoreboard_html(claims.judge_all(), titles)
        return [nodes.raw("", html, format="html")]


class _Claims(SphinxDirective):
    """A table of the claims whose ids fit any of the patterns."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        patterns = self.arguments[0].split()
        ledger = claims.load()
        unmatched = [pattern for pattern in patterns if not ledger.matching(pattern)]
        for pattern in unmatched:
            logger.warning("claims: no claim fits %r", pattern, location=self.get_location())
        if len(unmatched) == len(patterns):
            return []
        shown = claims.select(*patterns)
        html = claims.as_html(shown)
        return [nodes.raw("", html, format="html"), source_line(_sources_of(shown))]


def _sources_of(judgements: list[claims.Judgement]) -> list[Place]:
    """Return where a table of verdicts comes from: the ledger's files, and the rule."""
    papers = dict.fromkeys(each.paper for each in judgements)
    ledgers = [Place("ledger", f"data/claims/{paper}.csv") for paper in papers]
    return [*ledgers, definition("lib.claims.judge")]


class _Stamps(SphinxDirective):
    """The stamps of all pages of this book, one a row, to which their footers link."""

    def run(self):
        pages = sorted(Path(self.env.srcdir).glob("chapters/*/[0-9]*.ipynb"))
        stamps = {f"{page.parent.name}/{page.stem}": read_stamp(page) for page in pages}
        rows = {name: summary(stamp) for name, stamp in stamps.items() if stamp}
        if not rows:
            return [nodes.paragraph("", "No page has a stamp yet: run make publish.")]
        cells = [(name, *short.values()) for name, short in rows.items()]
        stamps_table = table(("page", *next(iter(rows.values()))), cells)
        stamps_table["classes"].append("stamps")
        _, *body = stamps_table.findall(nodes.row)
        for name, row in zip(rows, body, strict=True):
            row["ids"] = [anchor_of(name)]
        return [stamps_table]


class _Downloads(SphinxDirective):
    """The files that every build lays beside the pages; see `lib.archive`."""

    def run(self):
        self.folder = f"{'../' * self.env.docname.count('/')}{archive.FOLDER}"
        tables = [(text, self._files_of(name)) for name, text in TABLES.items()]
        others = [(text, [self._link(name)]) for name, text in archive.others().items()]
        return [table(("What it holds", "Files"), [*tables, *others])]

    def _files_of(self, name: str) -> list[nodes.reference]:
        endings = ("json",) if name in ONLY_JSON else ("csv", "json")
        return [self._link(f"{name}.{ending}") for ending in (*endings, "schema.json")]

    def _link(self, name: str) -> nodes.reference:
        return nodes.reference("", name, refuri=f"{self.folder}/{name}", internal=True)


class _Environment(SphinxDirective):
    """Machine, versions and times of the published run."""

    def run(self):
        environments = _read_json(reference_folder() / "environment.json")
        if not environments:
            return [nodes.paragraph("", f"The book is {NOT_PUBLISHED}.")]
        timings = _read_json(reference_folder() / "timings.json")
        return [
            part
            for chapter, machine in environments.items()
            for part in _environment_of(chapter, machine, timings)
        ]


def _environment_of(chapter: str, machine: dict, timings: dict) -> list[nodes.Node]:
    hardware = [
        ("Processors", f"{machine['processors']} ({machine['architecture']})"),
        ("Memory", f"{machine['memory_gib']} GiB"),
        ("System", machine["system"]),
    ]
    seconds = [
        (name, f"{entry['seconds']:,.0f} s", str(entry["threads"]))
        for name, entry in timings.items()
        if name.startswith(f"{chapter}/")
    ]
    return [
        nodes.rubric("", f"Chapter {chapter}"),
        table(("Machine", ""), hardware),
        table(("Notebook", "Time", "Threads"), seconds),
        table(("Data", "Variant", "Digest (SHA-256)"), _data_of(chapter)),
        table(("Package", "Version"), list(machine["versions"].items())),
    ]


def _data_of(chapter: str) -> list[tuple[str, str, str]]:
    origins = (record.provenance for record in reference().values())
    return sorted(
        {
            (origin.dataset, origin.variant, _digest_of(origin))
            for origin in origins
            # A record that rests on several files names them all, and they stand here one by one.
            if origin.notebook.startswith(f"{chapter}/") and " " not in origin.variant
        }
    )


def _digest_of(origin: Provenance) -> str:
    return f"{origin.sha256[:16]}…" if origin.sha256 else f"none: {origin.source}"


def _read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _without_thebe(_app: Sphinx, _page, _template, context: dict, _doctree) -> None:
    """Leave out live code cells: unused here, declared twice, loaded from another host."""
    scripts = context.get("script_files", [])
    scripts[:] = [script for script in scripts if not _belongs_to_thebe(script)]


def _belongs_to_thebe(script) -> bool:
    attributes = getattr(script, "attributes", {})
    return "thebe" in f"{script} {attributes.get('body', '')}".lower()


def setup(app: Sphinx) -> dict:
    """Register directives and roles with Sphinx.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The application.
    """
    app.setup_extension("lib.bibliography")
    app.setup_extension("lib.page_marks")
    app.add_directive("scoreboard", _Scoreboard)
    app.add_directive("claims", _Claims)
    app.add_directive("environment", _Environment)
    app.add_directive("stamps", _Stamps)
    app.add_directive("downloads", _Downloads)
    app.add_role("published", _PublishedRole())
    app.add_role("book", _RecordRole())
    app.add_role("run", _RunRole())
    app.connect("html-page-context", _without_thebe, priority=900)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
