"""Independent work is spread without asking for more cores than there are, and loses nothing."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import dask
import distributed  # noqa: F401 -- its settings are merged with those of a test
import pytest
from hypothesis import given
from hypothesis import strategies as st
from waiting import PATIENCE, wait_for_processes, wait_until

from lib.book.run.process import _environment
from lib.book.run.settings import Settings
from lib.common import parallel
from lib.common.environment import variables
from lib.common.errors import ReaderError
from lib.common.parallel import connected, each, processors, shares, slots
from lib.common.paths import ROOT

FIRST, SECOND = "99-sample/01_first", "99-sample/02_second"
COUNTING = """
import os
import time

from joblib import Parallel, delayed


def asked(_):
    time.sleep(0.3)
    return os.getpid(), int(os.environ["OMP_NUM_THREADS"])


found = Parallel(n_jobs=-1)(delayed(asked)(number) for number in range(8))
threads = sum(dict(found).values())
recorder.add("sample.threads", threads, "asked of the run", deterministic=True)
recorder.save()
"""


@given(st.integers(1, 100), st.none() | st.integers(1, 100), st.integers(1, 64))
def test_processes_times_threads_never_exceed_the_cores(tasks, jobs, cores):
    at_once, threads = shares(tasks, jobs, cores)
    assert at_once >= 1
    assert threads >= 1
    assert at_once * threads <= cores
    assert at_once <= tasks


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_below_a_notebook_stay_within_its_share(sample_project, jobs):
    """With one notebook at once, joblib's processes were once given all cores each."""
    sample_project.edit(f"chapters/{FIRST}.py", "recorder.save()", COUNTING)
    result = sample_project.run("execute", "--jobs", str(jobs))
    assert result.returncode == 0, result.stdout
    at_once, share = shares(2, jobs)
    assert f"{at_once} at once, {share} thread" in result.stdout
    path = sample_project.root / f"_build/run/records/{FIRST}.json"
    records = json.loads(path.read_text(encoding="utf-8"))["records"]
    assert 1 <= records["sample.threads"]["values"][0] <= share


def squared(number: int) -> int:
    return number**2


def noted(folder: str, number: int) -> int:
    """Take a second, leave a note that it was done, and return the square."""
    time.sleep(1)
    Path(folder, f"{number}-{os.getpid()}").touch()
    return number**2


