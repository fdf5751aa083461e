"""A trained network as a graph of the Neuromorphic Intermediate Representation (NIR).

NIR describes neurons by differential equations and leaves the time step to whoever runs them.
A neuron of ours keeps the share beta of its membrane from step to step; Euler's rule with the
step DT turns NIR's ``tau v' = -v + r I`` into the same when tau = DT / (1 - beta) and
r = 1 / (1 - beta).

What NIR's leaky integrate-and-fire node (``LIF``) cannot say is our reset. It sets the
membrane to ``v_reset`` at the spike; ours is lowered by the threshold, one step later. In
continuous time both are the same, since the membrane never gets beyond the threshold; in steps
of a tenth of its time constant they are not. So there are two ways of writing:

* ``reset="zero"``: one LIF node a layer, which every NIR reader knows. It computes what the
  network would compute with a reset to zero.
* ``reset="subtract"``: a leaky integrator without reset (``LI``), a ``Threshold``, and a way
  back with a ``Delay`` of one step and the threshold's negative as its ``Scale``. It computes
  what our network computes.
"""

import io
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import nir
import numpy as np

from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.methods.spiking.network import SpikingClassifier

# Seconds a time step; the value that snntorch's own reader and writer of NIR assume.
DT = 1e-4
RESETS = ("zero", "subtract")


def to_nir(network: SpikingClassifier, reset: str = "subtract") -> nir.NIRGraph:
    """Write a network as a NIR graph whose input is held and whose output is summed over steps.

    Parameters
    ----------
    network : SpikingClassifier
        With a read-out of logits: sum, mean, last or each.
    reset : {"subtract", "zero"}
        See the module's text.

    Returns
    -------
    nir.NIRGraph
        Nodes ``input``, ``linear_1``, ``neurons_1`` and so on, ``output``; metadata with the
        time step, the number of steps and the reset.

    Raises
    ------
    ValueError
        If the reset is not known, or there are neurons at the output.
    """
    settings = network.settings
    if reset not in RESETS or settings.readout in ("spikes", "membrane"):
        raise ValueError(f"cannot write reset {reset!r} with read-out {settings.readout!r}")
    nodes = {"input": nir.Input(np.array([settings.inputs]))}
    edges, last = [], "input"
    for number, linear in enumerate(network.linears, start=1):
        nodes[f"linear_{number}"] = _affine(linear)
        edges.append((last, f"linear_{number}"))
        last = f"linear_{number}"
        if number < len(network.linears):
            last = _add_neurons(nodes, edges, last, number, settings, reset)
    nodes["output"] = nir.Output(np.array([settings.classes]))
    edges.append((last, "output"))
    metadata = {"dt": DT, "steps": settings.steps, "reset": reset, "readout": settings.readout}
    return nir.NIRGraph(nodes, edges, metadata=metadata)


def _affine(linear) -> nir.Affine:
    weight, bias = (part.detach().cpu().numpy().copy() for part in (linear.weight, linear.bias))
    return nir.Affine(weight=weight, bias=bias)


def _add_neurons(nodes, edges, last, number, settings, reset) -> str:
    """Add one layer of neurons behind a node; return the name of the node that spikes."""
    each = np.ones(settings.layer)
    name, lost = f"neurons_{number}", 1 - settings.beta
    dynamics = {"tau": DT / lost * each, "r": 1 / lost * each, "v_leak": 0 * each}
    threshold = settings.threshold * each
    edges.append((last, name))
    if reset == "zero":
        nodes[name] = nir.LIF(v_threshold=threshold, v_reset=0 * each, **dynamics)
        return name
    spikes, before, fall = (f"{part}_{number}" for part in ("spikes", "before", "fall"))
    nodes |= {
        name: nir.LI(**dynamics),
        spikes: nir.Threshold(threshold),
        before: nir.Delay(DT * each),
        fall: nir.Scale(-threshold),
    }
    edges += [(name, spikes), (spikes, before), (before, fall), (fall, name)]
    return spikes


