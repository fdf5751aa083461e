"""Write the digests of all that requirements.txt pins, for an install that trusts no download.

    .venv/bin/python .ci/hashes.py INDEX

INDEX is the address of a package index that answers in the JSON of PEP 691. For each pinned version
the digests of its files are kept that the Pythons and machines of the Makefile can take. In the
folder .hashes, build.txt holds what builds a package that has no wheel, torch.txt PyTorch with its
CUDA libraries, which another index may give in other builds, and rest.txt the rest. Run it again
whenever a pin moves; a test compares the names.
"""

import json
import re
import sys
from pathlib import Path
from urllib.request import Request, urlopen

from packaging.utils import canonicalize_name, parse_wheel_filename

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lib.common.paths import ROOT
from lib.common.requirements import pinned_versions

JSON = "application/vnd.pypi.simple.v1+json"
FOLDER = ROOT / ".hashes"
FILES = {
    "build": re.compile(r"setuptools|wheel"),
    "torch": re.compile(r"torch|triton|cuda-.+|nvidia-(?!nccl-cu12).+"),  # that one is XGBoost's
}
# In an environment of its own, as .constraints.txt says.
APART = {"flwr"}
PYTHONS = ("cp311", "cp312", "cp313", "cp314")
MACHINES = re.compile(r"any|(many)?linux.*_(x86_64|aarch64)|macosx_.*_(arm64|universal2)")
LINUX = ' ; sys_platform == "linux"'


def pins() -> dict[str, str]:
    """Return the version of each pinned package, by its name in normal form."""
    pinned = pinned_versions() | pinned_versions(ROOT / ".constraints.txt")
    named = {canonicalize_name(name): version for name, version in pinned.items()}
    return {name: version for name, version in named.items() if name not in APART}


def fits(tag) -> bool:
    """Return whether one of our Pythons on one of our machines can take a wheel with this tag."""
    python = tag.interpreter in (*PYTHONS, "py3") or (
        tag.abi == "abi3" and int(tag.interpreter.removeprefix("cp3") or 0) <= 14
    )
    own = tag.abi in ("none", "abi3", tag.interpreter)  # no threads without the lock
    return python and own and bool(MACHINES.fullmatch(tag.platform))


def files_of(index: str, name: str, version: str) -> dict[str, str]:
    """Return the digests of a version's files by their names: its wheels, or else its source."""
    request = Request(f"{index.rstrip('/')}/{name}/", headers={"Accept": JSON})
    with urlopen(request, timeout=60) as answer:
        files = {one["filename"]: one["hashes"]["sha256"] for one in json.load(answer)["files"]}
    wheels = {}
    for file, digest in files.items():
        if file.endswith(".whl") and f"-{version}-" in file:
            tags = parse_wheel_filename(file)[3]
            if any(map(fits, tags)):
                wheels[file] = digest
    source = re.compile(rf"{name.replace('-', '[-_.]')}-{re.escape(version)}\.(tar\.gz|zip)", re.I)
    found = wheels or {file: digest for file, digest in files.items() if source.fullmatch(file)}
    if not found:
        raise SystemExit(f"{name} {version}: the index has no file of it that fits")
    return found


def target_of(name: str) -> str:
    """Return which of the files a package stands in."""
    return next((target for target, of in FILES.items() if of.fullmatch(name)), "rest")


def entry(name: str, version: str, files: dict[str, str]) -> str:
    """Return the lines of a package in the form that pip reads."""
    marker = LINUX if all("linux" in file for file in files) else ""
    digests = " \\\n".join(f"    --hash=sha256:{digest}" for digest in sorted(files.values()))
    return f"{name}=={version}{marker} \\\n{digests}\n"


def main(index: str) -> None:
    """Write the three files."""
    files = {target: [] for target in (*FILES, "rest")}
    for name, version in sorted(pins().items()):
        files[target_of(name)].append(entry(name, version, files_of(index, name, version)))
    FOLDER.mkdir(exist_ok=True)
    for target, entries in files.items():
        text = "# Made by .ci/hashes.py of requirements.txt and .constraints.txt; see there.\n"
        (FOLDER / f"{target}.txt").write_text(text + "".join(entries), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
