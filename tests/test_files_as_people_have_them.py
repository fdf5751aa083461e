"""Data under the names, packings and line ends in which people have it, and what is not data."""

import bz2
import dataclasses
import gzip
import io
import lzma
import os
import re
import resource
import shutil
import tempfile
import textwrap
import time
import warnings
import zipfile
import zlib
from html import escape
from pathlib import Path

import botiot_layout as layout
import pandas as pd
import pytest
from markdown_it import MarkdownIt

from lib import datasets
from lib.__main__ import _say_what_is_overlooked, _warn_in_one_line
from lib.book.notebooks import find_notebooks
from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.paths import ROOT
from lib.common.wording import shown
from lib.datasets import downloading, locate, opening, registry
from lib.datasets.overlooked import overlooked
from lib.notebook.banner import run_banner
from lib.papers import botiot, toniot, xmednn

pytestmark = pytest.mark.usefixtures("no_data")
REAL_FOLDER = os.environ.get("IDS_DATA")
REGISTERED = registry._entries()
NAME, ROWS = "Flows_of_1.csv", 300
CONTENT = b"ts,kind,label\n" + b"".join(b"%d, tcp ,%d\n" % (row, row % 2) for row in range(ROWS))
needs_real = pytest.mark.skipif(
    not REAL_FOLDER, reason="IDS_DATA is not set: the real files are not at hand"
)


