"""The book's own MyST directives and roles, all fed by the ledger and the records.

Directives: ``scoreboard``, ``claims`` (argument: id patterns), ``environment``, ``stamps``,
``downloads``.
Roles: ``published`` (a claim as printed), ``verdict`` (that on a conclusion, with a link to its row
on the chapter's first page), ``book`` (a published record), ``run`` (the same record in this run).
A record's role takes a format after a bar, as in ``{book}`xmednn.table1.dnn.accuracy|.1%` ``. What
does not exist is a warning, which fails the build. Sphinx does not know that pages depend on
records; `lib.book.pages.build` builds afresh whenever anything has changed.
"""

import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from lib import claims
from lib.book.lessons.words import text_of
from lib.book.pages.board import scoreboard, scoreboard_html
from lib.book.pages.html_tables import ROW
from lib.book.pages.marks import anchor_of, source_line
from lib.book.pages.source_links import Place, definition
from lib.book.pages.tables import table
from lib.book.publish import archive
from lib.book.publish.archive.tables import ONLY_JSON, TABLES, stamp_rows
from lib.book.stamps.pages import summary
from lib.claims.tables import SIGNS
from lib.common.paths import CHAPTERS, reference_folder
from lib.common.wording import in_unit
from lib.notebook.records import Provenance, Record, reference, this_run

logger = logging.getLogger(__name__)
NOT_PUBLISHED = "not published yet"
NOT_RUN = "not run"
VERDICT = '<a href="{address}"><span aria-hidden="true">{sign}</span> {verdict}</a>'
CARD = re.compile(r"(\w+): \[(.+)\]\((.+)\)")


def _tooltip(record: Record) -> str:
    if record.deterministic or len(record.values) < 2:
        return f"{record.id}, {record.protocol}"
    low, high = min(record.values), max(record.values)
    seeds = f"mean of {len(record.values)} seeds, {low:.4g} to {high:.4g}"
    return f"{record.id}, {record.protocol}: {seeds}"


def _span(kind: str, text: str, title: str) -> nodes.raw:
    content = f'<span class="number-{kind}" title="{escape(title)}">{escape(text)}</span>'
    return nodes.raw("", content, format="html")


class _NumberRole(SphinxRole):
    """A number in a sentence; where there is none, a warning."""

    def warn(self, problem: str) -> nodes.Node:
        logger.warning("%s: %s", self.name, problem, location=self.get_location())
        return nodes.problematic(self.rawtext, self.rawtext)


class _RecordRole(_NumberRole):
    """Shows the mean of a published record."""

    def run(self):
        id, _, form = (part.strip() for part in self.text.partition("|"))
        return [self.show(id, form)], []

    def show(self, id: str, form: str) -> nodes.Node:
        published = reference()
        if id in published:
            return self.number("book", published[id], form)
        if not published:
            return _span("book", NOT_PUBLISHED, id)
        return self.warn(f"there is no record {id!r} in {reference_folder().name}")

    def number(self, kind: str, record: Record, form: str) -> nodes.Node:
        try:
            return _span(kind, text_of(record, form), _tooltip(record))
        except ValueError:
            return self.warn(f"{form!r} is no number format")


class _RunRole(_RecordRole):
    """Shows the mean of a record in this run; says so where this run has not measured it."""

    def show(self, id: str, form: str) -> nodes.Node:
        own = this_run()
        if id in own:
            return self.number("run", own[id], form)
        return _span("run", NOT_RUN, id) if id in reference() else super().show(id, form)


class _PublishedRole(_NumberRole):
    """Shows a claim exactly as printed, with its place in the paper on demand."""

    def run(self):
        id = self.text.strip()
        claim = claims.load().get(id)
        if claim is None:
            return [self.warn(f"there is no claim {id!r} in data/claims")], []
        text = in_unit(claim.published, claim.unit)
        return [_span("published", text, f"{claim.paper}, {claim.locator}")], []


class _VerdictRole(_NumberRole):
    """Shows the verdict on a conclusion, and leads to its row in the one table that has it."""

    def run(self):
        id = self.text.strip()
        if id not in claims.load():
            return [self.warn(f"there is no claim {id!r} in data/claims")], []
        (judged,) = claims.select(id)
        index = f"{self.env.docname.rpartition('/')[0]}/index"
        page = self.env.app.builder.get_relative_uri(self.env.docname, index)
        link = VERDICT.format(
            address=f"{page}#{ROW}{id}", sign=SIGNS[judged.verdict], verdict=judged.verdict
        )
        return [nodes.raw("", link, format="html")], []


