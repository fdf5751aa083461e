"""Arithmetic of one decision, and its energy at published prices an operation.

Memory, clocks, leakage and sensing, which cost more on most processors (Horowitz 2014), are left
out: an energy from here is a lower bound, fit for comparing models, not for sizing a battery.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PICOJOULES_IN_NANOJOULE = 1000.0


@dataclass(frozen=True)
class Operations:
    """What one decision computes; means over decisions may be fractions.

    A linear classifier has one multiply-accumulate for each weight, a decision tree one
    comparison for each node on the way to a leaf.
    """

    multiply_accumulates: float = 0.0
    accumulates: float = 0.0
    updates: float = 0.0
    comparisons: float = 0.0

    @property
    def total(self) -> float:
        """All operations, whatever their kind."""
        return self.multiply_accumulates + self.accumulates + self.updates + self.comparisons


@dataclass(frozen=True)
class Prices:
    """Energy of each operation in picojoules, and where the figures come from."""

    multiply_accumulate: float
    accumulate: float
    update: float
    comparison: float
    source: str


def prices_of_arithmetic(multiply: float, add: float, source: str) -> Prices:
    """Return prices that follow from picojoules of one multiplication and one addition.

    A neuron's update is a decay and three additions: input or bias, reset, comparison.
    """
    return Prices(multiply + add, add, multiply + 3 * add, add, source)


# Horowitz (2014), figure 1.1.9, and Davies et al. (2018), table 2. On Loihi an operation of
# the first layer, whose inputs are no spikes, is charged to a processor beside the chip.
FLOAT32 = prices_of_arithmetic(3.7, 0.9, "32-bit floating point, 45 nm (Horowitz 2014)")
INT8 = prices_of_arithmetic(0.2, 0.03, "8-bit integers, 45 nm (Horowitz 2014)")
LOIHI = Prices(
    FLOAT32.multiply_accumulate, 23.6, 81.0, FLOAT32.comparison, "Loihi, 14 nm (Davies et al. 2018)"
)


def nanojoules(operations: Operations, prices: Prices) -> float:
    """Return the energy of one decision's operations in nanojoules, from prices in picojoules."""
    picojoules = (
        operations.multiply_accumulates * prices.multiply_accumulate
        + operations.accumulates * prices.accumulate
        + operations.updates * prices.update
        + operations.comparisons * prices.comparison
    )
    return picojoules / PICOJOULES_IN_NANOJOULE


def spiking_operations(
    sizes: Sequence[int], spikes: Sequence[float], steps: float, held: bool = True
) -> Operations:
    """Count what a feed-forward spiking network computes for one decision.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, neurons of each spiking layer, classes.
    spikes : sequence of float
        Spikes of each spiking layer in one decision, summed over neurons and steps.
    steps : float
        Time steps taken.
    held : bool
        True: the input current is computed once and held, since it does not change. False:
        its products are computed again at each step, as the paper's loop does.

    Returns
    -------
    Operations
        Each spike costs one accumulate for each neuron or class that it reaches.

    Raises
    ------
    ValueError
        If there is not one number of spikes a spiking layer.
    """
    if len(spikes) != len(sizes) - 2:
        raise ValueError(f"sizes {tuple(sizes)} need {len(sizes) - 2} spike counts, got {spikes}")
    return Operations(
        multiply_accumulates=sizes[0] * sizes[1] * (1 if held else steps),
        accumulates=float(np.dot(spikes, sizes[2:])),
        updates=sum(sizes[1:-1]) * steps,
    )


def dense_operations(sizes: Sequence[int], active: Sequence[float] | None = None) -> Operations:
    """Count what a dense network with rectified linear units computes for one decision.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, neurons of each hidden layer, classes.
    active : sequence of float, optional
        Neurons above zero in each hidden layer. When given, products with zeros are skipped,
        as a spiking network skips silent neurons; default: every product counts.

    Returns
    -------
    Operations
        One comparison for each hidden neuron, its rectifier.
    """
    senders = [sizes[0], *(sizes[1:-1] if active is None else active)]
    return Operations(
        multiply_accumulates=float(np.dot(senders, sizes[1:])),
        comparisons=sum(sizes[1:-1]),
    )
