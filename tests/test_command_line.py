"""The commands, as a person at a terminal meets them."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
import urllib.request

import nbformat
import numpy as np
import psutil
import pytest
from conftest import clean_environment
from waiting import PATIENCE, below, wait_for_processes, wait_until

from lib.book.notebooks import find_notebooks, pair_differences, read_source
from lib.book.run.lock import only_one
from lib.common.files import write_whole
from lib.common.parallel import shares
from lib.common.paths import ROOT

OWN = ["execute", "twin", "crate", "examine", "audit", "watch", "pdf"]
MADE = ["book", "site", "publish", "verify", "serve", "class", "editions", "data", "claims"]
MADE += ["bench", "clean"]
COMMANDS = MADE + OWN
FIRST, SECOND = "99-sample/01_first", "99-sample/02_second"


def kept(project, name):
    return project.root / "_build/run/notebooks" / f"{name}.ipynb"


def states(result) -> dict[str, bool]:
    """Return for each notebook whether it was executed."""
    lines = re.findall(r"^\[\d+/\d+\] (\S+) … (.*)$", result.stdout, re.M)
    return {name: "unchanged" not in text for name, text in lines}


def complaint(result, status=2) -> str:
    """Return the message of a failed command, which is no traceback."""
    assert result.returncode == status, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert result.stderr.strip()
    return result.stderr


class TestHelp:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_explains_itself(self, untouched_project, command):
        result = untouched_project.run(command, "--help")
        assert result.returncode == 0
        assert f"python -m lib {command}" in result.stdout

    def test_without_a_command_it_lists_them(self, untouched_project):
        message = complaint(untouched_project.run())
        assert "COMMAND" in message
        listed = untouched_project.run("--help").stdout
        assert all(re.search(rf"^\s+{command}\s", listed, re.M) for command in COMMANDS)

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (["book", "--profile", "fast"], "quick"),
            (["book", "--jobs", "0"], "1 or more"),
            (["book", "--jobs", "two"], "no whole number"),
            (["book", "--seed", "-1"], "-1 is not 0 to"),
            (["serve", "--port", "99999"], "0 to 65,535"),
            (["book", "--chapter", "07-none"], "03-xmednn-ehms"),
            (["claims", "--paper", "none"], "none"),
        ],
    )
    def test_a_wrong_option_names_the_right_ones(self, untouched_project, arguments, word):
        assert word in complaint(untouched_project.run(*arguments))


class TestExecute:
    def test_it_executes_only_what_changed(self, executed_project):
        project = executed_project
        assert states(project.first_run) == {FIRST: True, SECOND: True}
        project.edit("chapters/99-sample/01_first.py", "for the tests", "for testing")
        for ledger in (project.root / "data/claims").glob("*.csv"):
            ledger.write_bytes(ledger.read_bytes() + b"\r\n")
        assert states(project.run("execute")) == {FIRST: False, SECOND: False}

        project.edit("chapters/99-sample/02_second.py", "recorder.save()", "recorder.save()\n1")
        result = project.run("execute")
        assert states(result) == {FIRST: False, SECOND: True}
        assert "02_second.py changed" in result.stdout

        project.edit("lib/common/files.py", "def write_whole", "CHANGED = 1\n\n\ndef write_whole")
        result = project.run("execute")
        assert states(result) == {FIRST: True, SECOND: True}
        assert "lib/common/files.py changed" in result.stdout

    def test_other_settings_are_another_run(self, executed_project):
        result = executed_project.run("execute", "--seed", "7", "--replicates", "4")
        assert states(result) == {FIRST: True, SECOND: True}
        records = executed_project.root / f"_build/run/records/{FIRST}.json"
        record = json.loads(records.read_text(encoding="utf-8"))
        assert record["provenance"]["seed"] == 7
        assert record["provenance"]["profile"] == "quick"
        assert len(record["records"]["sample.01_first.score"]["values"]) == 4

    def test_it_can_be_made_to_execute_everything(self, executed_project):
        result = executed_project.run("execute", "--again")
        assert states(result) == {FIRST: True, SECOND: True}

    def test_what_is_executed_again_leaves_the_others_as_they_are(self, executed_project):
        result = executed_project.run("execute", "--again", "--chapter", SECOND)
        assert states(result) == {SECOND: True}
        assert states(executed_project.run("execute")) == {FIRST: False, SECOND: False}

    def test_it_leaves_the_sources_alone_and_nothing_beside_them(self, executed_project):
        chapter = executed_project.root / "chapters/99-sample"
        assert sorted(path.name for path in chapter.iterdir()) == ["01_first.py", "02_second.py"]

    def test_the_output_holds_no_time_and_no_path(self, executed_project, sample_executed_once):
        text = kept(executed_project, FIRST).read_text(encoding="utf-8")
        assert not re.search(r"papermill|iopub|start_time|duration", text)
        assert str(sample_executed_once.root) not in text
        notebook = nbformat.reads(text, as_version=4)
        assert [cell.id for cell in notebook.cells][:2] == ["cell-001", "cell-002"]
        timings = json.loads((executed_project.root / "_build/run/timings.json").read_text())
        assert timings[FIRST]["seconds"] > 0

    def test_a_failing_notebook_does_not_stop_the_others(self, sample_project):
        sample_project.edit("chapters/99-sample/01_first.py", "recorder.save()", "1 / 0")
        result = sample_project.run("execute", "--jobs", "1")
        complaint(result, status=1)
        assert re.search(r"cell 6 .*1 / 0\n\s+ZeroDivisionError: division by zero", result.stdout)
        assert kept(sample_project, SECOND).exists()
        assert not kept(sample_project, FIRST).exists()
        assert (sample_project.root / f"_build/run/failed/{FIRST}.ipynb").exists()

        sample_project.edit("chapters/99-sample/01_first.py", "1 / 0", "recorder.save()")
        assert states(sample_project.run("execute")) == {FIRST: True, SECOND: False}

    def test_a_failing_notebook_keeps_the_book_from_being_built(self, executed_project):
        executed_project.edit("chapters/99-sample/01_first.py", "recorder.save()", "1 / 0")
        assert executed_project.run("book").returncode == 1
        assert not (executed_project.root / "_build/html").exists()
        assert not kept(executed_project, FIRST).exists()

    def test_a_notebook_must_save_its_records(self, executed_project):
        executed_project.edit("chapters/99-sample/01_first.py", "recorder.save()", "None")
        result = executed_project.run("execute")
        assert result.returncode == 1
        assert "recorder.save()" in result.stdout

    def test_a_notebook_needs_its_parameters(self, sample_project):
        sample_project.edit("chapters/99-sample/01_first.py", "seed = 2022\n", "")
        assert "99-sample/01_first" in complaint(sample_project.run("execute"))

    def test_a_notebook_that_takes_too_long_is_stopped(self, sample_project):
        sample_project.edit("lib/book/run/process.py", '"quick": 15 * 60', '"quick": 4')
        result = sample_project.run("execute", SAMPLE_SECONDS="3600")
        assert result.returncode == 1
        assert "longer than 4 s" in result.stdout

    @pytest.mark.parametrize("longest", [FIRST, SECOND])
    def test_a_first_run_begins_with_the_longest_as_published(self, sample_project, longest):
        timings = {FIRST: {"seconds": 5, "threads": 1}, SECOND: {"seconds": 5, "threads": 1}}
        timings[longest]["seconds"] = 9
        sample_project.write("data/reference/timings.json", json.dumps(timings))
        assert next(iter(states(sample_project.run("execute", "--jobs", "1")))) == longest

    @pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
    def test_an_interrupted_run_goes_on(self, sample_project, sign):
        process = sample_project.start("execute", SAMPLE_SECONDS="3600")
        family = wait_for_kernels(process)
        process.send_signal(sign)
        _, errors = process.communicate(timeout=PATIENCE)
        if sign == signal.SIGINT:
            assert process.returncode == 130
            assert "Traceback" not in errors
        _, alive = psutil.wait_procs(family, timeout=PATIENCE)
        assert not alive
        assert not kept(sample_project, FIRST).exists()
        assert states(sample_project.run("execute")) == {FIRST: True, SECOND: True}

    @pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
    def test_a_worker_of_a_kernel_does_not_outlive_a_run_that_was_killed(
        self, sample_project, sign
    ):
        worker = "import subprocess\n\nsubprocess.Popen(['sleep', '3600'])\n"
        sample_project.edit(
            "chapters/99-sample/01_first.py", "import time\n", f"import time\n{worker}"
        )
        process = sample_project.start("execute", SAMPLE_SECONDS="3600")
        workers = wait_for_processes(process, "sleep 3600", 1)
        process.send_signal(sign)
        process.communicate(timeout=PATIENCE)
        _, alive = psutil.wait_procs(workers, timeout=PATIENCE)
        assert not alive

    def test_the_kernel_is_this_python_in_a_short_place(self, sample_project, tmp_path):
        """Another python3 was once started where JUPYTER_PATH named one; long TMPDIR failed."""
        spec = tmp_path / "jupyter/kernels/python3/kernel.json"
        write_whole(spec, json.dumps({"argv": ["false"], "display_name": "x", "language": "x"}))
        folder = tmp_path / "long" / ("x" * 100)
        folder.mkdir(parents=True)
        sample_project.edit(
            f"chapters/{FIRST}.py",
            "recorder.save()",
            "assert sys.executable == EXE, sys.executable\nprint('≥')\nrecorder.save()",
        )
        sample_project.edit(f"chapters/{FIRST}.py", "EXE", repr(sys.executable))
        result = sample_project.run(
            "execute",
            "--chapter",
            FIRST,
            TMPDIR=str(folder),
            JUPYTER_PATH=str(tmp_path / "jupyter"),
            HOME="/nowhere",
            PYTHONIOENCODING="ascii",
        )
        assert result.returncode == 0, result.stdout + result.stderr
        assert f"{FIRST} ?" in result.stdout

    @pytest.mark.skipif(
        os.getuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv"
    )
    def test_a_user_without_a_home_and_a_folder_that_may_not_be_written_to(self, sample_project):
        """The user may read all, as the tests' Python may be in a folder of root's."""
        root, right = sample_project.root, "+dac_read_search"
        user = ["--reuid", "54321", "--regid", "54321", "--clear-groups"]
        rights = ["--inh-caps", right, "--ambient-caps", right]
        command = ["setpriv", *user, *rights, sys.executable, "-m", "lib", "execute"]
        environment = clean_environment() | {"IDS_TWIN": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        del environment["HOME"]

        def run():
            return subprocess.run(
                [*command, "--chapter", FIRST],
                cwd=root, env=environment, capture_output=True, text=True,
            )  # fmt: skip

        said = complaint(run())
        assert "The folder may not be written to" in said
        assert len(said.splitlines()) == 1
        (root / "_build").mkdir()
        (root / "_build").chmod(0o777)
        result = run()
        assert result.returncode == 0, result.stdout + result.stderr

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"seconds": 1'])
    def test_what_another_run_left_half_written_stops_none(self, executed_project, text):
        stamp = kept(executed_project, FIRST).parents[2] / "stamps" / f"{SECOND}.json"
        stamp.write_text(text)
        result = executed_project.run("execute", "--chapter", FIRST, "--again")
        assert result.returncode == 0, result.stdout + result.stderr

    def test_two_runs_at_once_do_not_mix(self, sample_project):
        process = sample_project.start("execute", SAMPLE_SECONDS="3600")
        try:
            wait_for_kernels(process)
            stamp = kept(sample_project, FIRST).parents[2] / "stamps" / f"{FIRST}.json"
            write_whole(stamp, "{}")
            assert "Another run" in complaint(sample_project.run("execute", "--again"))
            assert stamp.exists()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE)


def wait_for_kernels(process) -> list[psutil.Process]:
    """Wait until as many kernels run as may; return all processes below the command."""
    wait_for_processes(process, "ipykernel_launcher", shares(2)[0])
    time.sleep(1)
    return below(process)


class TestPublish:
    def test_it_refuses_a_twin_before_executing(self, untouched_project):
        result = untouched_project.run("publish")
        assert "IDS_DATA" in complaint(result)
        assert "Executing" not in result.stdout

    def test_it_refreshes_pages_records_and_circumstances(self, published_project):
        chapter = published_project.root / "chapters/99-sample"
        page = nbformat.read(chapter / "01_first.ipynb", as_version=4)
        assert pair_differences(read_source(chapter / "01_first.py"), page) == []
        reference = published_project.root / "data/reference"
        assert (reference / f"{FIRST}.json").exists()
        assert set(json.loads((reference / "timings.json").read_text())) == {FIRST, SECOND}
        machine = (reference / "environment.json").read_text(encoding="utf-8")
        assert json.loads(machine)["99-sample"]["versions"]["numpy"] == np.__version__
        assert socket.gethostname() not in machine
        assert "/" not in machine

    def test_one_notebook_is_published_and_the_rest_stays(self, published_project):
        project, before = published_project, committed(published_project)
        project.edit(f"chapters/{SECOND}.py", "0.01 *", "0.02 *")
        result = project.run("publish", "--chapter", SECOND)
        assert result.returncode == 0, result.stderr
        assert "1 of 1 notebooks" in result.stdout
        changed = {path for path, text in committed(project).items() if before.get(path) != text}
        assert {name for name in (FIRST, SECOND) if any(name in path for path in changed)} == {
            SECOND
        }
        timings = (project.root / "data/reference/timings.json").read_text(encoding="utf-8")
        assert set(json.loads(timings)) == {FIRST, SECOND}

    def test_outputs_of_a_run_that_failed_are_not_published_with_other_records(
        self, published_project
    ):
        project = published_project
        project.edit(f"chapters/{FIRST}.py", "0.01 *", "0.02 *")
        project.edit(f"chapters/{SECOND}.py", "recorder.save()", "1 / 0")
        assert project.run("publish").returncode == 1
        project.edit(f"chapters/{SECOND}.py", "1 / 0", "recorder.save()")
        for name in (SECOND, FIRST):
            assert project.run("publish", "--chapter", name).returncode == 0
        record = (project.root / f"data/reference/{FIRST}.json").read_text(encoding="utf-8")
        assert json.loads(record)["records"]["sample.01_first.score"]["values"] == [0.5, 0.52, 0.54]

    def test_chapters_may_have_blanks_between(self):
        first, *_, last = find_notebooks()
        assert find_notebooks(f"{first.name}, {last.name}") == [first, last]

    def test_a_notebook_that_is_not_there_is_refused_with_those_that_are(self, sample_project):
        said = complaint(sample_project.run("execute", "--chapter", f"{FIRST},99-sample/03_third"))
        assert "no notebook '99-sample/03_third'" in said
        assert FIRST in said
        assert SECOND in said

    @pytest.mark.parametrize(
        ("code", "variables", "word"),
        [
            ("print('/home/someone/secret.csv')", {}, "path"),
            ("import sys; sys.stderr.write('warning')", {}, "standard error"),
            ("None", {"SAMPLE_SOURCE": "twin"}, "real data"),
            ("1 / 0", {}, "failed"),
        ],
    )
    def test_it_publishes_all_or_nothing(self, published_project, code, variables, word):
        project = published_project
        before = committed(project)
        project.edit("chapters/99-sample/02_second.py", ".save()", f".save()\n{code}")
        result = project.run("publish", **variables)
        assert result.returncode in (1, 2)
        assert word in result.stdout + result.stderr
        assert "Traceback" not in result.stdout + result.stderr
        assert committed(project) == before

    def test_a_source_that_would_be_refused_is_refused_before_the_run(self, sample_project):
        lines = "\n".join(["1"] * 16)
        sample_project.edit("chapters/99-sample/01_first.py", ".save()", f".save()\n{lines}")
        result = sample_project.run("publish")
        assert "99-sample/01_first, cell 6 has 17 lines" in complaint(result)
        assert "Executing" not in result.stdout

    def test_prose_is_refreshed_without_executing(self, published_project):
        project = published_project
        page = "chapters/99-sample/02_second.ipynb"
        outputs = [cell.get("outputs") for cell in nbformat.read(project.root / page, 4).cells]
        project.edit("chapters/99-sample/02_second.py", "for the tests", "with other words")
        result = project.run("publish", "--prose")
        assert result.returncode == 0, result.stderr
        fresh = nbformat.read(project.root / page, 4)
        assert "with other words" in fresh.cells[0].source
        assert [cell.get("outputs") for cell in fresh.cells] == outputs

    def test_prose_is_not_put_around_the_outputs_of_other_code(self, published_project):
        before = committed(published_project)
        published_project.edit("chapters/99-sample/02_second.py", "0.01 *", "0.02 *")
        assert "make publish" in complaint(published_project.run("publish", "--prose"))
        assert committed(published_project) == before

    def test_pages_are_built_by_one_process_at_a_time(self, published_project):
        lock = published_project.root / "_build/html.lock"
        with only_one(lock, "holding the lock"):
            assert "Another run is building" in complaint(published_project.run("site"))

    def test_a_build_does_not_outlive_its_command(self, published_project):
        waits = "import re\nimport time\n\nopen('begun', 'w').close()\ntime.sleep(3600)\n"
        published_project.edit("lib/book/pages/directives.py", "import re\n", waits)
        process = published_project.start("site")
        wait_until((published_project.root / "begun").exists, "Sphinx has begun")
        builders = below(process)
        assert builders
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
        _, alive = psutil.wait_procs(builders, timeout=PATIENCE)
        assert not alive

    def test_a_site_needs_published_pages(self, sample_project):
        assert "make publish" in complaint(sample_project.run("site"))


def committed(project) -> dict[str, bytes]:
    """Return what publishing writes: pages and records."""
    files = [
        *(project.root / "chapters").rglob("*.ipynb"),
        *(project.root / "data").rglob("*.json"),
    ]
    return {str(path): path.read_bytes() for path in files}


class TestServe:
    @pytest.fixture
    def built_project(self, sample_project):
        sample_project.write("_build/html/index.html", "<p>The front page.</p>")
        return sample_project

    def test_it_serves_the_front_page_on_this_machine_only(self, built_project):
        process = built_project.start("serve", "--port", "0")
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                assert answer.status == 200
                assert b"The front page." in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in errors

    def test_it_serves_nothing_but_pages(self, built_project, tmp_path):
        """A folder's list, what a link leads to, and a name that is none."""
        html = built_project.root / "_build/html"
        for folder in ("listed", "linked"):
            (html / folder).mkdir()
        secret = built_project.write("secret.html", "secret")
        for link, target in {"out.html": secret, "linked/index.html": secret, "all": tmp_path,
                             "circle": html / "circle"}.items():  # fmt: skip
            (html / link).symlink_to(target)
        process = built_project.start("serve", "--port", "0")
        try:
            port = int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[1])
            for path in ("listed/", "linked/", "out.html", "all/", "circle", "%00", "x" * 5_000,
                         "../secret.html", "all/sample/secret.html"):  # fmt: skip
                server = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                server.request("GET", f"/{path}")
                answer = server.getresponse()
                assert answer.status == 404, path
                assert b"secret" not in answer.read().replace(path.encode(), b"")
            with socket.create_connection(("127.0.0.1", port)) as gone:
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                gone.sendall(b"GET /index.html HTTP/1.0\r\n")
        finally:
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in errors
        assert "Exception" not in errors

    def test_a_taken_port_is_said(self, built_project):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            assert port in complaint(built_project.run("serve", "--port", port))

    def test_nothing_built_is_said(self, sample_project):
        assert "make book" in complaint(sample_project.run("serve", "--port", "0"))


