"""Splits by time and by attack session keep the promise of their names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.methods.splits import split_latest, split_sessions

SEEDS = st.integers(0, 2**32 - 1)


def shared_out(parts, rows):
    train, test = parts
    return sorted([*train, *test]) == list(range(rows))


class TestLatest:
    @given(SEEDS, st.sampled_from([0.1, 0.2, 0.5]))
    def test_each_stratum_is_tested_on_its_own_latest_rows(self, seed, share):
        draw = np.random.default_rng(seed)
        moments = draw.permutation(300) / 7
        strata = draw.choice(["flood", "scan", "theft"], 300)
        train, test = split_latest(moments, strata, share)
        assert shared_out((train, test), 300)
        for stratum in np.unique(strata):
            early = moments[train[strata[train] == stratum]]
            late = moments[test[strata[test] == stratum]]
            assert early.max() < late.min()
            assert len(late) / (len(early) + len(late)) == pytest.approx(share, abs=0.02)

    def test_rows_of_one_moment_stay_together(self):
        moments = np.array([1, 2, 2, 2, 3])
        train, test = split_latest(moments, np.zeros(5), 0.6)
        assert train.tolist() == [0]
        assert test.tolist() == [1, 2, 3, 4]

    def test_a_stratum_of_one_moment_cannot_be_split(self):
        with pytest.raises(ValueError, match="rows of stratum scan are of one moment"):
            split_latest(np.array([1, 2, 5, 5]), np.array(["dos", "dos", "scan", "scan"]))


class TestSessions:
    @given(SEEDS, SEEDS)
    def test_no_session_of_a_class_is_on_both_sides(self, seed, other):
        draw = np.random.default_rng(seed)
        labels = np.repeat([0, 1, 2], 200)
        sessions = draw.integers(12, size=600)
        train, test = split_sessions(sessions, labels, other, test_share=0.2)
        assert shared_out((train, test), 600)
        for label in (0, 1, 2):
            trained, tested = train[labels[train] == label], test[labels[test] == label]
            assert not set(sessions[trained]) & set(sessions[tested])
            assert min(len(trained), len(tested)) >= 0.2 * 200

    def test_the_seed_decides_which(self):
        sessions, labels = np.repeat(np.arange(20), 5), np.zeros(100)
        drawn = {tuple(split_sessions(sessions, labels, seed)[1]) for seed in range(20)}
        again = {tuple(split_sessions(sessions, labels, seed)[1]) for seed in range(20)}
        assert drawn == again
        assert len(drawn) > 10

    def test_weights_say_what_a_session_is_worth(self):
        sessions = np.repeat([0, 1, 2], 10)
        weights = np.repeat([0.001, 1, 1], 10)
        for seed in range(10):
            _, test = split_sessions(sessions, np.zeros(30), seed, weights)
            # The light session is not enough to test on, nor to train on.
            assert len({1, 2} & set(sessions[test])) == 1

    @pytest.mark.parametrize("sizes", [[10], [9, 1]])
    def test_too_few_sessions_are_refused(self, sizes):
        sessions = np.repeat(np.arange(len(sizes)), sizes)
        with pytest.raises(ValueError, match="class 4 cannot be shared out with 20%"):
            split_sessions(sessions, np.full(10, 4), 1, test_share=0.2)
