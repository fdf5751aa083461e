"""The synthetic twin of WUSTL-EHMS-2020: its form, its closeness, and the lesson it teaches."""

import json
import os
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import MinMaxScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from lib import datasets
from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.datasets import copula, registry, twin
from lib.datasets.fitting import rows_digest, write_twins
from lib.methods import detectors, splits
from lib.papers import xmednn
from lib.papers.xmednn import twin as ehms_twin

NAME = "wustl-ehms-2020"
REMOVED = ("SrcAddr", "DstAddr", "SrcMac", "DstMac", "Dir", "Flgs", "Packet_num")
KILOBYTES = 1000
SEED = 0
FITTED = ("lr", "dt", "xgb")

needs_real = pytest.mark.skipif(
    not os.environ.get("IDS_DATA"), reason="IDS_DATA is not set: the real file is not at hand"
)


@pytest.fixture(scope="module")
def rows():
    return twin.make_twin(NAME, None, ehms_twin)


@pytest.fixture(scope="module")
def real():
    return xmednn.load().frame


# Form.


def test_columns_and_types_are_those_of_the_registry(rows):
    variant = registry.entry(NAME).variants[0]
    assert list(rows.columns) == variant.column_names
    kinds = {"text": "str", "integer": "int64", "number": "float64"}
    assert [str(kind) for kind in rows.dtypes] == [kinds[c.type] for c in variant.columns]
    assert not rows.isna().to_numpy().any()


def test_class_counts_are_those_of_the_registry(rows):
    variant = registry.entry(NAME).variants[0]
    assert rows["Attack Category"].value_counts().to_dict() == variant.class_counts
    assert ((rows["Attack Category"] != "normal") == (rows["Label"] == 1)).all()


def test_attacks_come_in_84_blocks_of_one_category_each(rows):
    category = rows["Attack Category"]
    first = category[category != category.shift()]
    assert (first != "normal").sum() == 84
    assert set(first.iloc[::2]) == {"normal"}


def test_ten_columns_are_constant(rows):
    assert (rows.nunique() == 1).sum() == 10


def test_three_source_ports_are_text_all_in_normal_rows(rows):
    invalid = rows[pd.to_numeric(rows["Sport"], errors="coerce").isna()]
    assert sorted(invalid["Sport"]) == ["dircproxy", "fido", "tfido"]
    assert set(invalid["Attack Category"]) == {"normal"}


def test_the_attackers_address_is_the_label(rows):
    assert rows.groupby("SrcMac")["Label"].nunique().tolist() == [1, 1]


def test_flags_carry_padding_and_nearly_name_the_attack(rows):
    flags = pd.crosstab(rows["Flgs"], rows["Attack Category"])
    assert flags.index.str.startswith(" ").all()
    assert flags.loc[" M        ", "Data Alteration"] > 900
    assert flags.loc[" eR       "].tolist() == [0, 138, 0]


def test_a_source_port_is_used_once_by_a_flow(rows):
    ports = rows["Sport"]
    assert ports.duplicated().sum() == 4  # rows that continue a flow, which keep its port
    assert rows.loc[ports.duplicated(), "Attack Category"].eq("Data Alteration").all()
    numbers = pd.to_numeric(ports, errors="coerce")
    assert numbers.min() >= ehms_twin.FIRST_PORT
    assert numbers.max() <= ehms_twin.LAST_PORT


def test_the_flow_number_is_a_clock_with_a_few_irregularities(rows):
    step = rows["Packet_num"].diff().iloc[1:]
    assert 0 < (step != 1).sum() < 40
    irregular = rows.index[rows["Packet_num"].diff().lt(0)]
    assert rows.loc[irregular - 1, "Attack Category"].eq("Data Alteration").any()
    assert rows["Packet_num"].duplicated().sum() == 12


def test_loads_and_rates_are_arithmetic_of_bytes_packets_and_duration(rows):
    assert (rows["TotBytes"] == rows["SrcBytes"] + rows["DstBytes"]).all()
    assert (rows["Load"] == rows["SrcLoad"] + rows["DstLoad"]).all()
    rate = (rows["TotPkts"] - 1) / rows["Dur"]
    assert np.allclose(rows["Rate"], rate, rtol=1e-3)