def test_clean_removes_what_was_made_and_nothing_else(executed_project):
    sample_project = executed_project
    sample_project.write("data/raw/mine.csv", "a\n")
    assert sample_project.run("clean").returncode == 0
    assert not (sample_project.root / "_build").exists()
    assert (sample_project.root / "data/raw/mine.csv").exists()


STAND_IN = """\
#!/bin/sh
# Stands in for Python: notes its arguments; makes an environment that does the same.
echo "$0 $*" >> "$LOG"
case "$*" in
  "-m venv "*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"pip install"*) echo "user: $PIP_USER" >> "$LOG"; exit "${INSTALL:-0}" ;;
  *print*) echo sound ;;
esac
"""


MAC = "sys.platform = 'darwin'; platform.mac_ver = lambda: ('14.2', '', '')"


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
class TestMakefile:
    @pytest.fixture
    def make(self, tmp_path):
        for name in ("Makefile", "requirements.txt"):
            shutil.copy(ROOT / name, tmp_path)
        python = tmp_path / "stand-in"
        python.write_text(STAND_IN)
        python.chmod(python.stat().st_mode | stat.S_IXUSR)
        log = tmp_path / "log"

        def run(*arguments, **variables):
            log.write_text("")
            result = subprocess.run(
                ["make", *arguments, f"PYTHON={variables.pop('PYTHON', python)}"],
                cwd=tmp_path,
                env=clean_environment() | {"LOG": str(log)} | variables,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            result.log = log.read_text()
            return result

        run.folder = tmp_path
        return run

    def test_options_reach_the_command(self, make):
        choice = ["PROFILE=full", "CHAPTER=c", "JOBS=3", "REPLICATES=4", "SEED=5"]
        expected = "book --profile full --chapter c --jobs 3 --replicates 4 --seed 5"
        assert f"-m lib {expected}" in make("book", *choice).log
        assert "-m lib book --profile quick\n" in make("book").log
        options = "--chapter c --jobs 3 --replicates 4 --seed 5 --cluster tcp://h:1 --profile full"
        assert f"-m lib verify {options}\n" in make("verify", *choice, "CLUSTER=tcp://h:1").log
        # The book's own default profile is not meant for a verification.
        assert "-m lib verify\n" in make("verify").log

    def test_values_reach_the_command_as_they_are(self, make, tmp_path):
        choice = ("CHAPTER=a, b's", "CLUSTER=tcp://h:1; touch made")
        log = make("verify", *choice, "TORCH_INDEX=https://x y").log
        assert "-m lib verify --chapter a, b's --cluster tcp://h:1; touch made\n" in log
        assert "--extra-index-url https://x y\n" in log
        assert not (tmp_path / "made").exists()

    def test_it_installs_here_though_pip_is_set_to_install_for_the_user(self, make):
        assert "user: 0\n" in make("site", PIP_USER="1").log

    def test_it_holds_downloads_to_their_digests_where_it_is_asked_to(self, make):
        asked = ("site", "HASHES=1")
        held = "--no-deps --require-hashes"
        rest = f"{held} --no-build-isolation -r .hashes/rest.txt"
        assert "--require-hashes" not in make("site").log
        shutil.rmtree(make.folder / ".venv")
        log = make(*asked).log
        assert log.index(f"{held} -r .hashes/build.txt\n") < log.index(f"{rest} -r")
        assert f"{rest} -r .hashes/torch.txt\n" in log
        # All is there by then, and what is not is said and not fetched.
        assert "--disable-pip-version-check --no-deps -r requirements.txt\n" in log
        assert "pip check\n" in log
        # Builds from elsewhere have digests of their own.
        shutil.rmtree(make.folder / ".venv")
        assert f"{rest}\n" in make(*asked, "TORCH_INDEX=https://x").log
        shutil.rmtree(make.folder / ".venv")
        refused = make(*asked, INSTALL="1")
        assert "Not every download has a digest of .hashes" in refused.stderr
        assert refused.log.count("pip install") == 1
        assert "-m lib" not in refused.log

    def test_it_installs_once_and_again_when_requirements_change(self, make, tmp_path):
        assert "pip install" in make("site").log
        assert "pip install" not in make("site").log
        os.utime(tmp_path / "requirements.txt")
        assert "pip install" not in make("site").log
        with open(tmp_path / "requirements.txt", "a") as stream:
            stream.write("# more\n")
        assert "pip install" in make("site").log
        assert "pip install" not in make("site").log

    def test_it_repairs_an_interrupted_installation(self, make, tmp_path):
        result = make("site", INSTALL="1")
        assert result.returncode != 0
        assert "-m lib" not in result.log
        (tmp_path / ".venv/half").touch()
        result = make("site")
        assert result.returncode == 0
        assert "-m venv" in result.log
        assert not (tmp_path / ".venv/half").exists()

    def test_it_repairs_an_environment_that_no_longer_starts(self, make, tmp_path):
        make("site")
        (tmp_path / ".venv/bin/python").unlink()
        assert "-m venv" in make("site").log

    @pytest.mark.parametrize(
        ("machine", "suits"),
        [
            ("sys.version_info = (3, 10, 9)", False),
            ("sys.version_info = (3, 11, 0)", True),
            ("sys.version_info = (3, 14, 2)", True),
            ("sys.version_info = (3, 15, 0)", False),
            ("platform.libc_ver = lambda: ('', '')", False),
            ("platform.libc_ver = lambda: ('glibc', '2.17')", False),
            (f"{MAC}; platform.machine = lambda: 'arm64'", True),
            (f"{MAC}; platform.machine = lambda: 'x86_64'", False),
            (f"{MAC.replace('14', '13')}; platform.machine = lambda: 'arm64'", False),
        ],
    )
    def test_a_python_without_wheels_is_refused_with_a_remedy(self, make, tmp_path, machine, suits):
        other = tmp_path / "my python"
        check = f"""*libc*) exec '{sys.executable}' -c "import platform, sys; {machine}; $2" ;;"""
        other.write_text(STAND_IN.replace("in\n", f"in\n  {check}\n", 1))
        other.chmod(0o755)
        result = make("site", PYTHON=str(other))
        assert (result.returncode == 0) == suits
        assert suits or "Python 3.11 to 3.14" in result.stderr
        assert (tmp_path / ".venv").exists() == suits

    def test_help_lists_the_commands_without_installing(self, make):
        result = make("help")
        assert result.returncode == 0
        assert not result.log.count("pip")
        for command in MADE:
            assert f"make {command} " in result.stdout


def test_stand_alone_help_needs_nothing_installed():
    """The command line imports lazily: help and cleaning work without any package."""
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, sys.argv.pop()); "
         "sys.argv = ['lib', '--help']; import runpy; runpy.run_module('lib', run_name='__main__')",
         str(ROOT)],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
