"""The lessons: each solution is right, each wrong answer is not, and what they say is published."""

import ast
import inspect
import os
import re
import subprocess
import sys
from contextlib import nullcontext, suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import FunctionType

import nbformat
import pytest
from bs4 import BeautifulSoup

from lib import claims
from lib.book.lessons import editions, in_pages, slides, words
from lib.book.lessons.source import (
    LEVELS,
    Exercise,
    Lesson,
    Part,
    lessons,
    named_figures,
    read_lesson,
)
from lib.book.notebooks import find_notebooks, parameter_defaults, read_source
from lib.book.publish.page_checks import long_cells, numbers_typed
from lib.book.publish.repository import address
from lib.book.stamps.imports import modules_used
from lib.book.stamps.packages import packages_used
from lib.common.errors import ReaderError
from lib.common.paths import CHAPTERS, ROOT
from lib.common.requirements import pinned_versions
from lib.notebook.lesson import SOURCE, NotYet, check, names_read
from lib.notebook.records import reference

MINUTES = 90
LESSONS = lessons()
EXERCISES = [(lesson, exercise) for lesson in LESSONS for exercise in lesson.exercises]
NAMES = [f"{lesson.chapter}/{exercise.name}" for lesson, exercise in EXERCISES]
EACH = pytest.mark.parametrize(("lesson", "exercise"), EXERCISES, ids=NAMES)
EACH_LESSON = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.chapter)
RECORD = re.compile(r"[a-z_][\w]*(?:\.\w+)+")
# A role, or a line of MyST that only the book's build understands.
RAW = re.compile(r"\{[a-z:-]+\}`|^[> ]*([`:]{3,}\{|:::|:[a-z-]+: |\([\w-]+\)=)", re.M)

# What a check says of an answer whose fault is known, in part.
POINTS_AT = {
    ("always-normal", "accuracy = 0.87"): "three decimals",
    ("second-label", "two = ['Sport', 'SrcMac']"): "Were test flows asked about?",
    (
        "meaningless-label",
        "filled_first = score(*split_rows(oversample(every_row, labels, 2022), tossed, 2022))",
    ): "filled_first: by the true labels",
    (
        "meaningless-label",
        "filled_first = score(*split_rows(filled, labels, 2022))",
    ): "filled_first: by the true labels",
    (
        "meaningless-label",
        "filled_first = score(*split_rows(every_row, tossed, 2022))",
    ): "filled_first: no row was filled up",
    ("meaningless-label", "filled_first = split_first"): "filled_first: that is the other order",
    ("meaningless-label", "split_first = filled_first"): "split_first: copies have crossed over",
    ("meaningless-label", "split_first = score(train, test)"): "split_first: no row was filled up",
    (
        "meaningless-label",
        "split_first = score(oversample(train, tossed, 2022), oversample(test, tossed, 2022))",
    ): "split_first: test rows are filled up too",
    (
        "meaningless-label",
        "split_first = score(oversample(train, labels, 2022), test)",
    ): "split_first: by the true labels",
    ("alarms", "real_when_rare = real(share) / 10"): "A tenth of the attacks",
    ("alarms", "real_when_rare = round(real(share / 10), 3)"): "That is near",
    ("two-rates", "macro_recall = round(1 - (rates['fpr'] + rates['fnr']) / 2, 4)"): "near",
    ("other-moments", "gains = {'random': 0.05, 'blocks': 0.0}"): "A pair each",
    ("own-rung", "rung = lambda seed: (flows.blocks < 60, flows.blocks >= 60)"): "Row numbers",
    (
        "own-rung",
        "rung = lambda seed: (every_row[flows.blocks < 64], every_row[flows.blocks >= 64])",
    ): "The audit page has this one",
}


