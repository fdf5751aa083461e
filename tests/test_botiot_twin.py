"""The twin of BoT-IoT made of packets: the committed table, its frames, its flows, its remaking."""

import ipaddress
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.utils import rdpcap

from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.papers.botiot import twin
from lib.papers.botiot.packets import making
from lib.papers.botiot.packets import packets as frames
from lib.papers.botiot.packets.background import ATTACKERS, VICTIMS
from lib.papers.botiot.packets.floods import Answer, Flood, Stream, flood_captures
from lib.papers.botiot.packets.recorder import Recorder
from lib.papers.botiot.packets.scenarios import MONDAY, captures

LEAST = {
    ("DDoS", "HTTP"): 300,
    ("DDoS", "TCP"): 2700,
    ("DDoS", "UDP"): 2600,
    ("DoS", "HTTP"): 300,
    ("DoS", "TCP"): 1700,
    ("DoS", "UDP"): 2850,
    ("Normal", "Normal"): 900,
    ("Reconnaissance", "OS_Fingerprint"): 300,
    ("Reconnaissance", "Service_Scan"): 300,
    ("Theft", "Data_Exfiltration"): 90,
    ("Theft", "Keylogging"): 500,
}
MADE_WITH = "3.0.8.2"
OUR_NETWORKS = [
    ipaddress.ip_network(text)
    for text in ("10.77.0.0/16", "198.51.100.0/24", "203.0.113.0/24", "fe80::/10", "ff02::/16")
]
OURS = (ATTACKERS[0], 50_000, VICTIMS[0], 80)


