"""Copies of the project in which the tests run its commands as a person would."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from lib.datasets import locate
from lib.parallel import processors
from lib.paths import ROOT

# The same examples in every run, and none refused for a machine that was busy.
settings.register_profile(
    "book",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("book")

# What steers the project's commands, and must not come from the shell that runs the tests.
STEERING = {"CLUSTER", "PROFILE", "CHAPTER", "JOBS", "REPLICATES", "SEED", "PORT"}

LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv*",
    "_build",
    "raw",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    ".ipynb_checkpoints",
)

SAMPLE = """\
# %% [markdown]
# # {title}
#
# A notebook for the tests.

# %% tags=["remove-cell"]
import sys
from pathlib import Path

here = Path.cwd()
sys.path.insert(0, str(next(p for p in (here, *here.parents) if (p / "_toc.yml").exists())))

# %% tags=["parameters"]
profile = "full"
seed = 2022
replicates = 3

# %%
import os
import time
from types import SimpleNamespace

from lib.records import Recorder

time.sleep(float(os.environ.get("SAMPLE_SECONDS", "0")))
source = os.environ.get("SAMPLE_SOURCE", "real")
dataset = SimpleNamespace(name="sample", variant="sample", sha256="", source=source)
recorder = Recorder("{chapter}/{stem}", dataset, profile, seed, replicates)
recorder.add("sample.{stem}.count", 3, deterministic=True)
recorder.add("sample.{stem}.score", [0.5 + 0.01 * number for number in range(replicates)])

# %%
recorder.save()
"""


# Commands that tests have started.
STARTED: list[subprocess.Popen] = []


def clean_environment() -> dict[str, str]:
    """Return the variables of this process without those that steer the project or make."""
    steering = ("IDS_", "MAKE", "SAMPLE_")
    return {
        name: value
        for name, value in os.environ.items()
        if name not in STEERING and not name.startswith(steering)
    }


@pytest.fixture(autouse=True)
def no_command_is_left():
    """End the commands that a test, by failing, did not see the end of."""
    yield
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            process.kill()
            process.communicate()


@dataclass
class Project:
    """A copy of the project, with the command line to drive it."""

    root: Path
    first_run: subprocess.CompletedProcess | None = None

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen:
        """Start ``python -m lib`` here, with a clean set of the project's variables."""
        process = subprocess.Popen(
            [sys.executable, "-m", "lib", *arguments],
            cwd=self.root,
            env=clean_environment() | {"IDS_TWIN": "1"} | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell's background job ignores Ctrl-C, and so would all that it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        STARTED.append(process)
        return process

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        """Run ``python -m lib`` here to its end."""
        process = self.start(*arguments, **variables)
        try:
            output, errors = process.communicate(timeout=30 * 60)
        except BaseException:  # a limit of pytest's is none of Exception
            process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def write(self, name: str, text: str) -> Path:
        """Write a file below the project's root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file; it must be there."""
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))


# The files whose tests share one run of the whole book on the twins, which takes minutes.
WHOLE_BOOK = {"test_book.py", "test_notebooks.py"}


