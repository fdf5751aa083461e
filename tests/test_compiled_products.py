"""Products in compiled training: each element one sum in order, wherever it stands."""

import numpy as np
import pytest

from lib.methods.dense.compiled import _multiply, _turn

SHAPES = [(20, 28, 64), (20, 8, 1), (7, 13, 21), (1, 1, 1), (4, 100, 43)]


def drawn(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def in_order(left, right):
    total = np.zeros((len(left), right.shape[1]), np.float32)
    for column, row in zip(left.T.astype(float), right.astype(float), strict=True):
        total = (np.outer(column, row) + total).astype(np.float32)  # rounded once a term
    return total


def product(left, right, places=None):
    sizes = len(left), *right.shape
    result = np.full((len(left), right.shape[1]), np.nan, np.float32)
    given = left.ravel() if places is None else left.T.ravel()
    _multiply(given, places or (right.shape[0], 1), right.ravel(), result.ravel(), sizes)
    return result


@pytest.mark.parametrize("shape", SHAPES)
def test_each_element_is_summed_in_order(shape):
    rows, inner, columns = shape
    left, right = drawn(rows, inner), drawn(inner, columns)
    np.testing.assert_array_equal(product(left, right), in_order(left, right))
    turned = product(left, right, places=(1, rows))
    np.testing.assert_array_equal(turned, in_order(left, right))


def test_a_product_does_not_depend_on_its_neighbours():
    left, right = drawn(20, 28), drawn(28, 64)
    whole = product(left, right)
    for row in range(20):
        alone = product(left[row : row + 1], np.ascontiguousarray(right[:, 5:6]))
        assert alone == whole[row, 5]


@pytest.mark.parametrize("shape", [(64, 32), (28, 64), (13, 21), (8, 1), (3, 5)])
def test_turning_exchanges_rows_and_columns(shape):
    matrix, turned = drawn(*shape), np.zeros(shape[::-1], np.float32)
    _turn(matrix.ravel(), turned.ravel(), *shape)
    np.testing.assert_array_equal(turned, matrix.T)
