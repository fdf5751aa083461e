"""TON_IoT telemetry: which file is at hand, what is refused, how rows are prepared, the twins."""

import dataclasses
import os
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import LabelEncoder

from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.paths import ROOT
from lib.datasets import registry, twin
from lib.papers import toniot
from lib.papers.toniot import twin as toniot_twin

NAME = toniot.NAME
pytestmark = pytest.mark.usefixtures("no_data")
REAL_FOLDER = os.environ.get("IDS_DATA")
FILES = {
    "fridge": "Fridge.csv",
    "garage_door": "Garage_Door.csv",
    "motion_light": "Motion_Light.csv",
    "thermostat": "Thermostat.csv",
}
HELD = ("garage_door/edge", *(f"{device}/train_test" for device in FILES))
ROWS = 300
FULL_SIZE, SECONDS, MEGABYTES = 600_000, 3, 500

needs_real = pytest.mark.skipif(
    not REAL_FOLDER, reason="IDS_DATA is not set: the real files are not at hand"
)


def processed(device):
    return f"IoT_{FILES[device]}"


def extract(device):
    return f"Train_Test_IoT_{FILES[device]}"


def sample(device, rows=ROWS):
    """Rows of the device's twin, normal and attack in turn through the whole recording."""
    frame = twin.make_twin(NAME, device, toniot_twin)
    chosen = np.linspace(0, len(frame) - 1, rows).astype(int)
    return frame.iloc[chosen].reset_index(drop=True)


def save(frame, path, **options):
    frame.to_csv(path, index=False, **options)
    return path


def register(monkeypatch, **files):
    """Let the registry know the content of generated files: variant name to path."""
    entry = registry.entry(NAME)

    def known(variant):
        path = files.get(variant.name.replace("/", "_"))
        if path is None:
            return variant
        count = path.read_bytes().count(b"\n") - 1
        part = dataclasses.replace(
            variant.parts[0], bytes=path.stat().st_size, rows=count, sha256=sha256_of(path)
        )
        return dataclasses.replace(variant, parts=(part,))

    changed = dataclasses.replace(entry, variants=tuple(map(known, entry.variants)))
    monkeypatch.setattr(registry, "_entries", lambda: {NAME: changed})


def refusal_of(device, path):
    """Load past the digest check and return the one message."""
    with pytest.raises(ReaderError) as refusal:
        toniot.load(device, allow_unknown_digest=True)
    told = str(refusal.value)
    assert str(path) in told
    return told


# Which file is at hand.


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_a_processed_file_switches_its_device_once_it_is_registered(
    monkeypatch, data_folder, device
):
    frame = sample(device)
    extract_path = save(frame, data_folder / extract(device))
    full_path = save(frame.drop(columns="ts"), data_folder / processed(device))
    known = {f"{device}_train_test": extract_path, f"{device}_processed": full_path}
    register(monkeypatch, **known)
    dataset = toniot.load(device)
    assert (dataset.variant, dataset.source) == (f"{device}/processed", "real")
    assert dataset.sha256 == sha256_of(full_path)
    assert processed(device) in dataset.banner
    full_path.unlink()
    assert toniot.load(device).variant == f"{device}/train_test"


def test_a_processed_file_of_unknown_content_switches_by_the_override(monkeypatch, data_folder):
    frame = sample("fridge")
    register(monkeypatch, fridge_train_test=save(frame, data_folder / extract("fridge")))
    path = save(frame.drop(columns="ts"), data_folder / processed("fridge"))
    with pytest.warns(UserWarning, match=r"IoT_Fridge.csv is left aside"):
        assert toniot.load("fridge").variant == "fridge/train_test"
    monkeypatch.setenv("IDS_DATA_ALLOW_UNKNOWN", "1")
    dataset = toniot.load("fridge")
    assert (dataset.variant, dataset.source, dataset.path) == ("fridge/processed", "unknown", path)
    path.unlink()
    assert toniot.load("fridge").source == "real"


