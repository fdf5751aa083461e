"""Negative controls: each planted fault is found, by the check that the book's page names.

The records come from a small protocol on the twin: four hundred flows, three classifiers, ten
published seeds, ten others for the fresh run.
"""

import json
import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

from lib import claims
from lib.book import notebooks
from lib.book.notebooks import Notebook
from lib.book.stamps.inputs import digest_of
from lib.book.stamps.pages import out_of_date, outputs_of
from lib.book.verify import manifest, origins
from lib.book.verify import published as published_pages
from lib.book.verify.faults import (
    CHECKS,
    CLAIMS,
    FAULTS,
    FILES,
    NOTEBOOKS,
    OUTPUTS,
    PAGES,
    READING,
    SHOWN,
)
from lib.book.verify.judge import CHANGED, REPEATED, SHUFFLED, judge_records
from lib.book.verify.verdicts import judge_claims, verdicts_of
from lib.common.files import sha256_of
from lib.common.paths import ROOT
from lib.methods.splits import Split, oversample, scaled_split, split_rows, split_sources
from lib.notebook.records import Provenance, Record, RecordSet
from lib.papers import xmednn

# Networks are trained for a stated number of epochs, converged or not.
pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
NORMAL, ATTACKS, SEEDS = 700, 100, 10
BY_ID = {fault.id: fault for fault in FAULTS}
# Checks that look at something else than fresh records on other seeds.
ELSEWHERE = {CLAIMS, FILES, NOTEBOOKS, OUTPUTS, PAGES, READING, REPEATED, SHOWN}
PLANTED_BY_A_TEST_OF_THEIR_OWN = {
    *("number", "figure", "stampless", "table", "infinite", "hand", "seed", "source", "file"),
    *("chain", "page", "exception"),
}
METRICS = {"balanced_accuracy": balanced_accuracy_score, "recall": recall_score}


@pytest.fixture(scope="module")
def flows():
    """Return features and labels of some flows of the twin."""
    table = xmednn.paper_table(xmednn.load().frame)
    rows = [*np.flatnonzero(table.labels == 0)[:NORMAL], *np.flatnonzero(table.labels)[:ATTACKS]]
    return table.features.to_numpy()[rows], table.labels[rows]


def one_split(flows, seed: int, fault: str) -> Split:
    features, labels = flows
    rows = oversample(np.arange(len(labels)), labels, seed)
    split = split_rows if fault == "leak" else split_sources
    train, test = split(rows, labels, seed)
    if fault == "rows":
        train = np.concatenate([train, test[::100]])
    every = np.concatenate([train, test]) if fault == "scaler" else None
    found = scaled_split(features, labels, (train, test), seed, every)
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
        "dt": DecisionTreeClassifier(
            random_state=seed, max_depth=depth, min_samples_leaf=2 if fault == "leaf" else 1
        ),
        "knn": KNeighborsClassifier(),
        "lr": LogisticRegression(C=1.1 if fault == "penalty" else 1.0, max_iter=1000),
        "mlp": MLPClassifier(
            (8,),
            random_state=seed,
            learning_rate_init=0.0055 if fault == "pace" else 0.005,
            max_iter=18 if fault == "epochs" else 20,
        ),
        "gnb": GaussianNB(var_smoothing=1e-2 if fault == "default" else 1e-9),
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
    rate = 6.6e-6 * (10 if fault == "rate" else 1)
    records["alarms"] = Record("alarms", (rate,), "", False, origin)
    if fault == "raised":
        one = records["dt.recall"]
        records["dt.recall"] = replace(one, values=(one.values[0] + 0.05, *one.values[1:]))
    if fault == "flag":
        records["dt.recall"] = replace(records["dt.recall"], timed=True)
    if fault == "single":
        records["dt.recall"] = replace(records["dt.recall"], values=(0.99,))
    if fault == "data":
        origin = replace(origin, sha256="1")
    return records | {"rows": Record("rows", (float(count),), "", True, origin)}


@pytest.fixture(scope="module")
def published(flows):
    return measured(flows, 2022)


