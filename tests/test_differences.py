"""Differences as tables show them."""

import re

from lib.methods.differences import mean_with_interval
from lib.methods.intervals import mean_interval


def test_it_shows_the_mean_and_its_interval():
    values = [0.01, 0.03, 0.02]
    low, high = mean_interval(values)
    assert mean_with_interval(values, 4) == f"+0.0200 [{low:+.4f}, {high:+.4f}]"


def test_an_interval_about_zero_has_both_signs():
    assert re.fullmatch(r"\+0\.000 \[-\d\.\d+, \+\d\.\d+\]", mean_with_interval([-0.1, 0.1]))


def test_one_replicate_has_no_interval():
    assert mean_with_interval([-0.25]) == "-0.250"