def test_biometrics_drift_slowly(rows):
    normal = rows[rows["Label"] == 0]
    for name in ("Temp", "SYS", "Heart_rate"):
        assert normal[name].autocorr() > 0.5, name


# Making it.


def test_the_same_rows_come_in_every_run_and_quickly(rows):
    parameters = twin.read_parameters(twin.committed_file(NAME))["parameters"]
    start = time.process_time()
    again = ehms_twin.draw(parameters)
    assert time.process_time() - start < 2  # about 0.1 s; this leaves room for a busy machine
    pd.testing.assert_frame_equal(rows, again)
    assert not ehms_twin.draw(parameters, seed=1).equals(rows)


def test_a_caller_cannot_spoil_the_cached_rows(rows):
    mine = twin.make_twin(NAME, None, ehms_twin)
    mine["Dur"] = 0.0
    pd.testing.assert_frame_equal(twin.make_twin(NAME, None, ehms_twin), rows)


def test_the_parameter_file_is_small_and_rounded():
    path = twin.committed_file(NAME)
    assert path.stat().st_size < 60 * KILOBYTES
    digits = []

    def note(text):
        digits.append(len(text.lower().split("e")[0].replace("-", "").replace(".", "").strip("0")))
        return float(text)

    json.loads(path.read_text(), parse_float=note)
    assert len(digits) > 1000
    assert max(digits) <= 6


def test_a_damaged_parameter_file_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(twin, "TWINS", tmp_path)
    with pytest.raises(ReaderError, match="is missing"):
        twin.make_twin(NAME, None, ehms_twin)
    write_whole(tmp_path / "wustl-ehms-2020.json", '{"format": 1}')
    with pytest.raises(ReaderError, match="does not hold a twin's parameters"):
        twin.make_twin(NAME, None, ehms_twin)


def test_a_twin_is_not_fitted_on_a_twin(monkeypatch):
    monkeypatch.setenv("IDS_TWIN", "1")
    with pytest.raises(ReaderError, match="fitted on the real file"):
        write_twins(NAME, ehms_twin)


def test_fitting_a_twin_on_its_own_rows_comes_back_to_them(rows):
    """The maker is sound where the truth is known: its own output."""
    second = ehms_twin.draw(json.loads(json.dumps(ehms_twin.fit(rows))))
    table = datasets.fidelity(rows, second).set_index("column")
    assert table.drop(columns="correlation").to_numpy().max() < 0.1
    assert second["Packet_num"].duplicated().sum() == 12


# The copula.


def test_quantiles_give_back_a_distribution():
    values = pd.Series(np.random.default_rng(SEED).exponential(size=5000))
    described = copula.describe_quantiles(values)
    drawn = copula.inverse(described, (np.arange(5000) + 0.5) / 5000)
    assert abs(drawn.mean() - 1) < 0.05
    drawn = copula.in_order(values[::-1], described)
    assert drawn.max() == pytest.approx(values.max(), rel=1e-4)
    assert drawn.min() == pytest.approx(values.min(), rel=1e-4)
    assert drawn.argmax() == values[::-1].to_numpy().argmax()


def test_levels_give_back_their_counts():
    values = pd.Series([1, 1, 1, 2, 5, 5])
    scores = pd.Series([3.0, 1.0, 2.0, 9.0, 4.0, 8.0])
    drawn = copula.in_order(scores, copula.describe_levels(values))
    assert drawn.tolist() == [1, 1, 1, 5, 2, 5]


def test_drawn_scores_have_the_fitted_correlation_and_lag():
    generator = np.random.default_rng(SEED)
    block = np.repeat([0, 1], 4000)
    fitted = {
        "level": {"a": [0, 3], "b": [0, 0]},
        "spread": {"a": [1, 2], "b": [1, 1]},
        "lag": [0.8, 0.8],
        "correlation": [[1, 0.6], [0.6, 1]],
    }
    scores = copula.draw_scores(generator, fitted, block)
    again = copula.fit_scores(scores, pd.Series(block))
    assert np.allclose(again["level"]["a"], [0, 3], atol=0.3)
    assert np.allclose(again["spread"]["a"], [1, 2], atol=0.2)
    assert np.allclose(again["lag"], 0.8, atol=0.05)
    assert abs(again["correlation"][0][1] - 0.6) < 0.1


