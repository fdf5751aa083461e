"""``python -m lib verify``, as a person at a terminal meets it."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from waiting import PATIENCE, wait_until

from lib import execution
from lib.disk import trouble_with
from lib.errors import ReaderError
from lib.notebooks import Notebook
from lib.paths import ROOT
from lib.verification.kept import summary

FIRST, SECOND = "99-sample/01_first", "99-sample/02_second"
THIRD = "# %% [markdown]\n# # A third\n"
FIRST_SOURCE = f"chapters/{FIRST}.py"


def report_of(project) -> dict:
    path = project.root / "_build/verify/report.json"
    return json.loads(path.read_text(encoding="utf-8"))


def verified(project, status: int, *arguments: str, **variables: str) -> str:
    """Verify, and return what was said; it ends with this status and shows no traceback."""
    result = project.run("verify", *arguments, **variables)
    said = result.stdout + result.stderr
    assert result.returncode == status, said
    assert "Traceback" not in said
    return said


def test_a_file_that_may_not_be_read_is_not_called_a_folder_to_write_to():
    closed = trouble_with(PermissionError(errno.EACCES, "no", "/data/flows.csv"))
    assert "may not be read" in closed
    assert "/data/flows.csv" in closed
    in_the_way = trouble_with(NotADirectoryError(errno.ENOTDIR, "no", str(ROOT / "_build/run")))
    assert "where a folder should be" in in_the_way


class TestAnswers:
    def test_a_fresh_run_holds_and_is_executed_anew_each_time(self, published_project):
        for _ in range(2):
            said = verified(published_project, 0)
            assert "unchanged" not in said
            assert "It still holds." in said
        content = report_of(published_project)
        assert content["status"] == 0
        assert {each["state"] for each in content["records"]} == {"holds"}
        assert all(each["same_digits"] for each in content["records"])
        folder = published_project.root / "_build/verify"
        assert "It still holds." in (folder / "report.html").read_text(encoding="utf-8")
        suites = ElementTree.parse(folder / "junit.xml").getroot()
        assert [suite.get("name") for suite in suites] == [
            "notebooks",
            "records",
            "claims",
            "pages",
        ]

    def test_an_altered_number_is_named_and_no_other(self, published_project):
        published_project.edit(f"data/reference/{FIRST}.json", "3.0", "4.0")
        said = verified(published_project, 1)
        assert "sample.01_first.count" in said
        assert "sample.02_second" not in said

    def test_other_seeds_and_another_number_of_them_are_another_run(self, published_project):
        verified(published_project, 0, "--seed", "7", "--replicates", "1")
        content = report_of(published_project)
        assert content["asked"]["seeds"] == "1 from 7"
        same = {each["id"]: each["same_digits"] for each in content["records"]}
        assert same["sample.01_first.count"], "no random draw enters"
        assert not same["sample.01_first.score"], "its seed was not published"

    def test_nothing_published_is_said_with_the_remedy(self, sample_project):
        assert "make publish" in verified(sample_project, 2)

    def test_without_real_data_the_code_is_verified(self, published_project):
        assert "remake-twin-reference" in verified(published_project, 2, "--profile", "quick")
        verified(published_project, 0, "--remake-twin-reference", SAMPLE_SOURCE="twin")
        said = verified(published_project, 3, "--profile", "quick", SAMPLE_SOURCE="twin")
        assert "not the papers" in said
        assert report_of(published_project)["judges"] == "code"
        published_project.edit(FIRST_SOURCE, "0.5 +", "0.6 +")
        said = verified(published_project, 1, "--profile", "quick", SAMPLE_SOURCE="twin")
        assert "sample.01_first.score" in said


class TestKeptReport:
    @pytest.fixture
    def kept(self, published_project):
        folder = published_project.root / "data/verification"
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def test_a_report_by_which_all_holds_is_kept_in_its_form(self, published_project, kept):
        verified(published_project, 0)
        verified(published_project, 0, "--keep-report")
        report = json.loads((kept / "report.json").read_text(encoding="utf-8"))
        schema = json.loads((ROOT / "data/schema/report.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(report, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(report | {"status": 7}, schema)
        assert report["answer"] in (kept / "report.html").read_text(encoding="utf-8")
        said = summary(kept)
        assert said.startswith("It still holds. All 2 notebooks")
        assert f"Of {len(report['records'])} records" in said

    def test_a_report_of_a_change_is_not(self, published_project, kept):
        published_project.edit(f"data/reference/{FIRST}.json", "3.0", "4.0")
        verified(published_project, 1)
        assert "not kept" in verified(published_project, 2, "--keep-report")
        assert not kept.exists()

    def test_nor_one_of_a_part_of_the_book(self, published_project, kept):
        verified(published_project, 0)
        published_project.write("chapters/99-sample/03_third.py", THIRD)
        assert "99-sample/03_third" in verified(published_project, 2, "--keep-report")
        assert not kept.exists()

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"counts": {}, "asked": 1}'])
    def test_a_damaged_report_is_named(self, published_project, kept, content):
        published_project.write("data/verification/report.json", content)
        with pytest.raises(ReaderError, match=r"report\.json is not a report"):
            summary(kept)
        published_project.write("_build/verify/report.json", content)
        told = verified(published_project, 2, "--keep-report")
        assert "report.json is not a report" in told
        assert "Traceback" not in told

    def test_without_a_report_the_command_to_make_one_is_named(self, published_project, kept):
        shutil.rmtree(published_project.root / "_build/verify", ignore_errors=True)
        assert "make verify" in verified(published_project, 2, "--keep-report")


class TestWhatStopsARun:
    def test_a_failing_notebook_is_named_and_the_rest_is_judged_and_kept(self, published_project):
        project = published_project
        project.edit(FIRST_SOURCE, "recorder.save()", "1 / 0")
        said = verified(project, 2)
        assert re.search(
            rf"{FIRST}\n  cell 5 .*1 / 0\n\s+ZeroDivisionError: division by zero", said
        )
        content = report_of(project)
        assert [each["state"] for each in content["notebooks"]] == ["failed", "executed"]
        assert {each["notebook"] for each in content["records"]} == {SECOND}
        assert "ZeroDivisionError" in (project.root / "_build/verify/report.html").read_text()

        project.edit(FIRST_SOURCE, "1 / 0", "recorder.save()")
        assert f"{SECOND} … unchanged" in verified(project, 0)

    def test_a_killed_run_goes_on_where_it_was(self, published_project):
        project = published_project
        verified(project, 0)
        # The second waits; the first is over when the run is killed.
        slow = 'import time\n\ntime.sleep(float("0" + __import__("os").environ.get("SLOW", "")))\n'
        project.edit(f"chapters/{SECOND}.py", "recorder.save()", f"{slow}recorder.save()")
        # The longest goes first, by its last run.
        timings = {FIRST: {"seconds": 2, "threads": 2}, SECOND: {"seconds": 1, "threads": 2}}
        project.write("_build/verify/timings.json", json.dumps(timings))
        stamp = project.root / f"_build/verify/stamps/{FIRST}.json"
        before = written_at(stamp)
        process = project.start("verify", "--jobs", "1", SLOW="3600")
        try:
            wait_until(lambda: written_at(stamp) not in (before, None), "the first is executed")
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=PATIENCE)
        said = project.run("verify").stdout
        assert f"{FIRST} … unchanged" in said
        assert not re.search(rf"{SECOND} … unchanged", said)

    def test_a_killed_kernel_is_said_with_its_cell_and_a_remedy(self, published_project):
        kill = "import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)"
        published_project.edit(FIRST_SOURCE, "recorder.save()", kill)
        said = verified(published_project, 2)
        assert "its kernel was killed" in said
        assert "JOBS=1" in said
        assert "in cell 5, which begins with: import os, signal" in said
        assert "sample.02_second" in json.dumps(report_of(published_project)["records"])

    def test_a_hanging_cell_is_stopped_and_named(self, published_project):
        published_project.edit("lib/execution.py", '"full": 90 * 60', '"full": 30')
        hang = "import time\n\ntime.sleep(3600)"
        published_project.edit(FIRST_SOURCE, "recorder.save()", hang)
        said = verified(published_project, 2)
        assert "longer than 30 s" in said
        assert "in cell 5, which begins with: import time" in said

    @pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs /sys, which is read-only")
    def test_a_folder_that_may_not_be_written_to_is_said(self, published_project):
        build = published_project.root / "_build"
        shutil.rmtree(build, ignore_errors=True)
        build.symlink_to("/sys/kernel")
        said = verified(published_project, 2)
        assert "may not be written to" in said
        assert "_build" in said

    def test_a_full_disk_is_said_and_mended(self, published_project):
        build = published_project.root / "_build"
        shutil.rmtree(build, ignore_errors=True)
        build.mkdir()
        options = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(build)]
        if subprocess.run(options, capture_output=True).returncode:
            pytest.skip("a small disk can only be mounted by root, where mounting is allowed")
        try:
            assert "disk is full" in verified(published_project, 2)
            grow = ["mount", "-o", "remount,size=64m", str(build)]
            subprocess.run(grow, check=True, capture_output=True)
            verified(published_project, 0)
        finally:
            subprocess.run(["umount", "--lazy", str(build)], check=True)

    def test_a_full_disk_fails_one_notebook_with_a_clear_line(self, monkeypatch, tmp_path):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "page.ipynb")

        def no_room(*_):
            raise full

        monkeypatch.setattr(execution, "_execute_and_keep", no_room)
        task = execution._Task(Notebook("c", "n"), execution.Settings(tmp_path), {}, {}, {})
        outcome = execution._execute_one(task, threads=1)
        assert outcome.state == "failed"
        assert "disk is full: page.ipynb" in outcome.message
        assert trouble_with(OSError(errno.ENOENT, "no such file")) is None


def written_at(path: Path) -> int | None:
    """Return when a file was written, in nanoseconds; none while it is missing."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