def test_threads_of_a_run_that_wait_compute_nothing(tmp_path, monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    settings = Settings(tmp_path / "run")
    assert _environment(settings, 2)["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert _environment(settings, 2)["OMP_WAIT_POLICY"] == "ACTIVE"


def test_results_come_in_the_order_of_the_items(monkeypatch):
    monkeypatch.delenv("CLUSTER", raising=False)
    assert each(squared, range(7)) == [number**2 for number in range(7)]


class Cluster:
    """A real Dask scheduler with workers, each a process of this machine."""

    def __init__(self, folder: Path, root: Path, protocol: str = "tcp"):
        self.file, self.root, self.processes = folder / "scheduler.json", root, []
        options = ("--port", "0", "--no-dashboard", "--host", "127.0.0.1", "--protocol", protocol)
        self._start("scheduler", *options, "--scheduler-file", str(self.file))
        try:
            wait_until(self._read_address, "the scheduler has started")
        except BaseException:
            self.close()
            raise

    def _read_address(self) -> bool:
        with contextlib.suppress(OSError, ValueError):  # not there, or half written
            self.address = json.loads(self.file.read_text(encoding="utf-8"))["address"]
            return True
        return False

    def _start(self, *arguments: str, path: str = "") -> subprocess.Popen:
        environment = {k: v for k, v in os.environ.items() if k not in ("CLUSTER", "IDS_TWIN")}
        places = [path, str(self.root), str(ROOT / "tests")]
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=self.root,
            env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, places))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def add_worker(self, path: str = "") -> subprocess.Popen:
        """Start a worker of one thread, without a nanny that would start it again."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        return self._start("worker", self.address, *options, path=path)

    def client(self):
        """Return a client; on a busy machine the loop of the first try may not start in time."""
        from distributed import Client

        for _ in range(3):
            with contextlib.suppress(AssertionError):  # distributed waits for its thread for 10 s
                return Client(self.address, timeout=PATIENCE)
        return Client(self.address, timeout=PATIENCE)

    def wait_for(self, workers: int) -> None:
        with self.client() as client:
            client.wait_for_workers(workers, timeout=PATIENCE)

    def wait_until_busy(self, workers: int) -> None:
        """Wait until so many workers each have a task in work."""
        with self.client() as client:

            def busy() -> int:
                return sum(bool(tasks) for tasks in client.processing().values())

            wait_until(lambda: busy() >= workers, f"{workers} workers have work")

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    made = []

    def make(root: Path = ROOT, workers: int = 2, protocol: str = "tcp") -> Cluster:
        made.append(Cluster(tmp_path, root, protocol))
        for _ in range(workers):
            made[-1].add_worker()
        if workers:
            made[-1].wait_for(workers)
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_worker_has_the_variables_of_a_run_for_its_time_alone(monkeypatch):
    monkeypatch.setenv("IDS_DATA", "/of/the/worker")
    monkeypatch.delenv("IDS_TWIN", raising=False)
    with variables({"IDS_TWIN": "1"}, "IDS_"):
        assert os.environ["IDS_TWIN"] == "1"
        assert "IDS_DATA" not in os.environ
    assert os.environ["IDS_DATA"] == "/of/the/worker"
    assert "IDS_TWIN" not in os.environ


class TestCluster:
    def test_work_goes_to_both_workers_and_comes_back_in_order(self, cluster, tmp_path):
        place = cluster()
        notes = tmp_path / "notes"
        notes.mkdir()
        assert each(partial(noted, str(notes)), range(6), place.address) == [0, 1, 4, 9, 16, 25]
        assert len({path.name.split("-")[1] for path in notes.iterdir()}) == 2

    def test_a_worker_killed_in_mid_run_costs_time_and_nothing_else(self, cluster, tmp_path):
        place = cluster()
        notes = tmp_path / "notes"
        notes.mkdir()
        script = (
            "import sys; from functools import partial; from lib.common.parallel import each; "
            "from test_parallel import noted; "
            "print(each(partial(noted, sys.argv[1]), range(10), sys.argv[2]))"
        )
        run = subprocess.Popen(
            [sys.executable, "-c", script, str(notes), place.address],
            cwd=ROOT / "tests",
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        wait_until(lambda: len(list(notes.iterdir())) >= 3, "three items are done")
        place.processes[1].send_signal(signal.SIGKILL)
        output, _ = run.communicate(timeout=PATIENCE)
        assert json.loads(output.splitlines()[-1]) == [number**2 for number in range(10)]
        done = Counter(path.name.split("-")[0] for path in notes.iterdir())
        assert sorted(map(int, done)) == list(range(10))

    def test_notebooks_are_verified_on_it_though_a_worker_dies(
        self, cluster, published_project, monkeypatch, tmp_path
    ):
        held = tmp_path / "held"
        held.touch()
        monkeypatch.setenv("SAMPLE_WHILE", str(held))  # for the workers
        place = cluster(published_project.root)
        address = place.address
        process = published_project.start("verify", "--cluster", address)
        place.wait_until_busy(2)
        for worker in place.processes[1:]:
            wait_for_processes(worker, "ipykernel_launcher", 1)
        place.processes[1].send_signal(signal.SIGKILL)
        held.unlink()
        output, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output + errors
        assert "2 cores of the cluster" in output
        content = json.loads((published_project.root / "_build/verify/report.json").read_text())
        assert [each["state"] for each in content["notebooks"]] == ["executed"] * 2
        assert len(content["records"]) == 4
        assert {each["state"] for each in content["records"]} == {"holds"}

    def test_an_interrupted_run_does_not_wait_for_its_notebooks(
        self, cluster, published_project, monkeypatch
    ):
        monkeypatch.setenv("SAMPLE_SECONDS", "3600")  # for the workers
        place = cluster(published_project.root)
        process = published_project.start("verify", "--cluster", place.address)
        place.wait_until_busy(2)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, output + errors

    def test_a_worker_with_another_version_is_refused(self, cluster, tmp_path):
        place = cluster(workers=1)
        with connected(place.address) as client:
            assert slots(client) == 1
        other = tmp_path / "other" / "joblib-0.0.1.dist-info"
        other.mkdir(parents=True)
        (other / "METADATA").write_text("Metadata-Version: 2.1\nName: joblib\nVersion: 0.0.1\n")
        place.add_worker(path=str(other.parent))
        place.wait_for(2)
        with pytest.raises(ReaderError, match=r"tcp://\S+ has joblib 0\.0\.1, this machine"):
            each(squared, range(3), place.address)

    def test_a_worker_with_other_code_is_refused(self, cluster, published_project, tmp_path):
        from conftest import copied

        other = copied(published_project, tmp_path / "other")
        other.edit("lib/notebook/records.py", "FORMAT = 1", "FORMAT = 1\nCHANGED = 1")
        place = cluster(other.root, workers=1)
        result = published_project.run("verify", "--cluster", place.address)
        assert result.returncode == 2
        assert "has another lib/notebook/records.py: bring it up to date" in result.stdout

    def test_a_loop_that_does_not_start_in_time_is_tried_again(self):
        tries = iter([AssertionError(), AssertionError(), None])

        def connect():
            if problem := next(tries, AssertionError()):
                raise problem
            return "a client"

        assert parallel._first_that_starts(connect) == "a client"
        with pytest.raises(ReaderError, match="too busy to start Dask's client"):
            parallel._first_that_starts(connect)

    def test_a_cluster_without_workers_is_said(self, cluster):
        with pytest.raises(ReaderError, match="no workers"):
            each(squared, range(3), cluster(workers=0).address)

    @pytest.mark.parametrize("address", ["127.0.0.1:9", "nowhere"])
    def test_only_addresses_over_tcp_or_tls_are_taken(self, address):
        with pytest.raises(ReaderError, match="does not begin with tcp://"), connected(address):
            pass

    def test_tls_without_certificates_is_said(self):
        with pytest.raises(ReaderError, match="does not allow tls"), connected("tls://127.0.0.1:9"):
            pass

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
    def test_a_cluster_over_tls_takes_work(self, cluster, tmp_path, monkeypatch):
        key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
        new = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=book -keyout"
        subprocess.run(["openssl", *new.split(), key, "-out", certificate], check=True)
        tls = {"ca-file": certificate, "client": {"key": key, "cert": certificate}}
        tls |= {"scheduler": tls["client"], "worker": tls["client"]}
        settings = {"distributed": {"comm": {"tls": tls, "require-encryption": True}}}
        (tmp_path / "dask.yaml").write_text(json.dumps(settings))
        monkeypatch.setenv("DASK_CONFIG", str(tmp_path))
        comm = "distributed.comm"
        leaves = {f"{comm}.require-encryption": True, f"{comm}.tls.ca-file": certificate}
        for role in ("client", "scheduler", "worker"):
            leaves |= {f"{comm}.tls.{role}.{name}": path for name, path in tls[role].items()}
        # Leaf by leaf: other threads may change the settings while a merged copy is made.
        with dask.config.set(leaves):
            place = cluster(workers=1, protocol="tls")
            assert place.address.startswith("tls://")
            assert each(squared, range(3), place.address) == [0, 1, 4]
            with pytest.raises(ReaderError, match="does not allow"), connected("tcp://127.0.0.1:9"):
                pass

    def test_no_scheduler_is_said(self, published_project):
        result = published_project.run("verify", "--cluster", "tcp://127.0.0.1:9")
        assert result.returncode == 2
        assert "no Dask scheduler at tcp://127.0.0.1:9" in result.stderr
        assert "Traceback" not in result.stderr


def test_this_machine_has_a_processor():
    assert processors() >= 1
