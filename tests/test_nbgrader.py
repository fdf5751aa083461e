"""A teacher's own nbgrader makes an assignment of a lesson, and grades what comes back."""

import importlib.util
import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from conftest import clean_environment

from lib.book.lessons import editions
from lib.book.lessons.source import read_lesson
from lib.common.paths import CHAPTERS, ROOT
from lib.notebook.lesson import SOURCE

LESSON = read_lesson(CHAPTERS / "03-xmednn-ehms" / SOURCE)
NAME = LESSON.chapter
VARIABLE, PIN = "NBGRADER_PYTHON", "nbgrader==0.9.6"
MISSING = (
    f"needs nbgrader: make a virtual environment, pip install {PIN} in it, "
    f"and name its Python in {VARIABLE}"
)
# What nbgrader puts where the solution was.
STUB = "raise NotImplementedError()"
# Read by nbgrader's own Python; prints for each student what each graded cell earned.
READ = """
import json
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({
        handed_in.student.id: {
            grade.name: [grade.auto_score, grade.max_score, grade.needs_manual_grade]
            for notebook in handed_in.notebooks for grade in notebook.grades
        }
        for handed_in in book.assignment_submissions(NAME)
    }))
"""
# Trees are grown within seconds; a machine with other work is given minutes.
SETTINGS = """
c = get_config()
c.CourseDirectory.course_id = "class"
c.ExecutePreprocessor.timeout = 600
c.ExecutePreprocessor.startup_timeout = 600
"""


def nbgrader_python() -> str:
    """Return the Python that has nbgrader; skip the test where none does."""
    given = os.environ.get(VARIABLE)
    if given or importlib.util.find_spec("nbgrader"):
        return given or sys.executable
    pytest.skip(MISSING)


class Course:
    """A course folder in a copy of the book, as a teacher lays it out."""

    def __init__(self, base: Path, python: str):
        book, self.python = base / "book", python
        self.folder = book / "course"
        self.folder.mkdir(parents=True)
        for name in ("_toc.yml", "lib", "data", "chapters", ".binder"):
            (book / name).symlink_to(ROOT / name)
        (self.folder / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
        self.variables = clean_environment() | self._places(base / "jupyter")
        # It calls a tool of its environment by name.
        self.variables["PATH"] = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"

    def _places(self, jupyter: Path) -> dict[str, str]:
        """Keep Jupyter away from this machine's settings, and let its kernel be the book's."""
        kernel = jupyter / "share" / "kernels" / "python3" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        told = {"argv": command, "display_name": "Python 3", "language": "python"}
        kernel.write_text(json.dumps(told), encoding="utf-8")
        places = {"JUPYTER_PATH": jupyter / "share", "JUPYTER_CONFIG_DIR": jupyter / "settings"}
        places |= {"JUPYTER_DATA_DIR": jupyter / "data", "JUPYTER_RUNTIME_DIR": jupyter / "run"}
        places |= {"IPYTHONDIR": jupyter / "ipython"}
        return {name: str(place) for name, place in places.items()} | {"IDS_TWIN": "1"}

    def run(self, *arguments: str) -> str:
        """Run nbgrader's Python in the course folder, and return what it printed."""
        ran = subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def write(self, notebook: nbformat.NotebookNode, *place: str) -> None:
        path = self.folder.joinpath(*place, NAME, f"{NAME}.ipynb")
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)

    def read(self, *place: str) -> nbformat.NotebookNode:
        return nbformat.read(self.folder.joinpath(*place, NAME, f"{NAME}.ipynb"), as_version=4)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Return a course in which an assignment was made, handed in twice, and graded."""
    made = Course(tmp_path_factory.mktemp("nbgrader"), nbgrader_python())
    made.write(editions.for_nbgrader(LESSON), "source")
    made.run("-m", "nbgrader", "generate_assignment", NAME)
    released = made.read("release")
    made.write(released, "submitted", "idle")
    made.write(solved(released), "submitted", "busy")
    made.run("-m", "nbgrader", "autograde", NAME)
    return made


def solved(released: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Fill the gaps of a released assignment, as a student would."""
    filled = {f"{each.name}-gap": each.solution for each in LESSON.exercises}
    filled |= {f"{each.name}-words": "Five sentences." for each in LESSON.exercises}
    notebook = deepcopy(released)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = filled.get(name, cell.source)
    return notebook


def test_the_released_assignment_has_gaps_and_no_solution(course):
    text = "\n".join(cell.source for cell in course.read("release").cells)
    assert text.count(STUB) == len(LESSON.exercises)
    shown = {line for each in LESSON.exercises for line in each.given.splitlines()}
    own = {line for each in LESSON.exercises for line in each.solution.splitlines()} - shown
    own = {line for line in own if len(line.strip()) > 20}
    assert own
    assert [line for line in own if line in text.splitlines()] == []
    assert editions.BEGIN not in text


@pytest.fixture(scope="module")
def grades(course) -> dict[str, dict[str, list]]:
    """Return by student and graded cell: points given, points possible, left to the teacher."""
    return json.loads(course.run("-c", READ.replace("NAME", repr(NAME))))


def test_whoever_solved_all_has_all_points_and_whoever_did_nothing_none(grades):
    wanted = {f"{each.name}-check": each.points for each in LESSON.exercises}
    for student, factor in (("busy", 1), ("idle", 0)):
        given = {name: told for name, told in grades[student].items() if name in wanted}
        assert given == {name: [factor * most, most, False] for name, most in wanted.items()}


def test_answers_in_words_wait_for_the_teacher(grades):
    by_hand = {f"{each.name}-words": each.words for each in LESSON.exercises if each.words}
    assert by_hand
    for name, points in by_hand.items():
        assert grades["busy"][name] == [None, points, True]
        assert grades["idle"][name] == [0, points, False]


def test_the_checks_of_a_clean_clone_install_the_same_nbgrader():
    assert PIN in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