def zipped(content, *names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


PACKINGS = {
    ".gz": lambda content: gzip.compress(content, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zip": lambda content: zipped(content, f"folder/{NAME}", f"__MACOSX/._{NAME}"),
}


@pytest.fixture(autouse=True)
def flows(monkeypatch, tmp_path):
    """One registered file, which is nowhere."""
    return register(monkeypatch, tmp_path, CONTENT)


def register(monkeypatch, tmp_path, content, address=""):
    whole = tmp_path / "whole"
    whole.write_bytes(content)
    text = f"""
        network:
          title: t
          licence: l
          citation: c
          doi: d
          official: https://example.org
          obtain: Ask for it at https://example.org.
          variants:
            flows/all:
              description: d
              class_column: label
              columns: {{ts: integer, kind: text, label: {{type: integer, values: [0, 1]}}}}
              parts: [{{file_names: [{NAME}], bytes: {len(content)}, rows: {ROWS},
                        sha256: {sha256_of(whole)}, address: "{address}"}}]
        """
    known = REGISTERED | registry.parse(textwrap.dedent(text))
    monkeypatch.setattr(registry, "_entries", lambda: known)
    return known["network"].variants[0]


def loaded():
    dataset = datasets.load("network", "flows")
    assert (dataset.source, len(dataset.frame)) == ("real", ROWS)
    return dataset


def refusal(**options):
    with pytest.raises(ReaderError) as refused:
        datasets.load("network", "flows", **options)
    return str(refused.value)


# Names.

COPIES = (
    "Flows_of_1 (1).csv",
    "Flows_of_1(12).csv",
    "Flows_of_1.CSV",
    "flows_of_1.csv",
    "Flows_of_1 - Copy.csv",
    "Flows_of_1 copy 2.csv",
    "Copy of Flows_of_1.csv",
    "Flows_of_1.csv.1",
    "Flows_of_1.csv.txt",
)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_other_content_is_refused_and_not_passed_over(data_folder, name):
    (data_folder / name).write_bytes(CONTENT.replace(b"tcp", b"udp"))
    told = refusal()
    assert f"{data_folder / name} is not the file that the book knows" in told
    assert datasets.load("network", "flows", None, None, True).source == "unknown"


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_the_known_content_is_the_file(data_folder, name):
    (data_folder / name).write_bytes(CONTENT)
    assert loaded().path.name == name


@pytest.mark.parametrize("name", ["Flows_of_11.csv", "of_1.csv", "Flows_of_1.csv.md", "Flows.csv"])
def test_another_name_is_no_copy(data_folder, name):
    (data_folder / name).write_bytes(b"a,b\n1,2\n")
    assert "no synthetic twin" in refusal()


def test_the_name_itself_comes_before_that_of_a_copy(data_folder):
    for name in ("Flows_of_1 (1).csv", NAME):
        (data_folder / name).write_bytes(CONTENT)
    assert loaded().path.name == NAME


# Packings.


@pytest.mark.parametrize("ending", PACKINGS)
@pytest.mark.parametrize("name", [NAME, "Flows_of_1 (1).csv", "Flows_of_1"])
def test_a_packed_file_is_read_as_what_is_in_it(data_folder, ending, name):
    (data_folder / NAME).write_bytes(CONTENT)
    plain = loaded()
    (data_folder / NAME).unlink()
    (data_folder / f"{name}{ending}").write_bytes(PACKINGS[ending](CONTENT))
    packed = loaded()
    assert packed.sha256 == plain.sha256
    pd.testing.assert_frame_equal(packed.frame, plain.frame)


@pytest.mark.parametrize("ending", [".gz", ".zip"])
def test_a_packed_file_is_known_under_any_name(data_folder, ending):
    (data_folder / f"download{ending}").write_bytes(PACKINGS[ending](CONTENT))
    assert loaded().files == 1


@pytest.mark.parametrize("ending", PACKINGS)
@pytest.mark.parametrize("name", [NAME, "mine.csv"])
def test_a_packed_file_that_lost_the_ending_is_read(data_folder, ending, name):
    (data_folder / name).write_bytes(PACKINGS[ending](CONTENT))
    assert loaded().path.name == name


@pytest.mark.parametrize("ending", PACKINGS)
@pytest.mark.parametrize("name", [NAME, "mine"])
def test_a_file_that_was_unpacked_on_the_way_and_kept_the_ending_is_read(data_folder, ending, name):
    (data_folder / f"{name}{ending}").write_bytes(CONTENT)
    assert loaded().path.name == f"{name}{ending}"


@pytest.mark.parametrize("ending", [".tar.gz", ".tgz", ".TAR", ".7z", ".rar", ".csv.zst"])
def test_of_another_archive_it_is_said_to_unpack_it(data_folder, ending):
    (data_folder / f"{NAME}{ending}").write_bytes(b"\0\1" * 100)
    assert f"{NAME}{ending} (an archive: unpack it)" in refusal()


@pytest.mark.parametrize("ending", PACKINGS)
@pytest.mark.parametrize("kept", [0, 3, 20, -10])
def test_a_packed_file_that_is_damaged_is_refused(data_folder, ending, kept):
    path = data_folder / f"{NAME}{ending}"
    path.write_bytes(PACKINGS[ending](CONTENT)[:kept])
    assert str(path) in refusal(allow_unknown_digest=True)


def test_of_an_archive_with_several_files_it_is_said_to_unpack_it(data_folder):
    (data_folder / f"{NAME}.zip").write_bytes(zipped(CONTENT, "a.csv", "b.csv"))
    assert "holds 2 files, not one. Unpack it" in refusal()
    (data_folder / f"{NAME}.zip").rename(data_folder / "archive.zip")
    assert "archive.zip (holds 2 files: unpack it)" in refusal()


@pytest.mark.parametrize("ending", PACKINGS)
def test_the_five_percent_set_is_read_packed(monkeypatch, data_folder, ending):
    form = small_five_percent(monkeypatch)
    paths = layout.write_files(data_folder, form, form.subclass_counts)
    plain = botiot.load("flows")
    for path in paths:
        path.with_name(path.name + ending).write_bytes(
            zipped(path.read_bytes(), path.name)
            if ending == ".zip"
            else PACKINGS[ending](path.read_bytes())
        )
        path.unlink()
    packed = botiot.load("flows")
    assert (packed.source, packed.sha256) == ("real", plain.sha256)
    pd.testing.assert_frame_equal(packed.frame, plain.frame)


# Line ends.

WINDOWS, MAC = (CONTENT.replace(b"\n", end) for end in (b"\r\n", b"\r"))


@pytest.mark.parametrize(
    "registered", [CONTENT, WINDOWS, CONTENT[:-1], WINDOWS[:-2], opening.MARK + WINDOWS]
)
@pytest.mark.parametrize(
    "here", [CONTENT, WINDOWS, CONTENT[:-1], opening.MARK + CONTENT, MAC, MAC[:-1]]
)
def test_other_line_ends_are_the_same_content(monkeypatch, tmp_path, data_folder, registered, here):
    part = register(monkeypatch, tmp_path, registered).parts[0]
    (data_folder / "renamed.csv").write_bytes(here)
    assert loaded().sha256 == part.sha256


@pytest.mark.parametrize(
    "changed",
    [
        CONTENT.replace(b"7, tcp ,1", b"7, tcp ,0"),
        CONTENT.replace(b" tcp ", b"tcp"),
        CONTENT + b"300, tcp ,0\n",
        CONTENT.replace(b"\n8,", b"\n\n8,"),
        CONTENT[:-2],
    ],
)
def test_other_cells_with_other_line_ends_are_another_content(data_folder, changed):
    (data_folder / NAME).write_bytes(changed.replace(b"\n", b"\r\n"))
    assert "is not the file that the book knows" in refusal()


def test_rows_are_counted_also_where_the_last_line_has_no_end(data_folder):
    for content in (CONTENT[:-1], CONTENT, MAC, MAC[:-1]):
        (data_folder / NAME).write_bytes(content.replace(b"tcp", b"udp"))
        assert f"{ROWS} rows, heading 'ts,kind,label'" in refusal()


@needs_real
def test_the_real_file_with_other_line_ends_is_the_real_file(monkeypatch, data_folder):
    monkeypatch.setenv("IDS_DATA", REAL_FOLDER)
    real = xmednn.load()
    monkeypatch.setenv("IDS_DATA", str(data_folder))
    (data_folder / "ehms.csv").write_bytes(real.path.read_bytes().replace(b"\r\n", b"\n"))
    dataset = xmednn.load()
    assert (dataset.source, dataset.sha256) == ("real", real.sha256)
    pd.testing.assert_frame_equal(dataset.frame, real.frame)


# The data sets under the names that they go by.


def small_five_percent(monkeypatch):
    entry = registry.entry(layout.NAME)
    form = layout.variant("flows/full5pc")
    counts = layout.scaled(form.subclass_counts, 1 / 5000)
    totals = {one: sum(counted.values()) for one, counted in counts.items()}
    form = dataclasses.replace(form, subclass_counts=counts, class_counts=totals)
    variants = tuple(form if each.name == form.name else each for each in entry.variants)
    known = {layout.NAME: dataclasses.replace(entry, variants=variants)}
    monkeypatch.setattr(registry, "_entries", lambda: known)
    return form


def test_the_names_of_kaggle_are_those_of_the_five_percent_set(monkeypatch, data_folder):
    form = small_five_percent(monkeypatch)
    for number, path in enumerate(
        layout.write_files(data_folder, form, form.subclass_counts), start=1
    ):
        path.rename(path.with_name(f"reduced_data_{number}.csv"))
    assert botiot.load("flows").source == "real"


@pytest.mark.parametrize("index", [False, True])
def test_the_five_percent_set_is_known_in_one_file(monkeypatch, data_folder, index):
    form = small_five_percent(monkeypatch)
    paths = layout.write_files(data_folder, form, form.subclass_counts)
    parts = botiot.load("flows")
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]
    for path in paths:
        path.unlink()
    joined = pd.concat(frames, ignore_index=True)
    joined.to_csv(data_folder / "combined.csv", index=index)
    dataset = botiot.load("flows")
    assert (dataset.variant, dataset.source, dataset.files) == (form.name, "real", 1)
    pd.testing.assert_frame_equal(dataset.frame, parts.frame)
    joined.iloc[1:].to_csv(data_folder / "combined.csv", index=index)
    assert "combined.csv (like flows/full5pc, but other rows)" in botiot.load("flows").banner


# How the digests of the second release begin, as those who hold it report them.
SECOND = {
    "fridge": "56377a00", "garage_door": "44b2d63f", "motion_light": "e0e145ff",
    "thermostat": "b475654a",
}  # fmt: skip


@pytest.mark.parametrize("device", toniot.DEVICES)
def test_the_second_release_is_a_form_of_its_own(monkeypatch, data_folder, device):
    entry = registry.entry(toniot.NAME)
    first, second = (entry.select(f"{device}/{form}")[0] for form in ("train_test", "train_test_2"))
    assert first.parts[0].file_names == second.parts[0].file_names
    assert first.parts[0].sha256 != second.parts[0].sha256
    assert second.parts[0].sha256.startswith(SECOND[device])
    assert first.rows - second.rows == 20_000
    frame = datasets.draw_twin(toniot.NAME, device, toniot.twin).frame.drop(columns="ts")
    normal = frame.index[frame["type"].str.strip() == "normal"]
    path = data_folder / second.parts[0].file_names[0]
    frame.drop(index=normal[:20_000]).to_csv(path, index=False)
    part = dataclasses.replace(second.parts[0], bytes=path.stat().st_size, sha256=sha256_of(path))
    known = dataclasses.replace(second, parts=(part,))
    variants = tuple(known if each is second else each for each in entry.variants)
    changed = {toniot.NAME: dataclasses.replace(entry, variants=variants)}
    monkeypatch.setattr(registry, "_entries", lambda: changed)
    dataset = toniot.load(device)
    assert (dataset.variant, dataset.source, dataset.basis) == (second.name, "real", "")
    assert len(dataset.frame) == second.rows
    counted = dataset.frame["type"].str.strip().value_counts().to_dict()
    assert counted == second.class_counts
    assert [form.variant for form in toniot.at_hand(device)] == [second.name]
    assert len(toniot.paper_table(dataset).labels) == second.rows


@pytest.mark.parametrize("content", [b"a" * 10**6, b"ts," + b"kind" * 10**5 + b",label\n1,2,3\n"])
def test_a_line_without_end_is_not_printed_whole(data_folder, content):
    (data_folder / NAME).write_bytes(content)
    for options in ({}, {"allow_unknown_digest": True}):
        assert len(refusal(**options)) < 3000


# Whole numbers that were saved as 5.0.


@pytest.mark.parametrize("column", ["pkSeqID", "spkts"])
@pytest.mark.parametrize("saved", ["{}.0", "{}.00", "{}e0"])
def test_whole_numbers_saved_as_floats_are_the_same_numbers(
    monkeypatch, data_folder, column, saved
):
    form = small_five_percent(monkeypatch)
    paths = layout.write_files(data_folder, form, form.subclass_counts)
    plain = botiot.load("flows")
    for path in paths:
        rewrite(path, column, saved.format)
    dataset = botiot.load("flows")
    assert dataset.source == "real"
    pd.testing.assert_frame_equal(dataset.frame, plain.frame)


def rewrite(path, column, change):
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.assign(**{column: frame[column].map(change)}).to_csv(path, index=False)


@pytest.mark.parametrize("column", ["pkSeqID", "spkts"])
@pytest.mark.parametrize("value", ["2.5", "1e400", "99999999999999999999", "1e17", "", "five"])
def test_what_is_no_whole_number_is_counted_with_an_example(
    monkeypatch, data_folder, column, value
):
    form = small_five_percent(monkeypatch)
    paths = layout.write_files(data_folder, form, form.subclass_counts)
    rewrite(paths[0], column, lambda cell: value if cell.endswith("1") else f"{cell}.0")
    with pytest.raises(ReaderError) as refused:
        botiot.load("flows")
    told = str(refused.value)
    assert re.search(rf"column '{column}' holds '{re.escape(value)}' in [1-9]\d* rows?;", told), (
        told
    )


def test_a_file_that_was_saved_again_is_read_past_the_digest(data_folder):
    saved = pd.read_csv(io.BytesIO(CONTENT)).assign(label=lambda frame: frame["label"] * 1.0)
    saved.to_csv(data_folder / NAME, index=False)
    dataset = datasets.load("network", "flows", None, None, True)
    assert dataset.frame["label"].tolist() == [row % 2 for row in range(ROWS)]
    assert dataset.source == "unknown"


# A known file beside an unknown one.


def test_a_known_form_is_used_beside_an_unknown_one_that_is_named(monkeypatch, data_folder):
    twin = datasets.draw_twin(toniot.NAME, "garage_door", toniot.twin).frame.head(200)
    entry = registry.entry(toniot.NAME)
    edge = entry.select("garage_door/edge")[0]
    known = data_folder / "Edge_IoT_Garage_Door.csv"
    known.write_text("door_state,sphone_signal,target,ts\n0,1,normal,1554000000\n")
    part = dataclasses.replace(
        edge.parts[0], bytes=known.stat().st_size, rows=1, sha256=sha256_of(known)
    )
    changed = dataclasses.replace(edge, parts=(part,))
    variants = tuple(changed if each is edge else each for each in entry.variants)
    monkeypatch.setattr(
        registry,
        "_entries",
        lambda: {toniot.NAME: dataclasses.replace(entry, variants=variants)},
    )
    twin.to_csv(data_folder / "Train_Test_IoT_Garage_Door.csv", index=False)
    with pytest.warns(UserWarning, match=r"Train_Test_IoT_Garage_Door.csv is left aside") as told:
        forms = [form.variant for form in toniot.at_hand("garage_door")]
    assert (forms, len(told)) == (["garage_door/edge"], 1)
    assert toniot.load("garage_door").variant == "garage_door/edge"
    monkeypatch.setenv("IDS_DATA_ALLOW_UNKNOWN", "1")
    forms = [(form.variant, form.source) for form in toniot.at_hand("garage_door")]
    assert forms == [("garage_door/edge", "real"), ("garage_door/train_test", "unknown")]
    known.unlink()
    monkeypatch.delenv("IDS_DATA_ALLOW_UNKNOWN")
    with pytest.raises(ReaderError, match="is not the file that the book knows"):
        toniot.at_hand("garage_door")


# What is no data, named where the twin stands in.


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("combined.csv", "pkSeqID,stime,category\n", "like flows/full5pc, but column 'flgs'"),
        ("notes.txt", "hello\n", "notes.txt (other columns)"),
        ("data.zip", "PK\3\4", "data.zip (cannot be read: it is damaged"),
        ("thesis.pdf", "\0\1\2", "thesis.pdf (other columns)"),
    ],
)
def test_the_twins_banner_names_what_was_found(data_folder, name, content, told):
    (data_folder / name).write_text(content)
    dataset = botiot.load("flows")
    assert dataset.source == "twin"
    assert f"IDS_DATA={data_folder} holds 1 file that is not known as bot-iot flows:" in (
        dataset.banner
    )
    assert told in dataset.banner
    assert "\n" not in dataset.banner


