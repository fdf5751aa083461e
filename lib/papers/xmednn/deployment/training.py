"""Training the network that is deployed: on whole runs of attacks, at their true share."""

import numpy as np
import pandas as pd
from torch import nn

from lib.methods.dense.network import DenseSettings
from lib.methods.detectors import fit_dense
from lib.methods.splits import scaled_split, split_blocks
from lib.papers.xmednn.deployment.model import Model
from lib.papers.xmednn.flows import Flows, recovered_table

HIDDEN = (64, 32, 8)
CUT = 0.5
CLOCK = "Sport"  # a source port counts upwards, so that it tells when and not what
# Between these quantiles of the training rows lies a column's usual range.
USUAL = (0.01, 0.99)


def timeless(frame: pd.DataFrame) -> Flows:
    """Return the paper's flows without the source port, which knows the moment."""
    return recovered_table(frame).without(CLOCK)


def train(frame: pd.DataFrame, seed: int, epochs: int = 150, about: dict | None = None) -> Model:
    """Train the network on three quarters of the runs of attacks; the card also says `about`."""
    flows = timeless(frame)
    rows = split_blocks(flows.blocks, seed)
    values = flows.features.to_numpy()
    split = scaled_split(values, flows.labels, rows, seed)
    settings = DenseSettings((values.shape[1], *HIDDEN, 1), 0.01, epochs)
    _, trained = fit_dense([split], settings)
    linears = [layer for layer in trained.networks[0] if isinstance(layer, nn.Linear)]
    trained_on = values[rows[0]]
    said = {"seed": seed, "epochs": epochs, "training rows": len(rows[0])}
    return Model(
        tuple(flows.features.columns),
        trained_on.min(axis=0),
        trained_on.max(axis=0),
        np.quantile(trained_on, USUAL, axis=0),
        tuple(layer.weight.detach().numpy().T.copy() for layer in linears),
        tuple(layer.bias.detach().numpy().copy() for layer in linears),
        CUT,
        said | (about or {}),
    )
