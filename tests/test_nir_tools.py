"""What other tools made of the network's graph: the kept answers, and the script that asked."""

import numpy as np
import outside
import pytest
import torch

from lib.datasets import entry
from lib.methods.spiking import SpikingClassifier, SpikingSettings
from lib.methods.spiking.exchange import to_nir
from lib.methods.spiking.neurons import StackedClassifier
from lib.papers import botiot

TOOLS = outside.kept("botiot_nir")["tools"]
TRAINED = outside.kept("botiot_nir_trained")
NODE = "written zero, resistance 1"


@pytest.fixture(scope="module")
def script():
    return outside.script("botiot_nir")


@pytest.fixture
def trained_script(monkeypatch):
    monkeypatch.syspath_prepend(outside.OUTSIDE)
    return outside.script("botiot_nir_trained")


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


def test_the_trained_networks_are_of_the_papers_set():
    (variant,) = entry(botiot.NAME).select(botiot.part.PART)
    assert TRAINED["data"] == "real"
    assert TRAINED["data sha256"] in str(variant)


def test_two_tools_give_every_answer_of_trained_networks_as_the_node():
    for tool in ("snntorch", "norse"):
        for learnt in ("subtract", "zero"):
            found = TRAINED["tools"][tool][f"learnt {learnt}, {NODE}"]
            assert found["f1"] == found["f1 by rule"]
            assert found["f1"] == TRAINED["rule"][f"learnt {learnt}"]["run zero"]
            assert set(found["same answers"]) == {1.0}
            assert max(found["distance"]) < 1e-5


def test_a_trained_network_loses_where_its_reset_is_another():
    own = {learnt: TRAINED["rule"][f"learnt {learnt}"] for learnt in ("subtract", "zero")}
    for learnt, other in (("subtract", "zero"), ("zero", "subtract")):
        lost = np.subtract(own[learnt][f"run {learnt}"], own[learnt][f"run {other}"])
        assert lost.min() > 0
    assert min(own["zero"]["run zero"]) > 0.8


def test_the_neuron_that_resets_to_zero_is_the_node(script, trained_script):
    layers, rows = script.weights()
    network = StackedClassifier(trained_script._to_zero(), script.SIZES, script.STEPS, [0])
    with torch.inference_mode():
        for (weight, bias), (own, first) in zip(layers, network.linears, strict=True):
            own.copy_(torch.as_tensor(weight.T)[None])
            first.copy_(torch.as_tensor(bias)[None, None])
        outputs = network(torch.as_tensor(rows)[None])[:, 0].numpy()
    np.testing.assert_allclose(outputs, script.expected(layers, rows, "zero"), atol=1e-4)
