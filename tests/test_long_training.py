"""The kept runs of long training of XMeDNN's network: their files, networks and arithmetic."""

import numpy as np
import pytest
from outside import kept, script
from sklearn.preprocessing import StandardScaler

from lib.datasets import entry
from lib.methods.splits import scaled_split
from lib.papers import xmednn

FOLDS, BY_HEART = kept("xmednn_folds"), kept("xmednn_by_heart")
ROWS_OF_A_FOLD, ROWS_OF_TABLE_1 = 2854, 9419


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


def agrees(look, rows):
    errors = look["false alarms"] + look["missed attacks"]
    return look["test"] == pytest.approx(1 - errors / rows, abs=1e-6)


@pytest.mark.parametrize("run", [FOLDS, BY_HEART], ids=["folds", "by heart"])
def test_a_kept_run_names_the_very_file_and_its_versions(run):
    (variant,) = entry(xmednn.NAME).variants
    assert run["data sha256"] in str(variant)
    assert {"torch", "scikit-learn"} <= run["versions"].keys()


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
        found = [(one["layers"], one["scaler"], one["seed"]) for one in BY_HEART["networks"]]
        assert found == [(", ".join(map(str, layers)), *how) for layers, *how in by_heart.RUNS]
        looks = sum(looks for _, looks in by_heart.STAGES)
        epochs = [str(by_heart.EPOCHS * look) for look in range(1, looks + 1)]
        assert all(list(one["looks"]) == epochs for one in BY_HEART["networks"])

    def test_accuracies_follow_from_the_errors(self):
        for network in BY_HEART["networks"]:
            assert all(agrees(look, ROWS_OF_TABLE_1) for look in network["looks"].values())

    def test_the_rate_falls_when_the_script_says_so(self, by_heart, split, monkeypatch):
        monkeypatch.setattr(by_heart, "EPOCHS", 1)
        monkeypatch.setattr(by_heart, "STAGES", ((0.01, 2), (0.0, 2)))
        looks = [*by_heart.looked_at(split, (4,)).values()]
        assert [look["rate"] for look in looks] == [0.01, 0.01, 0.0, 0.0]
        ends = [(look["false alarms"], look["missed attacks"]) for look in looks]
        assert ends[1] == ends[2] == ends[3]
