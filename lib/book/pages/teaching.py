"""Directives of the pages for teachers: lessons, the files of one of them, and the project's.

The role ``binder`` links its text to Binder, which starts a copy of the book with its notebooks.
"""

from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from lib.book.lessons import project
from lib.book.lessons.in_pages import anchor, summary_row
from lib.book.lessons.making import FOLDER as MADE
from lib.book.lessons.making import NBGRADER, OF_LESSONS, PROJECT, SLIDES, colab
from lib.book.lessons.source import Exercise, Lesson, lessons
from lib.book.pages.tables import Cell, table
from lib.book.publish.archive import FOLDER
from lib.book.publish.repository import address
from lib.common.paths import ROOT

EDITIONS = "lessons"
PROJECT_FILES = {
    project.PAPER: "The made-up paper",
    project.FILE: "Its data",
    project.TABLE: "Its table",
}
# Not beside the task: what the page for teachers links.
FOR_TEACHERS = {project.KEY: "The project's key, for teachers"}
HEAD = ("Lesson", "Minutes in class", "Exercises", "Questions", "Slides")
HEAD_OF_EXERCISES = ("Chapter", "Number", "Exercise", "Kind", "Minutes")


class _Lessons(SphinxDirective):
    """A table of the book's lessons."""

    def run(self):
        rows = [([self._page(lesson)], *summary_row(lesson)) for lesson in lessons()]
        return table("The lessons of this book.", HEAD, rows)

    def _page(self, lesson: Lesson) -> nodes.reference:
        name = f"chapters/{lesson.chapter}/lesson"
        here = self.env.app.builder.get_relative_uri(self.env.docname, name)
        title = lesson.title.removeprefix("Lesson: ")
        return _link(title[0].upper() + title[1:], here)


class _ExerciseList(SphinxDirective):
    """A table of the exercises of each lesson, every one linked to its place in a page."""

    def run(self):
        return [part for lesson in lessons() for part in self._of(lesson)]

    def _of(self, lesson: Lesson) -> list[nodes.Element]:
        rows = [self._row(exercise, lesson) for exercise in lesson.exercises]
        return table(f"Exercises of chapter {rows[0][0]}.", HEAD_OF_EXERCISES, rows)

    def _row(self, exercise: Exercise, lesson: Lesson) -> tuple[Cell, ...]:
        chapter, number = int(lesson.chapter.partition("-")[0]), lesson.number(exercise)
        link = self._place(exercise.title, anchor(exercise, lesson))
        return str(chapter), str(number), [link], exercise.level, str(exercise.minutes)

    def _place(self, title: str, name: str) -> addnodes.pending_xref:
        """Return a link as the role ``ref`` makes it; a name without a place is a warning."""
        told = {"refdomain": "std", "reftype": "ref", "refexplicit": True, "refwarn": True}
        return addnodes.pending_xref(
            "", nodes.inline("", title), reftarget=name, refdoc=self.env.docname, **told
        )


class _LessonFiles(SphinxDirective):
    """The files of a lesson, whose chapter is the argument: notebooks and slides."""

    required_arguments = 1

    def run(self):
        chapter, folder = self.arguments[0], _folder(self.env.docname)
        rows = []
        for name in OF_LESSONS:
            path = f"{name}/{chapter}.ipynb"
            elsewhere = {"open in Colab": colab(path), "in Binder": binder(path)}
            links = [_link(text, place, False) for text, place in elsewhere.items()]
            links.append(_link("file", f"{folder}/{path}"))
            rows.append((f"The {name}'s notebook", links))
        slides, source = f"{SLIDES}/{chapter}.html", f"{NBGRADER}/source/{chapter}/{chapter}.ipynb"
        rows.append(("The slides", [_link("open", f"{folder}/{slides}")]))
        rows.append(("What nbgrader makes an assignment of", [_link("file", f"{folder}/{source}")]))
        return table("Files of the lesson.", ("For the lesson", "Where"), rows)


class _ProjectFiles(SphinxDirective):
    """The files of the project for graded work; with the argument ``key``, its key alone."""

    optional_arguments = 1

    def run(self):
        folder = f"{_folder(self.env.docname)}/{PROJECT}"
        files = FOR_TEACHERS if self.arguments == ["key"] else PROJECT_FILES
        rows = [(words, [_link(name, f"{folder}/{name}")]) for name, words in files.items()]
        return table("Files of the project.", ("What it is", "File"), rows)


class _BinderRole(SphinxRole):
    """A link to Binder, which shows the folder of the students' notebooks."""

    def run(self):
        return [_link(self.text, binder(next(iter(OF_LESSONS))), False)], []


def binder(path: str) -> str:
    """Return where Binder opens a file or folder of the editions, in a copy of the book."""
    repository = address().removeprefix("https://github.com/")
    opened = quote(f"lab/tree/{MADE.relative_to(ROOT)}/{path}", safe="")
    return f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath={opened}"


def _folder(page: str) -> str:
    """Return where a page finds the editions."""
    return f"{'../' * page.count('/')}{FOLDER}/{EDITIONS}"


def _link(text: str, place: str, internal: bool = True) -> nodes.reference:
    return nodes.reference("", text, refuri=place, internal=internal)


def setup(app: Sphinx) -> dict:
    """Register the directives with Sphinx; `lib.book.pages.directives` does so."""
    app.add_directive("lessons", _Lessons)
    app.add_directive("exercise-list", _ExerciseList)
    app.add_directive("lesson-files", _LessonFiles)
    app.add_directive("project-files", _ProjectFiles)
    app.add_role("binder", _BinderRole())
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