@cache
def started(chapter: str, source: str) -> dict:
    """Return the names after a lesson's set-up, on the twin or on the real file."""
    (lesson,) = (each for each in LESSONS if each.chapter == chapter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDS_TWIN", "1") if source == "twin" else patch.delenv("IDS_TWIN", False)
        names: dict = {}
        exec(lesson.setup, names)
    return names


def solved(lesson: Lesson, exercise: Exercise, source: str) -> dict:
    """Return the names after an exercise's solution."""
    names = dict(started(lesson.chapter, source))
    exec(f"{exercise.given}\n{exercise.solution}", names)
    return names


def value(condition: str) -> bool:
    """Work out a condition on means of published records."""
    found = reference()
    return bool(eval(RECORD.sub(lambda name: repr(found[name[0]].mean), condition)))


@EACH
def test_the_solution_is_right_on_the_twin(lesson, exercise, capsys):
    names = solved(lesson, exercise, "twin")
    capsys.readouterr()
    check(lesson.chapter, exercise.name, names)
    assert capsys.readouterr().out == "Right.\n"


@EACH
def test_the_solution_is_right_on_the_real_file(lesson, exercise):
    if {one.source for one in sources(started(lesson.chapter, "real"))} != {"real"}:
        pytest.skip("needs the real files: set IDS_DATA")
    check(lesson.chapter, exercise.name, solved(lesson, exercise, "real"))


def sources(names: dict) -> list:
    return [each for each in names.values() if hasattr(each, "source") and hasattr(each, "frame")]


@EACH
def test_wrong_answers_are_told_from_right_ones(lesson, exercise):
    wrong = ast.parse(exercise.wrong).body
    assert len(wrong) >= 3
    right = solved(lesson, exercise, "twin")
    for statement in wrong:
        names = dict(right)
        exec(compile(ast.Module([statement], []), "wrong", "exec"), names)
        with pytest.raises(NotYet) as told:
            check(lesson.chapter, exercise.name, names)
        assert len(str(told.value)) > 20, ast.unparse(statement)
        pointed = POINTS_AT.get((exercise.name, ast.unparse(statement)), "")
        assert pointed in str(told.value), ast.unparse(statement)
    # No wrong answer has changed what the next one started from.
    check(lesson.chapter, exercise.name, right)


def test_every_answer_whose_reason_is_known_is_tried():
    tried = {
        (exercise.name, ast.unparse(statement))
        for _, exercise in EXERCISES
        for statement in ast.parse(exercise.wrong).body
    }
    assert set(POINTS_AT) <= tried


@EACH
def test_an_exercise_has_all_that_it_needs(lesson, exercise):
    assert exercise.text
    assert len(exercise.answer.split()) > 40
    assert set(names_read(exercise.check)) & bound(exercise.solution)
    assert [value(condition) for condition in exercise.holds] == [True] * len(exercise.holds)
    for code in (exercise.given, exercise.solution):
        assert len(code.splitlines()) <= 15


def bound(code: str) -> set[str]:
    names: dict = {}
    for node in ast.parse(code).body:
        names |= {getattr(node, "name", ""): None}
    return set(names) | {
        node.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


@EACH_LESSON
class TestLesson:
    def test_the_parts_fill_the_time(self, lesson):
        assert lesson.minutes == MINUTES
        assert all(part.text for part in lesson.parts)
        in_class = [each for part in lesson.parts if part.minutes for each in part.items]
        doing = sum(each.minutes for each in in_class if isinstance(each, Exercise))
        assert doing <= 0.8 * lesson.minutes
        for part in lesson.parts:
            own = sum(each.minutes for each in part.items if isinstance(each, Exercise))
            assert part.minutes is None or own <= part.minutes, part.title

    def test_there_are_exercises_of_all_kinds(self, lesson):
        assert len(lesson.exercises) >= 6
        assert {exercise.level for exercise in lesson.exercises} == set(LEVELS)
        names = [exercise.name for exercise in lesson.exercises]
        assert len(set(names)) == len(names)

    def test_each_page_has_objectives_and_a_quiz(self, lesson):
        pages = {book.stem for book in find_notebooks(lesson.chapter)} | {"summary"}
        assert set(lesson.questions) == pages
        assert set(lesson.about) == {"", *pages}
        assert {exercise.page for exercise in lesson.exercises} <= pages

    def test_each_question_has_one_right_answer_and_reasons(self, lesson):
        for page, questions in lesson.questions.items():
            assert len(questions) == 5, page
            assert len({tuple(one.right for one in each.options) for each in questions}) > 1, page
            for question in questions:
                assert [one.right for one in question.options].count(True) == 1, question.text
                assert len(question.options) >= 3
                assert all(len(one.reason.split()) >= 3 for one in question.options), question.text

    def test_no_number_is_typed(self, lesson):
        source = read_source(CHAPTERS / lesson.chapter / "lesson.py")
        assert numbers_typed(source) == []
        # Nobody sees a check, and wrong answers are read one by one.
        unseen = {"check", "wrong"}
        source.cells = [c for c in source.cells if not unseen & {*c.metadata.get("tags", ())}]
        assert long_cells(source) == []

    def test_a_student_sees_no_solution(self, lesson):
        text = shown(editions.student(lesson))
        for exercise in lesson.exercises:
            told = {line for each in lesson.exercises for line in each.given.splitlines()}
            own = [line for line in exercise.solution.splitlines() if len(line.strip()) > 20]
            own = [line for line in own if not line.startswith("def ") and line not in told]
            assert own or len(exercise.solution) < 60
            assert [line for line in own if f"\n{line}\n" in f"\n{text}\n"] == []
            assert exercise.answer[:40] not in text
            assert f'check("{lesson.chapter}", "{exercise.name}", globals())' in text
        assert not any(f"**{said}**" in text for said, _ in lesson.misconceptions)

    def test_a_gap_is_not_right(self, lesson):
        for exercise in lesson.exercises:
            names = dict(started(lesson.chapter, "twin"))
            exec(f"{exercise.given}\n{editions.gap_of(exercise)}", names)
            with pytest.raises(NotYet, match="Fill the gap first"):
                check(lesson.chapter, exercise.name, names)

    def test_a_teacher_sees_all(self, lesson):
        text = shown(editions.instructor(lesson))
        for exercise in lesson.exercises:
            assert exercise.solution in text
        assert all(said in text for said, _ in lesson.misconceptions)
        assert all(part.title in text for part in lesson.parts)

    @pytest.mark.parametrize("edition", ["student", "instructor", "for_nbgrader"])
    def test_a_notebook_needs_none_of_the_books_machinery(self, lesson, edition):
        for cell in getattr(editions, edition)(lesson).cells:
            assert cell.cell_type == "code" or not RAW.search(cell.source), cell.source

    def test_nbgrader_is_told_what_is_graded(self, lesson):
        made = editions.for_nbgrader(lesson)
        told = [cell.metadata["nbgrader"] for cell in made.cells if "nbgrader" in cell.metadata]
        for each in told:
            wanted = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}
            assert wanted <= set(each)
            assert each["schema_version"] == 3
            assert ("points" in each) == each["grade"]
        ids = [each["grade_id"] for each in told]
        assert len(set(ids)) == len(ids)
        points = sum(each.get("points", 0) for each in told)
        assert points == sum(one.points + one.words for one in lesson.exercises)
        text = shown(made)
        assert text.count(editions.BEGIN) == text.count(editions.END) == len(lesson.exercises)

    def test_the_slides_need_nothing_else(self, lesson):
        page = BeautifulSoup(slides.deck(lesson), "html.parser")
        assert len(page.select("section")) == len(lesson.slides) >= 6
        assert not page.select("link, script[src], iframe")
        images = page.select("img")
        assert len(images) == len([*named_figures(lesson)]) >= 1
        for image in images:
            assert image["src"].startswith("data:image/png;base64,")
            assert len(image["alt"]) > 20
        assert len(page.select("h1")) == len(lesson.slides)
        assert "{" not in page.main.get_text()

    def test_the_page_of_the_lesson_names_everything(self, lesson):
        text = in_pages.lesson_page(lesson)
        for exercise in lesson.exercises:
            assert in_pages.anchor(exercise, lesson) in text
        for part in lesson.parts:
            assert part.text in text


@pytest.mark.parametrize(
    ("lesson", "stem"),
    [(lesson, book.stem) for lesson in LESSONS for book in find_notebooks(lesson.chapter)],
    ids=[book.name for lesson in LESSONS for book in find_notebooks(lesson.chapter)],
)
def test_a_page_keeps_its_code_and_its_words(lesson, stem):
    (book,) = find_notebooks(f"{lesson.chapter}/{stem}")
    before = nbformat.read(book.page, as_version=4)
    after = in_pages.with_lesson(before, stem, lesson)
    code = [[c for c in page.cells if c.cell_type == "code"] for page in (before, after)]
    assert code[0] == code[1]
    put_in = {exercise.name for exercise in lesson.exercises} | {"about", "quiz"}
    words = [
        "".join(cell.source for cell in page.cells if cell.id not in put_in).split()
        for page in (before, after)
    ]
    assert "".join(words[0]) == "".join(words[1])
    names = [cell.id for cell in after.cells if cell.id in put_in]
    wanted = [each.name for each in lesson.exercises if each.page == stem]
    assert sorted(names) == sorted([*wanted, "about", "quiz"])


def test_the_lecture_names_slides_and_exercises_as_they_are():
    """In the plan of the page for teachers each number stands before its title."""
    text = (CHAPTERS / "teach.md").read_text(encoding="utf-8")
    found = re.findall(r"(?:of chapter (\d) )?(slide|exercise) (\d+), \*(.+?)\*", text)
    assert {kind for _, kind, _, _ in found} == {"slide", "exercise"}
    assert len(found) == len(re.findall(r"(?:slide|exercise)s? \d", text)) >= 9
    for chapter, kind, number, title in found:
        (lesson,) = (each for each in LESSONS if each.chapter.startswith(f"0{chapter or 3}-"))
        assert getattr(lesson, f"{kind}s")[int(number) - 1].title == title


@pytest.fixture
def put_in():
    """Put two exercises, called one and two, below headings; return what stands in the page."""
    page = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(text) for text in ("# First", "Text.", "## Last")]
    )

    def put(*headings, text="Do it.") -> list[str]:
        lesson = deepcopy(LESSONS[-1])
        exercises = [deepcopy(lesson.exercises[0]) for _ in headings]
        for each, name, heading in zip(exercises, ("one", "two"), headings, strict=True):
            each.name, each.page, each.after = name, "page", heading
            each.text, each.cells = text, {}
        lesson.parts = [Part("A part", "Text.", None, exercises)]
        cells = in_pages.with_lesson(page, "page", lesson).cells
        return [cell.id if cell.id in ("one", "two") else cell.source for cell in cells]

    return put


