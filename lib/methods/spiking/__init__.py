"""Spiking networks: the paper's classifier, and training many of them at once, fast."""

from lib.methods.spiking.network import SpikingClassifier, class_chances, decision, snntorch_network
from lib.methods.spiking.settings import READOUTS, SpikingSettings
from lib.methods.spiking.training import SpikingTask, train_snntorch, train_stacked

__all__ = [
    "READOUTS",
    "SpikingClassifier",
    "SpikingSettings",
    "SpikingTask",
    "class_chances",
    "decision",
    "snntorch_network",
    "train_snntorch",
    "train_stacked",
]
