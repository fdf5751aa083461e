"""What a lesson puts into the pages of its chapter, and the page of the lesson itself.

Nothing of it is committed in the pages: each build puts it between the cells of the published
notebooks, so that their outputs, stamps and code stay what they were.
"""

import re
from copy import deepcopy
from math import ceil

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from lib.book.lessons.editions import part_title, plan_table
from lib.book.lessons.source import Exercise, Lesson, Option, Question
from lib.common.errors import ReaderError

HEADING = re.compile(r"^#{1,2} (?P<title>.+)$", re.M)
QUOTE = re.compile(r"[:`]{3,}")
# How fast a page is read, and what a figure or a table takes.
WORDS_A_MINUTE, MINUTES_A_VIEW = 200, 0.5
LETTERS = "abcdef"


def with_lesson(page: NotebookNode, stem: str, lesson: Lesson) -> NotebookNode:
    """Return a page with its objectives, exercises and quiz.

    Parameters
    ----------
    page : NotebookNode
        The executed notebook.
    stem : str
        Its name, such as ``03_audit``.
    lesson : Lesson
        The lesson of its chapter.

    Returns
    -------
    NotebookNode
        A copy with Markdown cells put in; no cell with code is touched.

    Raises
    ------
    lib.common.errors.ReaderError
        If an exercise stands after a heading that the page does not have.
    """
    fresh = deepcopy(page)
    put = {exercise.name for exercise in lesson.exercises}
    for exercise in (each for each in lesson.exercises if each.page == stem):
        _put(fresh, exercise.after, in_page(exercise, lesson), exercise.name, put)
    if stem in lesson.questions:
        fresh.cells.append(_cell(quiz(lesson.questions[stem]), "quiz"))
    if stem in lesson.about:
        fresh.cells.insert(1, _cell(about(page, stem, lesson), "about"))
    return fresh


def in_markdown(text: str, stem: str, lesson: Lesson) -> str:
    """Return a page without code, such as a summary, with what its chapter's lesson puts there."""
    title, _, rest = text.partition("\n\n")
    page = new_notebook(cells=[new_markdown_cell(title), new_markdown_cell(rest)])
    return (
        "\n\n".join(cell.source.strip("\n") for cell in with_lesson(page, stem, lesson).cells)
        + "\n"
    )


def _put(page: NotebookNode, heading: str, text: str, name: str, put: set[str]) -> None:
    """Put a text at the end of the section below a heading."""
    inside = False
    for place, cell in enumerate(page.cells):
        # A comment in the code of an exercise that was put in before is no heading.
        searched = cell.cell_type == "markdown" and cell.id not in put
        for found in HEADING.finditer(cell.source) if searched else ():
            if inside:
                before, after = cell.source[: found.start()].rstrip(), cell.source[found.start() :]
                parts = [_cell(before, f"{name}-before")] if before else []
                cell.source = after
                page.cells[place:place] = [*parts, _cell(text, name)]
                return
            inside = found["title"].strip() == heading
    if not inside:
        raise ReaderError(f"The exercise {name!r} stands after {heading!r}: no such heading.")
    page.cells.append(_cell(text, name))


def _cell(text: str, name: str) -> NotebookNode:
    return new_markdown_cell(text, id=name)


def anchor(exercise: Exercise, lesson: Lesson) -> str:
    """Return the name by which an exercise in a page is linked to."""
    return f"exercise-{lesson.chapter}-{exercise.name}"


def in_page(exercise: Exercise, lesson: Lesson) -> str:
    """Return an exercise as a folded box, with hint and solution folded inside."""
    kind = f"*{exercise.level.capitalize()}, {exercise.minutes} minutes.*"
    parts = [f"{kind} {exercise.text}", _code(exercise.given)]
    if exercise.hint:
        parts.append(box("A hint", exercise.hint))
    parts.append(box("The solution", f"{_code(exercise.solution)}\n\n{exercise.answer}"))
    to_lesson = "[The lesson](lesson.md) has this as a notebook with gaps and checks."
    title = f"Exercise {lesson.number(exercise)}: {exercise.title}"
    inner = "\n\n".join(part for part in [*parts, to_lesson] if part)
    return box(title, inner, anchor(exercise, lesson), "exercise")