def test_an_honest_repetition_with_other_seeds_is_not_called_changed(flows, published):
    assert judge_records(published, measured(flows, 5000)).with_state(CHANGED) == []


@pytest.mark.parametrize(
    "fault",
    [f for f in FAULTS if f.check not in ELSEWHERE],
    ids=lambda f: f.id,
)
def test_a_fault_in_a_protocol_is_found_with_other_seeds(flows, published, fault):
    fresh = measured(flows, 5000, fault=fault.id)
    assert fault.check in {
        each.rule for each in judge_records(published, fresh).with_state(CHANGED)
    }


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.check == REPEATED], ids=lambda f: f.id)
def test_a_small_fault_is_found_with_the_published_seeds_and_by_nothing_else(
    flows, published, fault
):
    fresh = measured(flows, 2022, fault=fault.id)
    found = judge_records(published, fresh).with_state(CHANGED)
    assert {each.rule for each in found} == {REPEATED}
    elsewhere = {
        id: replace(each, provenance=replace(each.provenance, machine="another"))
        for id, each in fresh.items()
    }
    assert judge_records(published, elsewhere).with_state(CHANGED) == []


def test_an_honest_repetition_with_the_published_seeds_holds(flows, published):
    assert judge_records(published, measured(flows, 2022)).with_state(CHANGED) == []


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e308"])
def test_a_record_that_is_not_finite_is_refused(published_project, value):
    assert BY_ID["infinite"].check == READING
    published_project.edit("data/reference/99-sample/01_first.json", "3.0", value)
    result = published_project.run("verify")
    assert result.returncode == 2, result.stdout + result.stderr
    assert "sample.01_first.count needs finite values" in result.stderr
    assert "01_first.json" in result.stderr
    assert "Executing" not in result.stdout


def test_a_record_that_is_edited_beside_its_page_is_found(published_project):
    assert BY_ID["hand"].check == PAGES
    name = "data/reference/99-sample/01_first.json"
    published_project.edit(name, '"profile"', ' "profile"')
    result = published_project.run("verify")
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{name} is not what the run of the page wrote" in result.stdout
    site = published_project.run("site")
    assert site.returncode == 2
    assert f"{name} is not what the run of the page wrote" in site.stderr


AUDIT = Notebook("01-spiking-botiot", "03_audit")


def shown(page: dict, kind: str) -> list[tuple[int, dict]]:
    """Return what a page shows in a form, each with the number of its cell; no verdicts."""
    return [
        (number, output["data"])
        for number, cell in enumerate(page["cells"], start=1)
        for output in cell.get("outputs", [])
        # A figure states its size there, a verdict what it was judged by.
        if kind in output.get("data", {}) and set(output["metadata"]) <= {"image/png"}
    ]


@pytest.mark.parametrize("fault", ["number", "figure"])
def test_an_output_that_is_changed_in_a_page_is_found(fault, tmp_path):
    page = json.loads(AUDIT.page.read_text(encoding="utf-8"))
    assert BY_ID[fault].check == OUTPUTS
    if fault == "number":
        tables = [(n, data, "".join(data["text/html"])) for n, data in shown(page, "text/html")]
        number, data, text = next(each for each in tables if re.search(r"\.[1-8]", each[2]))
        data["text/html"] = re.sub(r"\.[1-8]", lambda at: f".{int(at[0][1]) + 1}", text, count=1)
    else:
        (number, data), (_, other) = shown(page, "image/png")[:2]
        data["image/png"] = other["image/png"]
    path = tmp_path / AUDIT.page.name
    path.write_text(json.dumps(page), encoding="utf-8")
    assert out_of_date(AUDIT.source, path) == [f"an output of cell {number} was changed by hand"]


