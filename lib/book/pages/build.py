"""Assembling the book's sources, building its pages, and serving them."""

import functools
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell

from lib import claims
from lib.book.lessons import in_pages
from lib.book.lessons.making import write_editions
from lib.book.lessons.source import Lesson, for_pages
from lib.book.notebooks import Notebook, find_notebooks, read_source
from lib.book.pages import captions, images
from lib.book.publish import archive
from lib.book.publish.repository import commit
from lib.book.run.kept import current_page, stamped
from lib.book.run.lock import only_one
from lib.book.run.settings import Settings
from lib.book.verify.kept import KEPT
from lib.book.verify.published import require_own_outputs, require_published
from lib.common.errors import ReaderError
from lib.common.files import sha256_of, write_whole
from lib.common.paths import BUILD, CHAPTERS, CLAIMS, DATA, REFERENCE, ROOT, reference_folder
from lib.notebook.lesson import SOURCE as LESSON

HTML = BUILD / "html"
STAMP = BUILD / "html.inputs"  # the digest of what the pages were built from
EDITIONS = "lessons"  # among the downloads
CONFIGURATION = ("_config.yml", "_toc.yml")
# What the command jupyter-book does; it need not be on the PATH, and has no __main__.
JUPYTER_BOOK = (
    "from lib.book.run.processes import end_with_parent; end_with_parent(); "
    "from jupyter_book.cli.main import main; main()"
)
NOT_RUN = (
    "```{admonition} Not executed yet\n:class: warning\n"
    "This notebook has no outputs: neither this run nor the published one has executed it.\n```"
)


def build_site(say: Callable[[str], None]) -> Path:
    """Build the published book from the committed notebooks; execute nothing."""
    missing = [notebook.name for notebook in find_notebooks() if not notebook.page.exists()]
    if missing:
        raise ReaderError(
            f"Not published yet: {', '.join(missing)}. Run 'make publish' with the real data, "
            "or 'make book' to build a book from a run of your own."
        )
    require_published(find_notebooks())
    pages = {notebook: notebook.page.read_bytes() for notebook in find_notebooks()}
    records = dict.fromkeys(("IDS_REFERENCE", "IDS_RECORDS"), str(REFERENCE))
    return _build(BUILD / "site", pages, records, say)


def build_book(settings: Settings, say: Callable[[str], None]) -> Path:
    """Build the book from a run's notebooks, with the published ones where it has none."""
    pages = {notebook: _page_for(notebook, settings) for notebook in find_notebooks()}
    records = {"IDS_RECORDS": str(settings.folder / "records")}
    return _build(settings.folder, pages, records, say)


def _page_for(notebook: Notebook, settings: Settings) -> bytes:
    # An interrupted run may have left a page without the stamp that says what it was made from.
    if settings.page(notebook).exists() and settings.stamp(notebook).exists():
        return nbformat.writes(_kept(notebook, settings)).encode()
    if notebook.page.exists():
        require_own_outputs(notebook)
        return notebook.page.read_bytes()
    blank = read_source(notebook.source)
    blank.cells.insert(1, new_markdown_cell(NOT_RUN, id="not-executed"))
    return nbformat.writes(blank).encode()


def _kept(notebook: Notebook, settings: Settings) -> nbformat.NotebookNode:
    try:
        return stamped(current_page(notebook, settings), notebook, settings)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise ReaderError(
            f"What the last run kept of {notebook.name} is damaged ({type(problem).__name__}). "
            f"Execute it again: make book CHAPTER={notebook.name}, after 'make clean'."
        ) from None


@only_one(BUILD / "html.lock", "building the pages")
def _build(
    folder: Path, pages: dict[Notebook, bytes], records: dict[str, str], say: Callable[[str], None]
) -> Path:
    _require_version_1()
    source = folder / "source"
    with claims.reading(records):
        taught = {lesson.chapter: lesson for lesson in for_pages()}
        shown = {one: _as_shown(one, page, taught.get(one.chapter)) for one, page in pages.items()}
        _assemble(source, shown, taught)
    digest = _digest_of_inputs(source, records)
    if STAMP.exists() and STAMP.read_text() == digest and (HTML / "index.html").exists():
        say("The pages are up to date.")
    else:
        say("Building the pages …")
        _render(folder, source, records)
        with claims.reading(records):
            downloads = folder / "_build" / "html" / archive.FOLDER
            archive.write(downloads, source / CHAPTERS.name)
            archive.write_notebooks(downloads / archive.NOTEBOOKS)
            write_editions(downloads / EDITIONS)
        _put_in_place(folder / "_build" / "html", digest)
    front = HTML / "index.html"
    say(f"The book: {front}")
    return front


def _as_shown(notebook: Notebook, page: bytes, lesson: Lesson | None) -> bytes:
    """Return a page with present verdicts, and with what its chapter's lesson puts into it."""
    rendered = claims.render_again(nbformat.reads(page.decode(), as_version=4))
    if lesson:
        rendered = in_pages.with_lesson(rendered, notebook.stem, lesson)
    captions.put_below(rendered)
    images.forget_sizes(rendered)
    return nbformat.writes(rendered).encode()


def _require_version_1() -> None:
    installed = version("jupyter-book")
    if not installed.startswith("1."):
        raise ReaderError(
            f"jupyter-book {installed} is installed, but version 2 and later ignore _config.yml. "
            "Install what requirements.txt pins: pip install -r requirements.txt"
        )