class FilesTogether(LoadScopeScheduling):
    """Gives each worker whole files, and all that share the whole book to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        name = Path(nodeid.partition("::")[0]).name
        return "the whole book" if name in WHOLE_BOOK else name


def pytest_xdist_make_scheduler(config, log):
    """Spread the tests in the way that repeats no costly fixture."""
    return FilesTogether(config, log)


def pytest_xdist_auto_num_workers(config) -> int:
    """Use the processors that may be used, but not the memory of more than eight workers."""
    return min(8, processors())


def pytest_collection_modifyitems(items):
    """Give the whole book its time, and refuse a test that would run it on another worker."""
    for item in items:
        if item.path.name in WHOLE_BOOK:  # the first of them waits for the whole book
            item.add_marker(pytest.mark.timeout(40 * 60))
        if "quick_run" in item.fixturenames and item.path.name not in WHOLE_BOOK:
            raise pytest.UsageError(f"{item.nodeid} needs the whole book: move it to test_book.py")


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    """Hide the data of the machine that runs the test."""
    for variable in ("IDS_DATA", "IDS_TWIN", "IDS_DATA_ALLOW_UNKNOWN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("IDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(locate, "RAW", tmp_path / "raw")


@pytest.fixture
def data_folder(monkeypatch, tmp_path, no_data):
    """Return an empty folder that IDS_DATA points at."""
    place = tmp_path / "given"
    place.mkdir()
    monkeypatch.setenv("IDS_DATA", str(place))
    return place


@pytest.fixture(scope="session")
def whole_project(tmp_path_factory) -> Project:
    """Return a copy of the whole project, as a fresh clone would be."""
    root = tmp_path_factory.mktemp("whole") / "book"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    return Project(root)


@pytest.fixture(scope="session")
def quick_run(whole_project) -> subprocess.CompletedProcess:
    """Return the outcome of ``make book`` on the twins, made once a session."""
    return whole_project.run("book", "--profile", "quick")


@pytest.fixture(scope="session")
def quick_pages(whole_project, quick_run, tmp_path_factory) -> Path:
    """Return the pages of the quick run, kept from later builds."""
    assert quick_run.returncode == 0, quick_run.stdout + quick_run.stderr
    pages = tmp_path_factory.mktemp("quick") / "html"
    shutil.copytree(whole_project.root / "_build" / "html", pages)
    return pages


@pytest.fixture(scope="session")
def site_pages(whole_project, quick_pages, tmp_path_factory) -> Path:
    """Return the pages of the published book, kept from later builds."""
    result = whole_project.run("site")
    assert result.returncode == 0, result.stdout + result.stderr
    pages = tmp_path_factory.mktemp("site") / "html"
    shutil.copytree(whole_project.root / "_build" / "html", pages)
    return pages


@pytest.fixture
def sample_project(tmp_path) -> Project:
    """Return a project with two tiny notebooks in place of the chapters."""
    return make_sample(tmp_path / "sample")


@pytest.fixture(scope="session")
def sample_executed_once(tmp_path_factory) -> Project:
    project = make_sample(tmp_path_factory.mktemp("executed") / "sample")
    project.first_run = project.run("execute")
    assert project.first_run.returncode == 0, project.first_run.stdout + project.first_run.stderr
    return project


@pytest.fixture(scope="session")
def sample_published_once(tmp_path_factory) -> Project:
    project = make_sample(tmp_path_factory.mktemp("published") / "sample")
    project.first_run = project.run("publish")
    assert project.first_run.returncode == 0, project.first_run.stdout + project.first_run.stderr
    return project


@pytest.fixture
def executed_project(sample_executed_once, tmp_path) -> Project:
    """Return the sample project after a run."""
    return copied(sample_executed_once, tmp_path)


@pytest.fixture
def published_project(sample_published_once, tmp_path) -> Project:
    """Return the sample project after publishing."""
    return copied(sample_published_once, tmp_path)


def copied(project: Project, folder: Path) -> Project:
    """Copy a project with what its runs have made, so that they need not be repeated."""
    shutil.copytree(project.root, folder / "sample")
    return Project(folder / "sample", project.first_run)


def make_sample(root: Path) -> Project:
    """Lay out a project with two tiny notebooks in place of the chapters."""
    project = Project(root)
    for name in ("lib", "data"):
        shutil.copytree(ROOT / name, project.root / name, ignore=LEFT_OUT)
    shutil.rmtree(project.root / "data" / "reference", ignore_errors=True)
    for name in ("requirements.txt", "_config.yml", "Makefile", "CITATION.cff", "LICENSE"):
        shutil.copy(ROOT / name, project.root / name)
    shutil.copytree(ROOT / "chapters" / "_static", project.root / "chapters" / "_static")
    shutil.copy(ROOT / "chapters" / "references.bib", project.root / "chapters")
    project.write("chapters/index.md", "# Sample\n\nText.\n")
    stems = ("01_first", "02_second")
    for stem in stems:
        text = SAMPLE.format(title=stem, chapter="99-sample", stem=stem)
        project.write(f"chapters/99-sample/{stem}.py", text)
    lines = "".join(f"  - file: chapters/99-sample/{stem}\n" for stem in stems)
    project.write("_toc.yml", f"format: jb-book\nroot: chapters/index\nchapters:\n{lines}")
    return project
