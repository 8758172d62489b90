"""What the tests of attnkit share: random numbers that are the same in every run, and nobody who grades."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(20170612)


@pytest.fixture(params=["autograde", "validate"])
def nobody_looks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", request.param)


@pytest.fixture(autouse=True)
def nobody_grades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


def _randomise(module: torch.nn.Module) -> torch.nn.Module:
    """Give every parameter values of order one, biases and gains too, so that none can go unused unseen."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn_like(parameter) / max(1, parameter.shape[-1]) ** 0.25)
    return module


@pytest.fixture
def randomise():
    return _randomise
