"""The twin of BoT-IoT, made of packets: captures, turned into flows by argus, and labelled.

As the data set itself was made: packet captures of a testbed (here written by
`lib.datasets.botiot_scenarios`), read by argus with a status report every five seconds, merged
to one row a flow and capture by racluster. The committed table was made by
``python -m lib twin bot-iot`` with the seed below and argus 3.0.8.2; it holds no row of the data
set, and its addresses are private or reserved for documentation.
"""

import io
import lzma
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from lib.errors import ReaderError
from lib.files import write_whole
from lib.paths import TWINS

SEED = 2018
TABLE = TWINS / "bot-iot-flows.csv.xz"
REPORT_SECONDS = 5
WORKERS = 16  # argus waits more than it works
TYPES = {
    "stime": "float64",
    "proto": "str",
    "saddr": "str",
    "sport": "str",
    "daddr": "str",
    "dport": "str",
    "state": "str",
    "dur": "float64",
    "spkts": "int64",
    "dpkts": "int64",
    "sbytes": "int64",
    "dbytes": "int64",
    "srate": "float64",
    "drate": "float64",
}
COLUMNS = (*TYPES, "category", "subcategory")


def _program(name: str) -> str:
    """Return where a program of argus is.

    Raises
    ------
    ReaderError
        If it is not installed.
    """
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise ReaderError(
            f"{name} is not installed; remaking the BoT-IoT twin needs it. Install the Debian "
            "packages argus-server and argus-client, or use the committed table, which needs "
            "neither."
        )
    return path


def flows(captured: np.ndarray) -> pd.DataFrame:
    """Turn packets into flows with argus.

    Parameters
    ----------
    captured : numpy.ndarray
        Packets of one capture, of type `lib.datasets.botiot_packets.PACKET`.

    Returns
    -------
    pandas.DataFrame
        One row a flow, with the columns of `TYPES`: times in seconds, rates in packets a second,
        ports as text (empty where the protocol has none).

    Raises
    ------
    ReaderError
        If argus is not installed, or fails.
    """
    from lib.datasets.botiot_packets import write_capture

    argus, merge = _program("argus"), _program("racluster")
    with tempfile.TemporaryDirectory() as folder:
        capture, reports = Path(folder) / "capture.pcap", Path(folder) / "reports.argus"
        write_capture(capture, captured)
        period = ["-X", "-S", str(REPORT_SECONDS)]
        _run([argus, "-F", "/dev/null", *period, "-r", str(capture), "-w", str(reports)])
        form = ["-n", "-u", "-p", "6", "-c", ",", "-s", *(f"{name}:40" for name in TYPES)]
        text = _run([merge, "-F", "/dev/null", "-r", str(reports), *form])
    _, _, rows = text.partition("\n")
    return _read(io.StringIO(",".join(TYPES) + "\n" + rows))


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReaderError(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def _read(source) -> pd.DataFrame:
    """Read flows as written, every text as text."""
    return pd.read_csv(
        source,
        dtype=TYPES,
        keep_default_na=False,
        na_values={name: [""] for name, kind in TYPES.items() if kind != "str"},
    )


def labelled(capture) -> pd.DataFrame:
    """Turn a capture into flows and label them.

    Parameters
    ----------
    capture : lib.datasets.botiot_recorder.Capture
        Its packets, and the attack it holds.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`. A flow between an attacker and a victim bears the capture's attack, any
        other one is normal.
    """
    from lib.datasets.botiot_background import ATTACKERS

    frame = flows(capture.packets)
    hosts = {_dotted(number) for number in ATTACKERS}
    attack = frame["saddr"].isin(hosts) | frame["daddr"].isin(hosts)
    for name in ("category", "subcategory"):
        frame[name] = np.where(attack, getattr(capture, name), "Normal")
    return frame


def _dotted(number: int) -> str:
    return ".".join(str(part) for part in number.to_bytes(4, "big"))


def make(seed: int = SEED, scale: float = 1.0) -> pd.DataFrame:
    """Make the twin anew: packets, flows, labels.

    Parameters
    ----------
    seed : int
        The same seed gives the same rows.
    scale : float
        Share of the flows.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`, sorted by time.

    Raises
    ------
    ReaderError
        If argus is not installed.
    """
    _program("argus"), _program("racluster")
    from lib.datasets.botiot_scenarios import captures

    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(labelled, captures(seed, scale)))
    whole = pd.concat(parts).sort_values(["stime", "saddr", "sport"], kind="stable")
    return whole.reset_index(drop=True)[list(COLUMNS)]


def write(frame: pd.DataFrame, path: Path = TABLE) -> Path:
    """Write the twin as a compressed table.

    Parameters
    ----------
    frame : pandas.DataFrame
        From `make`.
    path : pathlib.Path
        Where to.

    Returns
    -------
    pathlib.Path
        The same path.
    """
    text = frame.to_csv(index=False, lineterminator="\n")
    write_whole(path, lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return path


def draw(path: Path = TABLE) -> pd.DataFrame:
    """Read the committed twin.

    Parameters
    ----------
    path : pathlib.Path
        A table that `write` wrote.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`, sorted by time.

    Raises
    ------
    ReaderError
        If the table is missing or damaged.
    """
    repair = f"Restore it with: git checkout data/twins/{path.name}"
    if not path.is_file():
        raise ReaderError(f"{path} is missing. {repair}")
    try:
        frame = _read(io.BytesIO(lzma.decompress(path.read_bytes())))
    except (lzma.LZMAError, ValueError) as problem:
        raise ReaderError(f"{path} does not hold the twin's flows ({problem}). {repair}") from None
    if tuple(frame.columns) != COLUMNS:
        raise ReaderError(f"{path} has other columns than {', '.join(COLUMNS)}. {repair}")
    return frame
