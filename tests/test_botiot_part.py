"""Rows of the 5 % set without directions: how they are read, and what is rebuilt of them."""

import os

import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

from lib.common.errors import ReaderError
from lib.papers import botiot
from lib.papers.botiot import captures, part, rebuilding

needs_real = pytest.mark.skipif(
    not os.environ.get("IDS_DATA"), reason="IDS_DATA is not set: the real files are not at hand"
)


def totals(proto="tcp", pkts=1, size=154, dur=0.0):
    return pd.DataFrame({"proto": [proto], "pkts": [pkts], "bytes": [size], "dur": [dur]})


def rebuilt(*given, filling="answered", known=None):
    row = rebuilding.rebuild(totals(*given), filling, known).iloc[0]
    return row["spkts"], row["dpkts"], row["state"], bool(row["settled"])


# What packet sizes tell.


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (("udp", 7, 420), (7, 0, "INT", True)),  # empty datagrams
        (("udp", 4, 674), (4, 0, "INT", False)),  # which side sent more?
        (("tcp", 4, 616), (4, 0, "REQ", True)),  # requests alone
        (("tcp", 4, 522), (3, 1, "RST", False)),  # three requests and an answer
        (("tcp", 6, 548), (4, 2, "RST", False)),  # two requests, two answers, two resets
        (("tcp", 2, 120), (1, 1, "RST", True)),  # a probe and its refusal
        (("tcp", 1, 60), (1, 0, "REQ", True)),  # a probe without answer
        (("icmp", 2, 140), (2, 0, "URP", True)),  # port cannot be reached
        (("arp", 4, 240), (2, 2, "CON", False)),
    ],
)
def test_packet_sizes_tell_both_sides(flow, expected):
    assert rebuilt(*flow) == expected


def test_fillings_differ_where_a_flow_is_not_settled():
    flow = ("tcp", 6, 548)
    assert rebuilt(*flow, filling="refused") == (2, 4, "RST", False)
    assert rebuilt(*flow, filling="requested") == (4, 2, "REQ", False)
    known = totals(*flow).assign(dpkts=3, state="FIN")
    assert rebuilt(*flow, filling="looked_up", known=known) == (3, 3, "FIN", False)


def test_what_is_settled_is_the_same_under_every_filling():
    rows = part.draw_twin().frame
    known = part.both_sides(botiot.draw_twin("flows").frame)
    every = [rebuilding.rebuild(rows, filling, known) for filling in rebuilding.FILLINGS]
    settled = every[0]["settled"]
    assert 0.5 < settled.mean() < 1
    for other in every[1:]:
        pd.testing.assert_frame_equal(other[settled], every[0][settled])


def test_an_unknown_filling_is_refused():
    with pytest.raises(ValueError, match="none of answered, refused"):
        rebuilding.rebuild(totals(), "by_class")


def test_a_label_makes_no_difference():
    rows = part.draw_twin().frame
    shuffled = rows.assign(category=rows["category"].sample(frac=1, random_state=1).to_numpy())
    names = list(rebuilding.REBUILT)
    pd.testing.assert_frame_equal(
        rebuilding.rebuild(rows)[names], rebuilding.rebuild(shuffled)[names]
    )


def test_rates_count_from_the_first_packet_to_the_last():
    row = rebuilding.rebuild(totals("udp", 5, 300, 8.0)).iloc[0]
    assert (row["srate"], row["drate"]) == (0.5, 0.0)
    assert rebuilding.rate_of(np.array([1, 3]), np.array([2.0, 0.0])).tolist() == [0, 0]


# The file.


def write(path, change=None):
    packets, seconds = np.array([7, 4, 1]), np.array([12.0, 6.0, 0.0])
    rate = np.divide(packets - 1, seconds, out=np.zeros(3), where=seconds > 0)
    rows = [[3, 1, 1], [1, 2, 1], packets, [420, 616, 60], seconds, seconds / 3, rate, seconds]
    samples = np.array(rows, dtype=float)
    if change is not None:
        samples = change(samples)
    savemat(path, {"Samples": samples, "Labels": np.array([[4.0, 6.0, 1.0]])})
    return path


