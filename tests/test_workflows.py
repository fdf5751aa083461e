"""What runs at GitHub: nothing that others can change, and reports that say what was found."""

import json
import os
import re
import subprocess
from importlib.metadata import distribution

import pytest
import yaml
from outside import script
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from lib.book.lessons.editions import PAGE_REQUIREMENTS
from lib.book.lessons.making import BRANCH
from lib.book.pages.build import EDITIONS
from lib.book.publish.archive import FOLDER
from lib.common.paths import ROOT
from lib.common.requirements import pinned_versions

WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}
# Stands in for GitHub's command: notes its arguments, and knows of the open issue that it is told.
GH = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in "issue list"*) echo "$OPEN" ;; esac
"""


def test_others_code_is_named_by_its_commit():
    for jobs in (workflow["jobs"] for workflow in WORKFLOWS.values()):
        named = [each["uses"] for job in jobs.values() for each in (job, *job.get("steps", []))
                 if "uses" in each]  # fmt: skip
        assert named
        for name in named:
            assert re.fullmatch(r"\./.+|actions/[a-z-]+@[0-9a-f]{40}", name), name


def test_only_what_the_tests_have_passed_is_published():
    jobs = WORKFLOWS["publish"]["jobs"]
    assert jobs["publish"]["needs"] == "test"
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert "workflow_call" in WORKFLOWS["test"][True]  # what YAML makes of "on"
    assert WORKFLOWS["publish"]["permissions"] == {"contents": "read"}


def test_what_they_install_is_held_to_its_digest():
    installing = [
        each
        for workflow in WORKFLOWS.values()
        for job in workflow["jobs"].values()
        for each in job.get("steps", [])
        if re.match(r"make (?!data)|bash \.ci/run", each.get("run", ""))
    ]
    assert len(installing) == 3
    assert all(each["env"]["HASHES"] == 1 for each in installing)


@pytest.fixture(scope="module")
def hashes():
    return script("hashes", ROOT / ".ci")


def test_every_pin_has_its_digests(hashes):
    entries = re.compile(r"([a-z0-9-]+)==(\S+)[^\n]*((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")
    files = {path.stem: path.read_text(encoding="utf-8") for path in hashes.FOLDER.iterdir()}
    found = {target: entries.findall(text) for target, text in files.items()}
    # To be made again when a pin moves: the head of .ci/hashes.py says how.
    every = [(name, version) for those in found.values() for name, version, _ in those]
    assert sorted(every) == sorted(hashes.pins().items())
    for target, those in found.items():
        assert {hashes.target_of(name) for name, *_ in those} == {target}


def needed_by(requirements: list[Requirement]) -> set[str]:
    """Return the names of packages and of all that these need in this environment."""
    found, asked = set(), list(requirements)
    while asked:
        one = asked.pop()
        name = canonicalize_name(one.name)
        if (name, *one.extras) not in found:
            found.add((name, *one.extras))
            needs = map(Requirement, distribution(one.name).requires or [])
            extras = [{"extra": extra} for extra in ("", *one.extras)]
            asked += [
                each
                for each in needs
                if each.marker is None or any(map(each.marker.evaluate, extras))
            ]
    return {name for name, *_ in found}


def test_nothing_that_a_package_needs_is_fetched_without_a_digest(hashes):
    needed = needed_by([Requirement(name) for name in pinned_versions()])
    assert {"torch", "sphinx", "setuptools"} <= needed
    assert needed <= hashes.pins().keys()


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("torch", "torch"),
        ("nvidia-cublas", "torch"),
        ("nvidia-nccl-cu13", "torch"),
        ("nvidia-nccl-cu12", "rest"),
        ("nirtorch", "rest"),
        ("setuptools", "build"),
    ],
)
def test_what_another_index_may_give_stands_apart(hashes, name, target):
    assert hashes.target_of(name) == target


@pytest.mark.parametrize(
    ("file", "taken"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-py2.py3-none-any.whl", True),
        ("a-1-cp311-cp311-manylinux_2_28_x86_64.whl", True),
        ("a-1-cp314-cp314-manylinux_2_17_aarch64.manylinux2014_aarch64.whl", True),
        ("a-1-cp37-abi3-macosx_11_0_arm64.whl", True),
        ("a-1-cp310-cp310-manylinux_2_28_x86_64.whl", False),
        ("a-1-cp314-cp314t-manylinux_2_28_x86_64.whl", False),
        ("a-1-cp312-cp312-win_amd64.whl", False),
        ("a-1-cp312-cp312-macosx_11_0_x86_64.whl", False),
        ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", False),
    ],
)
def test_files_are_kept_that_our_pythons_and_machines_take(hashes, file, taken):
    assert any(map(hashes.fits, parse_wheel_filename(file)[3])) == taken


def test_the_editions_are_pushed_to_a_branch_of_their_own(tmp_path):
    """The step, on a repository of its own: the branch holds the editions and nothing else."""
    job = WORKFLOWS["publish"]["jobs"]["editions"]
    assert job["needs"] == "publish"
    (push,) = [each for each in job["steps"] if each.get("name") == "push"]
    (kept,) = [
        each["with"]
        for each in WORKFLOWS["publish"]["jobs"]["publish"]["steps"]
        if "upload-artifact" in each.get("uses", "")
    ]
    assert kept["path"].endswith(f"/{FOLDER}/{EDITIONS}")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    subprocess.run(["git", "clone", "--quiet", remote, clone], check=True, capture_output=True)
    (clone / "README.md").write_text("book")
    subprocess.run([*git, "add", "--all"], cwd=clone, check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "Book"], cwd=clone, check=True)
    for _ in range(2):  # at each publication anew
        notebook = clone / "editions/student/03-xmednn-ehms.ipynb"
        notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.write_text("{}")
        environment = os.environ | {"OF": "abc"}
        run = ["bash", "-e", "-c", push["run"]]
        subprocess.run(run, cwd=clone, env=environment, check=True, capture_output=True)
        subprocess.run(["git", "checkout", "--quiet", "--force", "--detach"], cwd=clone, check=True)
        subprocess.run(["git", "branch", "--quiet", "-D", "editions"], cwd=clone, check=True)
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", BRANCH],
        cwd=remote,
        check=True,
        capture_output=True,
        text=True,
    )
    assert listed.stdout.split() == ["student/03-xmednn-ehms.ipynb"]


def test_binder_and_the_dev_container_can_run_lessons_and_pages():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    post_build = ROOT / ".binder/postBuild"
    assert os.access(post_build, os.X_OK)
    # Binder brings a kernel, a container's Python does not.
    assert f" ipykernel=={pinned_versions()['ipykernel']} " in container["postCreateCommand"]
    for commands in (container["postCreateCommand"], post_build.read_text(encoding="utf-8")):
        assert re.search(
            rf"pip install .*-r {PAGE_REQUIREMENTS}\b.*python -m lib editions", commands, re.S
        )


def step(name: str) -> dict:
    """Return a step of the weekly workflow."""
    return next(
        each for each in WORKFLOWS["weekly"]["jobs"]["check"]["steps"] if name in each.values()
    )


@pytest.mark.parametrize("status", [0, 1, 3])
def test_the_weekly_run_ends_with_the_status_of_the_verification(tmp_path, status):
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nexit {status}\n")
    python.chmod(0o755)
    output = tmp_path / "output"
    environment = os.environ | {"GITHUB_OUTPUT": str(output)}
    done = subprocess.run(
        ["bash", "-e", "-c", step("verify")["run"]], cwd=tmp_path, env=environment
    )
    assert done.returncode == status
    assert output.read_text() == f"status={status}\n"


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ("failure", "", "could not be downloaded"),
        ("success", "1", "no longer holds"),
        ("success", "2", "could not be verified"),
        ("success", "3", "could not be verified"),
        ("skipped", "", "could not be verified"),
    ],
)
@pytest.mark.parametrize("known", ["", "17"])
def test_the_weekly_run_says_what_it_found_in_one_open_issue(tmp_path, data, status, said, known):
    command, log = tmp_path / "gh", tmp_path / "log"
    command.write_text(GH)
    command.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(log), "OPEN": known}
    environment |= {"DATA": data, "STATUS": status}
    subprocess.run(["bash", "-e", "-c", step("report")["run"]], env=environment, check=True)
    last = log.read_text().splitlines()[-1]
    assert said in last
    assert last.startswith("issue comment 17 " if known else "issue create --label weekly ")
