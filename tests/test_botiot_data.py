"""BoT-IoT's files: how they are known and read, what is refused, the twin."""

import dataclasses
import os
import subprocess
import sys

import botiot_layout as layout
import numpy as np
import pandas as pd
import pytest

from lib import datasets
from lib.common.errors import ReaderError
from lib.common.paths import ROOT, TWINS
from lib.datasets import columnar, fitting, registry, twin
from lib.datasets.fitting import write_twins
from lib.papers import botiot
from lib.papers.botiot.packets import making

NAME = "bot-iot"
pytestmark = pytest.mark.usefixtures("no_data")
REAL_FOLDER = os.environ.get("IDS_DATA")
FLOW_COLUMNS = {
    "stime": "float64",
    "proto": "category",
    "saddr": "category",
    "sport": "category",
    "daddr": "category",
    "dport": "category",
    "state": "category",
    "dur": "float64",
    "spkts": "int64",
    "dpkts": "int64",
    "sbytes": "int64",
    "dbytes": "int64",
    "srate": "float64",
    "drate": "float64",
    "category": "category",
    "subcategory": "category",
}
FIVE_PERCENT, FULL, SAMPLE = "flows/full5pc", "flows/full", "flows/sample"
SMALL = 1 / 5000
SECONDS, MEGABYTES, FULL_MEGABYTES = 30, 1000, 2000

needs_real = pytest.mark.skipif(
    not REAL_FOLDER, reason="IDS_DATA is not set: the real files are not at hand"
)


def register(monkeypatch, name, **changes):
    """Change a variant in the registry; return it."""
    entry = registry.entry(NAME)
    changed = dataclasses.replace(layout.variant(name), **changes)
    variants = tuple(changed if each.name == name else each for each in entry.variants)
    known = {NAME: dataclasses.replace(entry, variants=variants)}
    monkeypatch.setattr(registry, "_entries", lambda: known)
    return changed


def small(monkeypatch, name, factor=SMALL, **changes):
    """Let the registry expect few rows of a variant; return it."""
    counts = layout.scaled(layout.variant(name).subclass_counts, factor)
    totals = {one: sum(counted.values()) for one, counted in counts.items()}
    return register(monkeypatch, name, subclass_counts=counts, class_counts=totals, **changes)


@pytest.fixture
def five_percent(monkeypatch, data_folder):
    """The four files of a small 5 % set, in the folder."""
    form = small(monkeypatch, FIVE_PERCENT)
    return layout.write_files(data_folder, form, form.subclass_counts)


def refusal(variant="flows", **options):
    with pytest.raises(ReaderError) as refused:
        botiot.load(variant, **options)
    return str(refused.value)


