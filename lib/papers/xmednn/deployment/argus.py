"""From packets to flows with Argus, under the column names of the file.

Its client prints the very names of WUSTL-EHMS-2020's columns, from ``Dir`` to ``DstMac``.
"""

import io
import os
import select
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from lib.common.errors import ReaderError

# What the client calls the file's columns, in the file's order; the last is when a flow began.
FIELDS = (
    *("dir", "flgs", "saddr", "daddr", "sport", "dport", "sbytes", "dbytes", "sload", "dload"),
    *("sgap", "dgap", "sintpkt", "dintpkt", "sintpktact", "dintpktact", "sjit", "djit", "smaxsz"),
    *("dmaxsz", "sminsz", "dminsz", "dur", "trans", "pkts", "bytes", "load", "loss", "ploss"),
    *("sploss", "dploss", "rate", "smac", "dmac", "stime"),
)
STARTED = "StartTime"
# What it prints: the file's own names, and that time.
NAMES = (
    *("Dir", "Flgs", "SrcAddr", "DstAddr", "Sport", "Dport", "SrcBytes", "DstBytes", "SrcLoad"),
    *("DstLoad", "SrcGap", "DstGap", "SIntPkt", "DIntPkt", "SIntPktAct", "DIntPktAct"),
    *("SrcJitter", "DstJitter", "sMaxPktSz", "dMaxPktSz", "sMinPktSz", "dMinPktSz", "Dur"),
    *("Trans", "TotPkts", "TotBytes", "Load", "Loss", "pLoss", "pSrcLoss", "pDstLoss", "Rate"),
    *("SrcMac", "DstMac", STARTED),
)
# Text as in the file; all other columns are numbers.
WORDS = {"Dir": str, "Flgs": str, "SrcAddr": str, "DstAddr": str, "SrcMac": str, "DstMac": str}
WORDS |= {"Sport": str, "Dport": str}
# Argus reports a flow that has not ended so often, and one that has at the latest after that.
REPORT_SECONDS = 1
# So often a listener looks whether it should stop.
LOOK_UP_SECONDS = 0.5
SBIN = "/usr/sbin:/usr/local/sbin:/usr/bin"
MAGIC = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}
PCAPNG, ETHERNET = b"\x0a\x0d\x0d\x0a", 1
HEADER, RECORD = 24, 16
LARGEST_FRAME = 262_144


def program(name: str) -> str:
    """Return where a program is; a `ReaderError` where it is not installed."""
    path = shutil.which(name) or shutil.which(name, path=SBIN)
    if path is None:
        package = {"argus": "argus-server", "ra": "argus-client", "nft": "nftables"}
        raise ReaderError(
            f"{name} is not installed. It is in the Debian package {package.get(name, name)}; "
            "python -m lib watch needs argus-server and argus-client, and nftables for its rules."
        )
    return path


def _generator() -> list[str]:
    return [program("argus"), "-X", "-F", "/dev/null", "-J", "-Z", "-m", "-R"]


def _client(names_every: int) -> list[str]:
    """Return the command that prints flows: a line of names first (0), or never (-1)."""
    form = ["-n", "-u", "-p", "6", "-c", ",", "-L", str(names_every)]
    return [program("ra"), "-F", "/dev/null", "-r", "-", *form, "-s", *FIELDS, "--", "tcp"]


def check_capture(path: Path) -> int:
    """Count a pcap's packets; `ReaderError` if it is absent, empty, cut off or not of Ethernet."""
    if not path.is_file():
        raise ReaderError(f"{path} is not there." if not path.exists() else f"{path} is no file.")
    size = path.stat().st_size
    if size == 0:
        raise ReaderError(f"{path} is empty.")
    with open(path, "rb") as stream:
        head = stream.read(HEADER)
        if head[:4] == PCAPNG:
            raise ReaderError(f"{path} is a pcapng. Convert it first: editcap -F pcap IN OUT")
        order = MAGIC.get(head[:4])
        if order is None:
            raise ReaderError(f"{path} is no packet capture (pcap).")
        if len(head) < HEADER:
            raise ReaderError(f"{path} ends within its header.")
        link = struct.unpack(order + "I", head[20:])[0] & 0xFFFF
        if link != ETHERNET:
            raise ReaderError(f"{path} was not captured on Ethernet (link type {link}, not 1).")
        count = _count_packets(stream, path, size, order)
    if not count:
        raise ReaderError(f"{path} holds no packet.")
    return count