def test_content_tells_the_variant_whatever_the_name(monkeypatch, data_folder):
    path = save(sample("fridge"), data_folder / "downloaded (1).csv")
    register(monkeypatch, fridge_train_test=path)
    dataset = toniot.load("fridge")
    assert (dataset.variant, dataset.path) == ("fridge/train_test", path)
    path = path.rename(data_folder / processed("fridge"))
    dataset = toniot.load("fridge")
    assert (dataset.variant, dataset.path) == ("fridge/train_test", path)


def test_an_extract_of_another_row_count_is_refused_with_what_was_found(data_folder):
    path = save(sample("fridge", 200), data_folder / extract("fridge"))
    with pytest.raises(ReaderError) as refusal:
        toniot.load("fridge")
    told = str(refusal.value)
    for fact in (str(path), "200 rows", "59,944 rows", "fridge_temperature,temp_condition"):
        assert fact in told
    dataset = toniot.load("fridge", allow_unknown_digest=True)
    assert dataset.variant == "fridge/train_test"
    assert "200 rows, read as fridge/train_test" in dataset.banner
    assert "not comparable" in dataset.banner


@needs_real
@pytest.mark.parametrize("name", HELD)
def test_real_files_are_known_by_content_and_hold_the_registered_classes(monkeypatch, name):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    dataset = toniot.load(name)
    variant = registry.entry(NAME).select(name)[0]
    assert dataset.source == "real"
    assert len(dataset.frame) == variant.rows
    counts = dataset.frame[variant.class_column].str.strip().value_counts().to_dict()
    assert counts == variant.class_counts


@pytest.mark.parametrize("variant", registry.entry(NAME).variants, ids=lambda each: each.name)
def test_registered_class_counts_add_up_to_the_registered_rows(variant):
    assert sum(variant.class_counts.values()) == variant.rows


def test_every_form_at_hand_is_loaded_the_preferred_one_first(monkeypatch, data_folder):
    assert [each.source for each in toniot.at_hand("fridge")] == ["twin"]
    frame = sample("fridge")
    extract_path = save(frame, data_folder / extract("fridge"))
    full_path = save(frame.drop(columns="ts"), data_folder / processed("fridge"))
    register(monkeypatch, fridge_train_test=extract_path, fridge_processed=full_path)
    found = [each.variant for each in toniot.at_hand("fridge")]
    assert found == ["fridge/processed", "fridge/train_test"]
    monkeypatch.setenv("IDS_TWIN", "1")
    assert [each.source for each in toniot.at_hand("fridge")] == ["twin"]


# What is tolerated.


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_mark_line_ends_order_and_time_stamp_do_not_matter(data_folder, device):
    frame = sample(device)
    path = data_folder / processed(device)
    save(frame, path)
    plain = toniot.load(device, allow_unknown_digest=True).frame
    for columns in (list(frame.columns), list(frame.columns[::-1])):
        save(frame[columns], path, encoding="utf-8-sig", lineterminator="\r\n")
        told = toniot.load(device, allow_unknown_digest=True).frame
        pd.testing.assert_frame_equal(told, plain)
    save(frame.drop(columns="ts"), path)
    without = toniot.load(device, allow_unknown_digest=True)
    pd.testing.assert_frame_equal(without.frame, plain.drop(columns="ts"))
    assert without.variant == f"{device}/processed"


def test_padding_stays_visible_and_heading_padding_goes(data_folder):
    frame = sample("fridge")
    padded = frame.rename(columns={"label": " label "}).assign(type=frame["type"] + "  ")
    save(padded, data_folder / processed("fridge"))
    dataset = toniot.load("fridge", allow_unknown_digest=True)
    assert dataset.frame["temp_condition"].tolist() == frame["temp_condition"].tolist()
    assert dataset.frame["time"].tolist() == frame["time"].tolist()
    assert set(toniot.paper_table(dataset).types) == set(frame["type"])


