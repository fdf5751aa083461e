"""A replicate trained in a stack is the replicate trained alone."""

import numpy as np
import pytest
import torch

from lib.methods.dense import compiled
from lib.methods.dense import training as replicate
from lib.methods.dense.network import (
    BETA_1,
    BETA_2,
    MOMENTUM_DECAY,
    DenseSettings,
    dense_network,
    train_alone,
)
from lib.methods.dense.training import Task, probabilities, train_replicates

SETTINGS = DenseSettings(sizes=(28, 64, 32, 8, 1), epochs=3, batch_size=20)


def make_task(seed, rows):
    random = np.random.default_rng(seed)
    features = random.random((rows, 28), dtype=np.float32)
    labels = (features[:, 0] + 0.2 * random.random(rows) > 0.6).astype(np.float32)
    return Task(features, labels, seed)


def weights_alone(task, settings):
    network = dense_network(settings, task.seed)
    features, labels = torch.from_numpy(task.features), torch.from_numpy(task.labels)
    return train_alone(network, features, labels, settings, task.seed).state_dict()


@pytest.mark.parametrize(
    "rows", [(200, 200, 200), (205, 205), (200, 131, 60)], ids=["full", "partial", "unequal"]
)
def test_stacked_replicate_has_the_weights_of_the_same_seed_alone(rows):
    tasks = [make_task(seed, size) for seed, size in enumerate(rows)]
    trained = train_replicates(tasks, SETTINGS)
    for task, network in zip(tasks, trained.networks, strict=True):
        for name, weight in weights_alone(task, SETTINGS).items():
            torch.testing.assert_close(network.state_dict()[name], weight, rtol=2e-3, atol=2e-4)


def test_each_replicate_may_have_its_own_rate_and_conventions():
    tasks = [make_task(seed, 90) for seed in range(2)]
    settings = [SETTINGS, SETTINGS.but(learning_rate=0.001, truncated=False, epsilon=1e-8)]
    networks = train_replicates(tasks, settings).networks
    for task, own, network in zip(tasks, settings, networks, strict=True):
        for name, weight in weights_alone(task, own).items():
            torch.testing.assert_close(network.state_dict()[name], weight, rtol=2e-3, atol=2e-4)


def test_neighbours_in_the_stack_do_not_matter():
    tasks = [make_task(seed, 150) for seed in range(4)]
    together = train_replicates(tasks, SETTINGS)
    pair = train_replicates(tasks[2:], SETTINGS)
    assert torch.equal(together.networks[3][0].weight, pair.networks[1][0].weight)


def test_same_seed_gives_the_same_numbers():
    tasks = [make_task(seed, 100) for seed in range(2)]
    first, second = (train_replicates(tasks, SETTINGS) for _ in range(2))
    np.testing.assert_array_equal(first.loss, second.loss)
    assert torch.equal(first.networks[1][0].weight, second.networks[1][0].weight)


def test_another_seed_gives_other_weights():
    task = make_task(0, 100)
    other = Task(task.features, task.labels, seed=1)
    networks = train_replicates([task, other], SETTINGS).networks
    assert not torch.allclose(networks[0][0].weight, networks[1][0].weight)


