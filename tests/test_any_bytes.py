"""Whatever bytes a person's file holds, reading it ends in a result or in one clear message."""

import contextlib
import csv
import io
import json
import time
from io import BytesIO

import botiot_layout as layout
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat
from test_files_as_people_have_them import PACKINGS, small_five_percent

from lib.book import notebooks
from lib.book.notebooks import Notebook
from lib.book.verify import manifest, origins, published
from lib.book.verify.verdicts import read_verdicts
from lib.claims import judge
from lib.claims.language import parse_list
from lib.claims.ledger import load as load_ledger
from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.paths import REGISTRY
from lib.datasets import card, draw_twin, locate, registry
from lib.datasets.overlooked import overlooked
from lib.notebook.records import RecordSet
from lib.papers import botiot, toniot

pytestmark = pytest.mark.usefixtures("no_data")
# Each example writes its file anew, so that none sees what another left.
KEEPS_FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
many, some, few = (
    settings(max_examples=count, suppress_health_check=KEEPS_FIXTURES) for count in (80, 40, 15)
)

ODD = ("", "NaN", "-1", "1e999", "9" * 400, "é", "\x00", '"', ",", "\r", "*", "(" * 50, "a.b")
odd_text = st.sampled_from(ODD) | st.text(max_size=8)
plain = st.none() | st.booleans() | st.integers() | st.floats() | odd_text
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(odd_text, inner, max_size=2)
)


def damaged(valid: bytes):
    """Bytes of any kind: a valid file with a piece replaced, cut off or doubled, or no file."""
    place = st.integers(0, len(valid))
    replaced = st.builds(
        lambda at, length, piece: valid[:at] + piece + valid[at + length :],
        place,
        st.integers(0, 60),
        st.binary(max_size=8) | odd_text.map(lambda text: text.encode(errors="replace")),
    )
    doubled = st.builds(lambda at, end: valid[:end] + valid[at:], place, place)
    return replaced | doubled | place.map(lambda at: valid[:at]) | st.binary(max_size=40)


def with_other_leaves(content):
    """A JSON or YAML tree in which one leaf or branch is another value."""
    paths = list(_paths(content))
    return st.builds(_with, st.just(content), st.sampled_from(paths), values)


def _paths(content, here=()):
    yield here
    if isinstance(content, dict | list):
        for key in content if isinstance(content, dict) else range(len(content)):
            yield from _paths(content[key], (*here, key))


def _with(content, path, value):
    if not path:
        return value
    copied = dict(content) if isinstance(content, dict) else list(content)
    copied[path[0]] = _with(content[path[0]], path[1:], value)
    return copied


def as_json(tree) -> bytes:
    return json.dumps(tree).encode(errors="surrogatepass")


def ends_well(read, *arguments):
    """Read; a message that says what is wrong is as good as a result."""
    with contextlib.suppress(ReaderError):
        read(*arguments)


