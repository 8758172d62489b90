"""What holds for the package as a whole."""

import importlib.metadata
import inspect
import pickle
import pydoc
import subprocess
import sys

import attnkit
import pytest
import torch
from attnkit import parts
from torch import nn


@pytest.mark.parametrize(("value", "expected"), [("autograde", True), ("validate", False), (None, False)])
def test_grading(monkeypatch, value, expected):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    if value:
        monkeypatch.setenv("NBGRADER_EXECUTION", value)
    assert attnkit.grading() is expected


def test_the_version_is_the_one_that_is_installed():
    assert attnkit.__version__ == importlib.metadata.version("attnkit")


def test_import_is_light():
    code = """
import sys, attnkit, attnkit.pictures
assert "torch" not in sys.modules, "torch"
import attnkit.parts, attnkit.training
assert "matplotlib" not in sys.modules, "matplotlib"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", sorted(set(parts.__all__) - {"DoesNotFit", "give_back", "use"}))
def test_every_part_says_what_it_does_and_where_it_comes_from(name):
    part = getattr(parts, name)
    text = inspect.getdoc(part) + (inspect.getdoc(part.forward) or "" if inspect.isclass(part) else "")
    assert "Source:" in text
    assert "Shapes:" in text or "``(" in text


CLASSES = [name for name in parts.__all__ if inspect.isclass(getattr(parts, name))]


def helped(thing: object) -> list[str]:
    return pydoc.render_doc(thing, renderer=pydoc.plaintext).splitlines()


@pytest.mark.parametrize("name", CLASSES)
def test_help_of_a_part_fits_on_a_page(name):
    part = getattr(parts, name)
    said = helped(part)
    assert len(said) < 80
    assert inspect.getdoc(part).splitlines()[0] in "\n".join(said)
    if issubclass(part, nn.Module):
        assert any(line.startswith(" |  forward(self, ") for line in said)


def test_help_of_a_learners_own_class_is_as_ever():
    class Mine(nn.Module):
        pass

    class Changed(parts.Decoder):
        def logits(self):
            pass

    assert any("load_state_dict(" in line for line in helped(Mine))
    assert {"forward", "logits"} <= set(dir(Changed))


def test_all_that_a_part_can_do_is_completed_behind_it():
    layer = parts.FeedForward(4, 6)
    assert {"forward", "linear_in", "named_parameters", "state_dict"} <= set(dir(layer))
    assert set(dir(nn.Linear(4, 6))) <= set(dir(parts.Linear(4, 6)))


def test_a_part_is_pickled_with_its_weights():
    made = parts.EncoderLayer(4, 2, 6)
    again = pickle.loads(pickle.dumps(made))
    assert type(again) is parts.EncoderLayer
    assert all(torch.equal(again.state_dict()[name], value) for name, value in made.state_dict().items())
