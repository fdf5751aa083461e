"""Printed numbers are held against each other, and every matrix is found again."""

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from lib.methods import arithmetic
from lib.methods.intervals import Interval

MATRIX = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda cells: sum(cells) > 0)
BOTH_CLASSES = MATRIX.filter(lambda cells: cells[0] + cells[1] > 0 and cells[2] + cells[3] > 0)

# XMeDNN, Table 1: accuracy, precision, recall, F1.
TABLE_1 = {
    "dnn": (0.96878, 0.96995, 0.96887, 0.96877),
    "lr": (0.68053, 0.70065, 0.68001, 0.67192),
    "dt": (0.96114, 0.96337, 0.96125, 0.96110),
    "gnb": (0.69200, 0.73657, 0.69128, 0.67627),
    "xgb": (0.92239, 0.92342, 0.92247, 0.92235),
}
# XMeDNN, Table 2, the ten folds.
TABLE_2 = [
    (0.98072, 0.96390, 0.99930, 0.98128),
    (0.97617, 0.95363, 0.99927, 0.97592),
    (0.97582, 0.95411, 0.99929, 0.97618),
    (0.97196, 0.94870, 0.99789, 0.97267),
    (0.97687, 0.95588, 1.00000, 0.97744),
    (0.97512, 0.95133, 1.00000, 0.97506),
    (0.97267, 0.95006, 1.00000, 0.97439),
    (0.97582, 0.95396, 1.00000, 0.97644),
    (0.97547, 0.95385, 1.00000, 0.97638),
    (0.97722, 0.95766, 0.99859, 0.97770),
]
METRICS = ("accuracy", "precision", "recall", "f1")


def named(row):
    return dict(zip(METRICS, row, strict=True))


def cut(value, decimals):
    return np.floor(value * 10**decimals + 1e-9) / 10**decimals


def as_labels(tp, fn, fp, tn):
    return [1] * (tp + fn) + [0] * (fp + tn), [1] * tp + [0] * fn + [1] * fp + [0] * tn


@given(MATRIX, st.sampled_from(arithmetic.AVERAGES))
@settings(max_examples=60, deadline=None)
def test_scores_agree_with_scikit_learn(cells, average):
    truth, guess = as_labels(*cells)
    labels = {"binary": [1], "macro": [0, 1], "weighted": [0, 1]}[average]
    mode = "macro" if average == "binary" else average
    expected = precision_recall_fscore_support(
        truth, guess, labels=labels, average=mode, zero_division=0
    )[:3]
    found = arithmetic.scores_of(np.array([cells]), average)
    assert found["accuracy"][0] == pytest.approx(accuracy_score(truth, guess))
    assert [found[name][0] for name in METRICS[1:]] == pytest.approx(list(expected))


@given(BOTH_CLASSES, st.sampled_from(arithmetic.AVERAGES), st.integers(2, 6), st.booleans())
@settings(deadline=None)
def test_every_matrix_is_recovered_from_its_printed_scores(cells, average, decimals, truncated):
    exact = arithmetic.scores_of(np.array([cells]), average)
    printer = cut if truncated else np.round
    scores = {name: float(printer(values[0], decimals)) for name, values in exact.items()}
    tp, fn, fp, tn = cells
    for rows in ((tp + fn, fp + tn), sum(cells)):
        found = arithmetic.confusion_matrices(rows, scores, average, decimals, truncated)
        assert cells in [tuple(int(cell) for cell in each) for each in found]


@given(BOTH_CLASSES, st.sampled_from(arithmetic.AVERAGES))
@settings(deadline=None)
def test_every_matrix_found_prints_the_scores_and_fills_the_rows(cells, average):
    exact = arithmetic.scores_of(np.array([cells]), average)
    scores = {name: float(np.round(values[0], 3)) for name, values in exact.items()}
    found = arithmetic.confusion_matrices(sum(cells), scores, average, 3)
    assert (found >= 0).all()
    assert (found.sum(axis=1) == sum(cells)).all()
    for name, values in arithmetic.scores_of(found, average).items():
        assert np.abs(values - scores[name]).max() <= 0.0005 + 1e-9


