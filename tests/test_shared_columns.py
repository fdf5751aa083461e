"""The columns that flows of five networks share: one unit, one meaning."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import datasets, networks
from lib.networks import shared
from lib.networks.shared import PADDED, common_columns, packets_of
from lib.papers import botiot, xmednn

LOADERS = {"bot-iot": lambda: botiot.load("flows"), "wustl-ehms-2020": xmednn.load}
LOADERS |= {name: lambda name=name: networks.load(name) for name in networks.NAMES}
EACH = pytest.mark.parametrize("name", LOADERS)


def flows(**columns):
    frame = pd.DataFrame(columns | {"proto": "tcp", "dur": [2.0]})
    return SimpleNamespace(name="bot-iot", frame=frame)


@EACH
def test_every_network_has_the_same_columns(no_data, name):
    own = common_columns(LOADERS[name]())
    first = common_columns(LOADERS["bot-iot"]())
    assert list(own) == list(first)
    assert np.isfinite(own.to_numpy()).all()
    assert (own.to_numpy() >= 0).all()


@EACH
def test_no_packet_is_shorter_than_ethernet_pads_it(no_data, name):
    own = common_columns(LOADERS[name]())
    for way in ("sent", "answered"):
        packets = own[f"packets {way}"]
        assert (packets == packets.round()).all()
        assert (own[f"bytes {way}"] >= PADDED * packets - 1e-9).all()


@given(octets=st.integers(40, 10**6), packets=st.integers(1, 400), seconds=st.floats(1e-4, 3600))
def test_the_packets_come_back_from_the_load(octets, packets, seconds):
    load = 8 * octets * (packets - 1) / packets / seconds
    found = packets_of(np.array([octets]), np.array([load]), np.array([seconds]))
    assert found.tolist() == [packets]


def test_without_bytes_there_is_no_packet():
    none = np.zeros(1)
    assert packets_of(none, none, np.ones(1)).tolist() == [0]


def test_the_file_of_ehms_bears_out_its_packets():
    dataset = xmednn.load()
    if dataset.source == "twin":
        pytest.skip("needs the real WUSTL-EHMS-2020: a twin's load is drawn, not reckoned")
    own = common_columns(dataset)
    both = own["packets sent"] + own["packets answered"]
    assert (both == dataset.frame["TotPkts"].to_numpy()).all()


def test_bytes_begin_with_the_network_layer():
    given = flows(spkts=[2], dpkts=[1], sbytes=[200], dbytes=[60])
    own = common_columns(given).iloc[0]
    assert (own["bytes sent"], own["bytes answered"]) == (200 - 2 * 14, 46)
    assert own["bits a second sent"] == 8 * 172 / 2
    as_written = common_columns(given, one_meaning=False).iloc[0]
    assert (as_written["bytes sent"], as_written["bytes answered"]) == (200, 60)


def test_what_has_no_packets_or_no_time_is_divided_into_nothing():
    given = flows(spkts=[1], dpkts=[0], sbytes=[60], dbytes=[0])
    given.frame["dur"] = 0.0
    own = common_columns(given).iloc[0]
    assert own["bytes a packet answered"] == 0
    assert (own[["bits a second sent", "packets a second"]] == 0).all()


def test_each_file_counts_its_bytes_as_its_shortest_packets_say():
    # ARP without Ethernet's header has 28 bytes, with it 42.
    for name, dataset in ((n, LOADERS[n]()) for n in ("bot-iot", "unsw-nb15")):
        if dataset.source == "twin":
            pytest.skip("needs the real flows: a twin's bytes and protocols are drawn apart")
        names, frame = shared.NAMES[name], dataset.frame
        rows = frame[frame[names.protocol] == "arp"]
        least = (rows[names.octets[0]] / rows[names.packets[0]]).min()
        assert least == (42 if names.linked else 28)


def test_all_networks_are_known_by_their_registered_names():
    assert set(shared.NAMES) <= set(datasets.names())
