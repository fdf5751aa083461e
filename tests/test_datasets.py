"""Finding, checking and loading data files."""

import os
import textwrap

import pandas as pd
import pytest

from lib import datasets
from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.datasets import locate, registry, schema
from lib.datasets.twin import make_twin
from lib.papers import xmednn

NAME = "wustl-ehms-2020"
FILE = "wustl-ehms-2020_with_attacks_categories.csv"
pytestmark = pytest.mark.usefixtures("no_data")
REAL_FOLDER = os.environ.get("IDS_DATA")
ROWS = 200


@pytest.fixture(scope="module")
def sample():
    """The first rows of the twin: text of the right form under a digest nobody knows."""
    return make_twin(NAME, None, xmednn.twin).head(ROWS)


def save(frame, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, **options)
    return path


def register(monkeypatch, text):
    known = registry.parse(textwrap.dedent(text))
    monkeypatch.setattr(registry, "_entries", lambda: known)


# The search and the digest.


def test_without_a_file_the_twin_is_loaded_and_says_so():
    dataset = xmednn.load()
    assert (dataset.source, dataset.path, dataset.sha256) == ("twin", None, "")
    assert "synthetic twin" in dataset.banner
    assert "nothing here is a verdict on the paper" in dataset.banner


def test_the_twin_can_be_forced(monkeypatch, data_folder, sample):
    save(sample, data_folder / FILE)
    monkeypatch.setenv("IDS_TWIN", "1")
    assert xmednn.load().source == "twin"


def test_a_file_of_unknown_content_is_refused_with_both_digests(data_folder, sample):
    path = save(sample, data_folder / "deep" / "er" / FILE)
    with pytest.raises(ReaderError) as refusal:
        xmednn.load()
    part = datasets.entry(NAME).variants[0].parts[0]
    told = str(refusal.value)
    for fact in (path, part.sha256, sha256_of(path), f"{part.bytes:,}", f"{path.stat().st_size:,}"):
        assert str(fact) in told
    assert "IDS_DATA_ALLOW_UNKNOWN=1" in told


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_the_override_marks_the_source_unknown(monkeypatch, data_folder, sample, way):
    path = save(sample, data_folder / FILE)
    if way == "environment":
        monkeypatch.setenv("IDS_DATA_ALLOW_UNKNOWN", "1")
    dataset = xmednn.load(allow_unknown_digest=way == "argument")
    assert dataset.source == "unknown"
    assert dataset.sha256 == sha256_of(path)
    assert "not comparable" in dataset.banner
    pd.testing.assert_frame_equal(dataset.frame, sample)


def test_a_missing_folder_is_an_error_not_a_twin(monkeypatch, tmp_path):
    monkeypatch.setenv("IDS_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(ReaderError, match=r"IDS_DATA=.*nowhere does not exist"):
        xmednn.load()


def test_a_file_in_place_of_the_folder_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "single.csv").write_text("a\n")
    monkeypatch.setenv("IDS_DATA", str(tmp_path / "single.csv"))
    with pytest.raises(ReaderError, match="is a file, not a folder"):
        xmednn.load()


def test_a_folder_in_place_of_the_file_is_an_error(data_folder):
    (data_folder / FILE).mkdir()
    with pytest.raises(ReaderError, match="is not a file but a folder"):
        xmednn.load()


def test_an_unknown_data_set_names_the_known_ones():
    with pytest.raises(ReaderError, match=NAME):
        datasets.load("wustl")


def test_an_unknown_variant_names_the_known_ones():
    with pytest.raises(ReaderError, match="complete"):
        xmednn.load("half")


def two_files(tmp_path):
    """Two contents of one name, as a device's full file and its extract have."""
    full, extract = tmp_path / "full.csv", tmp_path / "extract.csv"
    full.write_text("ts,label\n1,0\n2,1\n3,0\n")
    extract.write_text("ts,label\n1,0\n")
    return full, extract


def device_entry(full, extract):
    def variant(path, rows):
        return f"""
            description: one form
            parts: [{{file_names: [device.csv], bytes: {path.stat().st_size}, rows: {rows},
                      sha256: {sha256_of(path)}}}]
            columns: {{ts: integer, label: {{type: integer, values: [0, 1]}}}}
            class_column: label"""

    return f"""
        devices:
          title: t
          licence: l
          citation: c
          doi: d
          official: https://example.org/form
          obtain: Fill in the form.
          variants:
           device/full: {variant(full, 3)}
           device/extract: {variant(extract, 1)}
        """


def test_variants_of_one_name_are_told_apart_by_content(monkeypatch, tmp_path, data_folder):
    full, extract = two_files(tmp_path)
    register(monkeypatch, device_entry(full, extract))
    (data_folder / "b").mkdir()
    extract.rename(data_folder / "b" / "device.csv")
    assert datasets.load("devices", "device").variant == "device/extract"
    full.rename(data_folder / "device.csv")
    dataset = datasets.load("devices", "device")
    assert (dataset.variant, dataset.source, len(dataset.frame)) == ("device/full", "real", 3)
    assert dataset.banner == (
        f"This page was run on the real file device.csv (sha256 {dataset.sha256[:6]}…)."
    )
    assert datasets.load("devices", "device/extract").variant == "device/extract"