def test_the_matrix_is_named_by_its_arithmetic(tmp_path):
    frame = part.read(write(tmp_path / "rows.mat"))
    assert frame["proto"].tolist() == ["udp", "tcp", "tcp"]
    assert botiot.subcategories(frame).tolist() == [
        "DDoS UDP",
        "DoS TCP",
        "Reconnaissance Service_Scan",
    ]
    assert set(part.arithmetic(frame).values()) == {1.0}


def test_rows_in_another_order_are_refused(tmp_path):
    with pytest.raises(ReaderError, match="rate is one packet less"):
        part.read(write(tmp_path / "rows.mat", lambda rows: rows[[0, 1, 3, 2, 4, 5, 6, 7]]))
    with pytest.raises(ReaderError, match="numbers for 3 rows"):
        part.read(write(tmp_path / "rows.mat", lambda rows: rows[:7]))


def test_another_file_is_refused(tmp_path):
    (tmp_path / "rows.mat").write_bytes(b"no matrix" * 100)
    with pytest.raises(ReaderError, match="cannot be read as rows with one of the labels"):
        part.read(tmp_path / "rows.mat")


@pytest.mark.usefixtures("no_data")
def test_the_twin_stands_in_where_the_file_is_missing():
    dataset = part.load()
    assert (dataset.source, dataset.variant, dataset.basis) == ("twin", part.PART, "")
    table = botiot.paper_table(part.complete(dataset))
    assert botiot.largest_natural_mix(table.subcategories) >= 10_000
    pd.testing.assert_frame_equal(dataset.frame, part.draw_twin().frame)


@needs_real
def test_the_rows_are_a_draw_by_chance_from_the_5_percent_set():
    dataset = part.load()
    assert (dataset.source, dataset.basis, len(dataset.frame)) == ("real", "set", 51_359)
    counts, p_value = part.as_drawn(dataset.frame)
    assert p_value > 0.5
    assert counts.loc["DoS UDP", "found"] == 14_589
    assert min(part.arithmetic(part.read(dataset.path)).values()) > 0.9998


@needs_real
def test_what_is_settled_is_right_where_both_sides_can_be_seen():
    flows = botiot.load("flows").frame
    if botiot.load("flows").variant != "flows/sample":
        pytest.skip("the sample of the full set is not at hand")
    known = part.both_sides(flows)
    found = rebuilding.rebuild(known.drop(columns=["spkts", "dpkts", "state"]))
    kinds = botiot.subcategories(flows)
    attack = ~pd.Series(kinds).str.startswith(("Normal", "Theft")).to_numpy()
    right = (found["dpkts"] == known["dpkts"]) & (found["state"] == known["state"])
    settled = found["settled"] & attack
    assert right[settled].mean() > 0.998
    for kind in ("DoS UDP", "DDoS UDP"):
        assert right[kinds == kind].all()
    for kind in ("DoS TCP", "DDoS TCP"):
        assert right[kinds == kind].mean() > 0.94


# Fingerprints of capture files.


def capture(start, rows, seed):
    """Rows of one capture: each source's port grows with the number of the flow."""
    random = np.random.default_rng(seed)
    seq = np.sort(random.choice(200_000, rows, replace=False))
    source = random.integers(0, 2, rows)
    ports = (start + 1000 * source + seq // 2) % captures.PORTS
    names = np.array(["a", "b"])[source]
    return pd.DataFrame({"saddr": names, "sport": ports, "seq": seq, "stime": start + seq / 1e4})


def test_rows_of_one_capture_agree_and_those_of_another_do_not():
    one, same, other = capture(5, 300, 1), capture(5, 40, 2), capture(30_000, 40, 3)
    asked, near = captures.agreement(same, one)
    assert asked > 30
    assert near == asked
    asked, near = captures.agreement(other, one)
    assert near < 0.1 * asked


def test_each_file_finds_its_own():
    rows = pd.concat([capture(5, 40, 2), capture(30_000, 40, 3)], ignore_index=True)
    others = pd.concat([capture(30_000, 300, 4), capture(5, 300, 1)], ignore_index=True)
    found = captures.best_match(rows, others)
    assert found["rows"].tolist() == [300, 300]
    assert found["agree"].tolist() == found["asked"].tolist()
    assert found["begins"].round(-3).tolist() == [30_000, 0]