def test_an_empty_folder_is_named(data_folder):
    assert f"IDS_DATA={data_folder} holds no file, so nothing of" in xmednn.load().banner


def test_known_files_of_another_data_set_are_no_riddle(data_folder):
    (data_folder / NAME).write_bytes(CONTENT)
    assert f"IDS_DATA={data_folder} holds no other file" in xmednn.load().banner


def test_files_in_the_projects_own_folder_are_named_too(data_folder):
    locate.RAW.mkdir()
    assert str(locate.RAW) not in xmednn.load().banner
    (locate.RAW / "table.xlsx").write_bytes(b"PK")
    assert f"{locate.RAW} holds 1 file" in xmednn.load().banner


def test_nothing_is_named_where_no_folder_was_given_or_twins_were_asked_for(
    monkeypatch, data_folder
):
    (data_folder / "notes.txt").write_text("hello\n")
    monkeypatch.setenv("IDS_TWIN", "1")
    assert overlooked(registry.entry("bot-iot")) == ""
    monkeypatch.delenv("IDS_TWIN")
    assert overlooked(registry.entry("bot-iot")) != ""
    monkeypatch.delenv("IDS_DATA")
    assert overlooked(registry.entry("bot-iot")) == ""


def test_the_command_says_in_a_line_what_a_folder_holds(monkeypatch, data_folder, capsys):
    (data_folder / "wustl-ehms-2020.csv").write_text("Dir,Flgs,SrcAddr,Label\n")
    _say_what_is_overlooked(find_notebooks("03-xmednn-ehms/01_data"))
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"IDS_DATA={data_folder} holds 1 file that is not known as wustl-ehms")
    assert "wustl-ehms-2020.csv (like complete, but column 'DstAddr' is missing" in line
    assert line.endswith("Its twin stands in.")
    monkeypatch.setenv("IDS_TWIN", "1")
    _say_what_is_overlooked(find_notebooks("03-xmednn-ehms/01_data"))
    assert capsys.readouterr().out == ""