@pytest.mark.parametrize("order", [("First", "Last"), ("Last", "First")])
def test_a_comment_in_an_exercise_is_no_heading_of_its_page(put_in, order):
    first, last = ("one", "two") if order[0] == "First" else ("two", "one")
    comment = "Do it.\n\n```python\n# Last\n```"
    assert put_in(*order, text=comment) == ["# First", "Text.", first, "## Last", last]


def test_exercises_below_one_heading_stand_in_the_order_of_their_lesson(put_in):
    assert put_in("First", "First") == ["# First", "Text.", "one", "two", "## Last"]
    assert put_in("Last", "Last") == ["# First", "Text.", "## Last", "one", "two"]


def test_an_exercise_below_no_heading_is_refused():
    lesson = deepcopy(LESSONS[-1])
    exercise = lesson.exercises[0]
    exercise.after = "No such heading"
    (book,) = find_notebooks(f"{lesson.chapter}/{exercise.page}")
    with pytest.raises(ReaderError, match="no such heading"):
        in_pages.with_lesson(nbformat.read(book.page, as_version=4), exercise.page, lesson)


@pytest.mark.parametrize("notebook", find_notebooks(), ids=lambda notebook: notebook.name)
def test_a_page_to_run_anywhere_has_no_role_and_starts_quickly(notebook):
    made = editions.of_page(notebook)
    assert made.cells[0].source == editions.opening(editions.PAGE_REQUIREMENTS)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            assert not RAW.search(cell.source), cell.source
            assert not re.search(r"\]\((?!https?:|#)", cell.source), cell.source
    (parameters,) = [c.source for c in made.cells if "parameters" in c.metadata.get("tags", [])]
    names: dict = {}
    exec(parameters, names)
    assert (names["profile"], names["replicates"]) == ("quick", 2)
    assert names["seed"] == parameter_defaults(read_source(notebook.source), "")["seed"]


