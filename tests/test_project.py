"""The project for graded work: what the key names is in file and table, and found by the tools."""

import re
from itertools import pairwise
from statistics import fmean

import pytest

from lib.book.lessons import project
from lib.book.pages import teaching
from lib.common.paths import CHAPTERS

RUBRIC = (CHAPTERS / "project.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    project.write_project(folder)
    return folder, *project.answers(folder)


@pytest.mark.parametrize("flaw", project.PLANTED, ids=lambda flaw: flaw.check)
def test_each_planted_flaw_is_found_in_the_file(made, flaw):
    found = [each for each in made[1]["findings"] if each["check"] == flaw.check]
    assert found
    assert not flaw.column or flaw.column in {each["column"] for each in found}


def test_nothing_is_found_that_was_not_planted(made):
    planted = {(flaw.check, flaw.column) for flaw in project.PLANTED}
    # The word with its space gives the label away, and copies are told twice.
    planted |= {("gives the label away", "state")}
    found = {
        (each["check"], each["column"] if each["check"] != "copies" else "")
        for each in made[1]["findings"]
    }
    assert found == planted


def test_a_file_without_the_flaws_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(project, "COPIES", 1)
    rows = project.make_file().drop(columns=["message", "gateway", "firmware"])
    rows["state"] = rows["state"].str.strip()
    rows.sample(frac=1, random_state=1).to_csv(tmp_path / project.FILE, index=False)
    project.make_table().to_csv(tmp_path / project.TABLE, index=False)
    assert project.answers(tmp_path)[0]["findings"] == []


def test_the_misprint_and_the_size_of_the_test_are_found_in_the_table(made):
    told = (made[0] / project.KEY).read_text(encoding="utf-8")
    cells = re.findall(r"on ([\d,]+) rows: (\w+), (\w+) 0\.\d+", told)
    assert ("2,880", project.ODD_MODEL, "f1") in cells
    assert project.ROWS * project.USED // 100 == 2_880
    assert f"{project.USED} %, 2,880 rows" in told
    assert "2,400 rows, as scores of one class: no" in told


def test_the_same_seed_makes_the_same_file(made):
    again = project.make_file()
    assert again.equals(project.make_file())
    assert len(again) == project.ROWS
    assert again["attack"].sum() == project.ORIGINALS * project.COPIES


def test_points_of_key_and_rubric_agree(made):
    earned = {part: sum(points for _, points in own) for part, own in project.EARNS.items()}
    earned["file"] = sum(flaw.points for flaw in project.PLANTED)
    parts = re.findall(r"^\| (\w+) \| (\d+) \|", RUBRIC, re.M)
    assert earned == {part: int(points) for part, points in parts}
    told = (made[0] / project.KEY).read_text(encoding="utf-8")
    said = [int(number) for number in re.findall(r"\((\d) points?\)", told)]
    said += [int(number) for number in re.findall(r"^\| .+\. \| (\d) \|$", told, re.M)]
    assert sum(said) == sum(earned.values())


@pytest.fixture(scope="module")
def means():
    return {
        rung: {name: fmean(values) for name, values in lines.items()}
        for rung, lines in project.ladder().items()
    }


class TestLadder:
    def test_it_starts_as_printed_and_ends_below_the_honest_threshold(self, means):
        first, *_, last = means.values()
        assert first["tree"] > 0.99
        assert 0.5 < last["tree"] < last["threshold"] - 0.1

    def test_no_rung_touches_the_threshold(self, means):
        honest = [lines["threshold"] for lines in means.values()]
        assert min(honest) > 0.65
        assert max(honest) - min(honest) < 0.01

    def test_address_number_and_spelling_hide_one_another_and_copies_are_the_dear_step(self, means):
        tree = [lines["tree"] for lines in means.values()]
        assert tree[:3] == pytest.approx([1, 1, 1])
        assert tree[2] > tree[3] + 0.01
        steps = [before - after for before, after in pairwise(tree)]
        assert steps.index(max(steps)) == list(means).index("copies on one side") - 1
        assert abs(steps[-1]) < 0.01

    def test_a_threshold_that_chooses_takes_what_gives_the_label_away_while_it_can(self, means):
        chosen = [lines["chosen"] for lines in means.values()]
        assert chosen[0] == 1
        assert chosen[2] > means["spelling of `state` stripped"]["threshold"] + 0.02
        for lines in list(means.values())[3:]:
            assert lines["chosen"] == pytest.approx(lines["threshold"], abs=0.02)

    def test_what_is_found_less_easily_is_so_and_is_told(self, made):
        rows, told = project.make_file(), (made[0] / project.KEY).read_text(encoding="utf-8")
        again = rows["message"].duplicated(keep=False)
        assert (again == (rows[project.LABEL] == 1)).all()
        assert f"Each number stands {project.COPIES} times in attack rows" in told
        timed = fmean(project._with_numbers())
        assert timed < 0.45
        assert f"falls below guessing, to {timed:.3f}" in told
        assert "leads the random forest by 8 of 2,880 test rows" in told

    def test_the_key_shows_it_and_says_what_may_stand(self, made, means):
        told = (made[0] / project.KEY).read_text(encoding="utf-8")
        for rung, lines in means.items():
            numbers = rf"0\.500 \| {lines['threshold']:.3f} .* \| {lines['tree']:.3f} "
            assert re.search(rf"\| {re.escape(rung)} \| {numbers}", told)
        assert f"has a balanced accuracy of {list(means.values())[-1]['threshold']:.3f} (" in told

    def test_each_run_of_attacks_is_one_block(self):
        labels = project.make_file()[project.LABEL].to_numpy()
        runs = project._runs(labels)
        assert len(set(runs)) == project.BLOCKS
        assert all(set(labels[runs == run]) == {0, 1} for run in set(runs))


def test_paper_and_page_name_what_the_file_holds(made):
    paper = (made[0] / project.PAPER).read_text(encoding="utf-8")
    assert f"{project.ROWS:,} messages" in paper
    assert f"{project.STATED} % for testing" in paper
    assert "invented" in paper
    assert f"examine {project.TABLE} --rows {project.ROWS} --test {project.STATED}%" in RUBRIC
    assert f"audit {project.FILE} --label {project.LABEL}" in RUBRIC


def test_the_page_of_the_task_does_not_link_the_key():
    assert project.KEY not in teaching.PROJECT_FILES
    assert "{project-files} key" not in RUBRIC
    assert "{project-files} key" in (CHAPTERS / "teach.md").read_text(encoding="utf-8")
