"""What dropped repeats leave behind, and what is put back from it."""

import numpy as np
import pandas as pd
import pytest

from lib.datasets import Dataset
from lib.papers import toniot
from lib.papers.toniot import rebuilt

START = 1_556_000_000  # a second of April 2019
OPENING = 0.1


def recording(paces, seconds=3_000, seed=1):
    """Draw a door's messages: so many a second of each type, one stretch after the other."""
    random, parts = np.random.default_rng(seed), []
    for number, (target, pace) in enumerate(paces.items()):
        times = np.repeat(START + 5_000 * number + np.arange(seconds), pace)
        state = (random.random(len(times)) < OPENING).astype(int)
        parts.append(
            pd.DataFrame(
                {"door_state": state, "sphone_signal": state, "target": target, "ts": times}
            )
        )
    return Dataset(
        toniot.NAME, "garage_door/train_test", "twin", None, "", pd.concat(parts, ignore_index=True)
    )


@pytest.fixture(scope="module")
def known():
    return recording({"normal": 6, "xss": 1, "ddos": 2, "password": 4})


def test_each_row_is_kept_once_in_order_of_time(known):
    once = rebuilt.distinct(known).frame
    assert not once.duplicated().any()
    assert once["ts"].is_monotonic_increasing
    assert len(once) == len(known.frame.drop_duplicates())


def test_what_seconds_show_tells_their_pace(known):
    seconds = rebuilt.seconds_of(rebuilt.distinct(known).frame)
    opening = rebuilt.chance_of_open(seconds)
    assert opening == pytest.approx(OPENING, abs=0.02)
    windows = rebuilt.pace_of_windows(seconds, opening)
    assert windows["bounded"].all()
    assert (windows["lower"] <= windows["estimated"]).all()
    assert (windows["estimated"] <= windows["upper"]).all()
    pace = windows.groupby("target")["estimated"].mean()
    for target, truth in {"normal": 6, "xss": 1, "ddos": 2, "password": 4}.items():
        assert pace[target] == pytest.approx(truth, rel=0.1)


def test_too_many_messages_have_no_upper_end():
    busy = recording({"normal": 90, "xss": 1}, seconds=300)
    seconds = rebuilt.seconds_of(rebuilt.distinct(busy).frame)
    windows = rebuilt.pace_of_windows(seconds, OPENING)
    assert not windows.loc[windows["target"] == "normal", "bounded"].any()
    assert windows.loc[windows["target"] == "xss", "bounded"].all()


@pytest.mark.parametrize("pace", [1, 1.3, 2, 7.5])
def test_the_chances_of_what_a_second_shows_add_up(pace):
    shown = rebuilt.shown_at(np.array([pace]), OPENING)
    assert shown.sum() == pytest.approx(1)
    assert shown[rebuilt.BOTH] == pytest.approx(0) or pace > 1


@pytest.mark.parametrize("allotment", rebuilt.ALLOTMENTS)
def test_each_class_gets_its_rows_back_and_no_new_one(known, allotment):
    made = rebuilt.rebuilt(known, allotment, 1)
    assert made.frame["target"].value_counts().to_dict() == rebuilt.published_counts(known)
    columns = ["ts", "target", "door_state"]
    assert set(map(tuple, made.frame[columns].to_numpy())) == set(
        map(tuple, known.frame[columns].to_numpy())
    )
    assert made.basis == ""  # drawn rows are no basis
    assert made.variant == "garage_door/rebuilt"


def test_the_estimate_finds_the_busy_seconds_and_an_even_spread_does_not():
    both = recording({"normal": 1})
    busy = recording({"normal": 12}, seed=2).frame.assign(ts=lambda rows: rows["ts"] + 50_000)
    together = Dataset(
        both.name, both.variant, "twin", None, "", pd.concat([both.frame, busy], ignore_index=True)
    )
    late = {
        allotment: (rebuilt.rebuilt(together, allotment, 1).frame["ts"] >= START + 50_000).sum()
        for allotment in (rebuilt.ESTIMATED, rebuilt.EVEN)
    }
    assert late[rebuilt.ESTIMATED] == pytest.approx(len(busy), rel=0.03)
    assert late[rebuilt.EVEN] < 0.9 * len(busy)


def test_the_seed_decides_which_rows_repeat(known):
    first, again, other = (rebuilt.rebuilt(known, seed=seed).frame for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_an_unknown_allotment_is_refused(known):
    with pytest.raises(ValueError, match="allotment 'best' is none of estimated"):
        rebuilt.rebuilt(known, "best")


def test_the_real_door_comes_to_its_published_counts_and_is_a_basis():
    door = toniot.load("garage_door")
    if door.variant != "garage_door/edge":
        pytest.skip("the edge form is not at hand")
    made = rebuilt.rebuilt(door)
    assert len(made.frame) == 591_446
    assert made.basis == "rebuilt"
    seconds = rebuilt.seconds_of(rebuilt.distinct(door).frame)
    windows = rebuilt.pace_of_windows(seconds, rebuilt.chance_of_open(seconds))
    rows = (windows["estimated"] * windows["seconds"]).groupby(windows["target"]).sum()
    counts = pd.Series(rebuilt.published_counts(door)).drop("normal")
    # The published counts of the attacks were not used for the estimate.
    assert rows.reindex(counts.index).sum() == pytest.approx(counts.sum(), rel=0.05)
    assert ((rows.reindex(counts.index) / counts).between(0.8, 1.1)).all()


def test_the_rebuilt_door_is_prepared_like_any_file(known):
    table = toniot.paper_table(rebuilt.rebuilt(known))
    assert list(table.features) == ["date", "time", "door_state", "sphone_signal"]
    assert len(table.labels) == len(known.frame)
