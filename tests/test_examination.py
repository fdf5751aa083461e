"""Holding whole groups out, choosing a cut elsewhere, and what mean ranks can tell."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from lib.methods.examination import (
    SHARE,
    Examined,
    Sides,
    best_cut,
    critical_distance,
    drawn,
    hold_out,
    mean_ranks_apart,
    ranking,
    scores_at,
    share_known,
    shared_out,
)


@pytest.fixture
def table():
    random = np.random.default_rng(7)
    groups = random.integers(0, 40, 3000)
    labels = (random.random(3000) < 0.2).astype(int)
    features = pd.DataFrame({"a": random.normal(size=3000), "b": random.integers(0, 9, 3000)})
    return Examined(features, labels, groups, labels.astype(str).astype(object))


class TestHoldOut:
    @pytest.mark.parametrize("seed", range(5))
    def test_no_group_is_on_both_sides_and_each_has_its_share_of_each_class(self, table, seed):
        stay, out = hold_out(table.groups, table.labels, seed)
        assert sorted([*stay, *out]) == list(range(len(table)))
        assert not set(table.groups[stay]) & set(table.groups[out])
        for label in (0, 1):
            for side in (stay, out):
                assert (table.labels[side] == label).sum() >= SHARE * (table.labels == label).sum()

    def test_another_seed_holds_other_groups_out(self, table):
        first, second = (
            set(table.groups[hold_out(table.groups, table.labels, s)[1]]) for s in (1, 2)
        )
        assert first != second

    def test_a_group_with_most_of_a_class_is_passed_over(self):
        # Group 0 has nine in ten normal rows: held out, it would leave too few.
        groups = np.repeat([0, 1, 2, 3, 4], [40, 20, 20, 10, 10])
        labels = np.repeat([0, 0, 0, 1, 1], [40, 20, 20, 10, 10])
        for seed in range(10):
            _, out = hold_out(groups, labels, seed)
            assert (labels[out] == 0).sum() in (20, 40)

    def test_what_cannot_be_shared_out_is_refused(self):
        with pytest.raises(ValueError, match="cannot be shared out"):
            hold_out(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1]), 1)


class TestSharedOut:
    def test_three_parts_without_a_common_group(self, table):
        part = shared_out(table, 3, train=400, most=300)
        sides = [set(table.groups[rows]) for rows in (part.train, part.choose, part.test)]
        assert len(set.union(*sides)) == sum(map(len, sides))
        assert table.labels[part.train].sum() == 200
        assert len(part.train) == 400
        assert max(len(part.choose), len(part.test)) <= 300

    def test_test_rows_keep_the_share_of_attacks(self, table):
        shares = [table.labels[shared_out(table, s, 100, 10_000).test].mean() for s in range(20)]
        assert np.mean(shares) == pytest.approx(0.2, abs=0.03)

    def test_rows_of_a_small_class_are_repeated_and_none_is_forgotten(self):
        found = drawn(np.array([5, 6, 7]), 10, np.random.default_rng(1))
        assert sorted(np.unique(found, return_counts=True)[1]) == [3, 3, 4]

    def test_values_known_are_counted_over_all_columns(self):
        features = pd.DataFrame({"a": [1, 2, 1, 2], "b": [1, 1, 1, 3]})
        table = Examined(features, np.array([0, 1, 0, 1]), np.arange(4), np.array(list("abab")))
        part = Sides(np.array([0, 1]), np.array([0]), np.array([2, 3]), seed=1)
        assert share_known(table, part) == 0.5


class TestCut:
    @given(
        st.lists(
            st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])),
            min_size=2,
            max_size=30,
        ).filter(lambda rows: len({label for label, _ in rows}) == 2)
    )
    def test_no_other_cut_is_better(self, rows):
        labels, chances = (np.array(each) for each in zip(*rows, strict=True))
        cut = best_cut(labels, chances)
        reached = balanced_accuracy_score(labels, chances > cut)
        others = [
            balanced_accuracy_score(labels, chances > c) for c in (-1, 0, 0.1, 0.25, 0.5, 0.9)
        ]
        assert reached == pytest.approx(max(*others, 0.5))

    def test_one_answer_to_all_is_guessing(self):
        labels = np.array([0, 0, 0, 1])
        found = scores_at(labels, np.zeros(4), best_cut(labels, np.zeros(4)))
        assert (found["balanced_accuracy"], found["mcc"]) == (0.5, 0)
        assert found["pr_auc"] == found["base"] == 0.25

    def test_scores_are_those_of_the_cut(self):
        labels, chances = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9])
        assert scores_at(labels, chances, 0.5)["balanced_accuracy"] == 0.5
        assert scores_at(labels, chances, 0.8)["fnr"] == 0.5
        assert scores_at(labels, chances, 0.8)["fpr"] == 0


class TestRanks:
    # Demsar (2006), Table 5: critical values of Nemenyi's test at 5 %.
    @pytest.mark.parametrize(("models", "value"), [(2, 1.960), (5, 2.728), (10, 3.164)])
    def test_critical_values_are_the_published_ones(self, models, value):
        expected = value * np.sqrt(models * (models + 1) / (6 * 30))
        assert critical_distance(models, 30) == pytest.approx(expected, abs=1e-3)

    def test_the_best_is_first_and_ties_share_their_rank(self):
        scores = pd.DataFrame({"a": [0.9, 0.8, 0.7], "b": [0.5, 0.5, 0.5], "c": [0.5, 0.5, 0.5]})
        found = ranking(scores)
        assert found.ranks.to_dict() == {"a": 1.0, "b": 2.5, "c": 2.5}

    def test_only_those_beyond_the_distance_are_behind(self):
        random = np.random.default_rng(1)
        scores = pd.DataFrame(random.random((40, 3)), columns=list("abc"))
        scores["a"] += 2
        found = ranking(scores)
        assert found.p_value < 1e-6
        assert mean_ranks_apart(found, "a", list("abc")) == ["b", "c"]
        assert mean_ranks_apart(found, "b", ["c"]) == []