def test_rows_with_an_empty_cell_are_left_out_as_in_the_paper(data_folder):
    frame = sample("motion_light").astype({"motion_status": "object"})
    frame.loc[[3, 5], "motion_status"] = ""
    frame.loc[7, "light_status"] = ""
    save(frame, data_folder / processed("motion_light"))
    table = toniot.paper_table(toniot.load("motion_light", allow_unknown_digest=True))
    assert len(table.features) == len(table.labels) == len(table.moments) == ROWS - 3
    kept = frame.drop(index=[3, 5, 7])
    assert table.labels.tolist() == kept["label"].tolist()
    assert table.features.notna().all(axis=None)


# What it costs.

LOADING = """
import resource, time
from lib.papers import toniot
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
frame = toniot.load("{device}", allow_unknown_digest=True).frame
seconds = time.process_time() - start
used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(len(frame), seconds, used)
"""


@pytest.mark.parametrize("device", ["fridge", "thermostat"])
def test_a_full_size_file_loads_in_three_seconds_and_half_a_gigabyte(data_folder, device):
    frame = twin.make_twin(NAME, device, toniot_twin)
    random = np.random.default_rng(0)
    rows = frame.iloc[np.sort(random.integers(0, len(frame), FULL_SIZE))].drop(columns="ts")
    clock = random.integers(0, 86_400, FULL_SIZE)
    spread = pd.to_datetime(clock, unit="s").strftime(" %H:%M:%S ")
    rows = rows.assign(time=spread)
    if device == "thermostat":  # Every text another one: the worst case for memory.
        rows["current_temperature"] = random.uniform(25, 35, FULL_SIZE).round(8)
    save(rows, data_folder / processed(device), lineterminator="\r\n")
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LOADING.format(device=device))],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    count, seconds, megabytes = map(float, ran.stdout.split())
    assert count == FULL_SIZE
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES


# What is refused.


def test_text_in_the_label_is_named(data_folder):
    frame = sample("fridge").astype({"label": "object"})
    frame.loc[[1, 2], "label"] = "attack"
    told = refusal_of("fridge", save(frame, data_folder / extract("fridge")))
    assert "column 'label' holds 'attack' in 2 rows; only 0, 1 may stand there" in told


@pytest.mark.parametrize(("kind", "label"), [("normal", 1), ("ddos", 0)])
def test_a_type_that_contradicts_its_label_is_named(data_folder, kind, label):
    frame = sample("thermostat").assign(type="normal", label=0)
    frame.loc[[4, 5, 6], ["type", "label"]] = [kind, label]
    told = refusal_of("thermostat", save(frame, data_folder / extract("thermostat")))
    assert f"column 'type' holds '{kind}' in 3 rows; these rows have label {label}" in told


def test_an_unknown_type_is_named(data_folder):
    frame = sample("thermostat")
    frame.loc[0, "type"] = "worm"
    told = refusal_of("thermostat", save(frame, data_folder / extract("thermostat")))
    assert "column 'type' holds 'worm' in 1 row; only normal, backdoor" in told


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("ts", 1_700_000_000, "the recording is of 2019"),
        ("date", "25-Apr-18", "the recording is of 2019"),
        ("date", "2019/04/25", "a date reads 25-Apr-19"),
        ("time", " 25:10:00 ", "a time reads 19:19:40"),
        ("time", "noon", "a time reads 19:19:40"),
    ],
)
def test_a_time_outside_the_recording_is_named(data_folder, column, value, said):
    frame = sample("garage_door")
    frame.loc[[0, 9], column] = value
    told = refusal_of("garage_door", save(frame, data_folder / extract("garage_door")))
    assert f"column {column!r} holds {str(value)!r} in 2 rows; {said}" in told


def test_an_unknown_spelling_is_named(data_folder):
    frame = sample("garage_door")
    frame.loc[3, "door_state"] = "ajar"
    told = refusal_of("garage_door", save(frame, data_folder / extract("garage_door")))
    assert "column 'door_state' holds 'ajar' in 1 row; only closed, open, 0 or 1" in told


def test_another_device_under_the_name_is_named(data_folder):
    told = refusal_of("fridge", save(sample("thermostat"), data_folder / processed("fridge")))
    assert "are those of thermostat/processed; two files may be swapped" in told
    assert f"Name it {processed('thermostat')}" in told