def test_what_only_the_book_shows_is_named_and_linked():
    text = """(a-place)=
## Heading

```{explore}
records: a.{b}
```

::::{dropdown} Outer
:name: outer
:::{note} Inner
:class: tip
Text.
:::
::::

```python
kept = {}
```"""
    made = words.plain(text, "chapters/99-x", "01_y")
    assert RAW.search(text)
    assert not RAW.search(made)
    assert f"*(An interactive figure of [the book's page]({words.site()}" in made
    assert "chapters/99-x/01_y.html" in made
    for kept in ("## Heading", "**Outer**", "**Inner**", "Text.", "kept = {}"):
        assert kept in made
    assert "records" not in made
    assert "name" not in made


def test_a_verdict_is_its_word_where_no_table_is_at_hand():
    (judged,) = claims.select("xmednn.conclusion.generalizes")
    assert (
        words.resolved("It is {verdict}`xmednn.conclusion.generalizes`.")
        == f"It is {judged.verdict}."
    )


def test_the_opening_finds_the_book_and_takes_the_twin(tmp_path, monkeypatch):
    (tmp_path / "_toc.yml").touch()
    inside = tmp_path / "class"
    inside.mkdir()
    monkeypatch.chdir(inside)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("IDS_TWIN", raising=False)
    names: dict = {}
    exec(editions.opening(), names)
    assert names["book"] == tmp_path
    assert sys.path[0] == str(tmp_path)
    assert os.environ.pop("IDS_TWIN") == "1"