def _count_packets(stream, path: Path, size: int, order: str) -> int:
    count, place = 0, HEADER
    while place < size:
        kept = struct.unpack(order + "I", stream.read(RECORD)[8:12].ljust(4, b"\xff"))[0]
        if kept > LARGEST_FRAME and place + RECORD <= size:
            raise ReaderError(f"{path} is damaged after {count:,} packets.")
        place += RECORD + kept
        if place > size:
            raise ReaderError(f"{path} is cut off after {count:,} whole packets.")
        stream.seek(place)
        count += 1
    return count


def flows_of(path: Path) -> pd.DataFrame:
    """Return a pcap's TCP flows by their beginnings; a `ReaderError` if it or Argus gives none.

    The columns are the file's network columns but for ``Packet_num``, and ``StartTime`` in seconds.
    """
    check_capture(path)
    rows = read_flows(printed_flows(path))
    if rows.empty:
        raise ReaderError(f"{path} holds no TCP flow.")
    return rows.sort_values(STARTED, kind="stable").reset_index(drop=True)


def printed_flows(path: Path) -> str:
    """Return what Argus' client prints of a capture: a line of names, and a line a flow."""
    making, printing = commands(path)
    # Into a file: through a pipe Argus loses the last flow of a capture, on a busy machine mostly.
    with tempfile.TemporaryFile() as reports:
        _run(making, subprocess.DEVNULL, reports)
        reports.seek(0)
        return _run(printing, reports, subprocess.PIPE).decode()


def commands(path: Path) -> tuple[list[str], list[str]]:
    """Return the command that makes flows of a capture, and the one that prints them."""
    return [*_generator(), "-S", "60", "-r", str(path), "-w", "-"], _client(0)


def _run(command: list[str], source, target) -> bytes | None:
    done = subprocess.run(command, stdin=source, stdout=target, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())[-200:]
        raise ReaderError(f"{Path(command[0]).name} failed: {said}")
    return done.stdout


def read_flows(text: str) -> pd.DataFrame:
    """Read what the client prints, names first; what a flow does not have is 0, as in the file."""
    rows = pd.read_csv(io.StringIO(text), dtype=WORDS)
    numbers = [name for name in rows if name not in WORDS]
    return rows.assign(**{name: rows[name].astype(float).fillna(0.0) for name in numbers})


@contextmanager
def listening(interface: str, over: Callable[[], bool]) -> Iterator[Iterator[pd.DataFrame]]:
    """Give an interface's flows, each a table of one row, as Argus reports them, until `over()`.

    A `ReaderError` says that there is no such interface, or that listening is not permitted.
    """
    known = sorted(name for _, name in socket.if_nameindex())
    if interface not in known:
        raise ReaderError(f"There is no interface {interface}. There are: {', '.join(known)}.")
    program("ra"), program("argus")
    if not may_listen():
        raise ReaderError(
            f"Listening on {interface} is not permitted: it takes root, or CAP_NET_RAW."
        )
    quiet = {"stderr": subprocess.DEVNULL}
    source = [*_generator(), "-S", str(REPORT_SECONDS), "-i", interface, "-w", "-"]
    with subprocess.Popen(source, stdout=subprocess.PIPE, **quiet) as argus:
        reading = {"stdin": argus.stdout, "stdout": subprocess.PIPE}
        with subprocess.Popen(_client(-1), **reading, **quiet) as client:
            try:
                yield _each_flow(client.stdout.fileno(), over)
            finally:
                argus.terminate()
                client.terminate()


def may_listen() -> bool:
    """Tell whether this process may open a raw socket."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    except (PermissionError, OSError, AttributeError):  # the last: no Linux
        return False
    return True


def _each_flow(output: int, over: Callable[[], bool]) -> Iterator[pd.DataFrame]:
    names, rest = ",".join(NAMES), b""
    while not over():
        if not select.select([output], [], [], LOOK_UP_SECONDS)[0]:
            continue
        said = os.read(output, 65_536)
        if not said:
            return
        *lines, rest = (rest + said).split(b"\n")
        for line in filter(bytes.strip, lines):
            yield read_flows(f"{names}\n{line.decode()}")


def version() -> str:
    """Return Argus' version, as it prints it."""
    said = subprocess.run([program("argus"), "-h"], capture_output=True, text=True, check=False)
    words = (said.stdout + said.stderr).split()
    return words[words.index("Version") + 1] if "Version" in words else "unknown"