def quiz(questions: list[Question]) -> str:
    """Return a page's questions as one folded box; each answer opens to show its reason."""
    asked = "\n\n".join(
        f"**{number}. {question.text}**\n\n{_options(question.options)}"
        for number, question in enumerate(questions, 1)
    )
    return box(f"Quiz: {len(questions)} questions", asked, kind="quiz")


def _options(options: tuple[Option, ...]) -> str:
    return "\n\n".join(
        box(f"{letter}) {each.text}", f"**{'Right.' if each.right else 'No.'}** {each.reason}")
        for letter, each in zip(LETTERS, options, strict=False)
    )


def about(page: NotebookNode, stem: str, lesson: Lesson) -> str:
    """Return what a page teaches and presumes, and how long it takes to read and to do."""
    known, doing = lesson.about[stem], [each for each in lesson.exercises if each.page == stem]
    minutes = reading_minutes(page)
    title = f"Reading: about {minutes} minutes"
    if doing:
        number = f"{len(doing)} exercise{'s' * (len(doing) > 1)}"
        title += f"; {number}: {sum(each.minutes for each in doing)} minutes"
    text = f"Known before: {known.before}\n\nAfter this page you can\n\n{known.text}"
    return box(title, text, kind="about")


def reading_minutes(page: NotebookNode) -> int:
    """Return how long a page takes by its words, figures and tables; code is folded."""
    words = sum(len(cell.source.split()) for cell in page.cells if cell.cell_type == "markdown")
    shown = sum(
        any(kind in out.get("data", {}) for kind in ("image/png", "text/html"))
        for cell in page.cells
        if cell.cell_type == "code" and "hide-output" not in cell.metadata.get("tags", [])
        for out in cell.outputs
    )
    return ceil(words / WORDS_A_MINUTE + shown * MINUTES_A_VIEW)


def box(title: str, text: str, name: str = "", kind: str = "") -> str:
    """Return a folded box of MyST, with as many colons as what it holds needs."""
    longest = max([len(run) for run in QUOTE.findall(text) if run[0] == ":"], default=2)
    fence = ":" * max(3, longest + 1)
    options = [f":name: {name}"] * bool(name) + [f":class-container: {kind}"] * bool(kind)
    return "\n".join([f"{fence}{{dropdown}} {title}", *options, "", text.strip(), fence])


def _code(text: str) -> str:
    return f"```python\n{text}\n```" if text else ""


def lesson_page(lesson: Lesson) -> str:
    """Return the page of a lesson: what it teaches, its plan, and what is often misunderstood."""
    known = lesson.about[""]
    plan = "\n\n".join(
        f"### {part_title(lesson, number)}\n\n{part.text}\n\n{_items(lesson, number)}"
        for number, part in enumerate(lesson.parts, 1)
    )
    heard = "\n\n".join(f"{said}\n: {answer}" for said, answer in _indented(lesson))
    return f"""# {lesson.title}

{lesson.text}

```{{lesson-files}} {lesson.chapter}
```

:::{{admonition}} After it you can
{known.text}

Known before: {known.before}
:::

## The plan

{plan_table(lesson)}

:::{{div}} table-caption
Minutes of the lesson from its beginning.
:::

Minutes are planned, and were not measured in a class. {lesson.minutes} of them are in class.

## What to do and to say

{plan}

## What one hears, and what answers it

{heard}
"""


def _items(lesson: Lesson, number: int) -> str:
    part = lesson.parts[number - 1]
    slides = [item.title for item in part.items if not isinstance(item, Exercise)]
    shown = f"*Slides: {'; '.join(slides)}*" if slides else ""
    links = [
        f"* Exercise {lesson.number(each)}, {each.level}, {each.minutes} minutes: "
        f"{{ref}}`{each.title} <{anchor(each, lesson)}>`"
        for each in part.items
        if isinstance(each, Exercise)
    ]
    return "\n\n".join(filter(None, [shown, "\n".join(links)]))


def _indented(lesson: Lesson) -> list[tuple[str, str]]:
    return [(said, answer.replace("\n", "\n  ")) for said, answer in lesson.misconceptions]


def summary_row(lesson: Lesson) -> tuple[str, ...]:
    """Return a lesson in short for a table: minutes, exercises, questions, slides."""
    questions = sum(map(len, lesson.questions.values()))
    return tuple(map(str, (lesson.minutes, len(lesson.exercises), questions, len(lesson.slides))))
