"""The editions of a lesson as notebooks: for students, for teachers, and for nbgrader.

Every edition opens with a cell that finds the book, or fetches it where there is none, so that
the same file runs in a clone, in Colab and in Binder. Gaps, checks and solutions carry the cell
metadata of nbgrader's schema 3.
"""

import ast
from collections.abc import Iterator
from textwrap import wrap

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lib.book.lessons.source import Exercise, Lesson, Part, Slide
from lib.book.lessons.words import plain
from lib.book.notebooks import KERNEL, Notebook, has_tag, read_source
from lib.book.publish.repository import address
from lib.notebook.lesson import names_read

# What a lesson needs, and what any page does, which is several times as much.
CLASS_REQUIREMENTS, PAGE_REQUIREMENTS = ".binder/requirements.txt", ".binder/pages.txt"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
OPENING = """\
# Run this cell first, and again whenever the notebook has been restarted.
import os
import subprocess
import sys
from pathlib import Path

here = Path.cwd()
places = (here, *here.parents, here / "{folder}")
book = next((p for p in places if (p / "_toc.yml").exists()), None)
if book is None:
    subprocess.run(["git", "clone", "--depth", "1", "{address}"], check=True)
    book = here / "{folder}"
    (book / ".git/installed").touch()
# Only a book that this cell has fetched has a list of what was installed for it.
installed = book / ".git/installed"
if installed.exists() and "{requirements}" not in installed.read_text():
    needed = str(book / "{requirements}")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "-r", needed]
    subprocess.run(pip, check=True)
    installed.write_text(installed.read_text() + "{requirements} ")
    if "numpy" in sys.modules:  # what was loaded before does not go with what is new
        sys.exit("Installed. Now restart the session, and run this cell once more.")
sys.path.insert(0, str(book))
# Without the data, or in class: the synthetic twin, which says nothing about the paper.
os.environ.setdefault("IDS_TWIN", "1")"""
CHECK = """\
from lib.notebook.lesson import check

check("{chapter}", "{name}", globals())"""
COMMENT = 85  # characters of a line of comment
# What a page is run with where nobody says otherwise.
CLASS_PARAMETERS = 'profile = "quick"\nseed = {seed}\nreplicates = 2'


def student(lesson: Lesson) -> NotebookNode:
    """Return the lesson with gaps, each with a check."""
    return _notebook([*_beginning(lesson), *_student_parts(lesson)])


def for_nbgrader(lesson: Lesson) -> NotebookNode:
    """Return what nbgrader makes an assignment from: the student's notebook with the solutions."""
    notebook = student(lesson)
    solutions = {f"{each.name}-gap": each.solution for each in lesson.exercises}
    for cell in notebook.cells:
        if cell.id in solutions:
            asked = cell.source.splitlines()
            asked = [line for line in asked if line.startswith("# ")]
            cell.source = "\n".join([*asked, BEGIN, solutions[cell.id], END])
    return notebook


def instructor(lesson: Lesson) -> NotebookNode:
    """Return the lesson with solutions, the notes to its parts and what is often misunderstood."""
    said = "This is the teacher's notebook: it holds the solutions and what to say."
    cells = [*_beginning(lesson, said), _text(f"## The plan\n\n{plan_table(lesson)}", lesson)]
    for number, part in enumerate(lesson.parts, 1):
        cells.append(_text(f"## {part_title(lesson, number)}\n\n{part.text}", lesson))
        for item in part.items:
            cells += _shown(item, lesson) if isinstance(item, Slide) else _solved(item, lesson)
    heard = "\n\n".join(f"**{said}**\n\n{answer}" for said, answer in lesson.misconceptions)
    return _notebook([*cells, _text(f"## What one hears\n\n{heard}", lesson)])


def of_page(notebook: Notebook) -> NotebookNode:
    """Return a page of the book that runs anywhere, quickly and on the twin, by default."""
    cells = [new_code_cell(opening(PAGE_REQUIREMENTS), id="opening")]
    folder = f"chapters/{notebook.chapter}"
    for cell in read_source(notebook.source).cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, folder, notebook.stem)
        elif has_tag(cell, "parameters"):
            seed = next(line for line in cell.source.splitlines() if line.startswith("seed"))
            cell.source = CLASS_PARAMETERS.format(seed=seed.split("=")[1].strip())
        elif has_tag(cell, "remove-cell") and "_toc.yml" in cell.source:
            continue  # the opening has found the book
        cells.append(cell)
    return _notebook(cells)


def opening(requirements: str = CLASS_REQUIREMENTS) -> str:
    """Return the code that finds the book, or fetches it and installs what it needs."""
    place = address()
    folder = place.rpartition("/")[2]
    return OPENING.format(address=place, folder=folder, requirements=requirements)


def plan_table(lesson: Lesson) -> str:
    """Return the parts with their minutes, and the exercises in them, as a Markdown table."""
    rows = ["| minutes | part | exercises |", "| --- | --- | --- |"]
    for span, part in zip(spans(lesson), lesson.parts, strict=True):
        numbers = [str(lesson.number(each)) for each in part.items if isinstance(each, Exercise)]
        rows.append(f"| {span} | {part.title} | {', '.join(numbers) or 'none'} |")
    return "\n".join(rows)