def test_a_known_file_under_another_devices_name_is_named(monkeypatch, data_folder):
    path = save(sample("thermostat"), data_folder / extract("fridge"))
    register(monkeypatch, thermostat_train_test=path)
    told = refusal_of("fridge", path)
    assert "its content is that of thermostat/train_test;" in told
    assert f"Rename it to {extract('thermostat')}" in told


def test_two_known_files_swapped_are_read_by_content_with_a_warning(monkeypatch, data_folder):
    fridge = save(sample("fridge"), data_folder / extract("thermostat"))
    thermostat = save(sample("thermostat"), data_folder / extract("fridge"))
    register(monkeypatch, fridge_train_test=fridge, thermostat_train_test=thermostat)
    with pytest.warns(UserWarning, match="two files may be swapped"):
        dataset = toniot.load("fridge")
    assert "fridge_temperature" in dataset.frame
    assert dataset.path == fridge


@pytest.mark.parametrize("text", ["", "date,time,fridge_temperature,temp_condition,label,type\n"])
def test_an_empty_device_is_an_error_not_a_twin(data_folder, text):
    path = data_folder / processed("fridge")
    path.write_text(text)
    with pytest.raises(ReaderError, match="is not the file that the book knows"):
        toniot.load("fridge")
    told = refusal_of("fridge", path)
    assert "0 rows" in told


def test_a_device_without_one_complete_row_is_an_error(data_folder):
    frame = sample("fridge").assign(temp_condition="")
    path = save(frame, data_folder / processed("fridge"))
    dataset = toniot.load("fridge", allow_unknown_digest=True)
    with pytest.raises(ReaderError, match="not one of the 300 rows is complete") as refusal:
        toniot.paper_table(dataset)
    assert str(path) in str(refusal.value)


# The preparation of the paper.


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_text_is_numbered_as_the_label_encoder_numbers_it(device):
    dataset = toniot.load(device)
    table = toniot.paper_table(dataset)
    assert list(table.features) == ["date", "time", *toniot.READINGS[device]]
    for name in table.features:
        values = dataset.frame[name]
        if not pd.api.types.is_numeric_dtype(values):
            values = LabelEncoder().fit_transform(values)
        assert (table.features[name] == values).all()


def cleaned_by_hand(values):
    words = {"low": 0, "closed": 0, "false": 0, "off": 0, "high": 1, "open": 1, "true": 1, "on": 1}
    return [words.get(value.strip(), value.strip()) for value in values.astype(str)]


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_cleaning_leaves_one_spelling_a_value_and_changes_no_value(device):
    frame = sample(device)
    cleaned = toniot.clean(frame)
    for name in toniot.READINGS[device]:
        by_hand = [float(value) for value in cleaned_by_hand(frame[name])]
        assert cleaned[name].tolist() == by_hand
    assert (pd.to_datetime(cleaned["date"] + " " + cleaned["time"]) == toniot.moments(frame)).all()


def test_times_are_read_with_any_padding_and_without_a_leading_zero():
    frame = pd.DataFrame(
        {
            "date": ["25-Apr-19", " 2-Apr-19 ", "31-Mar-19"],
            "time": [" 19:19:40 ", "8:59:02", "   00:00:00   "],
        }
    )
    expected = ["2019-04-25 19:19:40", "2019-04-02 08:59:02", "2019-03-31 00:00:00"]
    assert toniot.moments(frame).astype(str).tolist() == expected


def test_time_stamps_and_printed_times_agree():
    for device in toniot.DEVICES:
        frame = sample(device)
        assert (toniot.moments(frame) == toniot.moments(frame[["ts"]])).all()


@needs_real
def test_the_edge_file_comes_to_the_form_of_the_release(monkeypatch):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    edge = toniot.load("garage_door/edge")
    common = toniot.common_form(edge.frame)
    assert list(common) == ["date", "time", "door_state", "sphone_signal", "label", "type"]
    assert (toniot.moments(common) == toniot.moments(edge.frame)).all()
    assert ((common["type"] == "normal") == (common["label"] == 0)).all()
    # Moments of attacks that the extract prints are there too: the offset of local time is right.
    release = toniot.load("garage_door/train_test").frame
    printed = release[release["type"] == "scanning"]
    found = common[common["type"] == "scanning"]
    assert set(toniot.moments(printed)) == set(toniot.moments(found))


