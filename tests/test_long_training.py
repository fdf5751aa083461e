"""The kept runs of long training of XMeDNN's network: their files, networks and arithmetic."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from outside import kept, script
from sklearn.preprocessing import StandardScaler

from lib.datasets import entry
from lib.methods.splits import scaled_split
from lib.papers import xmednn

FOLDS, BY_HEART = kept("xmednn_folds"), kept("xmednn_by_heart")
ONE_SIDE = BY_HEART["copies on one side"]
ROWS_OF_A_FOLD, ROWS_OF_TABLE_1, ROWS_ONE_SIDE = 2854, 9419, 9420


@pytest.fixture(scope="module")
def folds():
    return script("xmednn_folds")


@pytest.fixture(scope="module")
def by_heart():
    return script("xmednn_by_heart")


@pytest.fixture
def split():
    features = np.random.default_rng(0).normal(size=(60, 3))
    labels = (features[:, 0] > 0).astype(int)
    rows = np.arange(40), np.arange(40, 60)
    return scaled_split(features, labels, rows, 0, scaler=StandardScaler)


@pytest.fixture
def flows(by_heart, monkeypatch):
    """Ninety distinct flows, one in five an attack, in place of the file's."""
    values = np.random.default_rng(0).permutation(270).reshape(90, 3)
    labels = np.tile([0, 0, 0, 0, 1], 18)
    made = SimpleNamespace(features=pd.DataFrame(values, columns=list("abc")), labels=labels)
    monkeypatch.setattr(by_heart.xmednn, "recovered_table", lambda _: made)
    return made


def agrees(look, rows):
    errors = look["false alarms"] + look["missed attacks"]
    return look["test"] == pytest.approx(1 - errors / rows, abs=1e-6)


@pytest.mark.parametrize("run", [FOLDS, BY_HEART, ONE_SIDE], ids=["folds", "by heart", "one side"])
def test_a_kept_run_names_the_very_file_and_its_versions(run):
    (variant,) = entry(xmednn.NAME).variants
    assert run["data sha256"] in str(variant)
    assert {"torch", "scikit-learn"} <= run["versions"].keys()


def in_short(networks):
    return [(one["layers"], one["scaler"], one["seed"]) for one in networks]


def named(runs):
    return [(", ".join(map(str, layers)), *how) for layers, *how in runs]


def epochs_of(by_heart):
    looks = sum(looks for _, looks in by_heart.STAGES)
    return [str(by_heart.EPOCHS * look) for look in range(1, looks + 1)]


def sides(split):
    return split.train_features, split.test_features


class TestFolds:
    def test_every_network_of_the_script_is_kept_on_every_fold(self, folds):
        looks = [str(look * folds.EPOCHS) for look in range(1, folds.LOOKS + 1)]
        for hidden in folds.LAYERS:
            found = FOLDS[", ".join(map(str, hidden))]
            assert list(found) == [str(fold) for fold in range(1, 11)]
            assert all(list(fold) == looks for fold in found.values())

    def test_accuracies_follow_from_the_errors(self, folds):
        for hidden in folds.LAYERS:
            for fold in FOLDS[", ".join(map(str, hidden))].values():
                assert all(agrees(look, ROWS_OF_A_FOLD) for look in fold.values())

    def test_looking_on_the_way_changes_nothing(self, folds, split, monkeypatch):
        monkeypatch.setattr(folds, "EPOCHS", 1)
        on_the_way = folds.looked_at(split, (4,))[str(folds.LOOKS)]
        monkeypatch.setattr(folds, "EPOCHS", folds.LOOKS)
        monkeypatch.setattr(folds, "LOOKS", 1)
        (at_once,) = folds.looked_at(split, (4,)).values()
        assert on_the_way == at_once


class TestByHeart:
    def test_every_network_of_the_script_is_kept_with_every_look(self, by_heart):
        assert in_short(BY_HEART["networks"]) == named(by_heart.RUNS)
        assert all(list(one["looks"]) == epochs_of(by_heart) for one in BY_HEART["networks"])

    def test_with_copies_on_one_side_the_widest_has_every_look_and_the_printed_one(self, by_heart):
        assert in_short(ONE_SIDE["networks"]) == named(by_heart.RUNS_ONE_SIDE)
        for run, one in zip(by_heart.RUNS_ONE_SIDE, ONE_SIDE["networks"], strict=True):
            printed = run[0] == by_heart.PRINTED
            assert list(one["looks"]) == (["150"] if printed else epochs_of(by_heart))
            assert {look["rate"] for look in one["looks"].values()} == (
                {0.01} if printed else {rate for rate, _ in by_heart.STAGES}
            )

    @pytest.mark.parametrize(
        ("run", "rows"),
        [(BY_HEART, ROWS_OF_TABLE_1), (ONE_SIDE, ROWS_ONE_SIDE)],
        ids=["both sides", "one side"],
    )
    def test_accuracies_follow_from_the_errors(self, run, rows):
        for network in run["networks"]:
            assert all(agrees(look, rows) for look in network["looks"].values())

    def test_copies_stand_on_one_side_and_both_sides_are_balanced(self, by_heart, flows):
        split = by_heart.split_one_side(None, "ranks", 2022)
        trained, tested = (set(map(bytes, part)) for part in sides(split))
        assert not trained & tested
        assert len(trained | tested) == len(flows.labels)
        assert split.train_labels.mean() == split.test_labels.mean() == 0.5

    def test_on_the_split_of_table_1_they_do_not(self, by_heart, flows):
        trained, tested = (
            set(map(bytes, part)) for part in sides(by_heart.split_of(None, "ranks", 1))
        )
        assert trained & tested

    def test_what_the_file_has_is_not_run_again(self, by_heart, tmp_path, monkeypatch):
        runs = []
        monkeypatch.setattr(by_heart, "ran", lambda _, own: runs.append(own) or {"networks": []})
        before = json.dumps({"networks": ["kept"]}, indent=1)
        (tmp_path / "kept.json").write_text(before, encoding="utf-8")
        by_heart.main(tmp_path / "kept.json")
        assert runs == [by_heart.RUNS_ONE_SIDE]
        after = (tmp_path / "kept.json").read_text(encoding="utf-8")
        assert after.startswith(before.rstrip("\n}"))
        assert json.loads(after)[by_heart.ONE_SIDE] == {"networks": []}

    def test_the_rate_falls_when_the_script_says_so(self, by_heart, split, monkeypatch):
        monkeypatch.setattr(by_heart, "EPOCHS", 1)
        monkeypatch.setattr(by_heart, "STAGES", ((0.01, 2), (0.0, 2)))
        looks = [*by_heart.looked_at(split, (4,)).values()]
        assert [look["rate"] for look in looks] == [0.01, 0.01, 0.0, 0.0]
        ends = [(look["false alarms"], look["missed attacks"]) for look in looks]
        assert ends[1] == ends[2] == ends[3]