def _assemble(source: Path, pages: dict[Notebook, bytes], taught: dict[str, Lesson]) -> None:
    """Lay the book's sources out in a folder, touching only what differs."""
    wanted = {name: (ROOT / name).read_bytes() for name in CONFIGURATION}
    for path in sorted(CHAPTERS.rglob("*")):
        if path.is_file() and path.suffix not in (".py", ".ipynb", ".pyc"):
            wanted[str(path.relative_to(ROOT))] = path.read_bytes()
    for lesson in taught.values():
        for stem in lesson.about:
            name = f"{CHAPTERS.relative_to(ROOT) / lesson.chapter / stem}.md"
            if stem and name in wanted:
                wanted[name] = in_pages.in_markdown(wanted[name].decode(), stem, lesson).encode()
    wanted |= {str(book.page.relative_to(ROOT)): content for book, content in pages.items()}
    folder = CHAPTERS.relative_to(ROOT)
    wanted |= {
        f"{folder / chapter}/lesson.md": in_pages.lesson_page(lesson).encode()
        for chapter, lesson in taught.items()
        if lesson.parts
    }
    for path in sorted(source.rglob("*")):
        if path.is_file() and str(path.relative_to(source)) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = source / name
        if not path.is_file() or path.read_bytes() != content:
            write_whole(path, content)


def _digest_of_inputs(source: Path, records: dict[str, str]) -> str:
    run = Path(records["IDS_RECORDS"])
    places = [source, CLAIMS, archive.SCHEMAS, KEPT, reference_folder(), run, ROOT / "lib"]
    files = [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]
    files += [DATA / "registry.yml", ROOT / "requirements.txt", ROOT / "CITATION.cff"]
    files += sorted(CHAPTERS.glob(f"*/{LESSON}"))  # its solutions and slides are in no page
    # The pages link to the commit.
    digest = hashlib.sha256(f"{sys.version} {commit()}".encode())
    for path in files:
        if path.exists() and path.suffix != ".pyc":
            digest.update(f"{os.path.relpath(path, ROOT)} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def _render(folder: Path, source: Path, records: dict[str, str]) -> None:
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(source)]
    options = ["-n", "-W", "--keep-going", "--path-output", str(folder)]
    # Always from nothing: a build on top of another leaves out warnings, and changed styles.
    shutil.rmtree(folder / "_build", ignore_errors=True)
    theirs, ours = os.pipe()  # ours stays open for as long as we live
    try:
        result = subprocess.run(
            [*command, *options],
            cwd=ROOT,  # so that lib.book.pages.directives can be imported
            env=os.environ | records | {"PYTHONIOENCODING": "utf-8"},
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    finally:
        os.close(ours)
        os.close(theirs)
    log = folder / "build.log"
    write_whole(log, result.stdout)
    front = folder / "_build" / "html" / "index.html"
    if result.returncode or not front.exists() or not front.stat().st_size:
        raise ReaderError(_complaint(result.stdout, source, log))


def _complaint(output: str, source: Path, log: Path) -> str:
    plain = re.sub(r"\x1b\[[\d;]*m", "", output).replace(f"{source}/", "")
    lines = [line for line in plain.splitlines() if re.search(r"WARNING|ERROR|rror:", line)]
    said = "\n".join(f"  {line}" for line in lines[:30] or plain.splitlines()[-15:])
    return f"The pages could not be built:\n{said}\nThe whole log: {log.relative_to(ROOT)}"


def _put_in_place(built: Path, digest: str) -> None:
    """Show the new pages under ``_build/html``: two folders change their names."""
    old = HTML.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    STAMP.unlink(missing_ok=True)
    if HTML.exists():
        os.replace(HTML, old)
    os.replace(built, HTML)
    write_whole(STAMP, digest)
    shutil.rmtree(old, ignore_errors=True)


def serve(port: int, say: Callable[[str], None]) -> None:
    """Serve the built book on this machine only, until interrupted."""
    if not (HTML / "index.html").exists():
        raise ReaderError("There is no built book yet. Run 'make book' or 'make site' first.")
    handler = functools.partial(_PagesAlone, directory=str(HTML))
    try:
        server = _QuietServer(("127.0.0.1", port), handler)
    except OSError as problem:
        raise ReaderError(
            f"Port {port} cannot be used ({problem.strerror}). Choose another: "
            "python -m lib serve --port 8001"
        ) from None
    with server:
        say(f"The book is at http://127.0.0.1:{server.server_port}/ — press Ctrl-C to stop.")
        server.serve_forever()


class _QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of a browser that has gone."""


class _PagesAlone(http.server.SimpleHTTPRequestHandler):
    """Serves files of its folder: no list of what is there, and nothing that lies elsewhere."""

    def send_head(self):
        try:
            asked = Path(self.translate_path(self.path))
            shown = (asked / "index.html" if asked.is_dir() else asked).resolve(strict=True)
            found = shown.is_relative_to(Path(self.directory).resolve()) and shown.is_file()
        except (OSError, ValueError, RuntimeError):  # not there, a NUL, links in a circle
            found = False
        if found:
            return super().send_head()
        self.send_error(404)
        return None

    def log_message(self, *_):
        pass


def clean() -> None:
    """Remove everything that a run or a build has made; leave data and ``.venv``."""
    shutil.rmtree(BUILD, ignore_errors=True)
