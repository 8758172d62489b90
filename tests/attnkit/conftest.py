"""What the tests of attnkit share: random numbers that are the same in every run."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(20170612)


def _randomise(module: torch.nn.Module) -> torch.nn.Module:
    """Give every parameter values of order one, biases and gains too, so that none can go unused unseen."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn_like(parameter) / max(1, parameter.shape[-1]) ** 0.25)
    return module


@pytest.fixture
def randomise():
    return _randomise
