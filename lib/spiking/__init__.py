"""Spiking networks: the paper's classifier, and training many of them at once, fast."""

from lib.spiking.network import (
    SnntorchClassifier,
    SpikingClassifier,
    Trace,
    class_chances,
    decision,
    snntorch_network,
)
from lib.spiking.settings import READOUTS, UPDATES, SpikingSettings
from lib.spiking.training import SpikingTask, Trained, train_snntorch, train_stacked

__all__ = [
    "READOUTS",
    "UPDATES",
    "SnntorchClassifier",
    "SpikingClassifier",
    "SpikingSettings",
    "SpikingTask",
    "Trace",
    "Trained",
    "class_chances",
    "decision",
    "snntorch_network",
    "train_snntorch",
    "train_stacked",
]
