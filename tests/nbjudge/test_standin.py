"""The stand-in: what a check may do with a learner's object in another process."""

from __future__ import annotations

import socket
import threading

import numpy as np
import pytest
import torch
from nbjudge import (
    Rng,
    assert_close,
    assert_dropout_in_training_only,
    assert_same_gradients,
    assert_same_in_both_modes,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_untouched,
    gradients,
    is_a,
    load_weights,
    pair,
    weights,
)
from nbjudge.conversation import connection, standin
from nbjudge.conversation.common import wire
from nbjudge.conversation.inside import serve
from nbjudge.conversation.inside.watch import Watch, WatchedCall
from torch import nn


class Network(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.first = nn.Linear(d_in, d_out)
        self.drop = nn.Dropout(0.5)

    def forward(self, x, scale=1.0, also=None):
        out = self.drop(self.first(x)) * scale
        return out if also is None else (out, also(out))


class Stack(nn.Module):
    """Two layers and a table; `fault` says what is wrong with them."""

    def __init__(self, size, fault=""):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(size, size, bias=fault != "missing") for _ in range(2))
        if fault == "shared":
            self.layers[1] = self.layers[0]
        if fault == "shape":
            self.layers[1] = nn.Linear(size, size + 1)
        if fault == "extra":
            self.unused = nn.Linear(size, size)
        if fault == "buffer":
            bias = self.layers[1].bias.detach()
            del self.layers[1].bias
            self.layers[1].register_buffer("bias", bias)
        if fault == "frozen":
            self.requires_grad_(False)
        self.register_buffer("table", torch.arange(size), persistent=fault == "saved")

    def forward(self, x):
        return self.layers[1](self.layers[0](x))


@pytest.fixture
def served():
    """Serve an object from a thread; returns its stand-in."""
    ends = []

    def start(obj):
        ours, theirs = socket.socketpair()
        threading.Thread(target=serve.Server(theirs, obj).run, daemon=True).start()
        talk = connection.Connection(ours)
        talk.hello()
        ends.append(talk)
        return standin.StandIn(talk)

    yield start
    for talk in ends:
        talk.end()


def test_values_of_every_kind_travel(served):
    echo = served(lambda *args, **kwargs: (args, kwargs))
    x = torch.arange(6.0).reshape(2, 3)
    arrays = (x, x.T, x.expand(4, 2, 3), x.bfloat16(), np.float32(2.5), np.arange(3)[::-1])
    values = (*arrays, 1, 2.0, float("inf"), True, None, "t")
    seen, kwargs = echo(*values, key=[(1, 2), {"a": x}])
    for sent, got in zip(values, seen, strict=True):
        assert type(got) is type(sent)
        if isinstance(sent, (torch.Tensor, np.ndarray)):
            assert got.dtype == sent.dtype
            assert (
                torch.as_tensor(got) == torch.as_tensor(sent.copy() if isinstance(sent, np.ndarray) else sent)
            ).all()
        else:
            assert got == sent
    assert kwargs["key"][0] == (1, 2)
    assert torch.equal(kwargs["key"][1]["a"], x)


def test_memory_layout_arrives(served):
    contiguous = served(lambda x: [x.is_contiguous(), list(x.stride())])
    assert contiguous(torch.zeros(3, 4).T) == [False, [1, 4]]
    assert contiguous(torch.zeros(3, 1).expand(3, 5)) == [False, [1, 0]]


def test_gradients_flow_through_inputs_and_parameters(served):
    local = Network(3, 5).eval()
    remote = served(Network)(3, 5)
    remote.load_state_dict(local.state_dict())
    remote.eval()
    x = torch.randn(2, 3)
    cotangent = torch.randn(2, 5)
    found = []
    for network in (local, remote):
        leaf = x.clone().requires_grad_()
        (network(leaf, scale=3.0) * cotangent).sum().backward()
        found.append((leaf.grad, gradients(network)))
    assert torch.allclose(found[0][0], found[1][0])
    assert found[0][1].keys() == found[1][1].keys()
    for name, grad in found[0][1].items():
        assert torch.allclose(grad, found[1][1][name]), name


def test_modes_and_state_are_the_objects_own(served):
    remote = served(Network)(3, 40)
    x = torch.ones(1, 3)
    assert (remote(x) == 0).any()
    remote.eval()
    assert remote.training is False
    assert not (remote(x) == 0).any()
    assert {name for name, _ in remote.named_parameters()} == {"first.weight", "first.bias"}
    assert is_a(remote.first, nn.Linear)
    assert not is_a(remote.first, nn.Dropout)


