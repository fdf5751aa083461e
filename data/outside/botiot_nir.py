"""Ask other tools to read the spiking network as a graph of NIR, and compare what they compute.

Runs outside the book's environment; none of the book's code is needed, and the weights are random,
since only reading and arithmetic are asked about. In Python 3.11:

    python3.11 -m venv new
    new/bin/pip install torch numpy nir==1.0.8 nirtorch==2.6 snntorch==1.0.0
    new/bin/pip install --no-deps norse==1.1.0 spyx==1.0.0
    new/bin/python botiot_nir.py botiot_nir.json snntorch norse
    python3.11 -m venv old
    old/bin/pip install torch numpy nir==1.0.4 nirtorch==2.0.2
    old/bin/pip install --no-deps sinabs==3.1.3 rockpool==3.1.0
    old/bin/python botiot_nir.py botiot_nir.json sinabs rockpool

The two of the second call ask for that version of nir or an older one. Lava (lava-nc 0.10.0) asks
for Python below 3.11 and was not tried. The result is added to the file.
"""

import json
import platform
import sys
import tempfile
import warnings
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import nir
import numpy as np
import torch

STEPS, BETA, DT = 10, 0.95, 1e-4
SIZES = (18, 36, 36, 3)
SEED = 2022
FORMS = [("zero", 1 / (1 - BETA)), ("zero", 1.0), ("subtract", 1 / (1 - BETA)), ("subtract", 1.0)]


def weights():
    """Return weights and biases that make the neurons spike, and rows to show."""
    random = np.random.default_rng(SEED)
    pairs = list(pairwise(SIZES))
    layers = [
        (random.normal(size=(o, i)) / i**0.5, random.normal(size=o) / i**0.5) for i, o in pairs
    ]
    return [tuple(np.float32(part) for part in one) for one in layers], np.float32(
        random.normal(size=(50, SIZES[0]))
    )


def expected(layers, rows, reset):
    """Run the network by the rule as it is written; return each step's outputs."""
    membranes = [np.zeros((len(rows), size)) for size in SIZES[1:3]]
    spikes, outputs = [np.zeros_like(one) for one in membranes], []
    for _ in range(STEPS):
        signal = rows
        for place, (weight, bias) in enumerate(layers[:2]):
            lost = spikes[place] if reset == "subtract" else 0
            kept = membranes[place] * (1 if reset == "subtract" else 1 - spikes[place])
            membranes[place] = BETA * kept + signal @ weight.T + bias - lost
            spikes[place] = (membranes[place] > 1).astype(np.float32)
            signal = spikes[place]
        outputs.append(signal @ layers[2][0].T + layers[2][1])
    return np.stack(outputs)


def graph(layers, reset, resistance):
    """Build the graph: one LIF node a layer, or taken apart into what subtracts at a spike.

    A neuron's resistance may as well be 1 and what it receives larger; the equation is the same.
    """
    factor = 1 / (1 - BETA) / resistance
    nodes, edges, last = {"input": nir.Input(np.array([SIZES[0]]))}, [], "input"
    for place, (weight, bias) in enumerate(layers, start=1):
        own = factor if place < len(layers) else 1
        nodes[f"linear_{place}"] = nir.Affine(
            weight=np.float32(own * weight), bias=np.float32(own * bias)
        )
        edges.append((last, f"linear_{place}"))
        last = f"linear_{place}"
        if place < len(layers):
            last = _add(nodes, edges, last, place, reset, resistance)
    nodes["output"] = nir.Output(np.array([SIZES[-1]]))
    return nir.NIRGraph(nodes, [*edges, (last, "output")])


def _add(nodes, edges, last, place, reset, resistance):
    each = np.ones(SIZES[place], np.float32)
    own = {"tau": DT / (1 - BETA) * each, "r": resistance * each, "v_leak": 0 * each}
    name, spikes, before, fall = (f"{p}_{place}" for p in ("neurons", "spikes", "before", "fall"))
    edges.append((last, name))
    if reset == "zero":
        nodes[name] = nir.LIF(v_threshold=each, **own)
        return name
    nodes[name] = nir.LI(**own)
    lost = -each / (1 - BETA) / resistance
    nodes |= {spikes: nir.Threshold(each), before: nir.Delay(DT * each), fall: nir.Scale(lost)}
    edges += [(name, spikes), (spikes, before), (before, fall), (fall, name)]
    return spikes


def by_snntorch(path, rows):
    """Return the outputs of each step."""
    from snntorch.import_nir import import_from_nir

    return _step_by_step(import_from_nir(nir.read(path)), rows)


def by_norse(path, rows):
    """Return the outputs of each step."""
    import norse.torch

    return _step_by_step(norse.torch.from_nir(nir.read(path), dt=DT), rows)


def by_sinabs(path, rows):
    """Return the outputs of each step; sinabs takes rows and steps in one dimension."""
    from sinabs.nir import from_nir

    network = from_nir(nir.read(path), batch_size=len(rows))
    held = rows[:, None].repeat(1, STEPS, 1).flatten(0, 1)
    outputs = network(held)
    outputs = outputs[0] if isinstance(outputs, tuple) else outputs
    return outputs.detach().numpy().reshape(len(rows), STEPS, -1).transpose(1, 0, 2)


def by_rockpool(path, rows):
    """Return the outputs of each step."""
    from rockpool.nn.modules import from_nir

    network = from_nir(nir.read(path))
    output, *_ = network(rows[:, None].repeat(1, STEPS, 1))
    return output.detach().numpy().transpose(1, 0, 2)


def _step_by_step(network, rows):
    state, outputs = None, []
    for _ in range(STEPS):
        found = network(rows, state) if state is not None else network(rows)
        output, state = found if isinstance(found, tuple) else (found, None)
        outputs.append(output.detach().numpy())
    return np.stack(outputs)


TOOLS = {"snntorch": by_snntorch, "norse": by_norse, "sinabs": by_sinabs, "rockpool": by_rockpool}


def ask(tool):
    """Return what a tool makes of both graphs: its message, or how far its outputs lie."""
    layers, rows = weights()
    found = {"version": version(tool), "nir": version("nir"), "nirtorch": version("nirtorch")}
    for reset, resistance in FORMS:
        name = f"{reset}, resistance {resistance:.0f}"
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "network.nir"
                nir.write(path, graph(layers, reset, resistance))
                outputs = TOOLS[tool](path, torch.as_tensor(rows))
        except Exception as problem:
            found[name] = {"message": f"{type(problem).__name__}: {problem}"}
            continue
        found[name] = {
            f"from {own}": float(np.abs(outputs - expected(layers, rows, own)).max())
            for own in ("zero", "subtract")
        }
    return found


def main(target, *tools):
    """Ask each tool and add its answer to one JSON file."""
    warnings.simplefilter("ignore")
    path = Path(target)
    result = json.loads(path.read_text()) if path.exists() else {"tools": {}}
    result |= {"run on": date.today().isoformat(), "python": platform.python_version()}
    for tool in tools:
        result["tools"][tool] = ask(tool)
        print(tool, result["tools"][tool], flush=True)
        path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