def test_matrices_need_no_accuracy_when_the_classes_are_known():
    found = arithmetic.confusion_matrices((30, 50), {"recall": 0.9, "precision": 0.75}, "binary", 5)
    assert found.tolist() == [[27, 3, 9, 41]]


def test_matrices_without_accuracy_and_classes_are_refused():
    with pytest.raises(ValueError, match="accuracy must be given"):
        arithmetic.confusion_matrices(80, {"recall": 0.9})


def test_unknown_average_is_refused():
    with pytest.raises(ValueError, match="micro"):
        arithmetic.scores_of(np.array([[1, 2, 3, 4]]), "micro")


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=12),
    st.integers(1, 5),
    st.booleans(),
)
def test_mean_and_deviation_of_true_values_lie_in_the_intervals(values, decimals, sample):
    printed = [arithmetic.printed_interval(round(value, decimals), decimals) for value in values]
    mean, deviation = np.mean(values), np.std(values, ddof=int(sample))
    assert arithmetic.mean_interval(printed).widened(1e-9).contains(mean)
    assert arithmetic.deviation_interval(printed, sample).widened(1e-9).contains(deviation)


@given(BOTH_CLASSES.filter(lambda cells: cells[0] > 0 and cells[1] + cells[2] > 0))
def test_prevalence_and_f1_of_a_true_matrix_lie_in_the_intervals(cells):
    tp, fn, fp, tn = cells
    exact = {
        name: float(values[0]) for name, values in arithmetic.scores_of(np.array([cells])).items()
    }
    printed = {
        name: arithmetic.printed_interval(round(value, 4), 4) for name, value in exact.items()
    }
    share = arithmetic.prevalence_interval(
        printed["accuracy"], printed["precision"], printed["recall"]
    )
    assert share.widened(1e-9).contains((tp + fn) / sum(cells))
    f1 = arithmetic.f1_interval(printed["precision"], printed["recall"])
    assert f1.widened(1e-9).contains(exact["f1"])
    rates = [Interval(rate, rate) for rate in (fp / (fp + tn), fn / (tp + fn))]
    recall = arithmetic.scores_of(np.array([cells]), "macro")["recall"][0]
    assert arithmetic.macro_recall_interval(*rates).widened(1e-9).contains(recall)


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("16,318", 16318, 0),
        ("3 668 522", 3668522, 0),
        ("97.578", 97.578, 3),
        ("1.00000", 1, 5),
        ("-3.1", -3.1, 1),
    ],
)
def test_printed_numbers_are_read(text, value, decimals):
    assert arithmetic.number_of(text) == value
    assert arithmetic.decimals_of(text) == decimals


