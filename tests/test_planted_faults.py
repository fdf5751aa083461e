"""Negative controls: each planted fault is found, by the check that the book's page names.

The records come from a small protocol on the twin: four hundred flows, three classifiers, ten
published seeds, ten others for the fresh run.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from lib import claims, datasets, ehms
from lib.paths import ROOT
from lib.records import Provenance, Record, RecordSet
from lib.splits import Split, oversample, scaled_split, split_rows, split_sources
from lib.verification.faults import CHECKS, CLAIMS, FAULTS, NOTEBOOKS, PAGES
from lib.verification.judge import CHANGED, SHUFFLED, judge_records
from lib.verification.verdicts import judge_claims, verdicts_of

NORMAL, ATTACKS, SEEDS = 700, 100, 10
BY_ID = {fault.id: fault for fault in FAULTS}
METRICS = {"balanced_accuracy": balanced_accuracy_score, "recall": recall_score}


@pytest.fixture(scope="module")
def flows():
    """Return features and labels of some flows of the twin."""
    table = ehms.paper_flows(datasets.load("wustl-ehms-2020").frame)
    rows = [*np.flatnonzero(table.labels == 0)[:NORMAL], *np.flatnonzero(table.labels)[:ATTACKS]]
    return table.features.to_numpy()[rows], table.labels[rows]


def one_split(flows, seed: int, fault: str) -> Split:
    features, labels = flows
    rows = oversample(np.arange(len(labels)), labels, seed)
    split = split_rows if fault == "leak" else split_sources
    found = scaled_split(features, labels, split(rows, labels, seed), seed)
    if fault == "feature":
        wrong = found.test_features.copy()
        wrong[:, np.argmax(found.train_features.std(axis=0))] *= 1000
        found = replace(found, test_features=wrong)
    if fault == "label":
        exchanged = np.random.default_rng(seed).random(len(found.train_labels)) < 0.2
        found = replace(found, train_labels=np.where(exchanged, 1, 0) ^ found.train_labels)
    return found


def classifiers(seed: int, fault: str) -> dict:
    depth = 2 if fault == "hyperparameter" else None
    return {
        "dt": DecisionTreeClassifier(random_state=seed, max_depth=depth),
        "knn": KNeighborsClassifier(),
        "gnb": GaussianNB(),
    }


def measured(flows, first: int, replicates: int = SEEDS, fault: str = "") -> dict[str, Record]:
    """Run the protocol and return its records."""
    values: dict[str, list[float]] = {}
    for seed in range(first, first + replicates):
        split = one_split(flows, seed, fault)
        for name, classifier in classifiers(seed, fault).items():
            predicted = classifier.fit(split.train_features, split.train_labels).predict(
                split.test_features
            )
            for metric, score in METRICS.items():
                values.setdefault(f"{name}.{metric}", []).append(
                    score(split.test_labels, predicted)
                )
    if fault == "omission":
        del values["gnb.recall"]
    count = len(flows[1]) - (fault == "count")
    origin = Provenance("c/n", "d", "v", "0", "real", "full", first, replicates)
    records = {id: Record(id, tuple(v), "", False, origin) for id, v in values.items()}
    return records | {"rows": Record("rows", (float(count),), "", True, origin)}


@pytest.fixture(scope="module")
def published(flows):
    return measured(flows, 2022)


def test_an_honest_repetition_with_other_seeds_is_not_called_changed(flows, published):
    assert judge_records(published, measured(flows, 5000)).with_state(CHANGED) == []


@pytest.mark.parametrize(
    "fault", [f for f in FAULTS if f.check not in (CLAIMS, PAGES, NOTEBOOKS)], ids=lambda f: f.id
)
def test_a_fault_in_a_protocol_is_found_with_other_seeds(flows, published, fault):
    fresh = measured(flows, 5000, fault=fault.id)
    assert fault.check in {
        each.rule for each in judge_records(published, fresh).with_state(CHANGED)
    }


@pytest.mark.parametrize("fault", ["feature", "label"])
def test_a_gross_fault_is_found_with_few_of_the_published_seeds(flows, published, fault):
    fresh = measured(flows, 2022, replicates=3, fault=fault)
    assert judge_records(published, fresh).with_state(CHANGED)


REAL = RecordSet.read(ROOT / "data" / "reference")


def changed_claims(ledger, published) -> set[str]:
    return {n.id for n in judge_claims(ledger, published, REAL, {}, ()) if n.state == CHANGED}


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.check == CLAIMS], ids=lambda f: f.id)
def test_a_fault_in_the_ledger_is_found(fault, tmp_path):
    ledger = claims.load()
    published = verdicts_of(ledger, REAL)
    id = "xmednn.table1.dnn.accuracy"
    printed = ledger[id].published
    exchanged = printed[:-2] + printed[-1] + printed[-2]
    assert exchanged != printed
    wrong = {
        "claim": {"published": exchanged},
        "verdict": {"record": "xmednn.table1.dt.accuracy"},
    }[fault.id]
    for file in (ROOT / "data" / "claims").glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        for column, text in wrong.items():
            table.loc[table["id"] == id, column] = text
        table.to_csv(tmp_path / file.name, index=False, lineterminator="\n")
    assert id in changed_claims(claims.load(tmp_path), published)


def test_a_page_older_than_its_code_is_found(published_project):
    assert BY_ID["page"].check == PAGES
    project = published_project
    name = "chapters/99-sample/01_first.py"
    # Only what is computed, not what is recorded, so that no other check can find it.
    project.edit(name, "import time\n", "import time\n\nunused = 1\n")
    result = project.run("verify")
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{name} has changed" in result.stdout
    assert "Records: 4 hold" in result.stdout


def test_a_notebook_that_raises_is_found(published_project):
    assert BY_ID["exception"].check == NOTEBOOKS
    published_project.edit("chapters/99-sample/01_first.py", "recorder.save()", "1 / 0")
    result = published_project.run("verify")
    assert result.returncode == 2
    assert "ZeroDivisionError" in result.stdout


def test_every_fault_has_a_check_that_the_page_can_name():
    assert {fault.check for fault in FAULTS} <= CHECKS.keys()
    assert len(BY_ID) == len(FAULTS)
    assert SHUFFLED in CHECKS
