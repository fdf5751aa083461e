"""The dense network is the spiking one's equal in all but the spikes."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from lib.methods.spiking import SpikingClassifier, SpikingSettings, SpikingTask, class_chances
from lib.methods.spiking.dense import DenseClassifier, train_dense

SETTINGS = SpikingSettings(inputs=4, hidden=12, classes=3, epochs=3, batch_size=20)


def task(seed, rows=70):
    draw = np.random.default_rng(seed)
    labels = draw.integers(3, size=rows)
    features = draw.normal(size=(rows, 4)) + 3 * np.eye(3, 4)[labels]
    return SpikingTask(features.astype(np.float32), labels, seed)


def test_it_starts_from_the_weights_of_the_spiking_network():
    dense, spiking = DenseClassifier(SETTINGS, 5), SpikingClassifier(SETTINGS, 5)
    for own, other in zip(dense.parameters(), spiking.parameters(), strict=True):
        assert torch.equal(own, other)


def trained_alone(own, scale=1.0):
    network = DenseClassifier(SETTINGS, own.seed, scale)
    optimizer = torch.optim.Adam(network.parameters(), lr=SETTINGS.learning_rate)
    generator = torch.Generator().manual_seed(own.seed)
    features, labels = torch.as_tensor(own.features), torch.as_tensor(own.labels)
    for _ in range(SETTINGS.epochs):
        for chosen in torch.randperm(len(labels), generator=generator).split(20):
            optimizer.zero_grad()
            cross_entropy(network(features[chosen])[0], labels[chosen]).backward()
            optimizer.step()
    return network


@pytest.mark.parametrize("scale", [1.0, 10.0])
def test_a_stack_gives_what_each_network_would_have_got_alone(scale):
    tasks = [task(seed) for seed in (1, 2, 3)]
    trained = train_dense(tasks, SETTINGS, scale=scale)
    assert trained.loss.shape == (3, 3)
    for own, network in zip(tasks, trained.networks, strict=True):
        for stacked, alone in zip(
            network.parameters(), trained_alone(own, scale).parameters(), strict=True
        ):
            torch.testing.assert_close(stacked, alone, rtol=0, atol=1e-6)


def test_it_learns_what_can_be_told():
    settings = SETTINGS.but(epochs=60, learning_rate=1e-2)
    trained = train_dense([task(7, rows=300)], settings)
    fresh = task(8, rows=300)
    chances = class_chances(trained.networks[0], fresh.features)
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert (chances.argmax(axis=1) == fresh.labels).mean() > 0.85
    assert trained.loss[0, -1] < trained.loss[0, 0] / 2


@pytest.mark.parametrize(
    ("tasks", "message"), [([], "empty"), ([task(1), task(2, rows=60)], "equal numbers of rows")]
)
def test_what_does_not_stack_is_refused(tasks, message):
    with pytest.raises(ValueError, match=message):
        train_dense(tasks, SETTINGS)
