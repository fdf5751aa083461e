"""The exercises: each has a solution, and the code of a solution shows what its text says."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from waiting import PATIENCE

from lib import claims
from lib.book.lessons import in_pages
from lib.book.lessons.source import LEVELS, lessons
from lib.book.pages.teaching import binder
from lib.book.publish.repository import address
from lib.common.paths import CHAPTERS, CLAIMS, ROOT
from lib.notebook.records import reference

TEXT = (CHAPTERS / "exercises.md").read_text(encoding="utf-8")
TASKS = dict(re.findall(r":::\{exercise\}[^\n]*\n:label: (\S+)\n(.*?)\n:::\n", TEXT, re.DOTALL))
SOLUTIONS = dict(re.findall(r":::\{solution\} (\S+)\n(.*?)\n:::\n", TEXT, re.DOTALL))
KIND = re.compile(rf"\n\*({'|'.join(LEVELS).title()}), \d+ minutes\.\* ")


def code(text: str) -> str:
    return "".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))


# A solution goes on from the code that its task begins with.
CODE = {label: code(TASKS[label]) + code(text) for label, text in SOLUTIONS.items() if code(text)}


def numbers(line: str) -> list[float]:
    return [float(text) for text in re.findall(r"(?<![\w.])\d+\.\d+", line)]


def saving(lines):
    """The savings are those of the records, and none that is printed lies in its interval."""
    for line, what in zip(lines, ("training", "testing"), strict=True):
        shown, least, most = numbers(line)
        (printed,) = claims.published_values(f"botiot.abstract.{what}_saving").values()
        assert shown == pytest.approx(reference()[f"botiot.printed.{what}_saving"].mean, abs=1e-4)
        assert least <= shown <= most
        assert not least <= printed <= most
    return True


def average(lines):
    (accuracy,), (weighted,), (macro,) = map(numbers, lines)
    return accuracy == 195 / 200 and weighted > 0.96 and 0.6 < macro < 2 / 3


def count(lines):
    """None of the five accuracies can be printed, as the text says."""
    named = re.findall(r"\{published\}`(\S+)`", SOLUTIONS["exercise-count"])
    return sorted(lines) == sorted(f"{id} []" for id in named) and len(lines) == 5


SHOWN = {"exercise-saving": saving, "exercise-average": average, "exercise-count": count}


def test_each_exercise_has_one_solution():
    assert len(TASKS) == TEXT.count("{exercise} ") >= 5
    assert sorted(SOLUTIONS) == sorted(TASKS)


@pytest.mark.parametrize("label", TASKS)
def test_each_exercise_says_its_kind_and_minutes_and_has_a_start(label):
    assert KIND.match(TASKS[label])
    assert "```" in TASKS[label]
    assert len(re.sub(r"```.*?```", "", SOLUTIONS[label], flags=re.DOTALL).split()) > 40


def test_all_code_of_solutions_is_run_here():
    assert sorted(CODE) == sorted(SHOWN)


@pytest.mark.parametrize("label", CODE)
def test_the_code_shows_what_the_text_says(label):
    environment = {name: text for name, text in os.environ.items() if not name.startswith("IDS_")}
    ran = subprocess.run(
        [sys.executable, "-c", CODE[label]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert SHOWN[label](ran.stdout.splitlines()), ran.stdout


def test_the_wrong_digit_has_the_verdicts_that_the_solution_names(tmp_path):
    id = "xmednn.table1.dnn.accuracy"
    printed = claims.load()[id].published
    wrong = f"{printed[:4]}{int(printed[4]) - 1}{printed[5:]}"
    shutil.copytree(CLAIMS, tmp_path, dirs_exist_ok=True)
    ledger = tmp_path / "xmednn.csv"
    before = ledger.read_text(encoding="utf-8")
    after = re.sub(rf"(?m)^({re.escape(id)},.*?){printed}", rf"\g<1>{wrong}", before, count=1)
    assert after != before
    ledger.write_text(after, encoding="utf-8")
    verdicts = [
        {each.id: each.verdict for each in claims.judge(found, reference(), {})}
        for found in (claims.load(), claims.load(tmp_path))
    ]
    changed = {id: verdict for id, verdict in verdicts[1].items() if verdict != verdicts[0][id]}
    row = [f"xmednn.table1.dnn.{score}" for score in ("accuracy", "precision", "recall", "f1")]
    assert set(changed) == {*row, "xmednn.text.dnn.f1"}
    assert set(changed.values()) == {"paper inconsistent"}


def test_the_leak_is_where_the_exercise_looks_for_it():
    source = (CHAPTERS / "03-xmednn-ehms/03_audit.py").read_text(encoding="utf-8")
    assert '"printed": (repeated(split_rows), ' in source
    assert '"copies": (repeated(split_sources), ' in source


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """Return a page with the list of exercises, built beside stand-ins for the chapters' pages."""
    source = tmp_path_factory.mktemp("listed")
    for lesson in lessons():
        boxes = [
            in_pages.box(each.title, "Text.", in_pages.anchor(each, lesson))
            for each in lesson.exercises
        ]
        (source / f"{lesson.chapter}.md").write_text("\n\n".join([f"# {lesson.chapter}", *boxes]))
    files = "\n".join(f"```{{lesson-files}} {lesson.chapter}\n```" for lesson in lessons())
    text = f"# List\n\n```{{exercise-list}}\n```\n\n{files}\n\n{{binder}}`Binder`"
    (source / "index.md").write_text(f"---\norphan: true\n---\n{text}\n")
    extensions = ["myst_parser", "sphinx_design", "lib.book.pages.teaching"]
    settings = f"extensions = {extensions}\nmyst_enable_extensions = ['colon_fence']\n"
    (source / "conf.py").write_text(settings)
    ran = subprocess.run(
        [sys.executable, "-m", "sphinx", str(source), str(source / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    assert "undefined label" not in ran.stderr
    page = (source / "html/index.html").read_text(encoding="utf-8")
    return source / "html", BeautifulSoup(page, "html.parser")


def test_the_list_has_each_exercise_of_a_lesson_and_links_to_it(listed):
    folder, page = listed
    rows = [
        (
            [cell.get_text().strip() for cell in row.find_all("td")],
            row.a["href"].partition("#"),
        )
        for table in page.find_all("table")[: len(lessons())]
        for row in table.tbody.find_all("tr")
    ]
    wanted = [
        [str(int(lesson.chapter[:2])), str(lesson.number(each)), each.title, each.level, minutes]
        for lesson in lessons()
        for each in lesson.exercises
        for minutes in [str(each.minutes)]
    ]
    assert [cells for cells, _ in rows] == wanted
    for _, (file, _, name) in rows:
        there = BeautifulSoup((folder / file).read_text(encoding="utf-8"), "html.parser")
        assert there.find(id=name)


def test_a_lesson_and_the_page_for_teachers_open_in_binder(listed):
    _, page = listed
    links = {link.get_text(): link["href"] for link in page.find_all("a")}
    place = f"https://mybinder.org/v2/gh/{address().removeprefix('https://github.com/')}/HEAD"
    assert links["Binder"] == f"{place}?urlpath=lab%2Ftree%2F_build%2Feditions%2Fstudent"
    opened = [link["href"] for link in page.find_all("a") if link.get_text() == "in Binder"]
    for lesson in lessons():
        for edition in ("student", "instructor"):
            assert binder(f"{edition}/{lesson.chapter}.ipynb") in opened
    text = (CHAPTERS / "teach.md").read_text(encoding="utf-8")
    assert "{binder}`" in text