def test_what_a_module_holds_is_told_alike_on_both_sides(served):
    for fault in ("", "shared", "buffer", "frozen"):
        assert weights(served(Stack)(3, fault)) == weights(Stack(3, fault))
    assert not weights(Stack(3, "frozen"))["layers.0.bias"].learns
    assert weights(Stack(3, "shared"))["layers.1.bias"].first == "layers.0.bias"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("missing", r"expected layers.0.bias, layers.1.bias in the state_dict.* saw layers.0.weight, layers.1.weight"),
        ("shape", r"expected layers.1.weight of shape \(3, 3\).* saw shape \(4, 3\)"),
        ("extra", r"no other weights.* saw unused.weight, unused.bias"),
        ("saved", r"no other weights.* saw table"),
        ("buffer", r"to be a parameter; saw layers.1.bias as a buffer"),
        ("shared", r"one of its own; saw layers.1.weight, which is layers.0.weight as well, and 1 more"),
    ],
)
def test_what_is_wrong_with_the_weights_is_named(served, fault, message):
    with pytest.raises(AssertionError, match=message):
        assert_same_weights(served(Stack)(3, fault), Stack(3), "the stack")


def test_frozen_weights_are_weights(served):
    assert_same_weights(served(Stack)(3, "frozen"), Stack(3))


@pytest.mark.parametrize("fault", ["missing", "shape"])
def test_weights_that_do_not_fit_are_not_filled_in(served, fault):
    with pytest.raises(AssertionError, match="layers"):
        load_weights(served(Stack)(3, fault), Stack(3).state_dict())


def test_a_pair_has_the_same_weights_and_gradients(served):
    for dtype in (torch.float32, torch.float64):
        theirs, ours = pair(served(Stack), Stack, Rng(1), 3, dtype=dtype)
        x = torch.randn(2, 3, dtype=dtype)
        assert_same_in_both_modes(theirs, lambda theirs=theirs, x=x: theirs(x), ours(x))
        assert_same_gradients(theirs, ours, {"x": x}, Rng(2))
        assert_same_parameter_gradients(theirs, ours)


def test_a_gradient_that_is_missing_is_named(served):
    theirs, ours = pair(served(Stack), Stack, Rng(1), 3)
    x = torch.randn(2, 3)
    theirs.layers[1](x).sum().backward()
    ours(x).sum().backward()
    with pytest.raises(AssertionError, match=r"a gradient for layers.0.weight; saw none"):
        assert_same_parameter_gradients(theirs, ours)


def test_dropout_is_seen_to_act_in_training_mode(served):
    theirs, ours = pair(served(Network), Network, Rng(1), 3, 50)
    x = torch.randn(4, 3)
    assert_dropout_in_training_only(theirs, lambda: theirs(x), ours(x))
    with pytest.raises(AssertionError, match="in training mode"):
        assert_same_in_both_modes(theirs, lambda: theirs(x), ours(x))
    assert_close(theirs.eval()(x), ours(x))


def test_objects_of_ours_can_be_arguments(served):
    remote = served(Network)(3, 5)
    remote.eval()
    layer = standin.make(nn.Linear, 5, 2)
    out, projected = remote(torch.ones(1, 3), also=layer)
    assert torch.allclose(projected, layer(out), atol=1e-6)
    out, rectified = remote(torch.ones(1, 3), also=torch.relu)
    assert torch.equal(rectified, out.relu())


def overwrites(x):
    x.fill_(7)


def makes_nan(x):
    x *= float("nan")


def turns(x):
    x.transpose_(0, 1)


def resizes(x):
    x.resize_(0)


def exchanges(x):
    x.data = x.data.double()


@pytest.mark.parametrize("meddle", [overwrites, makes_nan, turns, resizes, exchanges])
def test_a_change_in_place_is_reported_and_reaches_nobody(served, meddle):
    def student(x, also):
        meddle(also["list"][0])
        return x

    remote = served(student)
    x, other = torch.randn(2, 3), torch.randn(2, 3)
    kept = other.clone()
    with pytest.raises(AssertionError, match="other had changed"):
        assert_untouched({"x": x, "other": other}, lambda: remote(x, also={"list": [other]}))
    assert torch.equal(other, kept)
    assert_untouched({"x": x, "kept": kept}, lambda: remote(x, also={"list": [other]}))


