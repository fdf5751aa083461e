"""What a spiking classifier is made of and how it is trained."""

from dataclasses import dataclass, replace

import numpy as np

# How the outputs of all time steps become one decision, and what the loss compares:
# logits summed, averaged, or of the last step; a loss at every step ("each"); a third layer of
# neurons at the output whose spikes are counted, or whose membrane has a loss at every step.
READOUTS = ("sum", "mean", "last", "each", "spikes", "membrane")
# When weights change: after a batch, after every time step of a batch, or once an epoch.
UPDATES = ("batch", "step", "epoch")


@dataclass(frozen=True)
class SpikingSettings:
    """Architecture and training of a network of leaky integrate-and-fire neurons.

    The defaults are those of Zivadinovic and Simic, Section III, where it states them; the
    read-out, the moment of updating and the slope of the surrogate gradient are not stated.

    Attributes
    ----------
    inputs, hidden, classes : int
        Input values, hidden neurons in all (one half a layer), and classes.
    steps : int
        Time steps of one decision.
    shown : int, optional
        Steps at which the input is there, the first ones; all of them when left out.
    beta : float
        Share of the membrane potential that is left after one step, in [0, 1].
    threshold : float
        Membrane potential above which a neuron spikes, and by which a spike lowers it.
    slope : float
        Steepness of the fast sigmoid that stands in for the derivative of a spike; 25 is
        snntorch's default.
    learning_rate : float
        Step size of Adam.
    epochs, batch_size : int
        Passes over the training rows, and rows a batch.
    readout, update : str
        One of `READOUTS` and one of `UPDATES`.

    Raises
    ------
    ValueError
        If hidden neurons do not halve, or a read-out or update is not known.
    """

    inputs: int = 18
    hidden: int = 240
    classes: int = 3
    steps: int = 10
    beta: float = 0.95
    threshold: float = 1.0
    slope: float = 25.0
    learning_rate: float = 1e-4
    epochs: int = 300
    batch_size: int = 100
    readout: str = "sum"
    update: str = "batch"
    shown: int | None = None

    def __post_init__(self):
        if self.hidden < 2 or self.hidden % 2:
            raise ValueError(f"{self.hidden} hidden neurons cannot make two layers of equal size")
        if self.readout not in READOUTS:
            raise ValueError(f"read-out {self.readout!r} is none of {', '.join(READOUTS)}")
        if self.update not in UPDATES:
            raise ValueError(f"update {self.update!r} is none of {', '.join(UPDATES)}")

    def but(self, **changes) -> "SpikingSettings":
        """Return a copy with some attributes changed, refused where the class refuses them."""
        return replace(self, **changes)

    @property
    def shown_steps(self) -> int:
        """Steps at which the input is there."""
        return self.steps if self.shown is None else self.shown

    @property
    def layer(self) -> int:
        """Neurons in each of the two hidden layers."""
        return self.hidden // 2

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of the three linear layers."""
        return [(self.inputs, self.layer), (self.layer, self.layer), (self.layer, self.classes)]

    @property
    def loss_every_step(self) -> bool:
        """Whether the loss is taken at every time step instead of on one decision."""
        return self.readout in ("each", "membrane")

    @property
    def step_weights(self) -> np.ndarray:
        """What each step's outputs count in the decision, shape (steps,)."""
        if self.readout == "last":
            return np.eye(self.steps)[-1]
        share = self.steps if self.readout in ("mean", "each", "membrane") else 1
        return np.full(self.steps, 1 / share)