def test_make_data_says_it_too(monkeypatch, data_folder):
    (data_folder / "mine.csv").write_text("ts,kind\n")
    lines = []
    monkeypatch.setattr(downloading, "_fetch", lambda *_: None)
    downloading.download_all(lines.append)
    assert any("mine.csv (like flows/all, but column 'label' is missing)" in line for line in lines)


def test_of_many_files_the_likeliest_are_shown(data_folder):
    for number in range(300):
        (data_folder / f"a{number:03}.dat").write_text("x\n")
    (data_folder / "z.csv").write_text("pkSeqID,stime,category\n")
    told = overlooked(registry.entry("bot-iot"))
    assert "holds 301 files that are not known as bot-iot: z.csv (like" in told
    assert "and 300 more" in told


# Folders as they are.


def test_links_that_lead_back_end_the_search(data_folder):
    (data_folder / "a").symlink_to(".")
    (data_folder / "b").symlink_to(data_folder)
    below = data_folder / "c" / "d"
    below.mkdir(parents=True)
    (below / "up").symlink_to(data_folder / "c")
    (below / NAME).write_bytes(CONTENT)
    assert loaded().path.name == NAME
    place = locate.Place(data_folder)
    assert len(place.files) == 1


def test_a_link_to_a_folder_elsewhere_is_followed(data_folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / NAME).write_bytes(CONTENT)
    (data_folder / "linked").symlink_to(elsewhere)
    assert loaded().path == data_folder / "linked" / NAME


