"""The loop that trains, written by the learner in lesson 11 for no points: its asserts alone tell right from wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
import torch
from attnkit import training
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
LESSON = "11_transformer"
SOURCE = jupytext.read(ROOT / "source" / LESSON / f"{LESSON}.md", fmt="md:myst").cells
RELEASE = nbformat.read(ROOT / "release" / LESSON / f"{LESSON}.ipynb", as_version=4).cells


def place(cells: list[nbformat.NotebookNode]) -> int:
    return next(n for n, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == "fit")


SOLUTION = SOURCE[place(SOURCE)].source
STUB = RELEASE[place(RELEASE)].source
TESTED = next(cell.source for cell in RELEASE[place(RELEASE) :] if "def try_fit" in cell.source)
SURE = next(cell.source for cell in RELEASE if "class Sure" in cell.source).partition("\n\nloss = ")[0]
SETUP = next(cell.source for cell in RELEASE if cell.metadata.get("nbgrader", {}).get("grade_id") == "setup")
NAMES = ("smoothed_loss", "learning_rate", "fit")

ONE_FUNCTION_MORE = {
    "the loss by hand": """
def smoothed_loss(model, source, target, smoothing=0.1):
    logs = torch.log_softmax(model(source, target[:, :-1]), -1)
    counts = target[:, 1:] != model.pad_id
    right = -logs.gather(-1, target[:, 1:, None])[..., 0]
    return ((1 - smoothing) * right - smoothing * logs.mean(-1))[counts].mean()
""",
    "a schedule of PyTorch's, and clipped gradients": """
def fit(model, loss, batches, d_model=64, warmup=400):
    model.train()
    adam = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98), eps=1e-9)
    rates = torch.optim.lr_scheduler.LambdaLR(adam, lambda done: learning_rate(done + 1, d_model, warmup))
    losses = []
    for batch in batches:
        value = loss(model, *batch)
        losses.append(value.item())
        model.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        rates.step()
    return losses
""",
    "the rate in two branches": """
def learning_rate(step, d_model, warmup):
    rising = step / (d_model**0.5 * warmup**1.5)
    return rising if step < warmup else 1 / (d_model * step) ** 0.5
""",
}

SLIPS = [
    ("target[:, 1:].flatten()", "target[:, :-1].flatten()", "Sure is right"),
    ("label_smoothing=smoothing", "label_smoothing=0.0", "Sure is right"),
    ("label_smoothing=smoothing", "label_smoothing=0.1", "without smoothing"),
    ("ignore_index=model.pad_id, ", "", "Sure is right"),
    ("label_smoothing=smoothing", "label_smoothing=smoothing, reduction='none'", "a single number"),
    ("min(step**-0.5", "max(step**-0.5", "the rate of step 1 is 0.03125"),
    ("warmup**-1.5", "warmup**-0.5", "the rate of step 1 is"),
    ("d_model**-0.5", "d_model**0.5", "the rate of step 1 is"),
    ("optimizer.step()", "pass", "still 0"),
    ("value.backward()", "(-value).backward()", "to -0.03125; you have 0.03125"),
    (
        "torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9)",
        "torch.optim.SGD(model.parameters())",
        "Adam's",
    ),
    ("learning_rate(step, d_model, warmup)", "0.001", "as long as the rate"),
    ("learning_rate(step, d_model, warmup)", "learning_rate(1, d_model, warmup)", "does each step have its own rate"),
    ("optimizer.zero_grad()", "pass", "begin with the gradient of the one before"),
    ("(0.9, 0.98)", "(0.9, 0.999)", "right betas"),
    ("    model.train()\n", "", "training mode"),
    ("losses.append(value.item())", "losses.append(value)", "a list of two numbers"),
    ("    return losses", "    return losses[-1]", "a list of two numbers"),
]


def tried(answer: str) -> dict[str, Any]:
    """The names after an answer and the asserts below it, where nothing but what they need stands above."""
    names: dict[str, Any] = {"SIZES": {"d_model": 16}}
    for cell in (SETUP, SURE, answer, TESTED):
        exec(cell, names)
    return names


def test_what_is_not_written_yet_says_so_and_raises_nothing(capsys):
    tried(STUB)
    assert capsys.readouterr().out.splitlines() == [
        f"{name}: not written yet, which costs you nothing" for name in NAMES
    ]


@pytest.mark.parametrize("other", ["", *ONE_FUNCTION_MORE.values()], ids=["the course's", *ONE_FUNCTION_MORE])
def test_what_is_right_is_said_to_be(other, capsys):
    tried(SOLUTION + other)
    assert capsys.readouterr().out.splitlines() == [f"{name}: as it should be" for name in NAMES]


@pytest.mark.parametrize(("right", "slip", "said"), SLIPS)
def test_a_slip_is_told(right, slip, said):
    assert SOLUTION.count(right) == 1
    with pytest.raises(AssertionError, match="you have") as told:
        tried(SOLUTION.replace(right, slip))
    assert said in str(told.value)


def test_the_loop_trains_in_the_place_of_the_given_one(capsys):
    fit = tried(SOLUTION)["fit"]
    torch.manual_seed(3)
    inputs, model = torch.randn(4, 16, 3), nn.Linear(3, 2)

    def loss(model, x):
        return (model(x) - x[:, :2]).square().mean()

    def loop(model, loss, batches):
        assert fit(model, loss, batches, d_model=4, warmup=20)

    losses = training.train(model, loss, [(x,) for x in inputs], steps=100, loop=loop)
    assert len(losses) == 100 and losses[-1] < losses[0] / 100
