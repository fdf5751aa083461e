"""What the deployed pipeline costs and does, measured once with its real parts, and kept.

``python -m lib watch --measure`` writes the flows that Argus makes of the twin's capture, and one
machine's times, memory and counts, for pages where Argus or network namespaces are missing.
"""

import json
import lzma
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from lib.common.files import write_whole
from lib.common.paths import DATA, ROOT
from lib.papers.xmednn.deployment import argus, hosts, model
from lib.papers.xmednn.deployment.capture import capture, capture_bytes, wired_rows

FLOWS = DATA / "outside" / "xmednn_captured.csv.xz"
MEASURED = DATA / "outside" / "xmednn_deployment.json"
REPEATS = 5
# The policies that the test hosts run, in the order of a page's table.
ENFORCED = ("alert", "printed", "link", "allow", "known")
ALONE = 200  # flows that are read and judged one at a time


def captured_flows() -> pd.DataFrame:
    """Return the flows that Argus made of the twin's capture, as `argus.flows_of` gives them."""
    return argus.read_flows(lzma.decompress(FLOWS.read_bytes()).decode())


def measured() -> dict:
    """Return what was measured.

    Returns
    -------
    dict
        ``run on``, ``versions``, ``capture`` (packets, flows, and how many of these were judged one
        at a time), ``stages`` and ``memory`` (as the functions of these names give them) and
        ``hosts`` (by policy what `run_inside` of the test hosts gives).
    """
    return json.loads(MEASURED.read_text(encoding="utf-8"))


def measure(say: Callable[[str], None]) -> None:
    """Measure everything anew and write both files."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "twin.pcap"
        packets = capture(wired_rows())
        write_whole(path, capture_bytes(packets))
        flows = argus.flows_of(path)
        write_whole(FLOWS, _packed(flows))
        found = {"run on": date.today().isoformat(), "versions": versions()}
        found["capture"] = {"packets": len(packets), "flows": len(flows), "alone": ALONE}
        short = Path(folder) / "short.pcap"
        write_whole(short, capture_bytes(capture(wired_rows().head(1))))
        found["stages"] = stages(path, short)
        found["memory"] = memory(path)
    found["hosts"] = {}
    for policy in ENFORCED:
        found["hosts"][policy] = enforced(policy)
        say(f"{policy}: {found['hosts'][policy]['through']}")
    write_whole(MEASURED, json.dumps(found, indent=1) + "\n")
    say(f"Written: {FLOWS} and {MEASURED}")


def _packed(flows: pd.DataFrame) -> bytes:
    text = flows.to_csv(index=False, lineterminator="\n")
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def versions() -> dict[str, str]:
    """Return the versions of the parts that are not the book's."""
    nft = subprocess.run([argus.program("nft"), "--version"], capture_output=True, text=True)
    found = {"argus": argus.version(), "nftables": nft.stdout.split()[1].lstrip("v")}
    return found | {"python": platform.python_version(), "kernel": platform.release().split("-")[0]}


def stages(path: Path, short: Path) -> dict[str, list[float]]:
    """Return by stage the processor seconds of each repeat, those of started processes included.

    ``start`` is Argus and its client on a capture of one flow, ``argus`` on the whole one;
    ``columns`` and ``network`` read and judge its first `ALONE` flows, one at a time.
    """
    network, found = model.load(), {name: [] for name in ("start", "argus", "columns", "network")}
    names, *lines = argus.printed_flows(path).splitlines()[: ALONE + 1]
    rows = [argus.read_flows(f"{names}\n{line}\n") for line in lines]
    for _ in range(REPEATS):
        found["start"].append(_spent(lambda: argus.printed_flows(short)))
        found["argus"].append(_spent(lambda: argus.printed_flows(path)))
        reading = _spent(lambda: [argus.read_flows(f"{names}\n{line}\n") for line in lines])
        found["columns"].append(reading)
        found["network"].append(_spent(lambda: [network.chances(row) for row in rows]))
    return found


def _spent(action: Callable[[], object]) -> float:
    """Return the processor seconds that an action takes, of this process and what it starts."""
    before = _processor_seconds()
    action()
    return _processor_seconds() - before


def _processor_seconds() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def memory(path: Path) -> dict[str, float]:
    """Return the greatest memory, in megabytes, that watching a capture takes, and Argus' of it."""
    watch = (
        "import runpy, sys; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_module('lib', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(next(one.split()[1] for one in open('/proc/self/status') if 'VmHWM' in one),"
        " file=sys.stderr)"
    )
    # Linux counts the memory of who starts a process as the process' own, so a small one starts it.
    start = (
        "import json, resource, subprocess, sys, tempfile\n"
        "making, printing = map(json.loads, sys.argv[1:])\n"
        "with tempfile.TemporaryFile() as reports:\n"
        "    subprocess.run(making, stdout=reports)\n"
        "    reports.seek(0)\n"
        "    subprocess.run(printing, stdin=reports, stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)"
    )
    commands = [json.dumps(command) for command in argus.commands(path)]
    return {
        "watch": _reported(watch, "lib", "watch", "--capture", str(path)),
        "argus": _reported(start, *commands),
    }


def _reported(code: str, *words: str) -> float:
    """Return as megabytes the kilobytes that a Python program ends by writing to its errors."""
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stderr.split()[-1]) / 1024


def enforced(policy: str) -> dict:
    """Return what gets through between the test hosts under a policy whose rules are applied."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "found.json"
        options = ["--test-hosts", "--apply", "--policy", policy, "--record", str(path), "--json"]
        hosts.run_between(options, quietly=True)
        return json.loads(path.read_text(encoding="utf-8"))
