"""Copies of the project in which the tests run its commands as a person would."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from lib.common.parallel import processors
from lib.common.paths import ROOT
from lib.datasets import locate

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
STEERING = {"CLUSTER", "PROFILE", "CHAPTER", "JOBS", "REPLICATES", "SEED", "PORT", "HASHES"}

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
# The one ledger of a sample: each command on it judges all claims, of which it has none.
SAMPLE_LEDGER = "xmednn.csv"

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

from lib.notebook.records import Recorder

scores = [0.5 + 0.01 * number for number in range(replicates)]
print("Scores:", scores)

# %%
time.sleep(float(os.environ.get("SAMPLE_SECONDS", "0")))
while os.path.exists(os.environ.get("SAMPLE_WHILE", "")):
    time.sleep(0.1)
source = os.environ.get("SAMPLE_SOURCE", "real")
basis = "file" if source == "real" else ""
dataset = SimpleNamespace(name="sample", variant="sample", sha256="", source=source, basis=basis)
recorder = Recorder("{chapter}/{stem}", dataset, profile, seed, replicates)
recorder.add("sample.{stem}.count", 3, "as printed", deterministic=True)
recorder.add("sample.{stem}.score", scores, "as printed")

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


# The files whose tests look at the whole book, run and built on the twins, which takes minutes.
WHOLE_BOOK = {"test_book.py", "test_notebooks.py"}
# Those that take longest begin first; what opens the pages of the run waits for it to its end.
FIRST = (
    "the whole book",
    "the site in a browser",
    "test_verify_command.py",
    "test_new_paper.py",
    "test_command_line.py",
)
LAST = ("the run in a browser",)
IN_A_BROWSER = ("TestBrowser", "TestNegativeControls")
OF_THE_RUN = re.compile(r"\[.*\bthis run\b.*\]")


def unit_of(nodeid: str) -> str:
    """Return the unit of work that a test belongs to: its file, or a part of the whole book."""
    path, _, rest = nodeid.partition("::")
    name = Path(path).name
    if name not in WHOLE_BOOK:
        return name
    if rest.startswith(IN_A_BROWSER):
        return f"the {'run' if OF_THE_RUN.search(rest) else 'site'} in a browser"
    return "the whole book"


class UnitsTogether(LoadScopeScheduling):
    """Gives each worker whole units of work."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Spread the tests in the way that repeats no costly fixture, in the order that we give."""
    config.option.loadscopereorder = False  # else units with most tests come first, not the longest
    return UnitsTogether(config, log)


def pytest_xdist_auto_num_workers(config) -> int:
    """Use one worker more than processors, since many tests wait, but no more than eight."""
    return min(8, processors() + 1)