def test_another_variant_under_the_name_is_no_stranger(monkeypatch, tmp_path, data_folder):
    full, extract = two_files(tmp_path)
    register(monkeypatch, device_entry(full, extract))
    extract.rename(data_folder / "device.csv")
    with pytest.raises(ReaderError, match="has no synthetic twin"):
        datasets.load("devices", "device/full")


def test_the_given_folder_comes_before_raw_and_raw_before_the_cache(
    monkeypatch, tmp_path, data_folder
):
    full, extract = two_files(tmp_path)
    register(monkeypatch, device_entry(full, extract))
    for place in (locate.RAW, locate.cache_folder()):
        place.mkdir(parents=True)
        (place / "device.csv").write_bytes(full.read_bytes())
    assert datasets.load("devices").path.parent == locate.RAW
    (locate.RAW / "device.csv").unlink()
    assert datasets.load("devices").path.parent == locate.cache_folder()
    (data_folder / "device.csv").write_bytes(extract.read_bytes())
    assert datasets.load("devices").path.parent == data_folder


def test_an_unfinished_download_is_not_taken_for_a_file(sample):
    save(sample, locate.cache_folder() / ".partial-x" / FILE)
    assert xmednn.load().source == "twin"


def test_several_files_are_read_as_one(monkeypatch, tmp_path, data_folder):
    parts = []
    for number, rows in ((1, "5,0\n6,1\n"), (2, "7,1\n")):
        path = data_folder / f"part_{number}.csv"
        path.write_text("ts,label\n" + rows)
        parts.append(
            f"- {{file_names: [{path.name}], bytes: {path.stat().st_size}, "
            f"rows: {rows.count(',')}, sha256: {sha256_of(path)}}}"
        )
    register(
        monkeypatch,
        f"""
        network: {{title: t, licence: l, citation: c, doi: d, official: o, obtain: Form.,
          variants: {{sample: {{description: d, class_column: label,
            columns: {{ts: integer, label: integer}},
            parts: [{", ".join(part[2:] for part in parts)}]}}}}}}
        """,
    )
    dataset = datasets.load("network")
    assert dataset.frame["ts"].tolist() == [5, 6, 7]
    assert dataset.source == "real"
    assert len(dataset.sha256) == 64
    (data_folder / "part_2.csv").unlink()
    with pytest.raises(ReaderError, match="not at hand"):
        datasets.load("network")


def test_a_damaged_registry_is_reported():
    with pytest.raises(ReaderError, match=r"registry\.yml"):
        registry.parse("devices: {title: t}")


# The schema.


def refusal_of(path):
    """Load the damaged file past the digest check and return the one message."""
    with pytest.raises(ReaderError) as refusal:
        xmednn.load(allow_unknown_digest=True)
    told = str(refusal.value)
    assert str(path) in told
    assert "official file" in told or "make data" in told
    return told


def test_a_missing_column_is_named(data_folder, sample):
    told = refusal_of(save(sample.drop(columns="Temp"), data_folder / FILE))
    assert "'Temp' is missing" in told
    assert f"{ROWS} rows" in told


def test_a_renamed_column_is_named_with_its_new_name(data_folder, sample):
    told = refusal_of(save(sample.rename(columns={"SrcLoad": "Src_Load"}), data_folder / FILE))
    assert "'SrcLoad' is missing (there is 'Src_Load' instead)" in told
    assert f"{ROWS} rows" in told


def test_an_additional_column_is_named(data_folder, sample):
    assert "'extra' is not expected" in refusal_of(save(sample.assign(extra=1), data_folder / FILE))


def test_columns_in_another_order_are_refused(data_folder, sample):
    told = refusal_of(save(sample[sample.columns[::-1]], data_folder / FILE))
    assert "another order" in told
    assert "'Label'" in told


@pytest.mark.parametrize(("column", "kind"), [("SrcBytes", "an integer"), ("Dur", "a number")])
def test_text_among_numbers_is_counted(data_folder, sample, column, kind):
    values = sample[column].astype(object)
    values.iloc[[3, 50, 77]] = "abc"
    told = refusal_of(save(sample.assign(**{column: values}), data_folder / FILE))
    assert f"column '{column}' holds 'abc' in 3 rows" in told
    assert kind in told


def test_an_empty_cell_among_numbers_is_refused(data_folder, sample):
    values = sample["Rate"].astype(object)
    values.iloc[9] = ""
    assert "'Rate' holds '' in 1 row;" in refusal_of(
        save(sample.assign(Rate=values), data_folder / FILE)
    )


