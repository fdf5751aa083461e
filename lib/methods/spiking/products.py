"""What the matrix products of a spiking network cost: counted, and measured on this machine."""

import time
from collections.abc import Callable

import torch

from lib.methods.spiking.settings import SpikingSettings


def spiking_products(settings: SpikingSettings, rows: int) -> float:
    """Return the operations of one epoch's matrix products.

    Parameters
    ----------
    rows : int
        Samples shown.

    Returns
    -------
    float
        Multiplications and additions: forward, for the gradient of the weights, and for the
        gradient of the inputs, which the first layer does not need. The first layer works once
        a sample, the others at every step.
    """
    first, second, last = (inputs * outputs for inputs, outputs in settings.sizes)
    return 2.0 * rows * (2 * first + 3 * settings.steps * (second + last))


def matrix_product_speed(layer: int, size: int = 1_000) -> float:
    """Measure how many operations a second a matrix product of the network's shape reaches.

    Parameters
    ----------
    layer, size : int
        Neurons a layer (rows and columns of the right matrix), and rows of the left matrix.

    Returns
    -------
    float
        Multiplications and additions a second, in single precision, on all threads.
    """
    left, right = torch.rand(size, layer), torch.rand(layer, layer)
    times = 500
    needed = seconds(lambda: [left @ right for _ in range(times)])
    return 2.0 * times * size * layer**2 / needed


def seconds(action: Callable) -> float:
    """Return the seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