@pytest.mark.parametrize(
    "text", ["", "16,31", "1,2345", "16 31", "1 234,567", "two", "nan", "inf", "1_000", "0.9 6"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"number|convert|thousands"):
        arithmetic.number_of(text)


def test_printed_interval_with_and_without_truncation():
    assert arithmetic.printed_interval(97.57, 2).contains(97.5649) is False
    assert arithmetic.printed_interval(97.57, 2).contains(97.578) is False
    assert arithmetic.printed_interval(97.57, 2, truncation=True).contains(97.578)
    assert not arithmetic.printed_interval(97.57, 2, truncation=True).contains(97.581)


# What the arithmetic says about XMeDNN.


def test_table_1_does_not_fit_the_printed_quarter_of_the_rows():
    accuracies = [
        arithmetic.printed_interval(row[0], 5, truncation=True) for row in TABLE_1.values()
    ]
    assert not any(arithmetic.counts_printing_as(each, 7135) for each in accuracies)
    for scores in TABLE_1.values():
        found = arithmetic.confusion_matrices((3567, 3568), named(scores), "macro", 5, True)
        assert len(found) == 0


def test_the_smallest_test_set_that_fits_all_of_table_1_is_a_third():
    accuracies = [
        arithmetic.printed_interval(row[0], 5, truncation=True) for row in TABLE_1.values()
    ]
    fitting = arithmetic.possible_totals(accuracies, range(100, 28541))
    assert fitting[0] == 9419 == int(np.ceil(0.33 * 28540))


@pytest.mark.parametrize(
    ("classifier", "cells"),
    [
        ("dnn", (4668, 26, 268, 4457)),
        ("lr", (2442, 2252, 757, 3968)),
        ("dt", (4678, 16, 350, 4375)),
        ("gnb", (2221, 2473, 428, 4297)),
        ("xgb", (4448, 246, 485, 4240)),
    ],
)
def test_each_row_of_table_1_has_one_matrix_on_one_common_test_set(classifier, cells):
    found = arithmetic.confusion_matrices(
        (4694, 4725), named(TABLE_1[classifier]), "macro", 5, truncation=True
    )
    assert found.tolist() == [list(cells)]


def test_each_fold_of_table_2_has_one_matrix_and_the_attacks_add_up():
    found = [
        arithmetic.confusion_matrices(2854, named(row), "binary", 5, truncation=True)
        for row in TABLE_2
    ]
    assert [len(matrices) for matrices in found] == [1] * 10
    assert sum(int(matrices[0, :2].sum()) for matrices in found) == 14270


def test_figure_3_does_not_fit_table_1():
    rates = [arithmetic.printed_interval(rate, 4, truncation=True) for rate in (0.0312, 0.0301)]
    recall = arithmetic.printed_interval(TABLE_1["dnn"][2], 5, truncation=True)
    assert arithmetic.macro_recall_interval(*rates).low > recall.high


def test_the_deviations_of_table_2_divide_by_the_number_of_folds():
    printed = dict(zip(METRICS, (0.00229, 0.00406, 0.00068, 0.00215), strict=True))
    for column, (_, value) in enumerate(printed.items()):
        folds = [arithmetic.printed_interval(row[column], 5, truncation=True) for row in TABLE_2]
        own = arithmetic.printed_interval(value, 5, truncation=True)
        of_sample, of_all = (arithmetic.deviation_interval(folds, each) for each in (True, False))
        assert own.high < of_sample.low
        assert of_all.low <= own.high
        assert own.low <= of_all.high


# Several rows measured on one test set.


def printed_row(cells, decimals, truncated):
    """Return the intervals of what a matrix prints."""
    scores = arithmetic.scores_of(np.array([cells]))
    if truncated:
        return {
            name: arithmetic.truncated_interval(cut(float(value[0]), decimals), decimals)
            for name, value in scores.items()
        }
    return {
        name: arithmetic.printed_interval(round(float(value[0]), decimals), decimals)
        for name, value in scores.items()
    }


@st.composite
def shared_matrices(draw):
    positives, negatives = draw(st.integers(1, 60)), draw(st.integers(1, 90))
    found = draw(st.lists(st.integers(0, positives), min_size=1, max_size=4))
    alarms = [draw(st.integers(0, negatives)) for _ in found]
    return [(tp, positives - tp, fp, negatives - fp) for tp, fp in zip(found, alarms, strict=True)]


@given(shared_matrices(), st.integers(3, 5), st.booleans())
@settings(max_examples=80, deadline=None)
def test_every_shared_test_is_found_again_from_its_printed_scores(matrices, decimals, truncated):
    table = [printed_row(cells, decimals, truncated) for cells in matrices]
    positives, total = matrices[0][0] + matrices[0][1], sum(matrices[0])
    pairs = tuple((tp, fp) for tp, _, fp, _ in matrices)
    assert positives in arithmetic.implied_positives(table, total)
    with_total = list(arithmetic.shared_tests(table, total=total))
    assert any(test.positives == positives and test.matrices == pairs for test in with_total)
    assert all(total in test.totals for test in with_total)
    if all("precision" in row and row["precision"].low > 0 for row in table):
        tests = arithmetic.shared_tests(table, positives=[positives])
        assert any(total in test.totals and test.matrices == pairs for test in tests)


@given(shared_matrices(), st.sampled_from(METRICS))
@settings(max_examples=40, deadline=None)
def test_a_cell_that_is_left_out_excludes_nothing(matrices, left_out):
    table = [printed_row(cells, 4, False) for cells in matrices]
    del table[0][left_out]
    pairs = tuple((tp, fp) for tp, _, fp, _ in matrices)
    positives, total = matrices[0][0] + matrices[0][1], sum(matrices[0])
    found = arithmetic.shared_tests(table, [positives], total)
    assert any(test.matrices == pairs for test in found)


def test_every_shared_test_prints_the_scores():
    table = [printed_row((40, 3, 7, 150), 3, False), printed_row((38, 5, 1, 156), 3, False)]
    for test in arithmetic.shared_tests(table, positives=range(1, 120)):
        for total in (test.totals[0], test.totals[-1]):
            for row, (tp, fp) in zip(table, test.matrices, strict=True):
                cells = (tp, test.positives - tp, fp, total - test.positives - fp)
                scores = arithmetic.scores_of(np.array([cells]))
                assert all(row[name].contains(float(scores[name][0])) for name in METRICS)


def test_a_shared_test_needs_something_to_go_by():
    with pytest.raises(ValueError, match="positive rows to try"):
        list(arithmetic.shared_tests([printed_row((4, 1, 1, 9), 3, False)]))
    with pytest.raises(ValueError, match="rows in all"):
        list(arithmetic.shared_tests([{"recall": Interval(0.5, 1.0)}], positives=[3]))


# Mante and Kolhe: rows of the named files, and the printed tables.
FILE_ROWS = {"fridge": 587_076, "garage_door": 591_446, "thermostat": 442_228}


@pytest.mark.parametrize("device", FILE_ROWS)
def test_each_table_of_ton_iot_fits_three_tenths_of_the_named_file(device):
    from lib import claims

    book = claims.load()
    table = []
    for classifier in ("knn", "mlp", "rf", "dt"):
        cells = {name: book[f"toniot.{device}.{classifier}.{name}"] for name in METRICS}
        table.append(
            {name: arithmetic.truncated_interval(c.number / 100, 5) for name, c in cells.items()}
        )
    sizes = {p: int(np.ceil(round(p * FILE_ROWS[device] / 100, 6))) for p in range(1, 51)}
    fitting = [p for p, size in sizes.items() if list(arithmetic.shared_tests(table, total=size))]
    assert fitting == [30]


# Printed shares of whole numbers, exactly.


@given(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(0, 5),
    st.booleans(),
)
@settings(deadline=None)
def test_every_share_is_recovered_from_its_own_rounding_and_from_its_own_cut(pair, digits, percent):
    count, total = pair
    share = Decimal(count) / Decimal(total) * (100 if percent else 1)
    for mode, name in (
        (ROUND_HALF_EVEN, "rounded"),
        (ROUND_HALF_UP, "rounded"),
        (ROUND_DOWN, "cut"),
    ):
        text = str(share.quantize(Decimal(1).scaleb(-digits), mode))
        (found,) = arithmetic.attainable_shares(text, [total], percent)
        assert count in getattr(found, name)


@given(st.integers(1, 400), st.integers(0, 10**4), st.booleans())
@settings(deadline=None)
def test_every_count_found_prints_the_text(total, digits, cut):
    text = f"{digits / 100:.2f}"
    (found,) = arithmetic.attainable_shares(text, [total], percent=True)
    unit = Decimal("0.01")
    for count in found.cut if cut else found.rounded:
        share = 100 * Decimal(count) / Decimal(total)
        modes = (ROUND_DOWN,) if cut else (ROUND_HALF_UP, ROUND_HALF_DOWN)
        assert any(share.quantize(unit, mode) == Decimal(text) for mode in modes)


def test_an_exact_share_is_never_cut_to_less():
    (found,) = arithmetic.attainable_shares("95.99", [200], percent=True)
    assert not found
    (found,) = arithmetic.attainable_shares("96.00", [200], percent=True)
    assert (list(found.rounded), list(found.cut)) == ([192], [192])


# Several classes.


@st.composite
def three_classes(draw):
    return np.array(draw(st.lists(st.integers(0, 9), min_size=9, max_size=9))).reshape(3, 3)


def f1_of(matrix, average):
    truth, guess = np.nonzero(np.ones((3, 3)))
    return f1_score(
        np.repeat(truth, matrix.ravel()),
        np.repeat(guess, matrix.ravel()),
        labels=[0, 1, 2],
        average=average,
        zero_division=0,
    )


@given(three_classes(), st.sampled_from(["macro", "weighted"]))
@settings(max_examples=60, deadline=None)
def test_the_f1_of_every_matrix_lies_in_the_range_of_its_sizes_and_accuracy(matrix, average):
    rows = matrix.sum(axis=1)
    assume(rows.min() > 0)
    found = arithmetic.multiclass_f1_range(rows, int(matrix.trace()), average)
    assert found.widened(1e-12).contains(f1_of(matrix, average))


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize(("rows", "right"), [((3, 2, 2), 4), ((4, 2, 1), 5), ((2, 2, 1), 0)])
def test_both_ends_of_the_range_belong_to_a_matrix(rows, right, average):
    ways = [[each for each in product(range(n + 1), repeat=3) if sum(each) == n] for n in rows]
    matrices = [np.array(each) for each in product(*ways)]
    scores = [f1_of(each, average) for each in matrices if each.trace() == right]
    found = arithmetic.multiclass_f1_range(rows, right, average)
    assert (found.low, found.high) == pytest.approx((min(scores), max(scores)))


def test_ranges_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="micro"):
        arithmetic.multiclass_f1_range((3, 2), 4, "micro")
    for rows, right in (((3, 0), 2), ((3, 2), 6), ((3,), 2)):
        with pytest.raises(ValueError, match="do not fit"):
            arithmetic.multiclass_f1_range(rows, right, "macro")