# Closeness to the real file.


def test_the_committed_closeness_is_within_the_stated_bounds():
    dataset = datasets.Dataset(
        NAME, "complete", "twin", None, "", twin.make_twin(NAME, None, ehms_twin)
    )
    _check_bounds(xmednn.fidelity_table(dataset))


@needs_real
def test_the_twin_is_close_to_the_real_file(real, rows):
    _check_bounds(datasets.fidelity(real, rows))


@needs_real
def test_the_committed_closeness_is_what_is_measured(real, rows):
    kept = json.loads(twin.committed_file(NAME).read_text(encoding="utf-8"))
    if kept["drawn"] != rows_digest(rows):
        # It factors the correlations with other signs, and so draws other rows of the distribution.
        pytest.skip("this processor draws other rows than those whose closeness is committed")
    committed = datasets.Dataset(NAME, "complete", "twin", None, "", rows)
    table = datasets.fidelity(real, rows).round(3)
    pd.testing.assert_frame_equal(table, xmednn.fidelity_table(committed), atol=0.002)


def _check_bounds(table):
    distances = table.drop(columns=["column", "correlation"])
    assert len(table) == 30
    assert distances.to_numpy().max() < 0.1
    assert distances.median().max() < 0.02
    assert table["correlation"].max() < 0.25


@needs_real
def test_types_and_constants_are_those_of_the_real_file(real, rows):
    assert real.dtypes.equals(rows.dtypes)
    assert real.loc[:, real.nunique() == 1].iloc[0].equals(rows.loc[:, rows.nunique() == 1].iloc[0])
    assert set(rows["Flgs"]) == set(real["Flgs"])


@needs_real
def test_no_row_of_the_real_file_is_in_the_twin(real, rows):
    timing = ["Dur", "DIntPkt", "SrcJitter", "DstJitter"]
    usual = rows[timing].round(6).apply(tuple, axis=1)
    assert not usual.isin(set(real[timing].round(6).apply(tuple, axis=1))).any()


@needs_real
def test_the_committed_parameters_come_from_the_maker(real):
    made = json.loads(json.dumps(ehms_twin.fit(real)))
    committed = twin.read_parameters(twin.committed_file(NAME))["parameters"]
    assert made == committed


def test_closeness_notices_a_shift_and_a_lost_correlation(rows):
    shuffled = rows.assign(
        Temp=rows["Temp"] + 5,
        SrcLoad=rows["SrcLoad"].sample(frac=1, random_state=SEED).to_numpy(),
    )
    table = datasets.fidelity(rows, shuffled).set_index("column")
    assert table.loc["Temp", "normal"] > 0.9
    assert table.loc["SrcLoad", "correlation"] > 0.5
    assert table.loc["SpO2", "normal"] == 0


# The lesson.


def _features(frame):
    frame = frame[pd.to_numeric(frame["Sport"], errors="coerce").notna()]
    kept = [name for name in frame.columns[:35] if name not in REMOVED]
    assert len(kept) == 28
    return frame[kept].astype(float).to_numpy(), frame["Label"].to_numpy()


def _oversample(chosen, labels):
    """Repeat attack rows until they are as many as the normal ones."""
    attack = chosen[labels[chosen] == 1]
    lacking = len(chosen) - 2 * len(attack)
    return np.r_[chosen, np.random.default_rng(SEED).choice(attack, lacking)]


def _scores(model, features, labels, train, test):
    scaler = MinMaxScaler().fit(features[train])
    model.fit(scaler.transform(features[train]), labels[train])
    guessed = model.predict(scaler.transform(features[test]))
    return accuracy_score(labels[test], guessed), recall_score(labels[test], guessed)


def _split(chosen, labels):
    return train_test_split(chosen, test_size=0.25, stratify=labels[chosen], random_state=SEED)