@pytest.fixture
def fetching(tmp_path, monkeypatch):
    """Return what runs an opening in an empty folder, and the commands that it has called."""
    called, failing = [], []

    def run(command, check):
        called.append(command)
        if command[0] == "git":
            git = tmp_path / command[-1].rpartition("/")[2] / ".git"
            git.mkdir(parents=True)
            (git.parent / "_toc.yml").touch()
        elif failing:
            raise failing.pop()

    def start(requirements=editions.CLASS_REQUIREMENTS, fails=False, restart=True):
        failing.extend([subprocess.CalledProcessError(1, "pip")] * fails)
        called.clear()
        with suppress(SystemExit) if restart else nullcontext():
            exec(editions.opening(requirements), {})
        return list(called)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("IDS_TWIN", "")
    return start


def test_the_opening_fetches_the_book_where_there_is_none(fetching):
    clone, install = fetching()
    assert clone[:2] == ["git", "clone"]
    assert clone[-1] == address()
    assert install[-1].endswith(editions.CLASS_REQUIREMENTS)
    assert os.environ["IDS_TWIN"] == ""
    assert fetching() == []


def test_the_opening_asks_for_a_restart_where_packages_were_replaced(fetching):
    """NumPy is loaded here, as in Colab: the next cell would mix its old half with the new one."""
    assert "numpy" in sys.modules
    with pytest.raises(SystemExit, match="restart the session"):
        fetching(restart=False)
    assert fetching() == []