def test_sixty_thousand_foreign_files_take_seconds(data_folder):
    for number in range(60_000):
        (data_folder / f"{number}.csv").write_bytes(b"a,b\n" if number % 10 else b"")
    begun = time.process_time()
    told = overlooked(registry.entry("bot-iot"), "flows")
    found = locate.locate_all(registry.entry("bot-iot"))
    assert time.process_time() - begun < 10
    assert (found, "holds 60,000 files" in told) == ([], True)


@pytest.mark.parametrize("link", ["nowhere", NAME])
def test_a_broken_link_in_the_files_place_is_an_error(data_folder, link):
    (data_folder / NAME).symlink_to(link)
    assert "is not a file but a folder (or a broken link)" in refusal()


# Files that cannot be read.


def locked(name):
    """Return an archive whose one file is locked with a password, as its directory says."""
    packed = bytearray(zipped(CONTENT, name))
    for head, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        packed[packed.index(head) + flags] |= 1
    return bytes(packed)


BROKEN = {
    "locked.zip": (locked(NAME), "it is locked with a password"),
    "no archive.zip": (b"PK", "it is damaged or cut off"),
    "cut off.zip": (zipped(CONTENT, NAME)[:-10], "it is damaged or cut off"),
    "cut off.csv.gz": (gzip.compress(CONTENT)[:-10], "it is cut off"),
    "cut off.csv.xz": (lzma.compress(CONTENT)[:-10], "it is cut off"),
    "cut off.csv.bz2": (bz2.compress(CONTENT)[:-10], "it is cut off"),
    "damaged.csv.gz": (
        gzip.compress(CONTENT)[:-6] + b"\0\0" + gzip.compress(CONTENT)[-4:],
        "it is damaged or cut off (CRC",
    ),
    "named so.csv.gz": (b"\0" * 4000, "it is damaged or cut off (Not a gzipped file"),
}