@given(st.floats(0.01, 9), st.floats(0.01, 9), st.integers(2, 4))
def test_the_saving_of_true_times_lies_in_the_interval(shorter, longer, decimals):
    printed = [
        arithmetic.printed_interval(round(each, decimals), decimals) for each in (shorter, longer)
    ]
    if printed[1].low > 0:
        assert arithmetic.saving_interval(*printed).widened(1e-9).contains(1 - shorter / longer)


# Zivadinovic and Simic.


def test_neither_accuracy_can_occur_on_a_fifth_of_the_samples():
    for text in ("95.99", "96.33"):
        assert not any(arithmetic.attainable_shares(text, [200, 2000], percent=True))
        assert all(arithmetic.attainable_shares(text, [733_704, 733_609], percent=True))


def test_the_one_hot_outputs_of_a_fifth_allow_one_of_the_accuracies():
    found = {
        text: arithmetic.attainable_shares(text, [600, 6000], percent=True)
        for text in ("95.99", "96.33")
    }
    assert [list(each.rounded) for each in found["96.33"]] == [[578], [5780]]
    assert not any(found["95.99"])


def test_at_the_printed_shares_the_f1_of_1000_samples_is_no_weighted_average():
    rows = (90, 105, 5)
    weighted = arithmetic.multiclass_f1_range(rows, 192, "weighted")
    macro = arithmetic.multiclass_f1_range(rows, 192, "macro")
    assert weighted.low > 0.9445
    assert macro.contains(0.944)


def test_the_printed_percentages_are_of_the_attacks_and_not_of_all_entries():
    from lib import claims

    book = claims.load()
    kinds = ("dos", "ddos", "reconnaissance", "theft")
    counts = {kind: book[f"botiot.table_iv.{kind}.rows"].number for kind in kinds}
    assert sum(counts.values()) == 3_668_045
    assert sum(counts.values()) + 477 == book["botiot.data.rows"].number
    fits = {
        total: all(
            book[f"botiot.table_iv.{kind}.share"].interval.contains(counts[kind] / total)
            for kind in kinds[:3]
        )
        for total in (3_668_045, 3_668_522)
    }
    assert fits == {3_668_045: True, 3_668_522: False}