@pytest.mark.parametrize(
    ("column", "wrong", "allowed"),
    [("Label", 2, "0, 1"), ("Attack Category", "Normal", "normal, Spoofing, Data Alteration")],
)
def test_a_wrong_label_is_counted(data_folder, sample, column, wrong, allowed):
    values = sample[column].astype(object)
    values.iloc[:7] = wrong
    told = refusal_of(save(sample.assign(**{column: values}), data_folder / FILE))
    assert f"column '{column}' holds '{wrong}' in 7 rows; only {allowed} may" in told


def test_a_label_that_is_no_number_is_counted_alone(data_folder, sample):
    values = sample["Label"].astype(object)
    values.iloc[5] = "0x"
    told = refusal_of(save(sample.assign(Label=values), data_folder / FILE))
    assert "column 'Label' holds '0x' in 1 row;" in told


def test_an_empty_file_is_refused(data_folder):
    (data_folder / FILE).write_text("")
    told = refusal_of(data_folder / FILE)
    assert "is empty: 0 rows" in told
    assert "'Dir'" in told


def test_a_heading_alone_is_refused(data_folder, sample):
    assert "heading but no data: 0 rows" in refusal_of(save(sample.head(0), data_folder / FILE))


def test_another_encoding_is_refused_with_the_column(data_folder, sample):
    flags = sample["Flgs"].astype(object)
    flags.iloc[[1, 2]] = " é        "
    path = save(sample.assign(Flgs=flags), data_folder / FILE, encoding="latin-1")
    told = refusal_of(path)
    assert "is not UTF-8 text: column 'Flgs', 2 rows" in told


def test_a_wide_encoding_is_refused(data_folder, sample):
    told = refusal_of(save(sample, data_folder / FILE, encoding="utf-16"))
    assert "is not UTF-8 text" in told


def test_semicolons_are_recognized(data_folder, sample):
    told = refusal_of(save(sample, data_folder / FILE, sep=";"))
    assert "separated by semicolons" in told
    assert f"{ROWS} rows" in told
    assert "'Dir'" in told


def test_a_single_column_is_not_called_a_separator(data_folder, sample):
    told = refusal_of(save(sample[["Dir"]], data_folder / FILE))
    assert "has a single column, 'Dir'" in told
    assert "separated by" not in told


def test_a_row_of_another_length_is_refused(data_folder, sample):
    path = save(sample, data_folder / FILE)
    path.write_text(path.read_text() + "1," * 60 + "1\n")
    assert "do not all have 45 columns" in refusal_of(path)


def test_a_folder_cannot_be_read(tmp_path):
    with pytest.raises(ReaderError, match="is a folder, not a file"):
        schema.read(tmp_path, datasets.entry(NAME).variants[0])


def test_a_refused_file_leaves_nothing_behind(data_folder, sample, tmp_path):
    path = save(sample.drop(columns="Temp"), data_folder / FILE)
    before = path.read_bytes()
    refusal_of(path)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
    assert path.read_bytes() == before


def test_padding_in_text_is_kept(data_folder, sample):
    save(sample, data_folder / FILE)
    frame = xmednn.load(allow_unknown_digest=True).frame
    assert set(frame["Dir"]) == {"   ->"}
    assert " e        " in set(frame["Flgs"])


def test_empty_cells_pass_where_the_registry_allows_them(tmp_path):
    path = tmp_path / "ports.csv"
    path.write_text("port,name\n80,a\n,b\n")
    columns = (
        registry.Column("port", "integer", nullable=True),
        registry.Column("name", "text"),
    )
    part = registry.Part(("ports.csv",), 1, 2, "")
    frame = schema.read(path, registry.Variant("v", "d", (part,), columns, "name"))
    assert frame["port"].isna().tolist() == [False, True]


# The registry and the real file.


def test_the_card_states_size_digest_classes_and_licence():
    card = datasets.card(NAME).set_index("fact")["value"]
    assert "8359da96" in card["file"]
    assert "3,946,888 bytes" in card["file"]
    assert card["rows"] == "16,318"
    assert "Spoofing 1,124" in card["classes"]
    assert "cite" in card["licence"]
    assert "10.1109/ACCESS.2020.3000421" in card["citation"]


def test_class_counts_add_up_to_the_rows():
    for name in datasets.names():
        for variant in datasets.entry(name).variants:
            assert sum(variant.class_counts.values()) == variant.rows


@pytest.mark.skipif(not REAL_FOLDER, reason="IDS_DATA is not set: the real file is not at hand")
def test_the_real_file_is_what_the_registry_says(monkeypatch):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    dataset, variant = xmednn.load(), datasets.entry(NAME).variants[0]
    assert dataset.source == "real"
    assert dataset.banner == f"This page was run on the real file {FILE} (sha256 8359da…)."
    assert len(dataset.frame) == variant.rows
    assert dataset.frame[variant.class_column].value_counts().to_dict() == variant.class_counts
    assert pd.to_numeric(dataset.frame["Sport"], errors="coerce").isna().sum() == 3
