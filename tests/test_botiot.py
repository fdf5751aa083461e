"""BoT-IoT as the paper prepares it: features, sessions, draws at the natural shares."""

import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.common.errors import ReaderError
from lib.papers import botiot

NAMES = ("DoS UDP", "DoS TCP", "DDoS UDP", "Reconnaissance Service_Scan", "Normal")


def flows(**columns):
    """Flows that differ in the given columns alone."""
    given = {
        "stime": [0.0],
        "proto": ["tcp"],
        "state": ["REQ"],
        "spkts": [2],
        "dpkts": [0],
        "srate": [0.2],
        "drate": [0.0],
        "category": ["DoS"],
        "subcategory": ["TCP"],
    } | columns
    length = max(map(len, given.values()))
    return pd.DataFrame({name: list(each) * (length // len(each)) for name, each in given.items()})


@pytest.fixture(scope="module")
def twin():
    return botiot.draw_twin("flows")


def all_classes(frame):
    return tuple(frame["category"].unique())


# The features.


def test_the_features_are_those_of_table_three():
    table = "arp icmp tcp udp spkts dpkts srate drate acc con eco fin int mas req rst tst urp"
    assert tuple(table.split()) == botiot.FEATURES


def test_protocol_and_state_become_one_column_a_value():
    frame = flows(proto=["tcp", "udp", "arp", "icmp"], state=["REQ", "INT", "CON", "URP"])
    table = botiot.paper_table(frame, ["DoS"])
    assert table.features.dtypes.unique().tolist() == [np.float32]
    ones = [set(row.index[row == 1]) for _, row in table.features.iterrows()]
    assert ones == [{"tcp", "req"}, {"udp", "int"}, {"arp", "con"}, {"icmp", "urp"}]
    assert table.features["spkts"].tolist() == [2, 2, 2, 2]
    assert table.features["srate"].tolist() == [np.float32(0.2)] * 4


def test_a_value_that_the_paper_does_not_list_has_no_column():
    table = botiot.paper_table(flows(proto=["ipv6-icmp"], state=["NRS"]), ["DoS"])
    flags = table.features.drop(columns=list(botiot.NUMBERS))
    assert not flags.to_numpy().any()


def test_text_may_be_categories_in_any_case():
    frame = flows(proto=["TCP", "tcp"], state=["fin", "FIN"])
    plain = botiot.paper_table(frame, ["DoS"])
    categories = botiot.paper_table(
        frame.astype({"proto": "category", "state": "category"}), ["DoS"]
    )
    pd.testing.assert_frame_equal(plain.features, categories.features)
    assert plain.features[["tcp", "fin"]].to_numpy().all()


def test_theft_and_normal_rows_are_removed_unless_asked_for(twin):
    paper = botiot.paper_table(twin)
    assert set(twin.frame["category"].iloc[paper.rows]) == set(botiot.CLASSES)
    everything = (*botiot.CLASSES, "Normal", "Theft")
    whole = botiot.paper_table(twin, everything)
    assert len(whole) == len(twin.frame)
    assert np.array(everything)[whole.labels].tolist() == twin.frame["category"].tolist()
    assert len(paper) == (whole.labels < 3).sum()


def test_rows_keep_their_place_and_their_neighbours(twin):
    table = botiot.paper_table(twin)
    source = twin.frame.iloc[table.rows]
    assert (np.diff(table.rows) > 0).all()
    np.testing.assert_array_equal(table.moments, source["stime"])
    np.testing.assert_array_equal(table.features["spkts"], source["spkts"].astype(np.float32))
    assert table.labels.dtype == table.sessions.dtype == np.int64
    assert set(table.subcategories) <= set(botiot.SHARES)
    start = [name.partition(" ")[0] for name in table.subcategories]
    assert start == source["category"].tolist()


def test_some_rows_can_be_taken(twin):
    table = botiot.paper_table(twin)
    for chosen in (np.array([5, 3, 400]), table.subcategories == "DoS HTTP"):
        taken = table.take(chosen)
        np.testing.assert_array_equal(taken.rows, table.rows[chosen])
        np.testing.assert_array_equal(taken.sessions, table.sessions[chosen])
        positions = np.arange(len(table))[chosen]
        np.testing.assert_array_equal(taken.features, table.features.iloc[positions])
        assert len(taken) == len(positions)


def test_a_table_without_the_features_is_refused():
    with pytest.raises(ReaderError, match="dpkts not among the columns"):
        botiot.paper_table(flows().drop(columns="dpkts"))


def test_a_class_without_rows_is_refused():
    with pytest.raises(ReaderError, match="no row of the category DDoS, Reconnaissance"):
        botiot.paper_table(flows())


def test_shares_add_up_to_the_five_percent_set():
    assert sum(botiot.SHARES.values()) == 3_668_522
    assert botiot.SHARES["DDoS TCP"] == 977_380
    assert botiot.SHARES["Normal"] == 477


# Sessions.


def test_a_silent_gap_ends_a_session():
    names = np.array(["DoS UDP"] * 4)
    assert botiot.sessions(names, np.array([0, 60, 120.5, 121])).tolist() == [0, 0, 1, 1]
    assert botiot.sessions(names, np.array([0, 60, 120.5, 121]), silence=61).tolist() == [0] * 4


def test_another_subcategory_is_another_session_even_at_the_same_time():
    names = np.array(["DoS UDP", "DDoS UDP", "DoS UDP", "DDoS UDP"])
    assert botiot.sessions(names, np.array([0.0, 1, 2, 3])).tolist() == [0, 1, 0, 1]


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0, 2000)), max_size=60),
    st.randoms(use_true_random=False),
)
def test_sessions_are_runs_between_gaps_in_any_order(rows, random):
    random.shuffle(rows)
    names = np.array([name for name, _ in rows], dtype=object)
    moments = np.array([moment for _, moment in rows])
    found = botiot.sessions(names, moments)
    assert sorted(set(found)) == list(range(len(set(found))))
    for number in set(found):
        inside = found == number
        assert len(set(names[inside])) == 1
        assert (np.diff(np.sort(moments[inside])) <= botiot.SILENCE).all()
        others = moments[(names == names[inside][0]) & ~inside]
        if len(others):
            gap = np.abs(others[:, None] - moments[inside][None]).min()
            assert gap > botiot.SILENCE
    firsts = [moments[found == number].min() for number in sorted(set(found))]
    assert firsts == sorted(firsts)