def spans(lesson: Lesson) -> list[str]:
    """Return for each part from which minute to which it takes; ``at home`` where it has none."""
    found, now = [], 0
    for part in lesson.parts:
        found.append(f"{now} to {now + part.minutes}" if part.minutes else "at home")
        now += part.minutes or 0
    return found


def part_title(lesson: Lesson, number: int) -> str:
    """Return the heading of a part, with its minutes."""
    part: Part = lesson.parts[number - 1]
    span = spans(lesson)[number - 1]
    return f"{number}. {part.title} ({span}{' minutes' if part.minutes else ''})"


def gap_of(exercise: Exercise) -> str:
    """Return the gap in the place of a solution: the names that the check asks for, unfilled."""
    wanted = names_read(exercise.check)
    lines = [f"# {line}" for line in wrap(f"Your turn: {exercise.gap}.", COMMENT)]
    for node in ast.parse(exercise.solution).body:
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            lines += ["", "", f"def {node.name}({ast.unparse(node.args)}):", "    ...", ""]
        for target in getattr(node, "targets", []):
            names = [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]
            lines += [f"{name} = ..." for name in names if name in wanted and _new(name, lines)]
    return "\n".join(lines).strip()


def _new(name: str, lines: list[str]) -> bool:
    return f"{name} = ..." not in lines


def _beginning(lesson: Lesson, said: str = "") -> list[NotebookNode]:
    about = lesson.about[""]
    text = f"# {lesson.title}\n\n{lesson.text}\n\n{said}\n\nAfter it you can\n\n{about.text}"
    return [
        _text(text, lesson),
        new_code_cell(opening(), id="opening"),
        new_code_cell(lesson.setup, id="setup"),
    ]


def _student_parts(lesson: Lesson) -> Iterator[NotebookNode]:
    for number, part in enumerate(lesson.parts, 1):
        exercises = [item for item in part.items if isinstance(item, Exercise)]
        if exercises:
            yield _text(f"## {part_title(lesson, number)}", lesson)
        for exercise in exercises:
            yield from _gapped(exercise, lesson)


def _gapped(exercise: Exercise, lesson: Lesson) -> Iterator[NotebookNode]:
    yield _text(_task(exercise, lesson), lesson)
    if exercise.given:
        yield new_code_cell(exercise.given, id=f"{exercise.name}-given")
    yield _graded(new_code_cell(gap_of(exercise)), f"{exercise.name}-gap", solution=True)
    if exercise.hint:
        hint = plain(exercise.hint, f"chapters/{lesson.chapter}")
        folded = f"<details><summary>A hint</summary>\n\n{hint}\n\n</details>"
        yield new_markdown_cell(folded, id=f"{exercise.name}-hint")
    yield _check_cell(exercise, lesson)
    if exercise.words:
        cell = new_markdown_cell("*Your answer in words: replace this line.*")
        yield _graded(cell, f"{exercise.name}-words", exercise.words, solution=True)


def _solved(exercise: Exercise, lesson: Lesson) -> Iterator[NotebookNode]:
    yield _text(_task(exercise, lesson), lesson)
    if exercise.given:
        yield new_code_cell(exercise.given, id=f"{exercise.name}-given")
    yield new_code_cell(exercise.solution, id=f"{exercise.name}-solution")
    yield _check_cell(exercise, lesson)
    wrong = "\n".join(f"    {line}" for line in exercise.wrong.splitlines())
    yield _text(
        f"**Answer.** {exercise.answer}\n\nThe check refuses, with a reason:\n\n{wrong}", lesson
    )


def _shown(slide: Slide, lesson: Lesson) -> Iterator[NotebookNode]:
    quoted = "\n".join(f"> {line}".rstrip() for line in slide.text.splitlines())
    figure = f"\n>\n> *(Figure `{slide.figure}` of the page {slide.page})*" if slide.figure else ""
    yield _text(f"*Slide*\n\n{quoted}{figure}\n\n{slide.note}", lesson)


def _task(exercise: Exercise, lesson: Lesson) -> str:
    number = lesson.number(exercise)
    heading = f"### Exercise {number}: {exercise.title}"
    return (
        f"{heading}\n\n*{exercise.level.capitalize()}, {exercise.minutes} minutes.* {exercise.text}"
    )


def _check_cell(exercise: Exercise, lesson: Lesson) -> NotebookNode:
    cell = new_code_cell(CHECK.format(chapter=lesson.chapter, name=exercise.name))
    return _graded(cell, f"{exercise.name}-check", exercise.points)


def _graded(
    cell: NotebookNode, name: str, points: int | None = None, solution: bool = False
) -> NotebookNode:
    """Give a cell the metadata by which nbgrader knows gaps, and cells that earn points."""
    told = {"grade": points is not None, "grade_id": name, "locked": not solution}
    told |= {"schema_version": 3, "solution": solution, "task": False, "cell_type": cell.cell_type}
    if points is not None:
        told["points"] = points
    cell.metadata["nbgrader"] = told
    cell.id = name
    return cell


def _text(text: str, lesson: Lesson) -> NotebookNode:
    return new_markdown_cell(plain(text.strip(), f"chapters/{lesson.chapter}"))


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    for number, cell in enumerate(cells, 1):
        if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata:
            cell.id = f"text-{number:03d}"  # else drawn at random, and another in each build
    return new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