def test_no_kernel_is_replaced_where_a_notebook_runs():
    kernels = {"ipykernel", "ipython", "tornado", "pyzmq", "prompt_toolkit"}
    assert not kernels & {*INSTALLED[0], *INSTALLED[1]}


CALL = re.compile(r"`(\w+\([^`]*\))`")


@EACH
def test_a_task_calls_what_is_given_as_it_is_defined(lesson, exercise):
    names = dict(started(lesson.chapter, "twin"))
    before = set(names)
    exec(exercise.given, names)
    for text in CALL.findall(exercise.text):
        call = ast.parse(text, mode="eval").body
        defined = names.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if not isinstance(defined, FunctionType) or call.func.id in before:
            continue
        parameters = [*inspect.signature(defined).parameters]
        told = [each.id for each in call.args if isinstance(each, ast.Name)]
        assert len(call.args) <= len(parameters), text
        assert [name for name in told if name not in {*parameters, *names}] == [], text


def test_the_opening_installs_again_where_it_failed(fetching):
    with pytest.raises(subprocess.CalledProcessError):
        fetching(fails=True)
    (install,) = fetching()
    assert install[-1].endswith(editions.CLASS_REQUIREMENTS)
    (install,) = fetching(editions.PAGE_REQUIREMENTS)
    assert install[-1].endswith(editions.PAGE_REQUIREMENTS)
    assert fetching(editions.PAGE_REQUIREMENTS) == []


INSTALLED = [
    pinned_versions(ROOT / name)
    for name in (editions.CLASS_REQUIREMENTS, editions.PAGE_REQUIREMENTS)
]
# Only a run on a cluster needs these.
OF_CLUSTERS = {"dask", "distributed"}


def needed(*sources: Path) -> set[str]:
    """Return the pinned packages that some files need, with all of the library that they use."""
    return packages_used({*sources}.union(*map(modules_used, sources)))


def test_what_a_class_installs_is_pinned_as_the_book_is():
    pins = pinned_versions()
    for installed in INSTALLED:
        assert installed.items() <= pins.items()
    text = (ROOT / editions.PAGE_REQUIREMENTS).read_text(encoding="utf-8")
    assert f"\n-r {Path(editions.CLASS_REQUIREMENTS).name}\n" in text


@EACH_LESSON
def test_a_class_installs_all_that_a_lesson_imports(lesson):
    found = needed(CHAPTERS / lesson.chapter / SOURCE, ROOT / "lib/notebook/lesson.py")
    assert {"jupytext", "numpy"} <= found <= set(INSTALLED[0])


@pytest.mark.parametrize("notebook", find_notebooks(), ids=lambda notebook: notebook.name)
def test_what_is_installed_for_pages_is_all_that_one_imports(notebook):
    found = needed(notebook.source)
    assert {"matplotlib", "numpy"} <= found <= {*INSTALLED[0], *INSTALLED[1]} | OF_CLUSTERS


def test_each_package_for_pages_is_imported_by_one():
    found = needed(*(notebook.source for notebook in find_notebooks()))
    assert set(INSTALLED[1]) <= found


CLASS_IMPORT = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {absent}:
            raise ImportError(name)