def test_every_command_that_shows_a_page_finds_an_output_that_was_put_there(published_project):
    project, name = published_project, "chapters/99-sample/01_first.ipynb"
    page = json.loads((project.root / name).read_text(encoding="utf-8"))
    cell = next(each for each in page["cells"] if each["cell_type"] == "code")
    cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["0.974\n"]}]
    # Seen by the stamp alone: the manifest is made anew.
    project.write(name, json.dumps(page))
    manifest.write_manifest(project.root)
    assert manifest.problems(project.root) == []
    for command, status in ((("verify",), 1), (("publish", "--prose"), 2), (("site",), 2)):
        result = project.run(*command)
        said = result.stdout + result.stderr
        assert result.returncode == status, said
        assert "an output of cell 2 was changed by hand" in said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("entry", "why"), [("stamp", "has no stamp"), ("outputs", "names no outputs")]
)
def test_no_page_is_shown_or_given_new_prose_of_whose_outputs_nothing_is_known(
    published_project, entry, why
):
    assert BY_ID["stampless"].check == OUTPUTS
    project, name = published_project, "chapters/99-sample/01_first.ipynb"
    page = json.loads((project.root / name).read_text(encoding="utf-8"))
    metadata = page["metadata"]
    del (metadata if entry == "stamp" else metadata["stamp"])[entry]
    edited = json.dumps(page).replace("0.51", "0.91", 1)
    assert edited != json.dumps(page)
    project.write(name, edited)
    manifest.write_manifest(project.root)
    for command in (("publish", "--prose"), ("site",)):
        result = project.run(*command)
        assert result.returncode == 2, result.stdout + result.stderr
        assert f"01_first.ipynb {why}" in result.stderr
    assert (project.root / name).read_text(encoding="utf-8") == edited


def test_a_table_that_fits_all_digests_and_not_its_run_is_found(published_project):
    assert BY_ID["table"].check == SHOWN
    project, name = published_project, "chapters/99-sample/01_first.ipynb"
    page = json.loads((project.root / name).read_text(encoding="utf-8"))
    edited = json.dumps(page).replace("0.51", "0.91", 1)
    assert edited != json.dumps(page)
    page = json.loads(edited)
    page["metadata"]["stamp"]["outputs"] = outputs_of(page)
    project.write(name, json.dumps(page))
    manifest.write_manifest(project.root)
    result = project.run("verify")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "cell 4 printed '0.91" in result.stdout
    assert "and now prints '0.51" in result.stdout


def test_a_raised_record_that_fits_all_digests_is_found(published_project):
    project, name = published_project, "data/reference/99-sample/01_first.json"
    records = json.loads((project.root / name).read_text(encoding="utf-8"))
    raised = json.dumps(records).replace("[0.5, 0.51,", "[0.5, 0.56,")
    assert raised != json.dumps(records)
    project.write(name, raised)
    page = project.root / "chapters/99-sample/01_first.ipynb"
    content = json.loads(page.read_text(encoding="utf-8"))
    content["metadata"]["stamp"]["records"] = sha256_of(project.root / name)
    page.write_text(json.dumps(content), encoding="utf-8")
    manifest.write_manifest(project.root)
    result = project.run("verify")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "sample.01_first.score" in result.stdout


DATA = Notebook("03-xmednn-ehms", "01_data")
SOURCE, RECORDS = DATA.source, ROOT / f"data/reference/{DATA.name}.json"


@pytest.fixture
def page_alone(monkeypatch, tmp_path):
    """Return a published page in a folder of its own, with what checks it with its records."""
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path / "chapters")
    for module in (published_pages, origins):
        monkeypatch.setattr(module, "REFERENCE", tmp_path / "reference")
    records = tmp_path / f"reference/{DATA.name}.json"
    for path, kept in ((DATA.page, SOURCE.with_suffix(".ipynb")), (records, RECORDS)):
        path.parent.mkdir(parents=True)
        shutil.copy(kept, path)
    page, content = (json.loads(path.read_text(encoding="utf-8")) for path in (DATA.page, records))
    stamp = page["metadata"]["stamp"]

    def found() -> list[str]:
        """Make all digests anew, and check."""
        records.write_text(json.dumps(content), encoding="utf-8")
        stamp["records"], stamp["digest"] = sha256_of(records), digest_of(stamp["inputs"])
        DATA.page.write_text(json.dumps(page), encoding="utf-8")
        return published_pages.not_its_own(DATA)

    return SimpleNamespace(stamp=stamp, content=content, made=content["provenance"], found=found)


