"""Weights in eight bits: what a network computes when each weight is one of 255 numbers."""

import copy
from dataclasses import dataclass

import numpy as np
import torch

from lib.methods.spiking.network import SpikingClassifier

# One scale for a whole layer, or one for each neuron that receives (a row of the weights).
GRAINS = ("layer", "row")


@dataclass(frozen=True)
class Quantized:
    """A weight matrix as integers and scales, which multiply back to it, rounded."""

    integers: np.ndarray
    scales: np.ndarray

    @property
    def weight(self) -> np.ndarray:
        """The rounded weights, shape (outputs, inputs), float32."""
        return self.integers * self.scales

    @property
    def bytes(self) -> int:
        """Storage of integers and scales."""
        return self.integers.nbytes + self.scales.nbytes


def quantize(weight: np.ndarray, grain: str = "row", bits: int = 8) -> Quantized:
    """Round weights to equidistant values up to their largest magnitude, on either side of zero."""
    if grain not in GRAINS or not 2 <= bits <= 8:
        raise ValueError(f"cannot quantize by {grain!r} to {bits} bits: layer or row, 2 to 8 bits")
    weight = np.asarray(weight, dtype=np.float32)
    largest = np.abs(weight).max(axis=1 if grain == "row" else None, keepdims=True)
    top = 2 ** (bits - 1) - 1
    # A row of zeros has no magnitude to divide by; any scale returns it.
    scales = np.where(largest > 0, largest / top, 1).astype(np.float32)
    integers = np.rint(weight / scales).clip(-top, top).astype(np.int8)
    return Quantized(integers, scales)


def quantized_network(
    network: SpikingClassifier, grain: str = "row", bits: int = 8
) -> SpikingClassifier:
    """Return a copy of a network with rounded weights; biases keep their precision.

    Parameters
    ----------
    grain : {"row", "layer"}
        One scale a receiving neuron, or one a layer.
    bits : int
        From 2 to 8.

    Returns
    -------
    SpikingClassifier
        Computes what integer sums, scaled afterwards, would compute.
    """
    rounded = copy.deepcopy(network)
    with torch.no_grad():
        for linear in rounded.linears:
            quantized = quantize(linear.weight.numpy(), grain, bits)
            linear.weight.copy_(torch.from_numpy(quantized.weight))
    return rounded


def storage_bytes(network: SpikingClassifier, grain: str | None = None) -> int:
    """Return the bytes of a network's weights, and of its biases in 32-bit floating point.

    Parameters
    ----------
    grain : {"row", "layer"}, optional
        Weights as 8-bit integers with these scales, which count as well; default: weights in
        32-bit floating point, too.
    """
    biases = sum(linear.bias.numel() for linear in network.linears) * np.float32().itemsize
    weights = [linear.weight.detach().numpy() for linear in network.linears]
    if grain is None:
        return biases + sum(weight.nbytes for weight in weights)
    return biases + sum(quantize(weight, grain).bytes for weight in weights)