sys.meta_path.insert(0, Absent())
import os
os.environ["IDS_TWIN"] = "1"
{setup}
from lib.notebook.lesson import check
{given}
"""


@EACH_LESSON
def test_a_lesson_starts_with_what_a_class_installs(lesson):
    absent = {"torch", "shap", "snntorch", "numba", "dask", "distributed", "sphinx", "papermill"}
    absent |= {"scapy", "mlcroissant", "rocrate", "nir", "nirtorch", "seaborn"}
    code = CLASS_IMPORT.format(absent=absent, setup=lesson.setup, given=lesson.exercises[0].given)
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def shown(notebook: nbformat.NotebookNode) -> str:
    nbformat.validate(notebook)
    return "\n\n".join(cell.source for cell in notebook.cells)


ASKED = '# %% [markdown] tags=["question"]'
BAD = {
    "an unknown tag": ('# %% tags=["answers"]\n1', "ValueError"),
    "two tags": ('# %% tags=["given", "hint"]\n1', "ValueError"),
    "no level": ('# %% [markdown] tags=["exercise"] name="a"\n# ## A', "level"),
    "no reason": (f'{ASKED} page="a"\n# Why?\n#\n# - [x] So.', "ValueError"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_lesson_with_a_fault_says_where(tmp_path, kind):
    cell, word = BAD[kind]
    source = tmp_path / "99-x" / "lesson.py"
    source.parent.mkdir()
    head = '# %% [markdown]\n# # Title\n\n# %% [markdown] tags=["part"]\n# ## P'
    source.write_text(f"{head}\n\n{cell}\n")
    with pytest.raises(ReaderError, match=word):
        read_lesson(source)


SMALL = """\
# %% [markdown] tags=["exercise"] name="small"
# ## Small

# %% tags=["check"]
assert twice(pair[0]) == 4, "Twice two is four."
"""
HALF_FILLED = {
    "the gap": "def twice(n):\n    ...",
    "no return": "def twice(n):\n    n * 2",
    "the gap returned": "def twice(n):\n    return ...",
    "the gap reckoned with": "def twice(n):\n    return ... * n",
    "one of a pair": "pair = 2, ...",
    "one of a dictionary": "pair = {0: 2, 1: ...}",
    "another name": "del pair",
}


@pytest.mark.parametrize("kind", HALF_FILLED)
def test_a_gap_filled_by_half_is_a_gap(tmp_path, kind):
    source = tmp_path / "99-x" / SOURCE
    source.parent.mkdir()
    source.write_text(SMALL)
    names: dict = {"pair": (2, 3), "twice": lambda n: 2 * n}
    check("99-x", "small", names, tmp_path)
    with pytest.raises(NotYet, match="four"):
        check("99-x", "small", names | {"pair": (3, 2)}, tmp_path)
    exec(HALF_FILLED[kind], names)
    with pytest.raises(NotYet, match="Fill the gap first"):
        check("99-x", "small", names, tmp_path)


def test_a_figure_that_a_lesson_links_is_in_the_book():
    books = [read_source(book.source) for book in find_notebooks()]
    figures = {
        cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        for book in books
        for cell in book.cells
    }
    for lesson in LESSONS:
        linked = re.findall(
            r"\{ref\}`[^`]*<(fig-[^>]+)>`", (CHAPTERS / lesson.chapter / SOURCE).read_text()
        )
        assert linked
        assert set(linked) <= figures


def test_a_value_where_a_function_is_asked_for_is_told(tmp_path):
    source = tmp_path / "99-x" / SOURCE
    source.parent.mkdir()
    source.write_text(SMALL)
    with pytest.raises(NotYet, match="twice has to be a function"):
        check("99-x", "small", {"pair": (2, 3), "twice": 4}, tmp_path)


def test_a_check_says_what_it_cannot_use():
    (lesson, exercise) = EXERCISES[-1]
    names = solved(lesson, exercise, "twin")
    wanted = next(name for name in names_read(exercise.check) if name in bound(exercise.solution))
    with pytest.raises(NotYet, match="cannot use"):
        check(lesson.chapter, exercise.name, names | {wanted: lambda *_: object()})
    with pytest.raises(ReaderError, match="no exercise"):
        check(lesson.chapter, "no-such-exercise", names)
    with pytest.raises(ReaderError, match="no exercise"):
        check("no-such-chapter", exercise.name, names)
