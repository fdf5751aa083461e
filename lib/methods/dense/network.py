"""Dense networks in plain PyTorch, with the conventions of the framework that a paper used."""

import math
from dataclasses import dataclass, replace

import torch
from torch import nn


@dataclass(frozen=True)
class DenseSettings:
    """Architecture and training of a dense binary classifier.

    Attributes
    ----------
    sizes : tuple of int
        Neurons a layer, from the inputs to the single output.
    learning_rate : float
        Step size of Nadam.
    epochs, batch_size : int
        Passes over the training rows, and rows an update.
    truncated : bool
        True draws He normal weights cut at two standard deviations, as Keras does;
        False draws them from the full normal distribution, as PyTorch does.
    epsilon : float
        Added to the root of the second moment: 1e-7 in Keras, 1e-8 in PyTorch.
    """

    sizes: tuple[int, ...]
    learning_rate: float = 0.01
    epochs: int = 150
    batch_size: int = 20
    truncated: bool = True
    epsilon: float = 1e-7

    def but(self, **changes) -> "DenseSettings":
        """Return a copy with some settings changed."""
        return replace(self, **changes)


# Nadam's constants, equal in Keras 2.9 and PyTorch.
BETA_1, BETA_2, MOMENTUM_DECAY = 0.9, 0.999, 0.004
# Standard deviation of a unit normal distribution cut at two standard deviations.
TRUNCATED_STANDARD_DEVIATION = 0.87962566103423978


def dense_network(settings: DenseSettings, seed: int) -> nn.Sequential:
    """Build a network of linear layers with ELU between them and one output logit."""
    generator = torch.Generator().manual_seed(seed)
    layers: list[nn.Module] = []
    for inputs, outputs in zip(settings.sizes[:-1], settings.sizes[1:], strict=True):
        linear = nn.Linear(inputs, outputs)
        _initialize_he_normal(linear, settings.truncated, generator)
        layers += [linear, nn.ELU()]
    return nn.Sequential(*layers[:-1])


def _initialize_he_normal(linear: nn.Linear, truncated: bool, generator: torch.Generator) -> None:
    deviation = math.sqrt(2 / linear.in_features)
    with torch.no_grad():
        if truncated:
            # Keras widens the parent distribution so that the cut one keeps its variance.
            deviation /= TRUNCATED_STANDARD_DEVIATION
            nn.init.trunc_normal_(
                linear.weight, 0, deviation, -2 * deviation, 2 * deviation, generator
            )
        else:
            linear.weight.normal_(0, deviation, generator=generator)
        linear.bias.zero_()


def train_alone(
    network: nn.Sequential,
    features: torch.Tensor,
    labels: torch.Tensor,
    settings: DenseSettings,
    seed: int,
) -> nn.Sequential:
    """Train one network PyTorch's plain way, the yardstick of `lib.methods.dense.training`."""
    rate, betas = settings.learning_rate, (BETA_1, BETA_2)
    optimizer = torch.optim.NAdam(
        network.parameters(), rate, betas, settings.epsilon, momentum_decay=MOMENTUM_DECAY
    )
    generator = torch.Generator().manual_seed(seed)
    for _ in range(settings.epochs):
        for rows in torch.randperm(len(features), generator=generator).split(settings.batch_size):
            optimizer.zero_grad()
            logits = network(features[rows]).squeeze(1)
            nn.functional.binary_cross_entropy_with_logits(logits, labels[rows]).backward()
            optimizer.step()
    return network