def edit(path, change):
    """Apply a change to the lines of a file."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(change(lines)))


def edit_cell(path, row, column, value):
    def change(lines):
        cells = lines[row].rstrip("\n").split(",")
        cells[lines[0].rstrip("\n").split(",").index(column)] = value
        return [*lines[:row], ",".join(cells) + "\n", *lines[row + 1 :]]

    edit(path, change)


# What the registry says.


def test_the_five_percent_set_has_the_papers_counts():
    form = layout.variant(FIVE_PERCENT)
    assert form.rows == 3_668_522
    assert len(form.columns) == 46
    assert form.class_counts["DoS"] == 1_650_260
    assert form.class_counts["DDoS"] == 1_926_624
    assert form.class_counts["Reconnaissance"] == 91_082
    assert form.class_counts["Theft"] == 79


def test_the_full_set_has_73_million_rows_in_74_files():
    form = layout.variant(FULL)
    assert (form.rows, len(form.parts), len(form.columns)) == (73_370_443, 74, 35)


@pytest.mark.parametrize("form", registry.entry(NAME).variants, ids=lambda form: form.name)
def test_subclasses_add_up_to_their_classes(form):
    sums = {one: sum(counted.values()) for one, counted in form.subclass_counts.items()}
    assert sums == form.class_counts


def test_no_digest_is_made_up():
    for name in (FIVE_PERCENT, FULL):
        parts = layout.variant(name).parts
        assert {(part.bytes, part.rows, part.sha256) for part in parts} == {(0, 0, "")}


def test_the_card_says_how_files_without_digest_are_known():
    facts = datasets.card(NAME, FIVE_PERCENT).set_index("fact")["value"]
    assert "Full5pc_1.csv to UNSW_2018_IoT_Botnet_Full5pc_4.csv" in facts["files"]
    assert "known by the rows of each subclass" in facts["files"]
    assert facts["rows"] == "3,668,522"


# The 5 % set.


def test_four_files_are_read_as_one(five_percent):
    dataset = botiot.load("flows")
    form = layout.variant(FIVE_PERCENT)
    assert (dataset.variant, dataset.source, dataset.files) == (FIVE_PERCENT, "real", 4)
    assert dataset.counts == form.subclass_counts
    assert dataset.frame.dtypes.astype(str).to_dict() == FLOW_COLUMNS
    assert "the 4 real files from UNSW_2018_IoT_Botnet_Full5pc_1.csv" in dataset.banner
    read = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in five_percent])
    for name, kind in FLOW_COLUMNS.items():
        expected = read[name].astype("str" if kind == "category" else kind)
        assert (dataset.frame[name].astype(expected.dtype).to_numpy() == expected).all(), name


def test_blocks_make_no_difference(monkeypatch, five_percent):
    whole = botiot.load("flows").frame
    monkeypatch.setattr(columnar, "BLOCK_BYTES", 3000)
    pd.testing.assert_frame_equal(botiot.load("flows").frame, whole)


def test_ports_stay_text(five_percent):
    edit_cell(five_percent[0], 1, "sport", "0x0303")
    edit_cell(five_percent[0], 1, "dport", "")
    edit_cell(five_percent[0], 2, "sport", "80.0")
    frame = botiot.load("flows").frame
    assert frame.loc[0, ["sport", "dport"]].tolist() == ["0x0303", ""]
    assert frame.loc[1, "sport"] == "80"


def test_padding_is_no_other_text(five_percent):
    edit_cell(five_percent[0], 1, "proto", " tcp ")
    edit_cell(five_percent[0], 1, "category", "DoS ")
    dataset = botiot.load("flows")
    assert dataset.source == "real"
    assert dataset.frame.loc[0, "proto"] == "tcp"
    assert " tcp " not in dataset.frame["proto"].cat.categories


def test_other_columns_may_be_missing_or_elsewhere(five_percent):
    whole = botiot.load("flows").frame
    for path in five_percent:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.drop(columns=["TnBPSrcIP", "flgs"]).iloc[:, ::-1].to_csv(path, index=False)
    pd.testing.assert_frame_equal(botiot.load("flows").frame, whole)


def test_swapped_files_are_read_in_the_order_of_their_rows(five_percent):
    whole = botiot.load("flows")
    aside = five_percent[0].with_name("aside")
    five_percent[0].rename(aside)
    five_percent[2].rename(five_percent[0])
    aside.rename(five_percent[2])
    with pytest.warns(UserWarning, match=r"may be swapped.*Full5pc_3.csv, .*Full5pc_2.csv"):
        swapped = botiot.load("flows")
    pd.testing.assert_frame_equal(swapped.frame, whole.frame)
    assert swapped.sha256 == whole.sha256


def test_other_counts_are_refused_with_both_numbers(five_percent):
    edit_cell(five_percent[0], 1, "subcategory", "HTTP")
    told = refusal()
    assert "do not hold what the book knows" in told
    assert "DoS UDP: expected 207, found 206 rows" in told
    assert "DoS TCP" not in told
    assert "IDS_DATA_ALLOW_UNKNOWN=1" in told


def test_the_override_marks_other_counts_not_comparable(five_percent):
    edit_cell(five_percent[0], 1, "subcategory", "HTTP")
    dataset = botiot.load("flows", allow_unknown_digest=True)
    assert dataset.source == "unknown"
    assert "not comparable" in dataset.banner


def test_a_missing_part_is_named(five_percent):
    five_percent[2].unlink()
    told = refusal()
    assert "has 3 of the 4 files of flows/full5pc" in told
    assert "missing: UNSW_2018_IoT_Botnet_Full5pc_3.csv" in told


def test_a_duplicated_part_is_named(five_percent):
    five_percent[1].write_bytes(five_percent[3].read_bytes())
    told = refusal(allow_unknown_digest=True)
    assert f"{five_percent[3]} has the same content as {five_percent[1].name}" in told


def test_a_missing_heading_is_named(five_percent):
    edit(five_percent[1], lambda lines: lines[1:])
    told = refusal()
    assert f"{five_percent[1]} has no heading" in told
    assert "'pkSeqID,stime,flgs,flgs_number,…' should stand" in told


def test_a_missing_column_is_named_with_its_new_name(five_percent):
    edit(five_percent[3], lambda lines: [lines[0].replace(",srate,", ",s_rate,"), *lines[1:]])
    told = refusal()
    assert str(five_percent[3]) in told
    assert "column 'srate' is missing (there is 's_rate' instead)" in told


def test_a_column_that_stands_twice_is_named(five_percent):
    edit(five_percent[0], lambda lines: [lines[0].replace(",drate,", ",srate,"), *lines[1:]])
    assert "'drate' is missing" in refusal()
    edit(five_percent[0], lambda lines: [lines[0].replace(",rate,", ",drate,"), *lines[1:]])
    assert "column 'srate' stands there twice" in refusal()


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("srate", "fast", "a number"),
        ("dur", "", "a number"),
        ("spkts", "2.5", "an integer"),
        ("dpkts", "", "an integer"),
        ("stime", "2018-06-04", "a number"),
    ],
)
def test_text_among_numbers_is_counted(five_percent, column, value, kind):
    for row in (3, 7):
        edit_cell(five_percent[2], row, column, value)
    told = refusal()
    assert f"column '{column}' holds '{value}' in 2 rows; every value must be {kind}" in told
    assert str(five_percent[2]) in told


def test_text_in_the_first_row_number_is_named(five_percent):
    edit_cell(five_percent[2], 1, "pkSeqID", "first")
    assert "column 'pkSeqID' holds 'first' in 1 row; every value must be an integer" in refusal()


def test_a_line_that_breaks_off_is_named(five_percent):
    edit(five_percent[3], lambda lines: [*lines[:-1], lines[-1][: len(lines[-1]) // 2]])
    told = refusal()
    assert str(five_percent[3]) in told
    assert "columns, not 46" in told
    assert "cut off" in told


def test_a_line_that_breaks_off_in_its_last_cell_is_named(five_percent):
    edit(five_percent[3], lambda lines: [*lines[:-1], lines[-1].rstrip("\n")[:-3]])
    told = refusal()
    assert "column 'subcategory' holds 'Nor' in 1 row; only UDP, TCP" in told


def test_a_file_that_breaks_off_between_lines_is_refused(five_percent):
    edit(five_percent[3], lambda lines: lines[:-5])
    assert "do not hold what the book knows" in refusal()


def test_a_line_with_too_many_cells_is_named(five_percent):
    edit(five_percent[0], lambda lines: [*lines[:5], "1,2," + lines[5], *lines[6:]])
    assert "a row has 48 columns, not 46" in refusal()


def test_semicolons_are_recognized(five_percent):
    count = five_percent[0].read_text().count("\n") - 1
    edit(five_percent[0], lambda lines: [line.replace(",", ";") for line in lines])
    assert "separated by semicolons" in refusal()
    assert f"all {count} rows" in refusal()


@pytest.mark.parametrize(
    ("kept", "said"), [(0, "is empty: 0 rows"), (1, "has a heading but no data: 0 rows")]
)
def test_a_file_without_rows_is_refused(five_percent, kept, said):
    edit(five_percent[1], lambda lines: lines[:kept])
    told = refusal()
    assert str(five_percent[1]) in told
    assert said in told


def test_another_table_is_refused(five_percent):
    five_percent[0].write_text("a,b\n1,2\n")
    assert "the first line is no heading and has 2 columns, not 46" in refusal()


def test_another_encoding_is_refused(five_percent):
    edit_cell(five_percent[0], 2, "saddr", "höst")
    five_percent[0].write_bytes(five_percent[0].read_text().encode("latin-1"))
    assert f"{five_percent[0]} is not UTF-8 text" in refusal()
    five_percent[0].write_bytes("pkSeqID,stime\n1,2\n".encode("utf-16"))
    assert f"{five_percent[0]} is not UTF-8 text" in refusal()


def test_a_byte_order_mark_and_windows_lines_pass(five_percent):
    whole = botiot.load("flows").frame
    text = five_percent[0].read_text().replace("\n", "\r\n")
    five_percent[0].write_bytes(text.encode("utf-8-sig"))
    pd.testing.assert_frame_equal(botiot.load("flows").frame, whole)


def test_a_folder_in_a_files_place_is_refused(five_percent):
    five_percent[1].unlink()
    five_percent[1].mkdir()
    assert "missing: UNSW_2018_IoT_Botnet_Full5pc_2.csv" in refusal()


# The full set.


@pytest.fixture
def full(monkeypatch, data_folder):
    """Four files of a small full set without headings, in the folder; few rows may be kept."""
    form = small(
        monkeypatch,
        FULL,
        factor=1 / 20_000,
        parts=layout.variant(FULL).parts[:4],
        reservoir=registry.Reservoir(rows=90, seed=2018),
    )
    return layout.write_files(data_folder, form, form.subclass_counts, heading=False, mixed=True)


def per_subclass(frame):
    return frame.groupby(["category", "subcategory"], observed=True).size()


def test_of_the_full_set_a_sample_by_subcategory_is_drawn(full):
    dataset = botiot.load("flows")
    form = layout.variant(FULL)
    assert (dataset.variant, dataset.source) == (FULL, "real")
    assert dataset.counts == form.subclass_counts
    assert dataset.frame.dtypes.astype(str).to_dict() == FLOW_COLUMNS
    drawn = per_subclass(dataset.frame)
    for one, counted in form.subclass_counts.items():
        for sub, count in counted.items():
            assert drawn[one, sub] == min(count, 90), (one, sub)
    assert dataset.frame["stime"].is_monotonic_increasing


def test_the_rows_drawn_are_rows_of_the_files(full):
    frame = botiot.load("flows").frame
    columns = layout.variant(FULL).column_names
    read = pd.concat([pd.read_csv(path, names=columns, dtype=str) for path in full])
    there = set(
        zip(read["stime"].astype(float), read["category"], read["subcategory"], strict=True)
    )
    assert set(zip(frame["stime"], frame["category"], frame["subcategory"], strict=True)) <= there
    assert frame["stime"].is_unique


def test_the_sample_does_not_depend_on_blocks_files_or_headings(monkeypatch, full):
    whole = botiot.load("flows").frame
    monkeypatch.setattr(columnar, "BLOCK_BYTES", 4000)
    pd.testing.assert_frame_equal(botiot.load("flows").frame, whole)
    heading = ",".join(layout.variant(FULL).column_names) + "\n"
    edit(full[2], lambda lines: [heading, *lines])
    for number, path in enumerate(full, start=1):
        path.rename(path.with_name(f"data_{5 - number}.csv"))
    with pytest.warns(UserWarning, match="may be swapped"):
        again = botiot.load("flows")
    pd.testing.assert_frame_equal(again.frame, whole)


def test_the_seed_of_the_sample_counts(monkeypatch, full):
    first = botiot.load("flows").frame
    register(monkeypatch, FULL, reservoir=registry.Reservoir(rows=90, seed=2019))
    second = botiot.load("flows").frame
    assert len(set(first["stime"]) & set(second["stime"])) < len(first) / 2


def test_every_row_has_the_same_chance():
    chances = columnar.hashed(np.arange(1, 100_001), seed=3) / 2.0**64
    assert abs(chances.mean() - 0.5) < 0.005
    assert abs(np.corrcoef(chances, np.arange(100_000))[0, 1]) < 0.01
    counts, _ = np.histogram(chances, bins=50, range=(0, 1))
    assert abs(counts - 2000).max() < 250
    assert len(np.unique(columnar.hashed(np.arange(1000), seed=4))) == 1000


def test_a_plain_name_alone_is_not_taken_for_the_full_set(data_folder):
    (data_folder / "data_1.csv").write_text("somebody,else\n1,2\n")
    assert botiot.load("flows").source == "twin"


def test_a_full_set_with_a_missing_file_is_refused(full):
    full[1].unlink()
    assert "has 3 of the 4 files of flows/full" in refusal()


# Seconds and memory.

LOADING = """\
import dataclasses, re, sys, time
import pyarrow
from lib.papers import botiot
from lib.datasets import registry
name, parts = sys.argv[1], int(sys.argv[2])
entry = registry.entry("bot-iot")
form = entry.select(name)[0]
if form.reservoir:  # Full after two files, so that more files could only add what must not stay.
    form = dataclasses.replace(form, reservoir=registry.Reservoir(4000, seed=1))