# The twins.


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_a_twin_has_the_form_and_the_classes_of_the_extract(device):
    frame = twin.make_twin(NAME, device, toniot_twin)
    variant = registry.entry(NAME).select(f"{device}/train_test")[0]
    assert list(frame) == variant.column_names
    kinds = {"text": "str", "integer": "int64", "number": "float64"}
    assert [str(kind) for kind in frame.dtypes] == [kinds[c.type] for c in variant.columns]
    assert frame["type"].value_counts().to_dict() == variant.class_counts
    assert ((frame["type"] != "normal") == (frame["label"] == 1)).all()
    pd.testing.assert_frame_equal(frame, twin.make_twin(NAME, device, toniot_twin))


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_normal_and_attack_rows_have_days_of_their_own(device):
    frame = twin.make_twin(NAME, device, toniot_twin)
    days = frame.groupby("label")["date"].unique()
    assert not set(days[0]) & set(days[1])


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_normal_rows_come_in_bursts_and_attack_rows_do_not(device):
    frame = twin.make_twin(NAME, device, toniot_twin)
    together = frame.groupby(["label", "ts"]).size()
    assert together[0].max() >= 60
    assert together[1].max() <= 5


def test_spelling_betrays_the_label_of_fridge_and_garage_door_and_cleaning_hides_it():
    for device, name in (("fridge", "temp_condition"), ("garage_door", "sphone_signal")):
        frame = twin.make_twin(NAME, device, toniot_twin)
        spelled = frame.groupby("label")[name].unique()
        assert not set(spelled[0]) & set(spelled[1])
        cleaned = toniot.clean(frame)
        shares = cleaned.groupby("label")[name].mean()
        assert abs(shares[0] - shares[1]) < 0.02


@pytest.mark.parametrize("device", ["motion_light", "garage_door"])
def test_both_readings_carry_the_same_bit(device):
    cleaned = toniot.clean(twin.make_twin(NAME, device, toniot_twin))
    first, second = toniot.READINGS[device]
    assert (cleaned[first] == cleaned[second]).all()
    assert cleaned[first].nunique() == 2


@needs_real
@pytest.mark.parametrize("device", toniot.DEVICES)
def test_a_twin_is_close_to_its_real_file(monkeypatch, device):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    dataset = toniot.load(f"{device}/train_test")
    table = toniot.fidelity_table(dataset).set_index("column")
    readings = list(toniot.READINGS[device])
    assert (table.loc[readings, "normal"] < 0.02).all()
    assert (table.loc["hour"].drop("correlation") < 0.06).all()
    assert table.loc["rows_a_second", "normal"] < 0.2
    drawn = twin.make_twin(NAME, device, toniot_twin)
    for label in (0, 1):
        ours, theirs = (f[f["label"] == label].duplicated().mean() for f in (dataset.frame, drawn))
        assert abs(ours - theirs) < 0.02


@needs_real
@pytest.mark.parametrize("device", toniot.DEVICES)
def test_the_real_file_has_the_traits_that_the_twin_is_built_on(monkeypatch, device):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    frame = toniot.load(f"{device}/train_test").frame
    drawn = twin.make_twin(NAME, device, toniot_twin)
    pairs = [["type", "date"], ["label", "date"]]
    if device in ("fridge", "garage_door"):
        pairs.append(["label", toniot.READINGS[device][1]])
    for pair in pairs:
        assert frame.value_counts(pair).index.isin(drawn.value_counts(pair).index).all()


@needs_real
def test_the_committed_parameters_are_those_of_the_real_file(monkeypatch):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    for device in toniot.DEVICES:
        fitted = toniot_twin.fit(toniot.load(f"{device}/train_test").frame)
        pd.testing.assert_frame_equal(
            toniot_twin.draw(fitted), twin.make_twin(NAME, device, toniot_twin)
        )
