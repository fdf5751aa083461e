"""Making BoT-IoT's twin of packets: captures, turned into flows by argus, and labelled.

As the data set was: captures (here of `lib.papers.botiot.packets.scenarios`), read by argus with a
report every five seconds, merged to one row a flow and capture by racluster. ``python -m lib twin
bot-iot`` made the committed table with argus 3.0.8.2. It holds no row of the data set, and its
addresses are private or reserved for documentation.
"""

import io
import ipaddress
import lzma
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.papers.botiot.packets.background import ATTACKERS
from lib.papers.botiot.packets.packets import write_capture
from lib.papers.botiot.packets.scenarios import captures
from lib.papers.botiot.twin import COLUMNS, TABLE, TYPES, read_flows

SEED = 2018
REPORT_SECONDS = 5
WORKERS = 16  # argus waits more than it works


def _program(name: str) -> str:
    """Return where a program of argus is."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise ReaderError(
            f"{name} is not installed; remaking the BoT-IoT twin needs it. Install the Debian "
            "packages argus-server and argus-client, or use the committed table, which needs "
            "neither."
        )
    return path


def flows(captured: np.ndarray) -> pd.DataFrame:
    """Turn packets into flows with argus."""
    argus, merge = _program("argus"), _program("racluster")
    with tempfile.TemporaryDirectory() as folder:
        capture, reports = Path(folder) / "capture.pcap", Path(folder) / "reports.argus"
        write_capture(capture, captured)
        period = ["-X", "-S", str(REPORT_SECONDS)]
        _run([argus, "-F", "/dev/null", *period, "-r", str(capture), "-w", str(reports)])
        form = ["-n", "-u", "-p", "6", "-c", ",", "-s", *(f"{name}:40" for name in TYPES)]
        text = _run([merge, "-F", "/dev/null", "-r", str(reports), *form])
    _, _, rows = text.partition("\n")
    return read_flows(io.StringIO(",".join(TYPES) + "\n" + rows))


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReaderError(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def labelled(capture) -> pd.DataFrame:
    """Turn a capture into flows and label them."""
    frame = flows(capture.packets)
    hosts = {str(ipaddress.IPv4Address(number)) for number in ATTACKERS}
    attack = frame["saddr"].isin(hosts) | frame["daddr"].isin(hosts)
    for name in ("category", "subcategory"):
        frame[name] = np.where(attack, getattr(capture, name), "Normal")
    return frame


def make(seed: int = SEED, scale: float = 1.0) -> pd.DataFrame:
    """Make the twin anew: packets, flows, labels."""
    _program("argus"), _program("racluster")
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(labelled, captures(seed, scale)))
    whole = pd.concat(parts).sort_values(["stime", "saddr", "sport"], kind="stable")
    return whole.reset_index(drop=True)[list(COLUMNS)]


def write(frame: pd.DataFrame, path: Path = TABLE) -> Path:
    """Write the twin as a compressed table."""
    text = frame.to_csv(index=False, lineterminator="\n")
    write_whole(path, lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return path
