"""The kept run of networks that learn the 28 columns by heart: its file, networks, arithmetic."""

import importlib.util
import json

import numpy as np
import pytest

from lib.common.paths import ROOT
from lib.datasets import entry
from lib.papers import xmednn

OUTSIDE = ROOT / "data" / "outside"
KEPT = json.loads((OUTSIDE / "xmednn_by_heart.json").read_text(encoding="utf-8"))
ROWS = 9419  # of the test rows of Table 1


@pytest.fixture(scope="module")
def script():
    path = OUTSIDE / "xmednn_by_heart.py"
    spec = importlib.util.spec_from_file_location("xmednn_by_heart", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_kept_run_names_the_very_file():
    (variant,) = entry(xmednn.NAME).variants
    assert KEPT["data sha256"] in str(variant)


def test_every_network_of_the_script_is_kept_with_every_look(script):
    kept = [(one["layers"], one["scaler"], one["seed"]) for one in KEPT["networks"]]
    assert kept == [(", ".join(map(str, layers)), *how) for layers, *how in script.RUNS]
    looks = sum(looks for _, looks in script.STAGES)
    epochs = [str(script.EPOCHS * look) for look in range(1, looks + 1)]
    assert all(list(one["looks"]) == epochs for one in KEPT["networks"])


def test_accuracies_follow_from_the_errors():
    for network in KEPT["networks"]:
        for look in network["looks"].values():
            errors = look["false alarms"] + look["missed attacks"]
            assert look["test"] == pytest.approx(1 - errors / ROWS, abs=1e-6)


def test_the_rate_falls_when_the_script_says_so(script, monkeypatch):
    monkeypatch.setattr(script, "EPOCHS", 1)
    monkeypatch.setattr(script, "STAGES", ((0.01, 2), (0.0, 2)))
    random = np.random.default_rng(0)
    features = random.normal(size=(60, 3))
    labels = (features[:, 0] > 0).astype(int)
    rows = np.arange(40), np.arange(40, 60)
    split = script.scaled_split(features, labels, rows, 0, scaler=script.StandardScaler)
    looks = script.looked_at(split, (4,))
    assert [look["rate"] for look in looks.values()] == [0.01, 0.01, 0.0, 0.0]
    ends = [(look["false alarms"], look["missed attacks"]) for look in looks.values()]
    assert ends[1] == ends[2] == ends[3]
