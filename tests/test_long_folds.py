"""The kept run of long training on the folds of Table 2: its file, its folds and its arithmetic."""

import importlib.util
import json

import numpy as np
import pytest

from lib.common.paths import ROOT
from lib.datasets import entry
from lib.papers import xmednn

OUTSIDE = ROOT / "data" / "outside"
KEPT = json.loads((OUTSIDE / "xmednn_folds.json").read_text(encoding="utf-8"))
ROWS = 2854  # of each fold


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("xmednn_folds", OUTSIDE / "xmednn_folds.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_kept_run_names_the_very_file():
    (variant,) = entry(xmednn.NAME).variants
    assert KEPT["data sha256"] in str(variant)


def test_every_network_of_the_script_is_kept_on_every_fold(script):
    looks = [str(look * script.EPOCHS) for look in range(1, script.LOOKS + 1)]
    for hidden in script.LAYERS:
        found = KEPT[", ".join(map(str, hidden))]
        assert list(found) == [str(fold) for fold in range(1, 11)]
        assert all(list(fold) == looks for fold in found.values())


def test_accuracies_follow_from_the_errors(script):
    for hidden in script.LAYERS:
        for fold in KEPT[", ".join(map(str, hidden))].values():
            for one in fold.values():
                errors = one["false alarms"] + one["missed attacks"]
                assert one["test"] == pytest.approx(1 - errors / ROWS, abs=1e-6)


def test_looking_on_the_way_changes_nothing(script, monkeypatch):
    monkeypatch.setattr(script, "EPOCHS", 1)
    random = np.random.default_rng(0)
    features = random.normal(size=(60, 3))
    labels = (features[:, 0] > 0).astype(int)
    rows = np.arange(40), np.arange(40, 60)
    split = script.scaled_split(features, labels, rows, 0, scaler=script.StandardScaler)
    on_the_way = script.looked_at(split, (4,))[str(script.LOOKS)]
    monkeypatch.setattr(script, "EPOCHS", script.LOOKS)
    monkeypatch.setattr(script, "LOOKS", 1)
    (at_once,) = script.looked_at(split, (4,)).values()
    assert on_the_way == at_once