def test_a_numpy_array_is_not_written_to_either(served):
    remote = served(lambda x: np.copyto(x, np.nan))
    x = np.arange(3.0)
    with pytest.raises(AssertionError, match="x had changed"):
        assert_untouched({"x": x}, lambda: remote(x))
    assert x.tolist() == [0.0, 1.0, 2.0]


def test_nan_that_was_there_before_is_no_change(served):
    remote = served(lambda *arrays: None)
    inputs = {"x": torch.tensor([float("nan"), 1.0]), "y": np.array([np.nan, -np.inf])}
    assert_untouched(inputs, lambda: remote(*inputs.values()))


def test_a_change_in_this_process_is_seen():
    x = torch.zeros(3)
    with pytest.raises(AssertionError, match="x had changed"):
        assert_untouched({"x": x}, lambda: x.add_(1))


def test_code_that_writes_to_its_input_still_has_a_gradient(served):
    x, cotangent = torch.randn(4), torch.randn(4)
    remote = served(lambda x: x.mul_(3).sin())
    leaf = x.clone().requires_grad_()
    with pytest.raises(AssertionError, match="x had changed"):
        assert_untouched({"x": leaf}, lambda: remote(leaf).backward(cotangent))
    assert torch.allclose(leaf.grad, 3 * (3 * x).cos() * cotangent)


def test_errors_keep_their_type_and_message(served):
    def fail(kind):
        raise {"value": ValueError, "runtime": RuntimeError, "own": type("Odd", (Exception,), {}), "exit": SystemExit}[
            kind
        ]("because")

    remote = served(fail)
    with pytest.raises(ValueError, match="because"):
        remote("value")
    with pytest.raises(RuntimeError, match="because"):
        remote("runtime")
    with pytest.raises(connection.StudentError) as caught:
        remote("own")
    assert caught.value.kind == "Odd"
    with pytest.raises(connection.StudentError):
        remote("exit")


class Liar(torch.Tensor):
    def __eq__(self, other):
        return torch.ones(1, dtype=torch.bool)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.zeros(2)


def test_a_subclass_arrives_as_plain_data(served):
    remote = served(lambda: torch.full((2,), 7.0).as_subclass(Liar))
    seen = remote()
    assert type(seen) is torch.Tensor
    assert seen.tolist() == [7.0, 7.0]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: torch.zeros(1).expand(10**12),
        lambda: np.broadcast_to(np.zeros(1), (10**12,)),
        lambda: np.array([object()]),
        lambda: torch.zeros(3, 3).to_sparse(),
        lambda: torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]),
        lambda: torch.zeros(3, dtype=torch.complex128),
        lambda: (torch.zeros(2), np.zeros(3, complex)),
        lambda: [0] * 100_000,
        lambda: __import__("functools").reduce(lambda a, _: [a], range(200), 0),
    ],
)
def test_answers_outside_the_bounds_are_unusable(served, answer):
    calls = served({"answer": answer, "after": lambda: 1.0})
    with pytest.raises(standin.Unusable):
        calls["answer"]()
    assert calls["after"]() == 1.0  # the process that serves them lives on


@pytest.mark.parametrize(
    "frame",
    [
        b"\x00\x00\x00\x02" + b"\x00" * 8 + b"[]",
        b"\x00\x00\x00\x02" + b"\x00" * 8 + b"{{",
        b"\xff\xff\xff\xff" + b"\xff" * 8,
        b"\x00\x00\x00\x02" + b"\x00" * 7 + b"\x09" + b"{}" + b"not safe!",
        (100_000).to_bytes(4, "big") + b"\x00" * 8 + b"[" * 100_000,
    ],
    ids=["list", "cut", "huge", "unsafe", "deep"],
)
def test_frames_that_are_no_messages_are_refused(frame):
    ours, theirs = socket.socketpair()
    theirs.sendall(frame)
    with pytest.raises(wire.WireError):
        wire.Channel(ours).receive()


def test_a_watch_sees_a_call_by_any_name():
    softmax = torch.softmax
    watch = Watch(["torch.softmax", "torch.nn.functional.softmax", "torch.Tensor.softmax"])
    x = torch.ones(3)
    for call in (lambda: softmax(x, 0), lambda: nn.functional.softmax(x, 0), lambda: x.softmax(0)):
        with pytest.raises(WatchedCall), watch:
            call()
    with watch:
        torch.exp(x)
