"""``python -m lib verify``, as a person at a terminal meets it."""

import errno
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from conftest import clean_environment, copied
from waiting import PATIENCE, wait_until

from lib import __main__
from lib.book.notebooks import Notebook
from lib.book.publish import pending
from lib.book.run import execution, lock, task
from lib.book.run.lock import only_one
from lib.book.run.settings import Settings
from lib.book.run.task import NOT_AS_WRITTEN, Task, kept_stamp
from lib.book.verify import kept, run
from lib.book.verify.kept import summary
from lib.common.disk import trouble_with
from lib.common.errors import ReaderError
from lib.common.paths import ROOT

FIRST, SECOND = "99-sample/01_first", "99-sample/02_second"
THIRD = "# %% [markdown]\n# # A third\n"
FIRST_SOURCE = f"chapters/{FIRST}.py"


def report_of(project) -> dict:
    path = project.root / "_build/verify/report.json"
    return json.loads(path.read_text(encoding="utf-8"))


def verified(project, status: int, *arguments: str, **variables: str) -> str:
    """Verify, and return what was said; it ends with this status and shows no traceback."""
    return answer_of(project.run("verify", *arguments, **variables), status)


def answer_of(result: subprocess.CompletedProcess, status: int) -> str:
    said = result.stdout + result.stderr
    assert result.returncode == status, said
    assert "Traceback" not in said
    return said


@pytest.fixture(scope="module")
def altered_once(sample_published_once, tmp_path_factory):
    """Return a project that was verified after a published number had been altered."""
    project = copied(sample_published_once, tmp_path_factory.mktemp("altered"))
    project.edit(f"data/reference/{FIRST}.json", "3.0", "4.0")
    project.first_run = project.run("verify")
    return project


def test_a_file_that_may_not_be_read_is_not_called_a_folder_to_write_to():
    closed = trouble_with(PermissionError(errno.EACCES, "no", "/data/flows.csv"))
    assert "may not be read" in closed
    assert "/data/flows.csv" in closed
    in_the_way = trouble_with(NotADirectoryError(errno.ENOTDIR, "no", str(ROOT / "_build/run")))
    assert "where a folder should be" in in_the_way


class TestAnswers:
    def test_a_fresh_run_holds_and_is_executed_anew_each_time(self, verified_project):
        for result in (verified_project.first_run, verified_project.run("verify")):
            said = answer_of(result, 0)
            assert "unchanged" not in said
            assert "It still holds." in said
        content = report_of(verified_project)
        assert content["status"] == 0
        assert {each["state"] for each in content["records"]} == {"holds"}
        assert all(each["same_digits"] for each in content["records"])
        folder = verified_project.root / "_build/verify"
        assert "It still holds." in (folder / "report.html").read_text(encoding="utf-8")
        suites = ElementTree.parse(folder / "junit.xml").getroot()
        assert [suite.get("name") for suite in suites] == [
            "notebooks",
            "records",
            "claims",
            "pages",
        ]

    def test_an_altered_number_is_named_and_no_other(self, altered_once):
        said = answer_of(altered_once.first_run, 1)
        assert "sample.01_first.count" in said
        assert "sample.02_second" not in said

    def test_other_seeds_and_another_number_of_them_are_another_run(self, published_project):
        verified(published_project, 0, "--seed", "7", "--replicates", "1")
        content = report_of(published_project)
        assert content["asked"]["seeds"] == "7"
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


def without_kept(project) -> Path:
    """Remove the report that is kept; return where the next one will be."""
    folder = project.root / "data/verification"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


