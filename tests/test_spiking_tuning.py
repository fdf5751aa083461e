"""A search in one stack trains as each rate does alone."""

import numpy as np
import torch

from lib.methods.spiking import SpikingSettings, SpikingTask
from lib.methods.spiking.neurons import Leaky, Recurrent, train_neurons
from lib.methods.spiking.tuning import train_at_rates

SETTINGS = SpikingSettings(inputs=3, hidden=8, steps=4, epochs=4, batch_size=10)
RATES = (1e-3, 1e-2)


def tasks(seeds=(5, 6)):
    random = np.random.default_rng(0)
    return [
        SpikingTask(random.normal(size=(30, 3)), random.integers(0, 3, 30), seed) for seed in seeds
    ]


def test_each_rate_trains_as_it_does_alone():
    for neuron in (Leaky(), Recurrent()):
        together = list(train_at_rates(tasks(), RATES, neuron, [4, 4], SETTINGS).parameters())
        for place, rate in enumerate(RATES):
            own = SETTINGS.but(learning_rate=rate)
            alone = train_neurons(tasks(), neuron, [4, 4], own)[0].parameters()
            for part, expected in zip(together, alone, strict=True):
                found = part[2 * place : 2 * place + 2]
                torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_rates_differ():
    weight, *_ = train_at_rates(tasks(), RATES, Leaky(), [4, 4], SETTINGS).parameters()
    assert not torch.allclose(weight[:2], weight[2:], atol=1e-3)