def test_curves_are_the_epochs_running_means():
    task = make_task(0, 20)
    trained = train_replicates([task], SETTINGS.but(epochs=1))
    chances = probabilities(dense_network(SETTINGS, 0), task.features)
    expected = -np.mean(np.log(np.where(task.labels == 1, chances, 1 - chances)))
    assert trained.loss.shape == trained.accuracy.shape == (1, 1)
    np.testing.assert_allclose(trained.loss[0, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(trained.accuracy[0, 0], np.mean((chances > 0.5) == task.labels))


def test_training_learns_what_there_is_to_learn():
    task = make_task(0, 400)
    trained = train_replicates([task], SETTINGS.but(epochs=40))
    held_out = make_task(1, 400)
    predicted = probabilities(trained.networks[0], held_out.features) > 0.5
    assert np.mean(predicted == held_out.labels) > 0.85


@pytest.mark.parametrize("truncated", [True, False])
def test_he_normal_has_its_variance_and_its_cut(truncated):
    settings = DenseSettings(sizes=(400, 500, 1), truncated=truncated)
    weight = dense_network(settings, seed=0)[0].weight.detach()
    assert weight.std().item() == pytest.approx((2 / 400) ** 0.5, rel=0.01)
    limit = 2 * (2 / 400) ** 0.5 / 0.8796
    assert (weight.abs().max().item() <= limit * 1.0001) == truncated


def test_misfitting_tasks_are_refused():
    with pytest.raises(ValueError, match="empty"):
        train_replicates([], SETTINGS)
    with pytest.raises(ValueError, match="28 inputs"):
        train_replicates([Task(np.zeros((5, 3)), np.zeros(5), 0)], SETTINGS)
    with pytest.raises(ValueError, match="share sizes"):
        train_replicates([make_task(0, 5)] * 2, [SETTINGS, SETTINGS.but(epochs=2)])


@pytest.mark.parametrize("rows", [(205, 205), (200, 131, 60)], ids=["partial", "unequal"])
def test_compiled_and_batched_training_agree(rows):
    tasks = [make_task(seed, size) for seed, size in enumerate(rows)]
    trained = train_replicates(tasks, SETTINGS, "cpu")
    settings = [SETTINGS] * len(tasks)
    stack = replicate._Stack(tasks, settings, "cpu")
    rows = replicate._PaddedRows(tasks, "cpu")
    loss, accuracy = replicate._train_batched(stack, rows, SETTINGS)
    np.testing.assert_allclose(trained.loss, loss, rtol=1e-3)
    np.testing.assert_allclose(trained.accuracy, accuracy, atol=0.011)
    for ours, theirs in zip(trained.networks, stack.networks(), strict=True):
        for name, weight in theirs.state_dict().items():
            torch.testing.assert_close(ours.state_dict()[name], weight, rtol=2e-3, atol=2e-4)


def test_number_of_threads_does_not_matter():
    tasks = [make_task(seed, 150) for seed in range(3)]
    before = torch.get_num_threads()
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        found.append(train_replicates(tasks, SETTINGS, "cpu"))
    torch.set_num_threads(before)
    np.testing.assert_array_equal(found[0].loss, found[1].loss)
    assert torch.equal(found[0].networks[2][0].weight, found[1].networks[2][0].weight)


def test_values_below_zero_become_their_exponential_less_one():
    values = np.concatenate([np.linspace(-100, 3, 5000), [-0.0, 0.0, -1e-8, 1e-30]])
    found = values.astype(np.float32)
    expected = np.where(found > 0, found, np.expm1(found.astype(np.float64)))
    compiled._elu(found, np.zeros(len(found), np.int32))
    np.testing.assert_allclose(found, expected, rtol=3e-7)


def test_compiled_nadam_is_pytorchs():
    random = np.random.default_rng(0)
    start, slopes = random.normal(size=30), random.normal(size=(60, 30)).astype(np.float32)
    own, moments, product = start.astype(np.float32), np.zeros((2, 30), np.float32), 1.0
    parameter = torch.nn.Parameter(torch.from_numpy(start.copy()))
    optimizer = torch.optim.NAdam([parameter], lr=0.01, eps=1e-7)
    for update, slope in enumerate(slopes, start=1):
        settings = 0.01, np.float32(1e-7), (BETA_1, BETA_2, MOMENTUM_DECAY)
        product = compiled._nadam(own, slope, tuple(moments), settings, update, product)
        parameter.grad = torch.from_numpy(slope.astype(np.float64))
        optimizer.step()
        moved = parameter.detach().numpy() - start
        np.testing.assert_allclose(own - start, moved, rtol=2e-5, atol=2e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
def test_cuda_gives_the_weights_of_the_processor():
    tasks = [make_task(seed, 130) for seed in range(2)]
    here, there = (train_replicates(tasks, SETTINGS, device) for device in ("cpu", "cuda"))
    torch.testing.assert_close(
        here.networks[1][0].weight, there.networks[1][0].weight, rtol=1e-2, atol=1e-3
    )
