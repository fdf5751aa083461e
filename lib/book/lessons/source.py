"""A chapter's lesson: exercises, questions, slides and notes, read from one file.

The file, ``lesson.py`` in the chapter's folder, is a notebook in the percent format. No page runs
it and no stamp rests on it; the page of the lesson, what stands in the chapter's pages, the
notebooks of the editions and the slides are all made from it. A cell's one tag says what it is:

``about``
    Of the whole lesson, or of the page that it names (``page``): what is learnt, and what is
    presumed (``before``).
``setup``
    Code that all exercises start from.
``part``
    A heading, and what the teacher does; ``minutes``, or none for what is done at home. A file
    without parts puts objectives and questions into its chapter's pages, and makes nothing else.
``slide``, ``note``
    A slide, with a figure of a page if it names one (``figure``, ``page``), or the upper part of
    it (``top``, a share of its height); what is said to it.
``exercise``
    A heading and the task: ``name``, ``page``, ``after`` (a heading of that page), ``minutes``,
    ``level``, ``points``, ``gap`` (what to do, for the gap), and ``words`` where an answer in words
    is graded by hand. Up to the next heading follow ``given`` (code to start from), ``hint``,
    ``solution``, ``answer`` (in words; ``holds`` names what must be so in the published records),
    ``check``, and ``wrong`` (answers that the check must not take, one a statement).
``question``
    Of a page's quiz: the question, then a list of answers, the right one ticked, with reasons.
``misconception``
    Of the whole lesson: a sentence that one hears, and below it what answers it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from lib.book.notebooks import read_source
from lib.common.errors import ReaderError
from lib.common.paths import CHAPTERS
from lib.notebook.lesson import SOURCE

LEVELS = ("reading", "arithmetic", "coding", "design")
OF_EXERCISE = ("given", "hint", "solution", "answer", "check", "wrong")
OPTION = re.compile(r"^- \[([ x])\] ", re.M)


@dataclass
class Exercise:
    """A task with its solution."""

    name: str
    title: str
    text: str
    page: str
    after: str
    minutes: int
    level: str
    points: int
    gap: str
    words: int
    holds: tuple[str, ...] = ()
    cells: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, kind: str) -> str:
        """Return one of the cells that belong to the exercise; empty where it has none."""
        if kind in OF_EXERCISE:
            return self.cells.get(kind, "")
        raise AttributeError(kind)


@dataclass
class Slide:
    """A slide, and what is said to it."""

    text: str
    figure: str
    page: str
    # The share of the figure's height that the slide shows, from its top.
    top: float = 1
    note: str = ""

    @property
    def title(self) -> str:
        """The slide's heading."""
        return _heading(self.text)[0]


@dataclass
class Part:
    """A part of the lesson: what the teacher does, with the slides and exercises in it."""

    title: str
    text: str
    minutes: int | None
    items: list[Slide | Exercise] = field(default_factory=list)


@dataclass(frozen=True)
class Option:
    """One answer of a question."""

    text: str
    right: bool
    reason: str


@dataclass(frozen=True)
class Question:
    """A question of a page's quiz."""

    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class About:
    """What a page, or the whole lesson, is to teach."""

    before: str
    text: str


@dataclass
class Lesson:
    """All that a chapter's lesson is made of."""

    chapter: str
    title: str
    text: str
    setup: str = ""
    parts: list[Part] = field(default_factory=list)
    about: dict[str, About] = field(default_factory=dict)
    questions: dict[str, list[Question]] = field(default_factory=dict)
    misconceptions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def exercises(self) -> list[Exercise]:
        """The exercises in the order of the lesson."""
        return [item for part in self.parts for item in part.items if isinstance(item, Exercise)]

    @property
    def slides(self) -> list[Slide]:
        """The slides in the order of the lesson."""
        return [item for part in self.parts for item in part.items if isinstance(item, Slide)]

    @property
    def minutes(self) -> int:
        """How long all parts in class take."""
        return sum(part.minutes or 0 for part in self.parts)

    def number(self, exercise: Exercise) -> int:
        """Return an exercise's number in the lesson."""
        return 1 + self.exercises.index(exercise)


def lessons(root: Path = CHAPTERS) -> list[Lesson]:
    """Read every lesson that is held in class, in the order of the chapters."""
    return [lesson for lesson in for_pages(root) if lesson.parts]


def for_pages(root: Path = CHAPTERS) -> list[Lesson]:
    """Read all that chapters put into their pages; where it has no parts, no lesson is held."""
    return [read_lesson(source) for source in sorted(root.glob(f"[0-9]*/{SOURCE}"))]


def read_lesson(source: Path) -> Lesson:
    """Read a chapter's lesson."""
    first, *cells = read_source(source).cells
    lesson = Lesson(source.parent.name, *_heading(first.source))
    for cell in cells:
        try:
            _take(lesson, cell)
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            begin = cell.source[:50]
            raise ReaderError(
                f"{lesson.chapter}/{SOURCE}: {begin!r}: {problem!r} is wrong or missing."
            ) from None
    return lesson


def _take(lesson: Lesson, cell: NotebookNode) -> None:
    (kind,) = cell.metadata.get("tags", [])
    given, text = cell.metadata, cell.source
    if kind == "about":
        lesson.about[given.get("page", "")] = About(given["before"], text)
    elif kind == "setup":
        lesson.setup = text
    elif kind == "part":
        lesson.parts.append(Part(*_heading(text), given.get("minutes")))
    elif kind == "slide":
        figure, page = given.get("figure", ""), given.get("page", "")
        _items(lesson).append(Slide(text, figure, page, float(given.get("top", 1))))
    elif kind == "note":
        lesson.slides[-1].note = text
    elif kind == "exercise":
        _items(lesson).append(_exercise(given, text))
    elif kind == "question":
        lesson.questions.setdefault(given["page"], []).append(_question(text))
    elif kind == "misconception":
        lesson.misconceptions.append(_heading(text))
    elif kind in OF_EXERCISE:
        _belongs(lesson.exercises[-1], kind, cell)
    else:
        raise ValueError(kind)


def _items(lesson: Lesson) -> list:
    return lesson.parts[-1].items


def _exercise(given: dict, text: str) -> Exercise:
    if given["level"] not in LEVELS:
        raise ValueError(given["level"])
    names = ("name", "page", "after", "minutes", "level", "points", "gap")
    title, task = _heading(text)
    chosen = {name: given[name] for name in names}
    return Exercise(title=title, text=task, words=given.get("words", 0), **chosen)


def _belongs(exercise: Exercise, kind: str, cell: NotebookNode) -> None:
    if kind in exercise.cells:
        raise ValueError(f"{exercise.name} has a second {kind}")
    exercise.cells[kind] = cell.source
    if kind == "answer":
        exercise.holds = tuple(cell.metadata.get("holds", ()))


def _question(text: str) -> Question:
    asked, *rest = OPTION.split(text)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return Question(asked.strip(), tuple(_option(mark, said) for mark, said in pairs))


def _option(mark: str, said: str) -> Option:
    answer, reason = said.strip().split("\n\n", 1)
    return Option(_one_line(answer), mark == "x", _one_line(reason))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _heading(text: str) -> tuple[str, str]:
    title, _, rest = text.partition("\n")
    return title.lstrip("# ").strip(), rest.strip()


def named_figures(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """Return page and name of each figure that the slides show."""
    yield from ((slide.page, slide.figure) for slide in lesson.slides if slide.figure)