def _new_paper(name: str) -> tuple[str, tuple[str, str]]:
    """Return a paper that the front page does not name, with its chapter's heading and address."""
    index = next(CHAPTERS.glob(f"[0-9]*-{name}/index.md"), None)
    if index is None:
        return name, (name, "")
    heading = index.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    return name, (heading, f"{index.parent.name}/index.html")


class _Scoreboard(SphinxDirective):
    """The papers and their verdicts at a glance; each line is ``short name: [title](page.md)``."""

    has_content = True

    def run(self):
        judgements = claims.judge_all()
        named = dict(map(self._paper, self.content))
        others = dict.fromkeys(each.paper for each in judgements if each.paper not in named)
        ledger = claims.load().values()
        asked = {one.id for one in ledger if any(call.name == "follows" for call in one.check)}
        cards = scoreboard(judgements, named | dict(map(_new_paper, others)), asked)
        return [nodes.raw("", scoreboard_html(cards), format="html")]

    def _paper(self, line: str) -> tuple[str, tuple[str, str]]:
        """Return a paper's short name, with its title and the address of its page."""
        card = CARD.fullmatch(line.strip())
        document = card and self.env.relfn2path(card[3])[0].removesuffix(".md")
        if document not in self.env.found_docs:
            raise self.error(f"scoreboard: {line!r} is no 'short name: [title](page.md)'")
        return card[1], (card[2], self.env.app.builder.get_relative_uri(self.env.docname, document))


class _Claims(SphinxDirective):
    """A table of the claims whose ids fit any of the patterns."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        patterns = self.arguments[0].split()
        for pattern in patterns:
            if not claims.load().matching(pattern):
                raise self.error(f"claims: no claim fits {pattern!r}")
        shown = claims.select(*patterns)
        ledgers = dict.fromkeys(f"data/claims/{each.paper}.csv" for each in shown)
        sources = [*(Place("ledger", path) for path in ledgers), definition("lib.claims.judge")]
        return [nodes.raw("", claims.as_html(shown), format="html"), source_line(sources)]


class _Stamps(SphinxDirective):
    """The stamps of all pages of this book, one a row, to which their footers link."""

    def run(self):
        stamps = stamp_rows(Path(self.env.srcdir) / "chapters")
        rows = {stamp["page"]: summary(stamp) for stamp in stamps}
        if not rows:
            return [nodes.paragraph("", "No page has a stamp yet: run make publish.")]
        cells = [(name, *short.values()) for name, short in rows.items()]
        head = ("page", *next(iter(rows.values())))
        stamps_table, words = table("What each page was made of and with.", head, cells)
        stamps_table["classes"].append("stamps")
        _, *body = stamps_table.findall(nodes.row)
        for name, row in zip(rows, body, strict=True):
            row["ids"] = [anchor_of(name)]
        return [stamps_table, words]


class _Downloads(SphinxDirective):
    """The files that every build lays beside the pages; see `lib.book.publish.archive`."""

    def run(self):
        self.folder = f"{'../' * self.env.docname.count('/')}{archive.FOLDER}"
        tables = [(text, self._files_of(name)) for name, text in TABLES.items()]
        others = [(text, [self._link(name)]) for name, text in archive.others().items()]
        return table("All files.", ("What it holds", "Files"), [*tables, *others])

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
    files = [
        (name, [nodes.literal(variant, variant)], digest)
        for name, variant, digest in _data_of(chapter)
    ]
    versions = list(machine["versions"].items())
    return [
        nodes.rubric("", f"Chapter {int(chapter.partition('-')[0])}"),
        *table("The machine that made its numbers.", ("Machine", ""), hardware),
        *table("How long its pages took there.", ("Notebook", "Time", "Threads"), seconds),
        *table("The data that they read.", ("Data", "Variant", "Digest (SHA-256)"), files),
        *table("The packages.", ("Package", "Version"), versions),
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
    """Register directives and roles with Sphinx."""
    app.setup_extension("lib.book.pages.bibliography")
    app.setup_extension("lib.book.pages.finish")
    app.setup_extension("lib.book.pages.teaching")
    app.setup_extension("lib.book.pages.marks")
    app.add_directive("scoreboard", _Scoreboard)
    app.add_directive("claims", _Claims)
    app.add_directive("environment", _Environment)
    app.add_directive("stamps", _Stamps)
    app.add_directive("downloads", _Downloads)
    app.add_role("published", _PublishedRole())
    app.add_role("verdict", _VerdictRole())
    app.add_role("book", _RecordRole())
    app.add_role("run", _RunRole())
    app.connect("html-page-context", _without_thebe, priority=900)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