@pytest.mark.parametrize("foreign", BROKEN)
@pytest.mark.parametrize("find", [locate.locate, locate.locate_all])
def test_a_foreign_file_that_is_broken_is_passed_over_in_one_line(data_folder, find, foreign):
    (data_folder / "mine.csv").write_bytes(CONTENT)
    content, why = BROKEN[foreign]
    (data_folder / foreign).write_bytes(content)
    with pytest.warns(UserWarning, match=r"^(?!.*\n)") as told:
        assert find(registry.entry("network"))
    (line,) = (str(each.message) for each in told)
    assert line.startswith(f"{data_folder}: passed over, since not readable: {foreign} ({why}")
    (data_folder / "mine.csv").unlink()
    assert f"{foreign} (cannot be read: {why}" in refusal()


@pytest.mark.parametrize("foreign", BROKEN)
def test_of_a_broken_file_under_the_name_itself_a_whole_copy_is_used(data_folder, foreign):
    content, why = BROKEN[foreign]
    path = data_folder / f"{NAME}{foreign[foreign.rindex('.') :]}"
    path.write_bytes(content)
    assert f"{path} cannot be read: {why}" in refusal(allow_unknown_digest=True)
    for copy in ("flows_of_1.csv", "mine.csv"):  # sorted behind; under any name
        (data_folder / copy).write_bytes(CONTENT)
        for options in ({}, {"allow_unknown_digest": True}):
            with pytest.warns(UserWarning, match=re.escape(f"not readable: {path.name} ({why}")):
                assert datasets.load("network", "flows", **options).source == "real"
        (data_folder / copy).unlink()


def test_a_broken_file_stops_no_search_for_files_known_by_their_rows(monkeypatch, data_folder):
    form = small_five_percent(monkeypatch)
    paths = layout.write_files(data_folder, form, form.subclass_counts)
    joined = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths])
    table = joined.to_csv(index=False).encode()
    (data_folder / "all.csv.gz").write_bytes(gzip.compress(table)[:-10])
    (data_folder / "all.csv.xz").write_bytes(lzma.compress(table)[:-10])
    (data_folder / f"{paths[0].stem} (1).zip").write_bytes(locked("a"))
    assert botiot.load("flows").source == "real"
    first = gzip.compress(paths[0].read_bytes())
    paths[0].unlink()
    (data_folder / f"{paths[0].name}.gz").write_bytes(first[:-10])
    with pytest.raises(ReaderError, match=r"_1 \(1\).zip cannot be read: it is locked"):
        botiot.load("flows")
    (data_folder / "whole.csv").write_bytes(table)
    with pytest.warns(UserWarning, match="passed over") as told:
        dataset = botiot.load("flows")
    assert (dataset.source, dataset.path.name) == ("real", "whole.csv")
    line = next(str(each.message) for each in told if "passed over" in str(each.message))
    assert f"{paths[0].name}.gz (it is cut off); all.csv.gz (it is cut off); and 1 more." in line