class TestKeptReport:
    @pytest.fixture
    def kept(self, verified_project):
        return without_kept(verified_project)

    def test_a_report_by_which_all_holds_is_kept_in_its_form(self, verified_project, kept):
        verified(verified_project, 0, "--keep-report")
        report = json.loads((kept / "report.json").read_text(encoding="utf-8"))
        schema = json.loads((ROOT / "data/schema/report.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(report, schema)
        assert report["untold_pages"].keys() <= {FIRST, SECOND}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(report | {"untold_pages": {FIRST: ["why"]}}, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(report | {"status": 7}, schema)
        assert report["answer"] in (kept / "report.html").read_text(encoding="utf-8")
        said = said_of_the_report(verified_project)
        assert said.startswith("It still holds. All 2 notebooks")
        assert f"Of {len(report['records'])} records" in said

    def test_a_report_of_a_change_is_not(self, altered_once, tmp_path):
        project = copied(altered_once, tmp_path)
        kept = without_kept(project)
        assert "not kept" in verified(project, 2, "--keep-report")
        assert not kept.exists()

    def test_nor_one_of_a_part_of_the_book(self, verified_project, kept):
        verified_project.write("chapters/99-sample/03_third.py", THIRD)
        assert "99-sample/03_third" in verified(verified_project, 2, "--keep-report")
        assert not kept.exists()

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"counts": {}, "asked": 1}'])
    def test_a_damaged_report_is_named(self, verified_project, kept, content):
        verified_project.write("data/verification/report.json", content)
        with pytest.raises(ReaderError, match=r"report\.json is not a report"):
            summary(kept)
        verified_project.write("_build/verify/report.json", content)
        told = verified(verified_project, 2, "--keep-report")
        assert "report.json is not a report" in told
        assert "Traceback" not in told

    def test_without_a_report_the_command_to_make_one_is_named(self, verified_project, kept):
        shutil.rmtree(verified_project.root / "_build/verify", ignore_errors=True)
        assert "make verify" in verified(verified_project, 2, "--keep-report")

    def test_a_report_on_other_records_is_not_kept_and_says_so(self, verified_project, kept):
        verified(verified_project, 0, "--keep-report")
        path = kept / "report.json"
        report = json.loads(path.read_text(encoding="utf-8"))
        forged = json.dumps(report).replace('"published": 3.0', '"published": 5.0', 1)
        assert forged != json.dumps(report)
        for place in (path, verified_project.root / "_build/verify/report.json"):
            place.write_text(forged, encoding="utf-8")
        assert "no longer those" in verified(verified_project, 2, "--keep-report")
        said = said_of_the_report(verified_project)
        assert said.startswith("Since this verification 1 of the records that it held have")


def said_of_the_report(project) -> str:
    """Return what a project's book says of its kept report, beside its own records."""
    code = "from lib.book.verify.kept import summary; print(summary())"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=project.root, capture_output=True, text=True).stdout


PAGE = f"chapters/{FIRST}.ipynb"


class TestWhatIsDamaged:
    @pytest.mark.parametrize("command", [("verify",), ("publish", "--prose"), ("site",)])
    def test_a_page_that_was_cut_off_is_named(self, published_project, command):
        path = published_project.root / PAGE
        path.write_text(path.read_text(encoding="utf-8")[:-400], encoding="utf-8")
        self.refused(published_project, command, f"{FIRST}.ipynb is not a published page")

    @pytest.mark.parametrize("stamp", [[1], {}, {"inputs": [], "digest": ""}])
    def test_a_stamp_that_is_none_is_named(self, published_project, stamp):
        path = published_project.root / PAGE
        page = json.loads(path.read_text(encoding="utf-8"))
        page["metadata"]["stamp"] = stamp
        path.write_text(json.dumps(page), encoding="utf-8")
        self.refused(published_project, ("verify",), f"{FIRST}.ipynb is not a published page")

    def test_verdicts_that_are_none_are_named(self, published_project):
        published_project.write("data/reference/verdicts.json", "[1")
        self.refused(published_project, ("verify",), "does not hold the published verdicts")

    @staticmethod
    def refused(project, command, reason):
        result = project.run(*command)
        assert result.returncode == 2, result.stdout + result.stderr
        assert reason in result.stderr
        assert "Traceback" not in result.stderr
        assert "Executing" not in result.stdout, "found before, not after an hour"

    @pytest.mark.parametrize("place", ["stamps/{}.json", "notebooks/{}.ipynb"])
    def test_what_a_run_kept_is_made_again(self, executed_project, place):
        executed_project.write(f"_build/run/{place.format(FIRST)}", "[1]")
        result = executed_project.run("execute")
        assert result.returncode == 0, result.stdout + result.stderr
        assert f"{SECOND} … unchanged" in result.stdout
        assert f"{FIRST} … unchanged" not in result.stdout

    @pytest.mark.parametrize(
        "change",
        [
            {"seconds": None}, {"seconds": "x"}, {"seconds": float("nan")}, {"seconds": -1},
            {"inputs": []}, {"inputs": {"a": 1}}, {"digest": 1}, {"threads": []},
        ],
        ids=str,
    )  # fmt: skip
    def test_a_stamp_that_no_run_has_written_is_none(self, tmp_path, change):
        sound = {"seconds": 1.5, "threads": 1, "digest": "d", "inputs": {"a": "b"}}
        path = tmp_path / "stamp.json"
        path.write_text(json.dumps(sound))
        assert kept_stamp(path) == sound
        for damaged in (sound | change, {name: sound[name] for name in sound.keys() - change}):
            path.write_text(json.dumps(damaged))
            with pytest.raises(NOT_AS_WRITTEN):
                kept_stamp(path)

    @pytest.mark.parametrize(
        "content",
        ["[]", "null", "1", "{", '{"c/n": 5}', '{"c/n": {}}', '{"c/n": {"seconds": "x"}}',
         '{"c/n": {"seconds": NaN}}', "[" * 99_999],
    )  # fmt: skip
    def test_times_that_are_none_let_a_notebook_go_first(self, monkeypatch, tmp_path, content):
        monkeypatch.setattr(task, "REFERENCE", tmp_path / "published")
        for folder in (tmp_path, tmp_path / "published"):
            folder.mkdir(exist_ok=True)
            (folder / "timings.json").write_text(content)
        one = Task(Notebook("c", "n"), Settings(tmp_path), {}, {}, {})
        assert one.expected_seconds() == float("inf")
        (tmp_path / "timings.json").write_text('{"c/n": {"seconds": 3}}')
        assert one.expected_seconds() == 3

    @pytest.mark.parametrize("command", [("execute",), ("verify",), ("site",)])
    def test_a_source_that_python_cannot_read_is_named_with_its_line(
        self, published_project, command
    ):
        path = published_project.root / FIRST_SOURCE
        sound = path.read_bytes()
        lines = sound.count(b"\n")
        for added, why in (
            (b"if x\n", f"{FIRST_SOURCE}, line {lines + 1}: expected ':'"),
            (b"# caf\xe9\n", f"{FIRST_SOURCE}, line {lines + 1}: a byte is no UTF-8"),
        ):
            path.write_bytes(sound + added)
            self.refused(published_project, command, why)

    def test_a_damaged_citation_is_said_before_a_page_is_put(self, published_project):
        published_project.write("CITATION.cff", "[a\n")
        before = (published_project.root / PAGE).read_bytes()
        published_project.edit(FIRST_SOURCE, "A notebook for", "Prose for")
        for command in (("publish", "--prose"), ("publish",), ("verify",), ("crate",)):
            self.refused(published_project, command, "CITATION.cff cannot be read")
        assert (published_project.root / PAGE).read_bytes() == before


class TestAnErrorThatNobodyForesaw:
    def crash(self, monkeypatch, problem):
        def broken(_):
            raise problem

        monkeypatch.setattr(__main__, "_claims", broken)
        return __main__.main(["claims"])

    def test_it_ends_in_one_line_with_a_status_of_its_own(self, monkeypatch, capsys):
        assert self.crash(monkeypatch, RuntimeError("a\nb")) == 4
        (line,) = capsys.readouterr().err.splitlines()
        assert "RuntimeError: a b (lib/__main__.py, line " in line
        assert "IDS_DEBUG=1" in line

    def test_the_rest_is_shown_on_demand(self, monkeypatch):
        monkeypatch.setenv("IDS_DEBUG", "1")
        with pytest.raises(RecursionError):
            self.crash(monkeypatch, RecursionError("deep"))

    def test_no_memory_has_a_remedy(self, monkeypatch, capsys):
        assert self.crash(monkeypatch, MemoryError()) == 2
        assert "JOBS=1" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of memory as Linux has it")
def test_a_tight_limit_of_memory_is_said_before_anything_fails():
    command = f"ulimit -v 400000; exec {shlex.quote(sys.executable)} -m lib verify"
    result = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert "allows 390 MB of memory" in line
    assert "ulimit -v unlimited" in line


class Putting:
    """A publication of three files, in a folder of their own."""

    def __init__(self, monkeypatch, root: Path):
        self.root, self.monkeypatch, self.said = root, monkeypatch, []
        self.write = pending.write_whole
        (root / "CITATION.cff").write_text("version: '1'")
        for name in ("a.json", "b.ipynb", "gone.json"):
            (root / name).write_text("old")
        monkeypatch.setattr(pending, "ROOT", root)
        monkeypatch.setattr(pending, "PENDING", root / "build/pending.json")
        for name in ("write_verdicts", "write_manifest"):
            monkeypatch.setattr(pending, name, lambda *_: None)

    def killed_at(self, ending: str) -> None:
        """Publish, and be killed at the file with this ending."""

        def write_whole(path, text):
            if path.suffix == ending:
                (path.parent / f".{path.name}.0abc").write_text("half")
                raise KeyboardInterrupt
            self.write(path, text)

        files = {self.root / name: f"new {name}" for name in ("a.json", "b.ipynb")}
        with self.monkeypatch.context() as patch:
            patch.setattr(pending, "write_whole", write_whole)
            with pytest.raises(KeyboardInterrupt):
                pending.put({**files, self.root / "gone.json": None})

    def finished(self) -> dict[str, str]:
        """Finish, twice; return what lies there."""
        for _ in range(2):
            pending.finish(self.said.append)
        files = (path for path in self.root.iterdir() if path.suffix in (".json", ".ipynb"))
        return {path.name: path.read_text() for path in files if path.name[0] != "."}


@pytest.fixture
def putting(monkeypatch, tmp_path) -> Putting:
    return Putting(monkeypatch, tmp_path)


class TestInterruptedPublication:
    OLD = dict.fromkeys(("a.json", "b.ipynb", "gone.json"), "old")

    def test_it_is_finished_by_the_next(self, putting):
        putting.killed_at(".ipynb")
        assert putting.finished() == {"a.json": "new a.json", "b.ipynb": "new b.ipynb"}
        assert putting.said == ["A publication that was interrupted is finished."]
        assert not list(putting.root.glob(".*"))

    def test_what_was_restored_or_never_begun_stays(self, putting):
        putting.killed_at(".ipynb")
        (putting.root / "a.json").write_text("old")
        assert putting.finished() == self.OLD
        (said,) = putting.said
        assert "is dropped: its files are as they were before" in said

    def test_what_was_changed_since_is_not_written_over(self, putting):
        putting.killed_at(".ipynb")
        (putting.root / "b.ipynb").write_text("mine")
        assert putting.finished() == {"a.json": "new a.json", "b.ipynb": "mine", "gone.json": "old"}
        (said,) = putting.said
        assert "is dropped: b.ipynb changed since" in said

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[]", '["a"]', "null", '{"a.json": "text"}', '{"a.json": {"text": 1}}', "\xff"],
    )
    def test_a_damaged_note_of_it_is_dropped_with_a_line(self, putting, text):
        pending.PENDING.parent.mkdir()
        pending.PENDING.write_bytes(text.encode("latin-1"))
        assert putting.finished() == self.OLD
        assert "pending.json is damaged" in putting.said[0]

    def test_a_damaged_citation_is_said_before_the_first_file_is_written(self, putting):
        (putting.root / "CITATION.cff").write_text("[a")
        with pytest.raises(ReaderError, match=r"CITATION\.cff"):
            pending.put({putting.root / "a.json": "new"})
        assert putting.finished() == self.OLD
        assert putting.said == []


