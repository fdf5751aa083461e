"""Clients that train on their own rows, averages of their weights, and what noise promises."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from lib.methods.dense.network import DenseSettings, dense_network
from lib.methods.federated import (
    Local,
    Rows,
    clipped,
    epsilon_of,
    first_weights,
    logits,
    median,
    plain_mean,
    told_apart,
    train_locally,
    trimmed_mean,
    weighted_mean,
)

SIZES, SEEDS = (3, 5, 4, 1), (11, 12)
SETTINGS = Local(SIZES, learning_rate=0.2, batch_size=8)


def pair(size, seed):
    random = np.random.default_rng(seed)
    return random.normal(size=(size, 3)), random.integers(0, 2, size)


@pytest.fixture
def parts():
    return [[pair(size, size + seed) for seed in SEEDS] for size in (20, 33, 5)]


@pytest.fixture
def sent():
    return first_weights(SIZES, SEEDS).expand(3, -1, -1)


def alone(network, features, labels, order, settings):
    """Train one network as PyTorch's own optimizer does, with FedProx's penalty in the loss."""
    features = torch.as_tensor(features, dtype=torch.float32)
    labels = torch.as_tensor(labels, dtype=torch.float32)
    begun = [part.detach().clone() for part in network.parameters()]
    optimizer = torch.optim.SGD(network.parameters(), settings.learning_rate)
    for rows in torch.as_tensor(order).split(settings.batch_size):
        optimizer.zero_grad()
        said = network(features[rows]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(said, labels[rows])
        pairs = zip(network.parameters(), begun, strict=True)
        away = sum(((own - old) ** 2).sum() for own, old in pairs)
        (loss + settings.proximity / 2 * away).backward()
        optimizer.step()
    linears = [layer for layer in network if isinstance(layer, nn.Linear)]
    return torch.cat([x for one in linears for x in (one.weight.T.reshape(-1), one.bias)]).detach()


class TestNetworks:
    def test_stacked_networks_say_what_each_says_alone(self):
        weights, features = first_weights(SIZES, SEEDS), torch.randn(2, 9, 3)
        said = logits(weights, SIZES, features)
        for place, seed in enumerate(SEEDS):
            network = dense_network(DenseSettings(SIZES), seed)
            assert torch.allclose(said[place], network(features[place]).squeeze(1), atol=1e-6)


class TestTraining:
    @pytest.mark.parametrize("proximity", [0.0, 0.7])
    def test_each_client_gets_what_it_would_have_got_alone(self, parts, sent, proximity):
        settings = replace(SETTINGS, proximity=proximity)
        found = train_locally(sent, Rows.of(parts), SEEDS, 4, settings)
        for client, replicates in enumerate(parts):
            for place, (features, labels) in enumerate(replicates):
                random = np.random.default_rng((SEEDS[place], client, 4))
                order = random.permutation(len(labels))
                network = dense_network(DenseSettings(SIZES), SEEDS[place])
                own = alone(network, features, labels, order, settings)
                assert torch.allclose(found[client, place], own, atol=1e-5)

    def test_what_was_sent_is_left_as_it_was(self, parts, sent):
        before = sent.clone()
        train_locally(sent, Rows.of(parts), SEEDS, 0, SETTINGS)
        assert torch.equal(sent, before)

    def test_another_round_takes_the_rows_in_another_order(self, parts, sent):
        rows = Rows.of(parts)
        first, second = (train_locally(sent, rows, SEEDS, turn, SETTINGS) for turn in (0, 1))
        assert not torch.equal(first, second)
        assert torch.equal(first, train_locally(sent, rows, SEEDS, 0, SETTINGS))

    def test_a_client_in_a_stack_of_its_own_gets_the_same(self, parts, sent):
        together = train_locally(sent, Rows.of(parts), SEEDS, 3, SETTINGS)
        own = train_locally(sent[2:], Rows.of(parts[2:]), SEEDS, 3, SETTINGS, [2])
        assert torch.equal(own[0], together[2])

    def test_a_client_without_rows_sends_back_what_it_got(self, parts, sent):
        parts[1][0] = (np.zeros((0, 3)), np.zeros(0))
        found = train_locally(sent, Rows.of(parts), SEEDS, 0, SETTINGS)
        assert torch.equal(found[1, 0], sent[1, 0])
        assert not torch.equal(found[1, 1], sent[1, 1])


class TestAverages:
    @pytest.fixture
    def updates(self):
        return torch.as_tensor(np.random.default_rng(5).normal(size=(6, 2, 7)))

    @pytest.fixture
    def rows(self):
        return torch.as_tensor([[1.0, 2], [3, 4], [5, 6], [7, 8], [9, 1], [2, 2]])

    def test_they_are_numpys_and_scipys(self, updates, rows):
        numbers = updates.numpy()
        for place in range(2):
            by_rows = np.average(numbers[:, place], axis=0, weights=rows[:, place].numpy())
            assert np.allclose(weighted_mean(updates, rows)[place], by_rows)
        assert np.allclose(plain_mean(updates, rows), numbers.mean(axis=0))
        assert np.allclose(median(updates, rows), np.median(numbers, axis=0))
        assert np.allclose(median(updates[:5], rows[:5]), np.median(numbers[:5], axis=0))
        assert np.allclose(trimmed_mean(updates, rows), stats.trim_mean(numbers, 1 / 6))

    def test_one_client_cannot_move_the_robust_ones_far(self, updates, rows):
        worse = updates.clone()
        worse[0] = 1e6
        assert weighted_mean(worse, rows).abs().max() > 1e4
        for robust in (median, trimmed_mean):
            assert robust(worse, rows).abs().max() < 5

    def test_only_long_updates_are_shortened(self):
        found = clipped(torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]]), 1.0)
        assert torch.allclose(found, torch.tensor([[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]]))


class TestAgainstFlower:
    """The same updates through the aggregation of Flower, where it is installed."""

    @pytest.fixture
    def flower(self):
        reason = "Flower is optional: pip install flwr==1.42.0 in an environment of its own"
        return pytest.importorskip("flwr.server.strategy.aggregate", reason=reason)

    @pytest.fixture
    def returned(self):
        random = np.random.default_rng(8)
        return [([random.normal(size=40).astype("float32")], int(size)) for size in range(3, 13)]

    @pytest.mark.parametrize(
        ("ours", "theirs", "details"),
        [
            (weighted_mean, "aggregate", {}),
            (median, "aggregate_median", {}),
            (trimmed_mean, "aggregate_trimmed_avg", {"proportiontocut": 0.1}),
        ],
    )
    def test_averages_are_flowers(self, flower, returned, ours, theirs, details):
        weights = torch.as_tensor(np.array([[own] for (own,), _ in returned]))
        sizes = torch.tensor([[float(size)] for _, size in returned])
        (expected,) = getattr(flower, theirs)(returned, **details)
        assert np.allclose(ours(weights, sizes)[0], expected, atol=1e-6)

    def test_rounds_of_flowers_clients_end_with_our_weights(self, flower, parts, sent):
        from flwr.client import NumPyClient
        from flwr.common import Code, FitRes, Status, ndarrays_to_parameters
        from flwr.common import parameters_to_ndarrays as unpacked
        from flwr.server.strategy import FedAvg

        class OwnRows(NumPyClient):
            def __init__(self, number):
                self.number, self.rows = number, Rows.of([[parts[number][0]]])

            def fit(self, parameters, config):
                got = torch.as_tensor(parameters[0].copy()).view(1, 1, -1)
                asked = got, self.rows, SEEDS[:1], config["turn"], SETTINGS, [self.number]
                return [train_locally(*asked).numpy().ravel()], int(self.rows.sizes.item()), {}

        rows, clients = Rows.of(parts), [OwnRows(number) for number in range(len(parts))]
        ours, theirs = sent[0], [sent[0, 0].numpy()]
        for turn in range(5):
            together = ours.expand(3, -1, -1)
            updates = train_locally(together, rows, SEEDS, turn, SETTINGS) - together
            ours = ours + weighted_mean(updates, torch.as_tensor(rows.sizes))
            done = [client.fit(theirs, {"turn": turn}) for client in clients]
            packed = [
                (None, FitRes(Status(Code.OK, ""), ndarrays_to_parameters(own), size, told))
                for own, size, told in done
            ]
            theirs = unpacked(FedAvg().aggregate_fit(turn + 1, packed, [])[0])
        assert np.allclose(ours[0], theirs[0], atol=1e-5)


class TestPromise:
    # Balle and Wang (2018), Theorem 8, solved with fifty digits.
    @pytest.mark.parametrize(("noise", "rounds"), [(1.0, 1), (4.0, 30), (0.5, 20), (0.05, 30)])
    def test_epsilon_solves_the_exact_equation(self, noise, rounds):
        from mpmath import mp, mpf, ncdf, sqrt

        mp.dps = 50
        epsilon, shift = mpf(epsilon_of(noise, rounds, 1e-5)), sqrt(rounds) / mpf(noise)
        first = ncdf(shift / 2 - epsilon / shift)
        found = first - mp.exp(epsilon) * ncdf(-shift / 2 - epsilon / shift)
        assert float(found) == pytest.approx(1e-5, rel=1e-4)

    def test_known_values(self):
        assert epsilon_of(1.0, 1, 1e-5) == pytest.approx(4.377178, abs=1e-5)
        assert epsilon_of(0.0, 3, 1e-5) == np.inf
        assert epsilon_of(1e6, 1, 1e-5) == 0.0

    def test_the_classical_bound_is_above(self):
        # Dwork and Roth (2014), Theorem A.1, holds for epsilons below one.
        for epsilon in (0.2, 0.5, 0.9):
            noise = np.sqrt(2 * np.log(1.25 / 1e-5)) / epsilon
            assert epsilon_of(noise, 1, 1e-5) < epsilon

    def test_rounds_add_up_as_one_sum_with_less_noise(self):
        assert epsilon_of(6.0, 9, 1e-3) == pytest.approx(epsilon_of(2.0, 1, 1e-3))

    def test_what_a_guess_gets_is_what_draws_show(self):
        random = np.random.default_rng(3)
        seen = random.normal(size=(200_000, 4)) * 2.0 + np.array([[0.0], [1.0]] * 100_000)
        right = ((seen.mean(axis=1) > 0.5) == np.tile([False, True], 100_000)).mean()
        assert told_apart(2.0, 4) == pytest.approx(right, abs=0.005)
        assert told_apart(0.0, 4) == 1.0