form = dataclasses.replace(form, parts=form.parts[:parts])
known = {"bot-iot": dataclasses.replace(entry, variants=(form,))}
registry._entries = lambda: known
pyarrow.set_cpu_count(2)  # each more reads ahead, and takes memory for it
before = time.process_time()
dataset = botiot.load(name, allow_unknown_digest=True)
seconds = time.process_time() - before
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
rows = sum(sum(counted.values()) for counted in dataset.counts.values())
print(dataset.source, rows, len(dataset.frame), seconds, int(peak) / 1024)
"""


def measured(folder, name, parts):
    """Load in a process of its own; return source, rows, rows kept, seconds and megabytes."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("IDS_")}
    ran = subprocess.run(
        [sys.executable, "-c", LOADING, name, str(parts)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment | {"IDS_DATA": str(folder), "IDS_CACHE": str(folder / "none")},
    )
    source, *numbers = ran.stdout.split()
    return source, *map(float, numbers)


needs_proc = pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="peak memory is read from /proc"
)


@needs_proc
def test_the_five_percent_set_loads_in_half_a_minute_and_a_gigabyte(data_folder):
    """At full size; the seconds are the processor's, so that other programs do not count."""
    form = layout.variant(FIVE_PERCENT)
    paths = layout.write_files(data_folder, form, form.subclass_counts)
    try:
        source, rows, kept, seconds, megabytes = measured(data_folder, FIVE_PERCENT, 4)
    finally:
        for path in paths:
            path.unlink()
    assert (source, rows, kept) == ("real", form.rows, form.rows)
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES


@needs_proc
def test_memory_does_not_grow_with_the_number_of_files(data_folder):
    peaks = {}
    for parts in (4, 12):
        form = layout.variant(FULL)
        form = dataclasses.replace(form, parts=form.parts[:parts])
        counts = layout.scaled(form.subclass_counts, parts * 40_000 / form.rows)
        paths = layout.write_files(data_folder, form, counts, heading=False, mixed=True)
        _, rows, kept, _, peaks[parts] = measured(data_folder, FULL, parts)
        for path in paths:
            path.unlink()
        assert rows == layout.total(counts)
        assert kept < rows
    assert peaks[12] <= FULL_MEGABYTES
    assert peaks[12] - peaks[4] < 40


# The sample.


def sample_frame(rows=40):
    """A table in the layout of the sample, with the columns that its uploader added."""
    form = layout.variant(SAMPLE)
    frame = twin.make_twin(NAME, SAMPLE, botiot.twin)
    frame = frame.iloc[np.linspace(0, len(frame) - 1, rows).astype(int)].astype(object)
    other = {column.name: "" if column.type == "text" else 0 for column in form.columns}
    frame = frame.assign(**{n: v for n, v in other.items() if n not in frame})
    return frame.assign(Label=frame["category"])[form.column_names]


@pytest.mark.parametrize("added", [True, False], ids=["with Label", "without"])
def test_the_columns_that_leak_the_class_are_dropped(data_folder, added):
    frame = sample_frame()
    frame = frame if added else frame.drop(columns=["Label", "Category"])
    frame.to_csv(data_folder / "BoT_IoT_1000.csv", index=False)
    dataset = botiot.load("flows", allow_unknown_digest=True)
    assert (dataset.variant, dataset.source) == (SAMPLE, "unknown")
    assert dataset.frame.dtypes.astype(str).to_dict() == FLOW_COLUMNS
    assert len(dataset.frame) == 40