def test_commands_that_put_files_in_place_wait_for_each_other(published_project):
    running = [published_project.start("publish", "--prose") for _ in range(3)]
    for process in running:
        said = "".join(process.communicate(timeout=PATIENCE))
        assert process.returncode == 0, said


@pytest.mark.parametrize("command", ["keep the report", "remake the twins' records"])
def test_who_writes_published_files_waits_for_who_publishes(monkeypatch, tmp_path, command):
    monkeypatch.setattr(lock, "PUT", tmp_path / "put.lock")
    monkeypatch.setattr(lock, "PATIENCE", 0)
    monkeypatch.setattr(run, "TWIN_REFERENCE", tmp_path)
    written = []
    for module in (run, kept):
        monkeypatch.setattr(module, "write_manifest", lambda: written.append(1))
    monkeypatch.setattr(run, "execute", lambda *_: [])
    monkeypatch.setattr(kept, "_not_worth_showing", lambda _: "")
    for name in kept.FILES:
        (tmp_path / name).write_text("{}")

    def write():
        if command == "keep the report":
            return kept.keep(print, tmp_path, tmp_path / "kept")
        return run.remake_twin_reference(None, None, print)

    with only_one(lock.PUT, "busy"), pytest.raises(ReaderError, match="putting pages in place"):
        write()
    assert written == []
    assert write() == 0
    assert written == [1]


