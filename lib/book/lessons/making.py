"""Writing all editions into a folder: what ``make editions`` does, and each build of the book."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat

from lib.book.lessons import editions, project, slides
from lib.book.lessons.source import Lesson, lessons
from lib.book.notebooks import find_notebooks
from lib.book.publish.repository import address
from lib.common.files import write_whole
from lib.common.paths import BUILD

FOLDER = BUILD / "editions"
# The folders of the editions, by what makes a lesson's notebook.
OF_LESSONS = {"student": editions.student, "instructor": editions.instructor}
BRANCH = "editions"
PAGES, SLIDES, NBGRADER, PROJECT = "pages", "slides", "nbgrader", "project"


def write_editions(folder: Path = FOLDER) -> list[Lesson]:
    """Write the notebooks and slides of all lessons, and all pages as notebooks to run anywhere.

    Parameters
    ----------
    folder : pathlib.Path
        Emptied first.

    Returns
    -------
    list of lib.book.lessons.source.Lesson
        The lessons that were found.
    """
    found = lessons()
    shutil.rmtree(folder, ignore_errors=True)
    for lesson in found:
        for name, make in OF_LESSONS.items():
            _write(folder / name / f"{lesson.chapter}.ipynb", make(lesson))
        # Where nbgrader looks for what an assignment is made from.
        source = folder / NBGRADER / "source" / lesson.chapter / f"{lesson.chapter}.ipynb"
        _write(source, editions.for_nbgrader(lesson))
        write_whole(folder / SLIDES / f"{lesson.chapter}.html", slides.deck(lesson))
    if found:
        project.write_project(folder / PROJECT)
    for notebook in find_notebooks():
        _write(folder / PAGES / f"{notebook.name}.ipynb", editions.of_page(notebook))
    return found


def make_editions(say: Callable[[str], None]) -> None:
    """Write all editions, and say where they are."""
    found = write_editions()
    for lesson in found:
        exercises, shown = len(lesson.exercises), len(lesson.slides)
        say(f"{lesson.chapter}: {exercises} exercises, {shown} slides, {lesson.minutes} minutes")
    say(f"The editions: {FOLDER}")


def colab(path: str) -> str:
    """Return where Colab opens a file of the editions, which the publishing puts on a branch."""
    repository = address().removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{repository}/blob/{BRANCH}/{path}"


def _write(path: Path, notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    write_whole(path, nbformat.writes(notebook) + "\n")