def test_a_sample_of_unknown_content_is_refused(data_folder):
    sample_frame().to_csv(data_folder / "BoT_IoT_1000.csv", index=False)
    assert "is not the file that the book knows" in refusal()


def test_text_among_the_samples_numbers_is_named(data_folder):
    frame = sample_frame()
    frame.iloc[3, frame.columns.get_loc("srate")] = "fast"
    frame.to_csv(data_folder / "BoT_IoT_1000.csv", index=False)
    told = refusal(allow_unknown_digest=True)
    assert "column 'srate' holds 'fast' in 1 row" in told


@needs_real
def test_the_real_sample_is_what_the_registry_says(monkeypatch):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    dataset = botiot.load(SAMPLE)
    frame = dataset.frame
    assert (dataset.source, len(frame)) == ("real", 10_118)
    assert dataset.counts == layout.variant(SAMPLE).subclass_counts
    assert frame.dtypes.astype(str).to_dict() == FLOW_COLUMNS
    assert (frame["sport"] == "").sum() == 56
    assert (frame["sport"] == "0x0303").sum() == 25
    assert not frame["dport"].astype(str).str.endswith(".0").any()


# The ten best features.


@needs_real
def test_the_real_ten_best_rows_are_what_the_registry_says(monkeypatch):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    dataset = botiot.load("ten_best")
    form = layout.variant("ten_best")
    assert (dataset.source, list(dataset.frame)) == ("real", form.column_names)
    assert dataset.counts == form.subclass_counts