def test_who_waits_for_another_run_waits_no_longer_than_said(tmp_path):
    lock = tmp_path / "lock"
    with only_one(lock, "busy"):
        begun = time.monotonic()
        with pytest.raises(ReaderError, match="Another run is busy"), only_one(lock, "busy", 0.3):
            pass
        assert time.monotonic() - begun >= 0.3


class TestWhatAShellLeaves:
    def test_a_stray_folder_of_records_judges_nothing(self, published_project):
        stray = {"IDS_REFERENCE": "/nowhere", "IDS_RECORDS": "/nowhere/either"}
        page = (published_project.root / PAGE).read_bytes()
        answer_of(published_project.run("publish", "--prose", **stray), 0)
        assert (published_project.root / PAGE).read_bytes() == page
        assert "It still holds." in verified(published_project, 0, IDS_REFERENCE="/nowhere")
        verified(published_project, 0, "--keep-report", IDS_REFERENCE="/nowhere")

    @pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
    def test_what_is_closed_is_spoken_to_in_vain(self, closed):
        command = f"exec {shlex.quote(sys.executable)} -m lib claims {closed}"
        result = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
        assert (result.returncode, result.stderr) == (0, "")

    def test_a_safe_path_hides_lib_from_no_child_and_from_no_target(self, published_project):
        root = published_project.root
        safe = {"PYTHONSAFEPATH": "1"}
        verified(published_project, 0, "--chapter", FIRST, PYTHONPATH=str(root), **safe)
        python = published_project.write(
            ".venv/bin/python", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n'
        )
        python.chmod(0o755)
        (root / ".constraints.txt").touch()

        def make(*options: str) -> str:
            asked = {"cwd": root, "env": clean_environment() | safe}
            done = subprocess.run(
                ["make", "claims", *options], capture_output=True, text=True, **asked
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        (root / re.search(r"^STAMP := (\S+)", make("-np"), re.M)[1]).touch()
        make()


class TestWhatStopsARun:
    def test_a_failing_notebook_is_named_and_the_rest_is_judged_and_kept(self, published_project):
        project = published_project
        project.edit(FIRST_SOURCE, "recorder.save()", "1 / 0")
        said = verified(project, 2)
        assert re.search(
            rf"{FIRST}\n  cell 6 .*1 / 0\n\s+ZeroDivisionError: division by zero", said
        )
        content = report_of(project)
        assert [each["state"] for each in content["notebooks"]] == ["failed", "executed"]
        assert {each["notebook"] for each in content["records"]} == {SECOND}
        assert "ZeroDivisionError" in (project.root / "_build/verify/report.html").read_text()

        project.edit(FIRST_SOURCE, "1 / 0", "recorder.save()")
        assert f"{SECOND} … unchanged" in verified(project, 0)

    def test_a_killed_run_goes_on_where_it_was(self, verified_project):
        project = verified_project
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
        assert "in cell 6, which begins with: import os, signal" in said
        assert "sample.02_second" in json.dumps(report_of(published_project)["records"])

    def test_a_hanging_cell_is_stopped_and_named(self, published_project):
        published_project.edit("lib/book/run/process.py", '"full": 90 * 60', '"full": 30')
        hang = "import time\n\ntime.sleep(3600)"
        published_project.edit(FIRST_SOURCE, "recorder.save()", hang)
        said = verified(published_project, 2)
        assert "longer than 30 s" in said
        assert "in cell 6, which begins with: import time" in said

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
        one = Task(Notebook("c", "n"), Settings(tmp_path), {}, {}, {})
        outcome = execution._execute_one(one, threads=1)
        assert outcome.state == "failed"
        assert "disk is full: page.ipynb" in outcome.message
        assert trouble_with(OSError(errno.ENOENT, "no such file")) is None


def written_at(path: Path) -> int | None:
    """Return when a file was written, in nanoseconds; none while it is missing."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
