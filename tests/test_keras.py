"""Runs with versions of the paper's time, Keras' and XGBoost's, and this book beside them."""

import ast

import numpy as np
import outside
import pytest

from lib import claims
from lib.datasets import entry
from lib.papers import xmednn
from lib.papers.xmednn import keras

ROWS = outside.OUTSIDE / "xmednn_rows.py"


def test_the_kept_run_names_its_versions_and_the_very_file():
    run = keras.keras_run()
    printed = {"tensorflow": "2.9.1", "scikit-learn": "1.1.3"}
    assert printed.items() <= run["versions"].items()
    (variant,) = entry(xmednn.NAME).variants
    assert run["data sha256"] in str(variant)
    assert run["table 1"]


def test_the_network_of_keras_fits_no_better_than_ours():
    for accuracies in keras.keras_run()["table 1"].values():
        assert 0.7 < accuracies["test"] < 0.8
        assert 0.7 < accuracies["training"] <= accuracies["training, best epoch"] < 0.8


def test_both_optimizers_take_the_same_steps():
    theirs = {int(step): found["last kernel"] for step, found in keras.keras_run()["nadam"].items()}
    ours = keras.last_kernels(list(theirs))
    for step, kernel in theirs.items():
        np.testing.assert_allclose(ours[step], kernel, atol=1e-4, err_msg=f"after {step} updates")
    assert np.abs(ours[1] - ours[400]).max() > 0.01


def test_initial_weights_are_cut_at_the_same_place():
    theirs, ours = keras.keras_run()["initial weights"], keras.initial_spread()
    np.testing.assert_allclose(list(ours.values()), list(theirs.values()), rtol=0.01)


def test_the_scripts_and_the_book_leave_the_same_columns_out():
    constants = {
        node.targets[0].id: node.value
        for node in ast.parse(ROWS.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    named = {
        text.value
        for name in ("READINGS", "ADDRESSES", "NOT_FEATURES")
        for text in ast.walk(constants[name])
        if isinstance(text, ast.Constant)
    }
    assert named == {*xmednn.REMOVED, *xmednn.DEVICE_READINGS, *xmednn.CLASSES}


def test_xgboost_of_the_papers_time_errs_less_than_printed_with_every_seed():
    run = outside.kept("xmednn_xgboost")
    (variant,) = entry(xmednn.NAME).variants
    assert run["data sha256"] in str(variant)
    assert run["versions"]["xgboost"] == "1.7.2"
    (printed,) = claims.published_values("xmednn.table1.xgb.accuracy").values()
    assert len(run["table 1"]) == 10
    for found in run["table 1"].values():
        errors = found["false alarms"] + found["missed attacks"]
        assert found["test"] == pytest.approx(1 - errors / 9419)
        assert found["test"] > printed
