"""The training loop: what it learns, what it leaves alone, and weights on disk."""

import pytest
import torch
from attnkit import training
from attnkit._threads import one_thread
from torch import nn


def loss(model: nn.Module, x: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return (model(x) - wanted).square().mean()


def task() -> tuple[nn.Module, list[tuple[torch.Tensor, torch.Tensor]]]:
    """A linear map to learn, in four batches."""
    torch.manual_seed(3)
    inputs = torch.randn(4, 16, 3)
    return nn.Linear(3, 2), [(x, x[:, :2] - x[:, 2:]) for x in inputs]


def test_one_thread():
    before = torch.get_num_threads()

    @one_thread()
    def inside() -> int:
        return torch.get_num_threads()

    assert inside() == inside() == 1
    with pytest.raises(KeyError), one_thread():
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == before


def test_training_learns_the_same_each_time(capsys):
    runs = []
    for _ in range(2):
        model, batches = task()
        runs.append(training.train(model, loss, batches, steps=150, learning_rate=0.05))
        assert not model.training
    assert runs[0] == runs[1] and len(runs[0]) == 150
    assert runs[0][-1] < 1e-2 < runs[0][0]
    assert "150/150" in capsys.readouterr().out


def test_every_batch_has_its_turn_before_one_comes_again():
    model, batches = task()
    seen = []

    def watched(model, x, wanted):
        seen.append(next(number for number, batch in enumerate(batches) if batch[0] is x))
        return loss(model, x, wanted)

    training.train(model, watched, batches, steps=8)
    assert sorted(seen[:4]) == sorted(seen[4:]) == [0, 1, 2, 3]


def test_the_learning_rate_rises_and_falls():
    rates = [training.rate(step, 100, 0.1) for step in range(100)]
    assert 0 < rates[0] < rates[5] < rates[10] == max(rates) == 1
    assert rates[10] > rates[50] > rates[99] > 0


def test_weights_on_disk(tmp_path, capsys):
    model, batches = task()
    path = tmp_path / "weights.safetensors"
    training.train(model, loss, batches, steps=3, save=path)
    assert "weights.safetensors" in capsys.readouterr().out
    again = training.load_weights(nn.Linear(3, 2), path)
    assert all(torch.equal(again.state_dict()[name], value) for name, value in model.state_dict().items())
    with pytest.raises(ValueError, match="changed after training"):
        training.load_weights(nn.Linear(4, 2), path)
    with pytest.raises(FileNotFoundError, match="run the training cell first"):
        training.load_weights(model, tmp_path / "none")


def test_an_interrupt_ends_the_training_and_keeps_what_was_learned(capsys):
    model, batches = task()

    def interrupted(model, x, wanted):
        if len(losses) == 2:
            raise KeyboardInterrupt
        losses.append(0.0)
        return loss(model, x, wanted)

    losses = []
    assert len(training.train(model, interrupted, batches, steps=50)) == 2
    assert "Interrupted after 2 steps" in capsys.readouterr().out and not model.training


def test_a_loop_of_ones_own_trains_in_the_place_of_the_given_one(tmp_path, capsys):
    model, batches = task()
    path = tmp_path / "weights.safetensors"

    def descend(model, loss, batches):
        assert model.training
        for batch in batches:
            model.zero_grad()
            loss(model, *batch).backward()
            with torch.no_grad():
                for weight in model.parameters():
                    weight -= 0.1 * weight.grad

    losses = training.train(model, loss, batches, steps=60, save=path, loop=descend)
    assert len(losses) == 60 and losses[-1] < 1e-2 < losses[0] and not model.training
    assert "60/60" in capsys.readouterr().out
    assert torch.equal(training.load_weights(nn.Linear(3, 2), path).weight, model.weight)


def test_nothing_is_trained_while_grading(monkeypatch, tmp_path):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    model, batches = task()
    assert training.train(model, pytest.fail, batches, steps=5, loop=pytest.fail) == []
    assert training.load_weights(model, tmp_path / "none") is model


def test_validating_takes_the_saved_weights(monkeypatch, tmp_path):
    model, batches = task()
    path = tmp_path / "weights"
    training.save_weights(model, path)
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    other = nn.Linear(3, 2)
    assert training.train(other, pytest.fail, batches, steps=5, save=path, loop=pytest.fail) == []
    assert torch.equal(other.weight, model.weight)


@pytest.mark.parametrize(("steps", "count"), [(0, 4), (5, 0)])
def test_training_needs_steps_and_batches(steps, count):
    model, batches = task()
    with pytest.raises(ValueError, match="at least one"):
        training.train(model, loss, batches[:count], steps=steps)