def test_sessions_do_not_depend_on_the_classes_asked_for(twin):
    paper, whole = botiot.paper_table(twin), botiot.paper_table(twin, all_classes(twin.frame))
    np.testing.assert_array_equal(whole.sessions[paper.rows], paper.sessions)


# Draws at the natural shares.

counts_at_hand = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 60), min_size=1)
any_shares = st.fixed_dictionaries({name: st.integers(1, 1000) for name in NAMES})


def pool(at_hand):
    return np.repeat(np.array(list(at_hand), dtype=object), list(at_hand.values()))


@settings(max_examples=200)
@given(counts_at_hand, any_shares, st.integers(1, 400), st.integers(0, 5))
def test_a_natural_mix_has_the_shares_within_one_row_and_no_row_twice(at_hand, shares, size, seed):
    subcategories = pool(at_hand)
    largest = botiot.largest_natural_mix(subcategories, shares)
    size = min(size, largest)
    if not size:
        return
    drawn = botiot.natural_mix(subcategories, size, seed, shares)
    assert len(drawn) == len(set(drawn)) == size
    np.testing.assert_array_equal(drawn, botiot.natural_mix(subcategories, size, seed, shares))
    total = sum(shares[name] for name in at_hand)
    for name in at_hand:
        exact = size * shares[name] / total
        assert abs((subcategories[drawn] == name).sum() - exact) < 1


@settings(max_examples=60)
@given(counts_at_hand, any_shares)
def test_the_largest_natural_mix_is_the_largest(at_hand, shares):
    subcategories = pool(at_hand)
    largest = botiot.largest_natural_mix(subcategories, shares)
    for size in range(largest + 1, largest + 2 * len(NAMES)):
        with pytest.raises(ReaderError, match=f"At most {largest:,} rows can be drawn"):
            botiot.natural_mix(subcategories, size, 0, shares)


def test_seeds_draw_other_rows_in_another_order():
    subcategories = pool({"DoS UDP": 500, "DDoS UDP": 500})
    first, second = (botiot.natural_mix(subcategories, 100, seed) for seed in (1, 2))
    assert set(first) != set(second)
    assert (np.diff(first) < 0).any()


def test_the_rows_drawn_are_spread_over_the_pool():
    subcategories = pool({"DoS UDP": 100})
    hits = sum(
        np.bincount(botiot.natural_mix(subcategories, 10, seed), minlength=100)
        for seed in range(500)
    )
    assert hits.min() > 20
    assert hits.max() < 90


def test_a_subcategory_of_unknown_share_is_refused():
    with pytest.raises(ReaderError, match="no share is known of Worm"):
        botiot.natural_mix(np.array(["DoS UDP", "Worm"], dtype=object), 1, 0)
    with pytest.raises(ReaderError, match="no row at all"):
        botiot.largest_natural_mix(np.array([], dtype=object))


def test_a_size_below_one_is_refused():
    with pytest.raises(ReaderError, match="ask for 1 or more"):
        botiot.natural_mix(pool({"DoS UDP": 5}), 0, 0)


def test_the_twin_has_rows_for_the_largest_setting(twin):
    table = botiot.paper_table(twin)
    assert botiot.largest_natural_mix(table.subcategories) >= 10_000
    drawn = botiot.natural_mix(table.subcategories, 10_000, 2022)
    shares = pd.Series(table.subcategories[drawn]).value_counts(normalize=True)
    assert shares["DoS UDP"] == pytest.approx(1_032_975 / 3_667_966, abs=1e-4)


@pytest.mark.skipif(
    not os.environ.get("IDS_DATA"), reason="IDS_DATA is not set: the real files are not at hand"
)
def test_the_real_sample_has_rows_for_the_smaller_settings():
    table = botiot.paper_table(botiot.load("flows/sample"))
    assert len(table) == 8000
    assert 3500 <= botiot.largest_natural_mix(table.subcategories) <= 3600
    with pytest.raises(ReaderError, match="need 2,816 of DoS UDP, and 1,000 are at hand"):
        botiot.natural_mix(table.subcategories, 10_000, 2022)