def ten_best(path, separator):
    form = layout.variant("ten_best")
    row = ["x" if column.type == "text" else "1" for column in form.columns]
    path.write_text("".join(f"{separator.join(line)}\n" for line in (form.column_names, row)))


def test_commas_in_place_of_tabs_are_recognized(data_folder):
    ten_best(data_folder / "10_best_sample.tsv", "\t")
    dataset = botiot.load("ten_best", allow_unknown_digest=True)
    assert len(dataset.frame) == 1
    ten_best(data_folder / "10_best_sample.tsv", ",")
    told = refusal("ten_best", allow_unknown_digest=True)
    assert "separated by commas, not by '\\t'" in told


def test_without_its_file_there_is_no_ten_best():
    assert "not at hand and has no synthetic twin" in refusal("ten_best")


# The twin.


def test_without_files_the_twin_stands_for_the_flows():
    dataset = botiot.load("flows")
    assert (dataset.source, dataset.variant) == ("twin", SAMPLE)
    assert dataset.frame.dtypes.astype(str).to_dict() == FLOW_COLUMNS
    found = per_subclass(dataset.frame)
    assert {one: found[one].to_dict() for one in dataset.counts} == dataset.counts


def test_the_twin_is_drawn_even_where_files_are(five_percent):
    assert botiot.load("flows").source == "real"
    dataset = botiot.draw_twin("flows")
    assert dataset.source == "twin"
    pd.testing.assert_frame_equal(dataset.frame, twin.make_twin(NAME, "flows", botiot.twin))


def test_a_twin_that_is_not_there_is_an_error():
    with pytest.raises(ReaderError, match="has no synthetic twin"):
        botiot.draw_twin("ten_best")


def test_the_committed_table_is_the_one_described():
    path = twin.committed_file(NAME, "flows")
    assert path.stat().st_size < 1_000_000
    table = botiot.fidelity_table(botiot.draw_twin("flows"))
    assert "DoS UDP" in table
    assert "stime" not in set(table["column"])


@needs_real
def test_the_committed_distance_is_the_one_measured(monkeypatch):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    now = botiot.fidelity_table(botiot.load(SAMPLE))
    pd.testing.assert_frame_equal(now, botiot.fidelity_table(botiot.draw_twin("flows")))


@pytest.fixture
def twins(monkeypatch, tmp_path):
    """A copy of the committed twin that a test may damage."""
    for source in (path for path in TWINS.iterdir() if path.name.startswith("bot-iot")):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    for module in (twin, fitting):
        monkeypatch.setattr(module, "TWINS", tmp_path)
    return tmp_path


@pytest.mark.parametrize("content", [None, b"", b"no table"])
def test_a_damaged_table_is_reported(twins, content):
    path = twins / "bot-iot-flows.csv.xz"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ReaderError, match=r"git checkout data/twins/bot-iot-flows\.csv\.xz"):
        botiot.draw_twin("flows")


def test_a_table_that_breaks_off_is_reported(twins):
    path = twins / "bot-iot-flows.csv.xz"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ReaderError, match=r"git checkout data/twins/bot-iot-flows\.csv\.xz"):
        botiot.draw_twin("flows")


@pytest.mark.parametrize("content", [None, "{}", "no json", '{"table": "another"}'])
def test_a_damaged_description_is_reported(twins, content):
    dataset = botiot.draw_twin("flows")
    path = twins / "bot-iot-flows.json"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(ReaderError, match=r"git checkout data/twins/bot-iot-flows\.json"):
        botiot.fidelity_table(dataset)


def test_of_a_missing_table_the_table_is_named(twins):
    dataset = botiot.draw_twin("flows")
    (twins / "bot-iot-flows.csv.xz").unlink()
    with pytest.raises(ReaderError, match=r"csv\.xz is missing.*bot-iot-flows\.csv\.xz"):
        botiot.fidelity_table(dataset)


@needs_real
def test_a_table_is_made_and_described_by_the_command(monkeypatch, twins):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    rows = botiot.draw_twin("flows").frame.iloc[::3].reset_index(drop=True)
    monkeypatch.setattr(making, "make", lambda: rows)
    assert write_twins(NAME, botiot.twin, making) == [twins / "bot-iot-flows.csv.xz"]
    drawn = botiot.draw_twin("flows")
    assert len(drawn.frame) == len(rows)
    assert "DDoS TCP" in botiot.fidelity_table(drawn)


def test_a_table_is_not_made_without_the_real_rows():
    with pytest.raises(ReaderError, match="is held against the real file"):
        write_twins(NAME, botiot.twin, making)
