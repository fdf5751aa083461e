"""The flows of other networks: what a detector may see of them, and their twins."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from lib import datasets, networks
from lib.common.paths import TWINS
from lib.datasets import twin as twins
from lib.networks import twin
from lib.networks.flows import FLOWS, HOUR, STRETCH

ADDRESS = re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|https?:")
# What tells a host, a path or a moment, in the words of any of the three files.
TELLING = re.compile(
    r"(?i)^(src|dst|s|d)_?(ip|s?port|ttl|tos|dsb|hops|vid)$|^[sl]time$|seq|offset|tcpb|unnamed|^id"
)
EACH = pytest.mark.parametrize("name", networks.NAMES)


@pytest.fixture
def drawn(no_data):
    return {name: networks.load(name) for name in networks.NAMES}


@EACH
def test_without_data_the_twin_stands_in(name, drawn):
    dataset = drawn[name]
    assert dataset.source == "twin"
    counts = dataset.frame[FLOWS[name].kind].value_counts()
    known = datasets.entry(name).variants[0].class_counts
    assert counts.to_dict() == {kind: min(rows, twin.MOST) for kind, rows in known.items()}


@EACH
def test_twins_come_near_to_what_they_were_fitted_on(name):
    told = json.loads((TWINS / f"{name}.json").read_text())["fidelity"]
    distances = pd.DataFrame(told).set_index("column").drop(columns="correlation")
    # Kolmogorov and Smirnov's distance, column by column and class by class.
    assert distances.to_numpy(dtype=float).mean() < 0.05


@EACH
def test_the_committed_twin_is_the_one_that_is_drawn(name, drawn):
    from lib.datasets.fitting import rows_digest

    content = json.loads((TWINS / f"{name}.json").read_text())
    assert content["format"] == twins.FORMAT
    again = twin.draw(content["parameters"])[list(drawn[name].frame)]
    pd.testing.assert_frame_equal(again, drawn[name].frame, check_dtype=False)
    if rows_digest(drawn[name].frame) != content["drawn"]:
        # It factors the correlations with other signs, and so draws other rows of the distribution.
        pytest.skip("this processor draws other rows than those whose closeness is committed")


@EACH
def test_no_address_is_committed(name):
    assert not ADDRESS.search((TWINS / f"{name}.json").read_text())


@EACH
def test_a_detector_sees_numbers_and_nothing_that_tells_a_host_a_path_or_a_moment(name, drawn):
    table = networks.table(drawn[name])
    assert np.isfinite(table.features.to_numpy()).all()
    assert [column for column in table.features if TELLING.search(column)] == []
    assert set(table.labels) == {0, 1}
    assert (table.labels == (table.kinds != FLOWS[name].normal)).all()


def test_times_to_live_are_there_where_they_are_asked_for(drawn):
    for name, columns in FLOWS.items():
        more = set(networks.table(drawn[name], with_paths=True).features)
        assert more - set(networks.table(drawn[name]).features) == set(columns.paths)


def test_groups_are_hours_stretches_and_pairs_of_hosts_whichever_way(drawn):
    frame = drawn["unsw-nb15"].frame
    assert (networks.table(drawn["unsw-nb15"]).groups == frame["Stime"] // HOUR).all()
    frame = drawn["5g-nidd"].frame
    assert (networks.table(drawn["5g-nidd"]).groups == frame["Unnamed: 0"] // STRETCH).all()
    hosts = pd.DataFrame({"src_ip": ["a", "b", "a"], "dst_ip": ["b", "a", "c"]})
    first, second, third = networks.flows.groups(hosts, FLOWS["ton-iot-network"])
    assert first == second != third


def test_a_value_that_is_rare_has_no_column():
    texts = pd.Series(["tcp"] * 300 + ["udp"] * 99 + ["odd"], name="proto")
    assert list(networks.flows.one_column_a_value(texts)) == ["proto tcp", "proto udp"]