def pytest_collection_modifyitems(items):
    """Give the whole book its time, and order the units of work."""
    for item in items:
        if item.path.name in WHOLE_BOOK:  # each of them may be the first, and wait for the book
            item.add_marker(pytest.mark.timeout(40 * 60))
    order = {unit: place for place, unit in enumerate(FIRST)} | {unit: 99 for unit in LAST}
    items.sort(key=lambda item: order.get(unit_of(item.nodeid), len(FIRST)))


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


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], dict]) -> Path:
    """Return a folder that one worker makes for all, with the outcomes of the commands in it.

    Parameters
    ----------
    factory
        pytest's own; the folder lies beside those of its workers.
    name
        The folder's name.
    make
        Fills an empty folder; returns the outcomes of the commands that it ran, by name.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared" / name
    outcomes = folder / "outcomes.json"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock", poll_interval=0.5):
        if not outcomes.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            made = {key: vars(result) for key, result in make(folder).items()}
            outcomes.write_text(json.dumps(made))
    return folder


def outcome(folder: Path, name: str) -> subprocess.CompletedProcess:
    """Return how a command ended with which a shared folder was made."""
    return subprocess.CompletedProcess(**json.loads((folder / "outcomes.json").read_text())[name])


def make_site(folder: Path) -> dict[str, subprocess.CompletedProcess]:
    """Build the published book in a copy of the project, and keep its pages from later builds."""
    project = copy_of_the_project(folder / "book")
    built = project.run("site")
    if built.returncode == 0:
        shutil.copytree(project.root / "_build" / "html", folder / "pages")
    return {"site": built}


def run_whole_book(project: Project, folder: Path) -> dict[str, subprocess.CompletedProcess]:
    """Run the whole book on its twins, where the published one was built, and build it."""
    executed = project.run("execute", "--profile", "quick")
    # In two steps; a small book is made in one go by test_page_marks.py.
    quick = project.run("book", "--profile", "quick") if executed.returncode == 0 else executed
    if quick.returncode == 0:
        shutil.copytree(project.root / "_build" / "html", folder / "pages")
    return {"execute": executed, "quick": quick}


def copy_of_the_project(root: Path) -> Project:
    """Lay out a copy of the whole project, as a fresh clone would be, but for compiled code."""
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    copy_code(root, (".pyc", ".nbi", ".nbc"))
    return Project(root)


@pytest.fixture(scope="session")
def untouched_project(tmp_path_factory) -> Project:
    """Return a copy of the whole project in which nothing has run."""
    return copy_of_the_project(tmp_path_factory.mktemp("untouched") / "book")


@pytest.fixture(scope="session")
def site_once(tmp_path_factory) -> Path:
    """Return the folder in which the published book was built."""
    return once(tmp_path_factory, "site", make_site)


@pytest.fixture(scope="session")
def whole_project(site_once) -> Project:
    """Return the copy of the project in which the published book is built, and the whole is run."""
    return Project(site_once / "book")


@pytest.fixture(scope="session")
def run_once(whole_project, tmp_path_factory) -> Path:
    """Return the folder with the outcome of the run of the whole book."""
    return once(tmp_path_factory, "run", lambda folder: run_whole_book(whole_project, folder))


@pytest.fixture(scope="session")
def quick_run(run_once) -> subprocess.CompletedProcess:
    """Return the outcome of ``make book`` on the twins."""
    return outcome(run_once, "quick")


@pytest.fixture(scope="session")
def quick_pages(run_once, quick_run) -> Path:
    """Return the pages of the quick run, kept from later builds."""
    assert quick_run.returncode == 0, quick_run.stdout + quick_run.stderr
    return run_once / "pages"


@pytest.fixture(scope="session")
def site_pages(site_once) -> Path:
    """Return the pages of the published book, kept from later builds."""
    built = outcome(site_once, "site")
    assert built.returncode == 0, built.stdout + built.stderr
    return site_once / "pages"


@pytest.fixture
def sample_project(tmp_path) -> Project:
    """Return a project with two tiny notebooks in place of the chapters."""
    return make_sample(tmp_path / "sample")


def sample_after(factory: pytest.TempPathFactory, command: str, before: Project | None = None):
    """Return the sample after a command, which one worker runs for all."""

    def make(folder: Path) -> dict[str, subprocess.CompletedProcess]:
        project = copied(before, folder) if before else make_sample(folder / "sample")
        result = project.run(command)
        assert result.returncode == 0, result.stdout + result.stderr
        return {command: result}

    folder = once(factory, command, make)
    return Project(folder / "sample", outcome(folder, command))


@pytest.fixture(scope="session")
def sample_executed_once(tmp_path_factory) -> Project:
    return sample_after(tmp_path_factory, "execute")


@pytest.fixture(scope="session")
def sample_published_once(tmp_path_factory) -> Project:
    return sample_after(tmp_path_factory, "publish")


@pytest.fixture(scope="session")
def sample_verified_once(sample_published_once, tmp_path_factory) -> Project:
    return sample_after(tmp_path_factory, "verify", sample_published_once)


@pytest.fixture
def executed_project(sample_executed_once, tmp_path) -> Project:
    """Return the sample project after a run."""
    return copied(sample_executed_once, tmp_path)


@pytest.fixture
def published_project(sample_published_once, tmp_path) -> Project:
    """Return the sample project after publishing."""
    return copied(sample_published_once, tmp_path)


@pytest.fixture
def verified_project(sample_verified_once, tmp_path) -> Project:
    """Return the sample project after a verification by which all holds."""
    return copied(sample_verified_once, tmp_path)


def copied(project: Project, folder: Path) -> Project:
    """Copy a project with what its runs have made, so that they need not be repeated."""
    shutil.copytree(project.root, folder / "sample")
    return Project(folder / "sample", project.first_run)


def copy_code(root: Path, compiled: tuple[str, ...]) -> None:
    """Copy ``lib`` with what was compiled of it, which is used only where it is not older.

    Whoever compiles puts files with other names there first, which may be gone in a moment.
    """

    def ignore(folder: str, names: list[str]) -> set[str]:
        if Path(folder).name == "__pycache__":
            return {name for name in names if not name.endswith(compiled)}
        return LEFT_OUT(folder, names) - {"__pycache__"}

    shutil.copytree(ROOT / "lib", root / "lib", ignore=ignore, dirs_exist_ok=True)


def make_sample(root: Path) -> Project:
    """Lay out a project with two tiny notebooks in place of the chapters."""
    project = Project(root)
    copy_code(root, (".pyc",))
    shutil.copytree(ROOT / "data", root / "data", ignore=LEFT_OUT)
    for ledger in (root / "data" / "claims").glob("*.csv"):
        if ledger.name != SAMPLE_LEDGER:
            ledger.unlink()
    for name in ("reference", "verification"):
        shutil.rmtree(root / "data" / name, ignore_errors=True)
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