def test_a_page_and_its_records_are_of_one_run(page_alone):
    assert page_alone.found() == []


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("seed", 3022, "has the seed 3022, and the stamp of its page 2022"),
        ("replicates", 1, "has the replicates 1, and the stamp of its page 10"),
        ("profile", "quick", "has the profile 'quick', and the stamp of its page 'full'"),
        ("notebook", "a/b", "holds the records of a/b"),
        ("machine", "arm64 Darwin m1 00", "is of arm64 Darwin m1 00, and the page of Linux"),
        ("sha256", "0" * 64, "rests on complete of wustl-ehms-2020, and has not the digest"),
    ],
)
def test_records_that_tell_of_another_run_are_found(page_alone, name, value, why):
    assert BY_ID["seed"].check == PAGES
    page_alone.made[name] = value
    assert why in page_alone.found()[0]


def test_records_of_other_versions_are_found(page_alone):
    page_alone.made["versions"]["numpy"] = "0"
    (found,) = page_alone.found()
    assert "has numpy 0, and the stamp of its page " in found


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("parameter seed", "7", "has the seed 2022, and the stamp of its page 7"),
        ("data wustl-ehms-2020", f"real {'0' * 64}", "names files of wustl-ehms-2020 that"),
        ("data wustl-ehms-2020", f"twin {'0' * 64}", "and the page was made from a twin"),
        ("data wustl-ehms-2020", "real", "has not the digest that its page names"),
    ],
)
def test_a_stamp_that_tells_of_another_run_is_found(page_alone, name, text, why):
    assert BY_ID["source"].check == PAGES
    page_alone.stamp["inputs"][name] = text
    assert any(why in each for each in page_alone.found())


def test_a_page_of_other_parameters_than_a_publication_asks_for_is_found(page_alone, monkeypatch):
    monkeypatch.setattr(published_pages, "out_of_date", lambda *_: [])
    shutil.copy(SOURCE, DATA.source)
    page_alone.made["seed"], page_alone.stamp["inputs"]["parameter seed"] = 7, "7"
    assert page_alone.found() == [], "the two agree"
    said = ["the seed of its run is 7, and is published with 2022"]
    assert published_pages.problems([DATA])[DATA.name] == said


def test_a_stamp_of_another_machine_is_found(page_alone):
    page_alone.stamp["machine"] = "Plan9 quantum, 999 processors"
    (found,) = page_alone.found()
    assert "and the page of Plan9 quantum" in found


def test_a_stamp_that_names_no_records_is_found(published_project):
    project = published_project
    page = project.root / "chapters/99-sample/01_first.ipynb"
    content = json.loads(page.read_text(encoding="utf-8"))
    del content["metadata"]["stamp"]["records"]
    page.write_text(json.dumps(content), encoding="utf-8")
    manifest.write_manifest(project.root)
    for command, status in ((("verify",), 1), (("site",), 2)):
        result = project.run(*command)
        assert result.returncode == status, result.stdout + result.stderr
        assert "names no records" in result.stdout + result.stderr


def test_a_file_that_is_edited_after_publication_is_found(published_project):
    assert BY_ID["file"].check == FILES
    name = "data/reference/timings.json"
    published_project.edit(name, '"seconds": ', '"seconds": 1')
    result = published_project.run("verify")
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{manifest.NAME}: {name} has changed" in result.stdout
    site = published_project.run("site")
    assert site.returncode == 2
    assert f"{name} has changed, by {manifest.NAME}" in site.stderr


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
        "row": {"locator": "Table 9"},
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


def test_no_fault_is_named_that_nothing_plants():
    own_tests = {fault.id for fault in FAULTS if fault.check in ELSEWHERE - {CLAIMS, REPEATED}}
    assert own_tests == PLANTED_BY_A_TEST_OF_THEIR_OWN
