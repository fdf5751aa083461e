"""What other tools made of the network's graph: the kept answers, and the script that asked."""

import importlib.util
import json

import numpy as np
import pytest
import torch

from lib.common.paths import ROOT
from lib.methods.spiking import SpikingClassifier, SpikingSettings
from lib.methods.spiking.exchange import to_nir

OUTSIDE = ROOT / "data" / "outside"
TOOLS = json.loads((OUTSIDE / "botiot_nir.json").read_text(encoding="utf-8"))["tools"]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("botiot_nir", OUTSIDE / "botiot_nir.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def network(script):
    """The book's network with the script's weights."""
    made = SpikingClassifier(SpikingSettings(hidden=72), 0)
    for linear, (weight, bias) in zip(made.linears, script.weights()[0], strict=True):
        linear.weight.data, linear.bias.data = torch.as_tensor(weight), torch.as_tensor(bias)
    return made


@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_the_graph_that_was_asked_about_is_the_one_that_the_book_writes(script, network, reset):
    asked = script.graph(script.weights()[0], reset, 1 / (1 - script.BETA))
    written = to_nir(network, reset)
    assert sorted(asked.edges) == sorted(written.edges)
    assert asked.nodes.keys() == written.nodes.keys()
    for name, node in written.nodes.items():
        assert type(node) is type(asked.nodes[name])
        for part, value in vars(node).items():
            if isinstance(value, np.ndarray):
                other = getattr(asked.nodes[name], part)
                np.testing.assert_allclose(value, other, rtol=1e-6, err_msg=f"{name}.{part}")


def test_the_scripts_rule_is_that_of_the_books_network(script, network):
    layers, rows = script.weights()
    with torch.inference_mode():
        ours = network(torch.as_tensor(rows)).numpy()
    np.testing.assert_allclose(script.expected(layers, rows, "subtract"), ours, atol=1e-4)
    assert np.abs(script.expected(layers, rows, "zero") - ours).max() > 0.1


def test_no_tool_reads_the_graph_taken_apart():
    for tool, answers in TOOLS.items():
        taken_apart = [own for form, own in answers.items() if form.startswith("subtract")]
        assert taken_apart, tool
        assert all("message" in own for own in taken_apart), tool


def test_two_tools_compute_the_reset_to_zero():
    exact = {
        tool
        for tool, answers in TOOLS.items()
        for form, own in answers.items()
        if form.startswith("zero") and own.get("from zero", 1) < 1e-5
    }
    assert exact == {"snntorch", "norse"}
