"""What the page on cost shows: measured in processes of their own, kept, read, drawn."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lib.book.cost import bench, measured, scaling, whole_book
from lib.book.cost.drawing import FIGURES, draw, told
from lib.book.cost.scaling import DENSE_NAME, FOREST_NAME, OURS, PLAIN, SPIKING_NAME, Point
from lib.book.cost.whole_book import WholeBook, Work
from lib.common.errors import ReaderError
from lib.common.numerals import NARROW

POINTS = [
    *(
        Point(work, way, quantity, value, value / 10, 300.0 if way == OURS else None)
        for quantity in ("replicates", "rows")
        for work in (SPIKING_NAME, DENSE_NAME)
        for way in (OURS, PLAIN)
        for value in (1, 10)
    ),
    *(Point(FOREST_NAME, OURS, "workers", value, 8 / value, 200.0 * value) for value in (1, 2)),
]


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A kept measurement, in a folder of its own."""
    monkeypatch.setenv("IDS_REFERENCE", str(tmp_path))
    book = WholeBook([Work("spiking networks, Table V", 70, 7200.0, 600.0)], 2400.0, 40_000.0, 2)
    monkeypatch.setattr(measured, "whole_book", lambda echo: book)
    monkeypatch.setattr(measured, "measure", lambda echo: POINTS)
    measured.record(lambda line: None)
    return book


def test_what_is_kept_is_read_again(kept):
    found = measured.read()
    assert found.book == kept
    assert found.points == POINTS
    assert found.machine["processors"] >= 1


def test_nothing_kept_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("IDS_REFERENCE", str(tmp_path))
    assert measured.read() is None


def test_a_damaged_file_names_the_remedy(kept):
    content = json.loads(measured.cost_file().read_text())
    del content["book"]
    measured.cost_file().write_text(json.dumps(content))
    with pytest.raises(ReaderError, match="bench --keep"):
        measured.read()


@pytest.mark.parametrize("quantity", FIGURES)
def test_each_figure_has_all_points_and_units(quantity):
    figure = draw(quantity, POINTS)
    seconds, memory = figure.axes
    own = [point for point in POINTS if point.quantity == quantity]
    drawn = sorted(pair for line in seconds.lines for pair in zip(*line.get_data(), strict=True))
    assert drawn == sorted((point.value, point.seconds) for point in own)
    assert sum(len(line.get_xdata()) for line in memory.lines) == sum(
        point.mebibytes is not None for point in own
    )
    assert "seconds" in seconds.get_ylabel()
    assert "MiB" in memory.get_ylabel()


def test_rows_are_written_as_in_tables():
    many = [replace(point, value=1000 * point.value) for point in POINTS]
    assert f"seconds at 1{NARROW}000" in told("rows", many)
    figure = draw("rows", many)
    figure.draw_without_rendering()
    ticks = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert f"10{NARROW}000" in ticks


@pytest.mark.parametrize("quantity", FIGURES)
def test_each_figure_is_told_with_both_ends_of_its_lines(quantity):
    alt = told(quantity, POINTS)
    assert alt.startswith(FIGURES[quantity])
    if quantity == "workers":
        assert alt.endswith(" Random forests: 8 seconds at 1, 4 at 2, memory from 200 to 400 MiB.")
    else:
        assert alt.count("0.1 seconds at 1, 1 at 10") == 4
        assert alt.count("memory from 300 to 300 MiB") == 2


def memory_with(megabytes: int) -> float:
    rows = np.ones(megabytes * 2**20 // 8)
    assert rows.sum() > 0
    return scaling._peak_mebibytes()


def test_a_point_has_the_memory_of_its_own_process():
    little, much, again = (scaling._in_own_process(memory_with, size) for size in (10, 210, 10))
    assert much - little == pytest.approx(200, abs=20)
    assert again == pytest.approx(little, abs=20)


def test_the_plain_way_counts_networks_one_by_one_and_the_rest_in_one_process(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("IDS_REFERENCE", str(tmp_path))
    timings = {"a": {"seconds": 4_000_000.0, "threads": 1}}
    (tmp_path / "timings.json").write_text(json.dumps(timings))
    monkeypatch.setattr(whole_book, "processors", lambda: 2)
    monkeypatch.setattr(whole_book, "_spiking_seconds", lambda hidden: (8.0, 1.0))
    monkeypatch.setattr(bench, "dense_seconds", lambda count: (6.0, 2.0, 3.0))
    names = ("500_20", "twin.10000_240", "500_20.f1")
    ids = [f"botiot.table_v.{name}.accuracy" for name in names]
    ids += ["xmednn.table1.dnn.accuracy", "xmednn.table2.fold07.accuracy"]
    records = {id: SimpleNamespace(values=(0.9,) * 10) for id in ids}
    monkeypatch.setattr(whole_book, "reference", lambda: records)
    book = whole_book.whole_book(lambda line: None)
    assert book.ours == pytest.approx(2_000_000)
    counts = {work.name: work.networks for work in book.works if work.networks}
    assert counts == {"spiking networks, Table V": 20, "XMeDNN, hold-out and folds": 20}
    for work in book.works:
        assert work.plain == pytest.approx((8 if "spiking" in work.name else 3) * work.ours)
    # What is left of the run is done by one process.
    saved = sum(work.plain - work.ours for work in book.works)
    assert book.plain == pytest.approx(4_000_000 + saved)
    # Ten seeds of each setting, with four fifths of the samples, 300 epochs; a unit is 800 rows.
    table_v = next(work for work in book.works if "Table V" in work.name)
    assert table_v.plain == pytest.approx(8.0 * (500 + 10_000) * 0.8 / 800 * 300 * 10)


def test_every_group_of_networks_stands_in_the_published_records():
    for _, pattern, size in whole_book.SPIKING_NETWORKS:
        found = whole_book.counted(pattern, size)
        assert found
        assert all(len(one) == 2 for one in found)
    for pattern in whole_book.DENSE_NETWORKS.values():
        assert whole_book.counted(pattern, (28,)).total() >= 10


def test_more_workers_take_all_forests_and_count_all_memory(monkeypatch):
    monkeypatch.setattr(scaling, "FOREST_ROWS", 200)
    monkeypatch.setattr(scaling, "thread_limits", lambda threads: {})
    monkeypatch.setattr(bench, "ROUNDS", 1)
    point = scaling._forests_point(1)
    assert (point.work, point.quantity, point.value) == (FOREST_NAME, "workers", 1)
    assert point.seconds > 0
    assert point.mebibytes > 50