def argus_version() -> str:
    """The version of argus at hand, or nothing."""
    path = shutil.which("argus", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if not path or not shutil.which("racluster"):
        return ""
    said = subprocess.run([path, "-h"], capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).split("Version", 1)[-1].split()[0]


needs_argus = pytest.mark.skipif(
    not argus_version(), reason="argus-server and argus-client are not installed"
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return twin.draw()


def conversation(*scripts: str) -> pd.DataFrame:
    """The flows of conversations, each from a port of its own."""
    recorder = Recorder(np.random.default_rng(1))
    for number, script in enumerate(scripts):
        ends = (OURS[0], OURS[1] + number, *OURS[2:])
        recorder.talk(MONDAY + number, ends, script, 1e-3)
    return making.flows(recorder.packets()).set_index("sport").sort_index()


# The committed table.


def test_the_table_has_the_columns_of_the_flows_and_their_types(table):
    assert tuple(table.columns) == twin.COLUMNS
    assert {name: str(table[name].dtype) for name in twin.TYPES} == twin.TYPES
    assert not table.isna().any().any()
    assert table["stime"].is_monotonic_increasing


def test_every_subcategory_has_rows_enough(table):
    counts = table.groupby(["category", "subcategory"]).size().to_dict()
    assert counts.keys() == LEAST.keys()
    assert {key: counts[key] for key in LEAST if counts[key] < LEAST[key]} == {}
    assert 18_000 <= len(table) <= 22_000


def test_the_table_is_small():
    assert twin.TABLE.stat().st_size < 1_000_000


def test_all_addresses_are_private_or_for_documentation(table):
    addresses = set(table["saddr"]) | set(table["daddr"])
    known = {each for each in addresses if _is_ours(each)}
    assert addresses - known == set()


def _is_ours(text: str) -> bool:
    found = ipaddress.ip_address(text)
    return any(found in network for network in OUR_NETWORKS) or found == ipaddress.ip_address(0)


def test_attacks_and_only_attacks_involve_an_attacker(table):
    hosts = {str(ipaddress.ip_address(number)) for number in ATTACKERS}
    involved = table["saddr"].isin(hosts) | table["daddr"].isin(hosts)
    assert (involved == (table["category"] != "Normal")).all()


def test_rates_are_the_arithmetic_of_packets_and_duration(table):
    several = table[(table["spkts"] > 1) & (table["dpkts"] == 0) & (table["dur"] > 1)]
    expected = (several["spkts"] - 1) / several["dur"]
    assert len(several) > 5000
    np.testing.assert_allclose(several["srate"], expected, rtol=1e-3, atol=2e-6)
    assert (table.loc[table["spkts"] == 1, "srate"] == 0).all()


def test_scans_repeat_few_feature_tuples(table):
    features = ["proto", "state", "spkts", "dpkts", "srate", "drate"]
    scan = table[table["subcategory"] == "Service_Scan"]
    assert len(scan[features].drop_duplicates()) < 0.12 * len(scan)


def test_attacks_have_hours_of_their_own(table):
    floods = table[table["subcategory"].isin(["TCP", "UDP"])]
    hours = floods.groupby(["category", "subcategory"])["stime"].agg(["min", "max"])
    spans = hours.sort_values("min").to_numpy()
    assert (spans[1:, 0] > spans[:-1, 1]).all()


def test_reading_the_table_needs_neither_argus_nor_scapy():
    code = (
        "import sys; from lib.papers.botiot import twin; twin.draw(); "
        "sys.exit('scapy' in sys.modules)"
    )
    environment = {"PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""


def test_a_missing_or_damaged_table_is_named(tmp_path):
    with pytest.raises(ReaderError, match="is missing"):
        twin.draw(tmp_path / "none.csv.xz")
    damaged = tmp_path / "damaged.csv.xz"
    damaged.write_bytes(twin.TABLE.read_bytes()[:5000])
    with pytest.raises(ReaderError, match="does not hold the twin's flows"):
        twin.draw(damaged)


def test_a_table_that_is_written_reads_the_same(table, tmp_path):
    path = making.write(table.head(200), tmp_path / "few.csv.xz")
    pd.testing.assert_frame_equal(twin.draw(path), table.head(200))


def test_without_argus_the_packages_are_named(monkeypatch):
    monkeypatch.setattr(making.shutil, "which", lambda *_, **__: None)
    with pytest.raises(ReaderError, match="argus-server and argus-client"):
        making.make()


# Frames.


def test_frames_carry_what_the_packets_say(tmp_path):
    made = frames.packets(
        np.array([MONDAY + 2, MONDAY + 1.5]),
        "tcp",
        source=frames.address("10.77.5.21"),
        destination=frames.address("10.77.5.31"),
        sport=[1025, 1026],
        dport=80,
        flags=frames.flags("PA"),
        sequence=[7, 2**32 - 1],
        payload=[0, 700],
    )
    frames.write_capture(tmp_path / "two.pcap", made)
    first, second = rdpcap(str(tmp_path / "two.pcap"))
    assert (float(first.time), float(second.time)) == (MONDAY + 1.5, MONDAY + 2)
    assert (first[IP].src, first[TCP].sport, first[TCP].seq) == ("10.77.5.21", 1026, 2**32 - 1)
    assert (first.wirelen, len(first), first[IP].len) == (754, 96, 740)
    assert (second.wirelen, str(second[TCP].flags)) == (60, "PA")


@pytest.mark.parametrize(
    ("name", "layer"),
    [("tcp", TCP), ("tcp_stamped", TCP), ("tcp_opening", TCP), ("udp", UDP), ("unreachable", ICMP)],
)
def test_checksums_are_those_that_scapy_computes(tmp_path, name, layer):
    made = frames.packets(
        np.array([MONDAY]),
        name,
        source=ATTACKERS[1],
        destination=VICTIMS[2],
        sport=40_000,
        dport=513,
        sequence=123_456_789,
    )
    frames.write_capture(tmp_path / "one.pcap", made)
    (read,) = rdpcap(str(tmp_path / "one.pcap"))
    again = read.copy()
    for part in (IP, layer):
        del again[part].chksum
    again = read.__class__(bytes(again))
    assert (again[IP].chksum, again[layer].chksum) == (read[IP].chksum, read[layer].chksum)


# Flows.


@needs_argus
def test_states_are_those_of_the_conversations():
    found = conversation(">S <RA", ">S", ">T <SA >A >PA:100 <A >FA <FA >A", ">T <SA >A >PA:100 <A")
    assert found["state"].tolist() == ["RST", "REQ", "FIN", "CON"]
    assert found["spkts"].tolist() == [1, 1, 5, 3]
    assert found["dpkts"].tolist() == [1, 0, 3, 2]
    assert found["sbytes"].tolist()[:2] == [60, 60]


@needs_argus
@pytest.mark.parametrize(
    ("protocol", "how", "state", "size"),
    [("UDP", "", "INT", 60), ("TCP", "", "REQ", 154), ("TCP", "refuse", "RST", 154)],
)
def test_a_flood_makes_one_flow_of_a_ports_cycles(protocol, how, state, size):
    stream = Stream(0, 0, 4.0, between=0, within=0, answer=Answer(how, 1.0, 1.0))
    flood = Flood("DoS", protocol, MONDAY, 1, (30.0, 30.0), 40, (stream,), short=0)
    (capture,) = flood_captures(flood, np.random.default_rng(3))
    found = making.labelled(capture).query("category == 'DoS'")
    assert len(found) == 40
    assert set(found["state"]) == {state}
    assert set(found["spkts"]) == {7, 8}
    assert (found["sbytes"] == size * found["spkts"]).all()
    assert found["srate"].between(0.249, 0.251).all()
    assert (found["dpkts"] == (found["spkts"] if how else 0)).all()


@needs_argus
def test_an_accepting_victim_makes_the_attackers_kernel_reset():
    stream = Stream(0, 0, 10.0, between=0, within=0, answer=Answer("accept", 1.0, 1.0))
    flood = Flood("DoS", "TCP", MONDAY, 1, (25.0, 25.0), 20, (stream,), short=0)
    (capture,) = flood_captures(flood, np.random.default_rng(3))
    found = making.labelled(capture).query("category == 'DoS'")
    assert set(found["state"]) == {"RST"}
    assert (found["spkts"] == 2 * found["dpkts"]).all()


@needs_argus
def test_the_same_seed_gives_the_same_flows_and_another_seed_others():
    scenes = [next(iter(captures(seed, scale=0.1))) for seed in (5, 5, 6)]
    first, again, other = (making.labelled(scene) for scene in scenes)
    assert len(first) > 5
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


@needs_argus
def test_the_committed_table_is_what_its_seed_makes(table):
    if argus_version() != MADE_WITH:
        pytest.skip(f"argus is {argus_version()}; the table was made with {MADE_WITH}")
    pd.testing.assert_frame_equal(making.make(), table)