def put(path, content: bytes):
    """Write a file anew: readers keep what they read of one that is unchanged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    return path


# The ledger and the records.

LEDGER = (
    "id,paper,locator,subject,dataset,metric,average,published,judged,unit,kind,record,variants,"
    "supports,repeats,check,rule,note\n"
    'p.rows,p,Table 1,s,d,rows,,"16,138",,rows,value,p.rows,,p.many,,"sum(p.normal, p.attack)",,n\n'
    'p.normal,p,Table 1,s,d,rows,,"14,272",,rows,value,p.normal,,p.many,,,,\n'
    'p.attack,p,Table 1,s,d,rows,,"2,046",,rows,value,p.attack,,p.many,,,,\n'
    "p.score,p,Section 4,s,d,f1,macro,98.7,,%,value,p.score,complete,p.many,,,,\n"
    "p.many,p,Abstract,s,d,rows,,many,more than 100 rows,,conclusion,,,,,,"
    '"greater(p.rows, 100)",\n'
)
RECORDS = {
    "format": 1,
    "provenance": {
        "notebook": "c/f", "dataset": "wustl-ehms-2020", "variant": "complete", "sha256": "ab",
        "source": "real", "profile": "full", "seed": 1, "replicates": 3,
        "versions": {"python": "3.11"}, "machine": "m", "basis": "file",
    },
    "records": {
        "p.rows": {"values": [16318.0], "protocol": "counted", "deterministic": True},
        "p.score": {"values": [0.98, 0.97, 0.96], "protocol": "as printed", "deterministic": False},
    },
}  # fmt: skip


def judged(folder):
    ledger, records = load_ledger(folder / "ledger"), RecordSet.read(folder / "records")
    return [each.verdict for each in judge(ledger, records, RecordSet())]


@pytest.fixture
def folder(tmp_path):
    put(tmp_path / "ledger/demo.csv", LEDGER.encode())
    put(tmp_path / "records/c/f.json", as_json(RECORDS))
    return tmp_path


def test_the_files_that_are_damaged_here_are_sound(folder):
    assert len(judged(folder)) == 5


@many
@given(content=damaged(LEDGER.encode()))
def test_any_bytes_as_ledger(folder, content):
    put(folder / "ledger/demo.csv", content)
    ends_well(judged, folder)


@many
@given(row=st.integers(1, 5), column=st.integers(0, 17), text=odd_text | st.text(max_size=30))
def test_any_text_in_a_cell_of_the_ledger(folder, row, column, text):
    rows = list(csv.reader(io.StringIO(LEDGER)))
    rows[row][column] = text
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    put(folder / "ledger/demo.csv", written.getvalue().encode(errors="surrogatepass"))
    ends_well(judged, folder)


NAMES = ["greater", "all", "mean", "ratio", "printed", "lower_end", "sum", "share", "follows", "f1"]
expressions = st.recursive(
    st.sampled_from(["p.rows", "p.score", "p.*", "p.none", "1", "-0.5", "0"]),
    lambda inner: st.builds(
        lambda name, parts: f"{name}({', '.join(parts)})",
        st.sampled_from(NAMES),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


@many
@given(column=st.sampled_from(["check", "rule"]), text=expressions)
def test_any_expression_in_the_ledger(folder, column, text):
    row = {"check": 1, "rule": 5}[column]
    rows = list(csv.reader(io.StringIO(LEDGER)))
    rows[row][rows[0].index(column)] = text
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    put(folder / "ledger/demo.csv", written.getvalue().encode())
    ends_well(judged, folder)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10**6,
        "f(" * 10**5,
        "f(" * 10**5 + ")" * 10**5,
        "a" * 10**6,
        "f(" + "1," * 10**6,
        " " * 10**7,
    ],
)
def test_an_expression_that_nobody_writes_is_refused_quickly(text):
    begun = time.process_time()
    with (
        pytest.raises(ValueError, match=r"\w")
        if text.strip()
        else contextlib.nullcontext() as refused
    ):
        parse_list(text)
    assert refused is None or len(str(refused.value)) < 300
    assert time.process_time() - begun < 1


@many
@given(content=damaged(as_json(RECORDS)) | with_other_leaves(RECORDS).map(as_json))
def test_any_bytes_as_records(folder, content):
    put(folder / "records/c/f.json", content)
    ends_well(judged, folder)


# Pages with their stamps, the manifest, the published verdicts.

PAGE = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "# T"},
        {"cell_type": "code", "metadata": {}, "source": "1", "execution_count": 1,
         "outputs": [{"output_type": "stream", "data": {"text/plain": ["1"]}, "metadata": {}}]},
    ],
    "metadata": {
        "stamp": {
            "digest": "d", "records": "r", "machine": "m", "seconds": 1.5, "threads": 1,
            "inputs": {"chapters/c/01_f.py": "x", "parameter seed": "1", "version of python": "3",
                       "data wustl-ehms-2020": "real ab"},
            "outputs": ["o"],
        }
    },
    "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


@many
@given(content=damaged(as_json(PAGE)) | with_other_leaves(PAGE).map(as_json))
def test_any_bytes_as_a_page_with_its_stamp(monkeypatch, tmp_path, content):
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path)
    notebook = Notebook("c", "01_f")
    put(notebook.source, b"# %% [markdown]\n# # T\n\n# %%\n1\n")
    put(notebook.page, content)
    ends_well(published.require_own_outputs, notebook)
    ends_well(published.not_its_own, notebook)
    ends_well(published.problems, [notebook])


@many
@given(stamp=with_other_leaves(PAGE["metadata"]["stamp"]), records=with_other_leaves(RECORDS))
def test_any_value_in_a_stamp_and_in_the_records_beside_it(monkeypatch, tmp_path, stamp, records):
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path)
    for module in (published, origins):
        monkeypatch.setattr(module, "REFERENCE", tmp_path / "reference")
    notebook = Notebook("c", "f")
    path = put(tmp_path / "reference/c/f.json", as_json(records))
    if isinstance(stamp, dict):
        stamp = stamp | {"records": sha256_of(path)}
    put(notebook.page, as_json(PAGE | {"metadata": {"stamp": stamp}}))
    ends_well(published.not_its_own, notebook)


MANIFEST = {"version": "1", "date": "2026-01-01", "parent": None, "files": {"data/a.csv": "d"}}
VERDICTS = {"p.rows": {"verdict": "exact", "printed": "1", "judged by": ""}}


@some
@given(content=damaged(as_json(MANIFEST)) | with_other_leaves(MANIFEST).map(as_json))
def test_any_bytes_as_manifest(tmp_path, content):
    put(tmp_path / "CITATION.cff", b'version: "1"')
    put(tmp_path / manifest.NAME, content)
    ends_well(manifest.problems, tmp_path)


@some
@given(content=damaged(as_json(VERDICTS)) | with_other_leaves(VERDICTS).map(as_json))
def test_any_bytes_as_verdicts(tmp_path, content):
    ends_well(read_verdicts, put(tmp_path / "verdicts.json", content))


# The registry.

# Of each kind of variant one, cut to a few lines.
WHOLE = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))


def small(name, *variants):
    entry = dict(WHOLE[name])
    entry["variants"] = {key: dict(entry["variants"][key]) for key in variants}
    for each in entry["variants"].values():
        each["columns"] = dict(
            list(each["columns"].items())[:3] + list(each["columns"].items())[-2:]
        )
        each.pop("kept", None)
    return entry


REGISTERED = {
    "bot-iot": small("bot-iot", "flows/full", "flows/sample"),
    "ton-iot": small("ton-iot", "fridge/processed", "fridge/train_test"),
}


def used(path):
    """Read a registry and use each of its entries."""
    for entry in registry.read(path).values():
        for variant in entry.variants:
            assert card_of(entry, variant) is not None
        locate.locate_all(entry)
        overlooked(entry)


def card_of(entry, variant):
    original, registry._entries = registry._entries, lambda: {entry.name: entry}
    try:
        return card(entry.name, variant.name)
    finally:
        registry._entries = original


@some
@given(
    content=damaged(yaml.safe_dump(REGISTERED, allow_unicode=True).encode())
    | with_other_leaves(REGISTERED).map(as_json)
)
def test_any_bytes_as_registry(data_folder, tmp_path, content):
    put(data_folder / "Train_Test_IoT_Fridge.csv", b"date,time\n1,2\n")
    ends_well(used, put(tmp_path / "registry.yml", content))


# Data files.


@pytest.fixture(scope="module")
def fridge():
    return (
        draw_twin(toniot.NAME, "fridge", toniot.twin)
        .frame.iloc[::6000]
        .to_csv(index=False)
        .encode()
    )


@few
@given(data=st.data())
def test_any_bytes_as_a_file_that_is_read_whole(monkeypatch, data_folder, fridge, data):
    monkeypatch.setenv("IDS_DATA_ALLOW_UNKNOWN", "1")
    put(data_folder / "Train_Test_IoT_Fridge.csv", data.draw(damaged(fridge)))
    ends_well(toniot.load, "fridge")


@few
@given(data=st.data())
def test_any_bytes_in_a_packed_file(monkeypatch, data_folder, fridge, data):
    monkeypatch.setenv("IDS_DATA_ALLOW_UNKNOWN", "1")
    for ending, pack in PACKINGS.items():
        path = put(
            data_folder / f"Train_Test_IoT_Fridge.csv{ending}", data.draw(damaged(pack(fridge)))
        )
        ends_well(toniot.load, "fridge")
        path.unlink()


def as_matlab(samples, labels, **more):
    file = BytesIO()
    savemat(file, {"Samples": samples, "Labels": labels} | more)
    return file.getvalue()


# One flow, as the file has it: protocol, flags, packets, bytes, duration, mean, rate, sum.
FLOW = np.array([[1.0, 0, 2, 308, 1, 1, 1, 1]] * 3).T


@many
@given(content=damaged(as_matlab(FLOW, np.array([3, 3, 6]))))
def test_any_bytes_as_a_matlab_file(tmp_path, content):
    ends_well(botiot.part.read, put(tmp_path / "botiot_train.mat", content))


@pytest.mark.parametrize(
    "content",
    [
        as_matlab(FLOW, np.array([3, 3, 60])),
        as_matlab(FLOW, np.array(["a", "b", "c"])),
        as_matlab(np.array([["a"]]), np.array([3])),
        as_matlab(FLOW * np.nan, np.array([3, 3, 6])),
        as_matlab(FLOW[:5], np.array([3, 3, 6])),
        as_matlab({"inside": 1}, np.array([3])),
        as_matlab(FLOW, {"inside": 1}),
    ],
    ids=["label", "text labels", "text", "NaN", "rows missing", "structure", "label structure"],
)
def test_a_matlab_file_of_something_else_is_refused(tmp_path, content):
    with pytest.raises(ReaderError, match=r"botiot_train\.mat.* Get it again\."):
        botiot.part.read(put(tmp_path / "botiot_train.mat", content))


def test_a_packed_matlab_file_is_read(tmp_path):
    content = as_matlab(FLOW, np.array([3, 3, 6]))
    plain = botiot.part.read(put(tmp_path / "botiot_train.mat", content))
    for ending, pack in PACKINGS.items():
        packed = put(tmp_path / f"botiot_train.mat{ending}", pack(content))
        pd.testing.assert_frame_equal(botiot.part.read(packed), plain)


@pytest.fixture
def five_percent(monkeypatch, data_folder):
    form = small_five_percent(monkeypatch)
    return layout.write_files(data_folder, form, form.subclass_counts)


@few
@given(data=st.data())
def test_any_bytes_as_a_file_that_is_read_in_blocks(five_percent, data):
    valid = b"".join(five_percent[0].read_bytes().splitlines(keepends=True)[:4])
    put(five_percent[1], data.draw(damaged(valid)))
    for allowed in (False, True):
        ends_well(botiot.load, "flows", allowed)


@some
@given(
    name=st.sampled_from(["x.csv", "x.gz", "x.zip", "x.xz", "reduced_data_1.csv"]),
    content=damaged(b"pkSeqID,stime,flgs\n1,2,e\n"),
)
def test_any_bytes_that_are_no_data(data_folder, name, content):
    path = put(data_folder / name, content)
    for data_set in ("bot-iot", "wustl-ehms-2020"):
        assert "holds" in overlooked(registry.entry(data_set))
    path.unlink()