def write_graph(path: Path, graph: nir.NIRGraph) -> None:
    """Write a graph, as `to_nir` returns it, whole to an HDF5 file, usually ending in ``.nir``."""
    content = io.BytesIO()
    nir.write(content, graph)
    write_whole(Path(path), content.getvalue())


def read_graph(path: Path) -> nir.NIRGraph:
    """Read a graph from a file of `write_graph` or any other writer of NIR.

    Its nodes may be of any kind that NIR has; `run_graph` takes only some.

    Raises
    ------
    ReaderError
        If there is no such file, or it holds no graph.
    """
    try:
        return nir.read(str(path))
    except (OSError, KeyError, ValueError, AssertionError) as problem:
        raise ReaderError(
            f"{path} is not a readable NIR graph ({problem}). Write it again with "
            "lib.methods.spiking.exchange.write_graph."
        ) from None


def run_graph(
    graph: nir.NIRGraph, features: np.ndarray, steps: int, dt: float = DT
) -> dict[str, np.ndarray]:
    """Run a NIR graph on held inputs with Euler's rule, from its description alone.

    Shares no code with the network that wrote the graph, so that agreement means something.

    Parameters
    ----------
    graph : nir.NIRGraph
        Of nodes Input, Output, Affine, Linear, Scale, Delay, Threshold, LI and LIF; every cycle
        must pass through a Delay.
    features : numpy.ndarray
        Shape (n, inputs), shown unchanged at every step.
    dt : float
        Seconds a step; a Delay must be one step long.

    Returns
    -------
    dict of str to numpy.ndarray
        Each node's output, shape (steps, n, size).

    Raises
    ------
    ValueError
        If a node is of another kind, a delay is not one step, or a cycle has none.
    """
    senders = {name: [a for a, b in graph.edges if b == name] for name in graph.nodes}
    delays = {name: node for name, node in graph.nodes.items() if isinstance(node, nir.Delay)}
    for name, node in delays.items():
        if not np.allclose(node.delay, dt):
            raise ValueError(f"node {name!r} has a delay of other than one step of {dt} s")
    order = [name for name in _order(senders, delays) if name not in delays]
    states = {name: np.zeros((len(features), *node.delay.shape)) for name, node in delays.items()}
    history = []
    for _ in range(steps):
        now = {name: states[name] for name in delays}
        for name in order:
            node = graph.nodes[name]
            signal = features if isinstance(node, nir.Input) else sum(now[a] for a in senders[name])
            now[name], states[name] = _advance(node, signal, states.get(name, 0.0), dt)
        states |= {name: sum(now[sender] for sender in senders[name]) for name in delays}
        history.append(now)
    return {name: np.stack([now[name] for now in history]) for name in graph.nodes}


def _order(senders: Mapping[str, list[str]], delays: Collection[str]) -> list[str]:
    """Return the nodes so that each follows those it hears from, but for delays."""
    before = {name: () if name in delays else heard for name, heard in senders.items()}
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as problem:
        raise ValueError(f"a cycle without a Delay: {problem.args[1]}") from None


def _advance(node: nir.NIRNode, signal: np.ndarray, state, dt: float):
    """Return a node's output and new state for what it hears in one step."""
    match node:
        case nir.Input() | nir.Output():
            return signal, state
        case nir.Affine():
            return signal @ node.weight.T + node.bias, state
        case nir.Linear():
            return signal @ node.weight.T, state
        case nir.Scale():
            return signal * node.scale, state
        case nir.Threshold():
            return (signal > node.threshold).astype(signal.dtype), state
        case nir.LI():
            membrane = _leak(node, signal, state, dt)
            return membrane, membrane
        case nir.LIF():
            membrane = _leak(node, signal, state, dt)
            fired = membrane > node.v_threshold
            return fired.astype(signal.dtype), np.where(fired, node.v_reset, membrane)
    raise ValueError(f"cannot run a node of kind {type(node).__name__}")


def _leak(node, signal, membrane, dt):
    return membrane + dt / node.tau * (node.v_leak - membrane + node.r * signal)