@pytest.fixture
def as_another_user(monkeypatch):
    """Give up the right to read everything, and return a folder that others may read."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    data = place / "data"
    data.mkdir()
    monkeypatch.setenv("IDS_DATA", str(data))
    monkeypatch.setenv("IDS_CACHE", str(place / "cache"))
    mine = os.geteuid()
    yield data, lambda: os.seteuid(65534 if mine == 0 else mine)
    os.seteuid(mine)
    for path in (data, *data.iterdir()):
        path.chmod(0o755)
    shutil.rmtree(place)


@pytest.mark.parametrize("kind", ["file", "folder", "listed"])
def test_what_may_not_be_read_is_passed_over(as_another_user, kind):
    data, change = as_another_user
    (data / "mine.csv").write_bytes(CONTENT)
    closed = data / ("closed.csv" if kind == "file" else "closed")
    if kind == "file":
        closed.write_bytes(CONTENT)
        closed.chmod(0)
    else:
        closed.mkdir()
        (closed / "inside.csv").write_bytes(CONTENT)
        closed.chmod(0o744 if kind == "listed" else 0o700)
    loaded()  # with the right to, and with all that is imported on the way
    change()
    name = "closed/inside.csv" if kind == "listed" else closed.name
    why = "you may not read it" if kind == "file" else "you may not look into it"
    with pytest.warns(UserWarning, match=re.escape(f"not readable: {name} ({why}).")):
        loaded()
    os.seteuid(0 if os.getuid() == 0 else os.getuid())
    (data / "mine.csv").unlink()
    change()
    assert f"{name} ({'cannot be read: ' * (kind == 'file')}{why})" in refusal()


def test_a_folder_that_may_not_be_looked_into_is_named(as_another_user):
    data, change = as_another_user
    (data / NAME).write_bytes(CONTENT)
    loaded()
    data.chmod(0o700)
    change()
    assert f"IDS_DATA={data} may not be looked into by you" in refusal()


# Packed files whose size shows only when they are unpacked.

IN_PIECES = {
    "two": gzip.compress(CONTENT[:1000]) + gzip.compress(CONTENT[1000:]),
    "an empty end": gzip.compress(CONTENT) + gzip.compress(b""),
    "padding": gzip.compress(CONTENT) + bytes(512),
    "other line ends": gzip.compress(WINDOWS[:99]) + gzip.compress(WINDOWS[99:]),
}


@pytest.mark.parametrize("pieces", IN_PIECES)
@pytest.mark.parametrize("name", [f"{NAME}.gz", "download.gz"])
def test_gzip_in_several_pieces_is_read(data_folder, pieces, name):
    (data_folder / name).write_bytes(IN_PIECES[pieces])
    assert loaded().path.name == name


def test_the_five_percent_set_is_known_in_one_file_of_several_pieces(monkeypatch, data_folder):
    form = small_five_percent(monkeypatch)
    paths = layout.write_files(data_folder, form, form.subclass_counts)
    texts = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    rows = [text.split(b"\n", 1)[1] for text in texts]
    heading = texts[0].split(b"\n", 1)[0] + b"\n"
    joined = b"".join(map(gzip.compress, [heading, *rows, b""]))
    (data_folder / "combined.csv.gz").write_bytes(joined)
    dataset = botiot.load("flows")
    assert (dataset.source, dataset.files) == ("real", 1)


def of_a_vast_dictionary(packed):
    """Return an .xz file that claims to need the largest window, nearly four gigabytes."""
    head = bytearray(packed[12 : 12 + (packed[12] + 1) * 4])
    place = head.index(b"\x21\x01") + 2
    head[place] = 40
    head[-4:] = zlib.crc32(head[:-4]).to_bytes(4, "little")
    return packed[:12] + bytes(head) + packed[12 + len(head) :]


def test_a_file_that_asks_for_more_memory_than_there_is_is_passed_over(data_folder):
    (data_folder / f"{NAME}.xz").write_bytes(of_a_vast_dictionary(lzma.compress(CONTENT)))
    (data_folder / "mine.csv").write_bytes(CONTENT)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + 2**30, limits[1]))
    try:
        with pytest.warns(UserWarning, match=r"xz \(unpacking it asks for more memory than there"):
            assert loaded().path.name == "mine.csv"
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


@pytest.mark.parametrize("first", ["BZh", "BZh91AY", "PK"])
def test_a_table_whose_first_column_is_named_like_a_packed_file_is_text(tmp_path, first):
    table = tmp_path / "table.csv"
    table.write_bytes(CONTENT.replace(b"ts", first.encode()))
    assert opening.packing(table) == ""
    assert opening.first_line(table, 100).startswith(first.encode())


def test_foreign_packed_files_are_not_unpacked(monkeypatch, data_folder):
    monkeypatch.setattr(opening, "_read_through", None)
    for ending in (".gz", ".bz2", ".xz"):
        (data_folder / f"table{ending}").write_bytes(PACKINGS[ending](b"a,b\n" + b"1,2\n" * 1000))
    assert locate.locate_all(registry.entry("network")) == []


def test_the_command_line_warns_in_one_line(monkeypatch):
    monkeypatch.setattr(warnings, "formatwarning", usual := warnings.formatwarning)
    _warn_in_one_line()
    own, line = str(ROOT / "lib" / "datasets" / "locate.py"), "a.zip (cut off)\n"
    assert warnings.formatwarning("a.zip (cut off)", UserWarning, own, 1) == line
    for category, file in ((FutureWarning, own), (UserWarning, "elsewhere.py")):
        told = "a", category, file, 1
        assert warnings.formatwarning(*told) == usual(*told)


# Names that do something where they are printed.

ODD_NAME = "a\x1b[31m\n\rb\u202e\udcff.csv"
AS_SHOWN = r"a\x1b[31m\n\rb\u202e\udcff.csv"


def odd_file(folder, content, ending=""):
    path = folder / f"{ODD_NAME}{ending}"
    path.write_bytes(content)
    return path


def test_no_name_does_something_where_it_is_printed(data_folder):
    (data_folder / "mine.csv").write_bytes(CONTENT)
    odd_file(data_folder, locked(NAME), ".zip")
    with pytest.warns(UserWarning, match=re.escape(f"{AS_SHOWN}.zip (it is locked")):
        loaded()
    (data_folder / "mine.csv").unlink()
    assert f"{AS_SHOWN}.zip (cannot be read" in refusal()
    (data_folder / f"{ODD_NAME}.zip").unlink()
    odd_file(data_folder, b"a,b\n")
    told = refusal()
    assert f"{AS_SHOWN} (other columns)" in told
    assert told.isprintable()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ts,kind,label\n",
        b"ts;kind;label\n1;2;3\n",
        b"ts,kind\n1,2\n",
        b"ts\n1\n",
        b"ts,label,kind\n1,1,tcp\n",
        b"ts,kind,label\n1,tcp,5\n",
        b"ts,kind,label\n1,tcp,\xff\n",
        b"ts,kind,label\n1,2,3,4\n1,2,3,4,5\n",
        b"\x1b[31m,\x1b[31m,a\n1,tcp,5\n",
    ],
)
def test_no_folder_or_cell_does_something_where_it_is_printed(monkeypatch, data_folder, content):
    odd = data_folder / ODD_NAME
    odd.mkdir()
    (odd / NAME).write_bytes(content)
    for options in ({}, {"allow_unknown_digest": True}):
        told = refusal(**options)
        assert f"{data_folder}/{AS_SHOWN}/{NAME}" in told
        assert told.replace("\n", "").isprintable()
    monkeypatch.setenv("IDS_DATA", str(odd / "no"))
    assert f"IDS_DATA={data_folder}/{AS_SHOWN}/no does not exist" in refusal()


def test_what_is_quoted_in_an_error_does_nothing_where_it_is_printed():
    told = ReaderError("a \x1b[31m b\r\x07\u202e\n\tc\u202f%, é…")
    assert str(told) == "a \\x1b[31m b\\r\\x07\\u202e\n\tc\u202f%, é…"


def test_an_odd_name_of_the_known_file_is_shown_in_the_banner(data_folder):
    odd_file(data_folder, CONTENT)
    assert AS_SHOWN in loaded().banner


def test_names_are_no_markup_in_a_banner(data_folder):
    name = "*a*_b_`c`[d](e)<b>$f$ ~~g~~ \\h {i}`j`.csv"
    (data_folder / name).write_bytes(CONTENT)
    banner = run_banner(loaded(), "full", 1, 1)
    page = MarkdownIt().enable("strikethrough").render(banner._repr_markdown_())
    assert f"<p>This page was run on the real file {escape(name)} (sha256" in page
    assert name in repr(banner)
    assert escape(name, quote=True) in banner._repr_html_()
    assert not re.search(r"(?<!\\)[$~{}]", banner._repr_markdown_())


# Yes and no.


@pytest.mark.parametrize("variable", ["IDS_TWIN", "IDS_DATA_ALLOW_UNKNOWN"])
@pytest.mark.parametrize(
    ("words", "meant"), [("1 true Yes ON TRUE", True), ("0 false No OFF False", False)]
)
def test_the_usual_words_for_yes_and_no_are_read(monkeypatch, variable, words, meant):
    read = locate.twins_only if variable == "IDS_TWIN" else locate.unknown_allowed
    for word in words.split():
        monkeypatch.setenv(variable, word)
        assert read() is meant
    for empty in ("", " "):
        monkeypatch.setenv(variable, empty)
        assert read() is False
    for other in ("ja", "2", "tru", "yes please", "\x1b[1m"):
        monkeypatch.setenv(variable, other)
        told = refusal()
        assert told.startswith(f"{variable}={shown(other)} is neither yes nor no.")
        assert len(told.splitlines()) == 1


# Remedies.


def test_a_remedy_is_one_that_exists(monkeypatch, tmp_path, data_folder):
    (data_folder / NAME).write_bytes(b"ts,kind,label\nx,tcp,0\n")
    for options in ({}, {"allow_unknown_digest": True}):
        told = refusal(**options)
        assert "Ask for it at https://example.org." in told
        assert "make data" not in told
    register(monkeypatch, tmp_path, CONTENT, "https://example.org/flows.csv")
    for options in ({}, {"allow_unknown_digest": True}):
        assert "'make data' fetches it." in refusal(**options)


# A notebook away from its repository.

FIRST_CELL = re.compile(r"# %% tags=\[\"remove-cell\"\]\n(import sys\n.*?)\n# %%", re.DOTALL)


@pytest.mark.parametrize(
    "source",
    sorted((ROOT / "chapters").glob("*/[0-9]*.py")),
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_notebook_opened_elsewhere_says_what_it_needs(monkeypatch, tmp_path, source):
    cell = FIRST_CELL.search(source.read_text(encoding="utf-8"))[1]
    monkeypatch.setattr("sys.path", [])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        SystemExit, match=r"clone of the book's repository, https://github.com/\S+,"
    ):
        exec(cell, {})
    (tmp_path / "does-it-still-hold").mkdir()
    (tmp_path / "does-it-still-hold" / "_toc.yml").touch()
    exec(cell, scope := {})
    assert scope["sys"].path == [str(tmp_path / "does-it-still-hold")]