def _classifiers():
    return {
        "dt": DecisionTreeClassifier(random_state=SEED),
        "lr": LogisticRegression(max_iter=1000),
        "gnb": GaussianNB(),
        "xgb": XGBClassifier(n_jobs=1, random_state=SEED),
    }


@pytest.fixture(scope="module")
def lesson(rows):
    """Accuracy and attack recall, oversampling before the split and after it."""
    features, labels = _features(rows)
    everything = np.arange(len(labels))
    before = _split(_oversample(everything, labels), labels)
    after = tuple(_oversample(side, labels) for side in _split(everything, labels))
    return {
        order: {name: _scores(m, features, labels, *sides) for name, m in _classifiers().items()}
        for order, sides in {"before": before, "after": after}.items()
    }


@pytest.mark.parametrize(
    ("classifier", "accuracy_on_real_file"),
    [("dt", 0.96), ("lr", 0.68), ("gnb", 0.69), ("xgb", 0.94)],
)
def test_as_printed_the_twin_scores_as_the_real_file(lesson, classifier, accuracy_on_real_file):
    assert lesson["before"][classifier][0] == pytest.approx(accuracy_on_real_file, abs=0.05)


def test_the_tree_finds_every_attack_only_when_copies_are_on_both_sides(lesson):
    assert lesson["before"]["dt"][1] > 0.98
    assert lesson["after"]["dt"][1] < 0.75
    assert lesson["after"]["dt"][0] < lesson["before"]["dt"][0] - 0.1


def test_models_that_cannot_memorize_lose_little(lesson):
    for name in ("lr", "gnb"):
        assert abs(lesson["after"][name][0] - lesson["before"][name][0]) < 0.05


def _ladder(frame, seed=SEED):
    """Balanced accuracy, one row a rung and one column a classifier.

    Naive Bayes is left out: on both files it falls to guessing whenever the one attack row with
    lost packets is not among the training rows, so that one seed says nothing.
    """
    flows = xmednn.paper_table(frame)
    features, labels = flows.features.to_numpy(), flows.labels
    timeless = flows.without("Sport").features.to_numpy()
    everything = np.arange(len(labels))
    repeated = splits.oversample(everything, labels, seed)
    train, test = splits.split_rows(everything, labels, seed)
    earlier, later = splits.split_blocks(flows.blocks, seed)
    more = splits.oversample(train, labels, seed)
    rungs = {
        "printed": (features, splits.split_rows(repeated, labels, seed)),
        "copies": (features, splits.split_sources(repeated, labels, seed)),
        "split_first": (features, (more, splits.oversample(test, labels, seed))),
        "train_only": (features, (more, test)),
        "no_identifiers": (timeless, (more, test)),
        "blocks": (timeless, (splits.oversample(earlier, labels, seed), later)),
    }
    made = {k: splits.scaled_split(x, labels, rows, seed) for k, (x, rows) in rungs.items()}
    return pd.DataFrame(
        {name: {rung: _balanced(name, split) for rung, split in made.items()} for name in FITTED}
    )


def _balanced(name, split):
    chances = detectors.fit_classical(detectors.CLASSICAL[name], [split])[0]
    return balanced_accuracy_score(split.test_labels, chances > 0.5)


@needs_real
def test_the_ladder_has_the_same_order_on_twin_and_real_file(real, rows):
    ours, theirs = _ladder(real), _ladder(rows)
    assert (ours - theirs).abs().to_numpy().max() < 0.06
    for name in FITTED:
        for higher in ours.index:
            for lower in ours.index[ours.loc[higher, name] - ours[name] > 0.06]:
                assert theirs.loc[higher, name] > theirs.loc[lower, name], (name, higher, lower)
    for rung in ours.index:
        strongest_first = ours.loc[rung].sort_values(ascending=False).index
        gaps = -ours.loc[rung, strongest_first].diff().iloc[1:]
        if gaps.min() > 0.03:
            order = theirs.loc[rung].sort_values(ascending=False).index
            assert list(order) == list(strongest_first), rung
