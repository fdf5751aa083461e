"""Questions in pages without a lesson: they stand there, and nothing is made for a class."""

import nbformat
import pytest

from lib.book.lessons import in_pages
from lib.book.lessons.source import for_pages, lessons
from lib.book.notebooks import find_notebooks, read_source
from lib.book.pages import build
from lib.book.publish.page_checks import long_cells, numbers_typed
from lib.common.paths import CHAPTERS
from lib.notebook.lesson import SOURCE

WITHOUT = [lesson for lesson in for_pages() if not lesson.parts]
EACH = pytest.mark.parametrize("lesson", WITHOUT, ids=lambda lesson: lesson.chapter)


def test_there_is_such_a_chapter_and_no_lesson_is_held_on_it():
    assert [lesson.chapter for lesson in WITHOUT] == ["04-across"]
    held = {lesson.chapter for lesson in lessons()}
    assert held
    assert not held & {lesson.chapter for lesson in WITHOUT}


@EACH
def test_each_page_has_objectives_and_five_questions(lesson):
    pages = {book.stem for book in find_notebooks(lesson.chapter)} | {"04_what-to-do"}
    assert set(lesson.questions) == set(lesson.about) == pages
    assert all(len(questions) == 5 for questions in lesson.questions.values())
    assert all(known.before and known.text for known in lesson.about.values())


@EACH
def test_each_question_has_one_right_answer_and_reasons(lesson):
    for page, questions in lesson.questions.items():
        right = [[one.right for one in each.options].index(True) for each in questions]
        assert len(set(right)) > 1, page
        for question in questions:
            assert [one.right for one in question.options].count(True) == 1, question.text
            assert len(question.options) >= 3
            assert all(len(one.reason.split()) >= 3 for one in question.options), question.text


@EACH
def test_no_number_is_typed(lesson):
    source = read_source(CHAPTERS / lesson.chapter / SOURCE)
    assert numbers_typed(source) == []
    assert long_cells(source) == []


@pytest.mark.parametrize(
    ("lesson", "stem"),
    [
        (lesson, stem)
        for lesson in for_pages()
        for stem in lesson.questions
        if (CHAPTERS / lesson.chapter / f"{stem}.md").exists()
    ],
    ids=lambda each: getattr(each, "chapter", each),
)
def test_a_page_without_code_gets_them_too_and_keeps_its_words(lesson, stem):
    text = (CHAPTERS / lesson.chapter / f"{stem}.md").read_text(encoding="utf-8")
    title, rest = text.split("\n\n", 1)
    shown = in_pages.in_markdown(text, stem, lesson)
    assert shown.startswith(f"{title}\n\n:::{{dropdown}} Reading: about ")
    assert rest.strip() in shown
    assert "Quiz: 5 questions" in shown[shown.index(rest.strip()) + len(rest.strip()) :]


@EACH
def test_its_pages_get_them_and_keep_their_code(lesson):
    for book in find_notebooks(lesson.chapter):
        before = nbformat.read(book.page, as_version=4)
        after = in_pages.with_lesson(before, book.stem, lesson)
        put_in = [cell.id for cell in after.cells if cell.id in ("about", "quiz")]
        assert put_in == ["about", "quiz"]
        code = [[c for c in page.cells if c.cell_type == "code"] for page in (before, after)]
        assert code[0] == code[1]
        assert "Quiz: 5 questions" in after.cells[-1].source
        assert "exercise" not in after.cells[1].source


def test_no_page_of_a_lesson_is_laid_out_for_it(tmp_path):
    taught = {lesson.chapter: lesson for lesson in for_pages()}
    build._assemble(tmp_path, {}, taught)
    laid_out = {path.parent.name for path in tmp_path.glob("chapters/*/lesson.md")}
    assert laid_out == {lesson.chapter for lesson in lessons()}


def test_a_lesson_that_loses_its_parts_is_held_no_more(tmp_path):
    source = tmp_path / "99-x" / SOURCE
    source.parent.mkdir()
    about = '# %% [markdown] tags=["about"] page="a" before="b"\n# * c\n'
    part = '\n# %% [markdown] tags=["part"]\n# ## P\n'
    for text, held in ((about + part, 1), (about, 0)):
        source.write_text(f"# %% [markdown]\n# # Title\n\n{text}", encoding="utf-8")
        assert len(for_pages(tmp_path)) == 1
        assert len(lessons(tmp_path)) == held
