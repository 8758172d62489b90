"""The loop that trains a model in a notebook, with a progress bar and a curve that grows while it runs."""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from . import grading, unseen, validating
from ._threads import one_thread

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

_REDRAW_SECONDS = 3.0


def train(
    model: nn.Module,
    loss: Callable[..., Tensor],
    batches: Sequence[tuple[Tensor, ...]],
    *,
    steps: int,
    learning_rate: float = 3e-3,
    warm_up: float = 0.1,
    weight_decay: float = 0.01,
    seed: int = 0,
    save: str | Path | None = None,
    loop: Callable[[nn.Module, Callable[..., Tensor], Iterator[tuple[Tensor, ...]]], object] | None = None,
) -> list[float]:
    """Train ``model`` in place and return the loss of every step.

    A step takes one batch, computes ``loss(model, *batch)`` and follows its gradient with AdamW. All batches
    have their turn, in a random order, before one comes again. The learning rate climbs from 0 during the
    first part of the steps, ``warm_up``, and then falls back to 0 along half a cosine; the gradient is
    clipped to length 1.

    ``loop`` is a loop of your own in the place of this one: it is called as ``loop(model, loss, batches)``, with
    as many batches as there are steps, and brings its own optimizer and learning rate.

    One core computes, whatever there are: for models as small as those of the course, several threads wait for
    each other longer than they help, above all on a busy machine, and the same seed would not always give the
    same weights.

    ``save`` names a file for the trained weights. Interrupting the cell ends the training early and keeps
    what has been learned. While a notebook is graded nothing is trained, and the result is an empty list; the
    same holds for Validate, which takes the saved weights as grading does.
    """
    if validating() and save is not None:
        load_weights(model, save)  # Validate ends every cell after 30 seconds: half a training would be saved
    if unseen():
        return []
    if steps < 1 or not batches:
        raise ValueError("training needs at least one step and one batch")
    torch.manual_seed(seed)
    given = partial(_follow, steps=steps, learning_rate=learning_rate, warm_up=warm_up, weight_decay=weight_decay)
    model.train()
    with one_thread(), _Display(steps) as display:

        def shown(model: nn.Module, *batch: Tensor) -> Tensor:
            value = loss(model, *batch)
            display.show(value.item())
            return value

        (loop or given)(model, shown, _turns(batches, steps, seed))
    model.eval()
    if save is not None:
        save_weights(model, save)
        print(f"The trained weights are in {Path(save).name}, which belongs to what you hand in.")
    return display.losses


def _follow(
    model: nn.Module,
    loss: Callable[..., Tensor],
    batches: Iterator[tuple[Tensor, ...]],
    *,
    steps: int,
    learning_rate: float,
    warm_up: float,
    weight_decay: float,
) -> None:
    """The loop itself, as `train` says."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=(0.9, 0.98), weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps, warm_up))
    for batch in batches:
        optimizer.zero_grad()
        loss(model, *batch).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def rate(step: int, steps: int, warm_up: float) -> float:
    """The learning rate at a step, as a share of the largest one."""
    rising = max(1.0, warm_up * steps)
    if step < rising:
        return (step + 1) / (rising + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1.0, steps - rising)))


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write the model's ``state_dict`` as safetensors: arrays and their names, and nothing that can run."""
    from safetensors.torch import save

    # A weight that is used in two places is written twice: the format holds no shared memory.
    state = {name: tensor.detach().clone().contiguous() for name, tensor in model.state_dict().items()}
    Path(path).write_bytes(save(state))


def load_weights(model: nn.Module, path: str | Path) -> nn.Module:
    """Read weights that ``save_weights`` wrote into a model of the same sizes, and return the model.

    While a notebook is graded the model is returned as it is. Raises FileNotFoundError, and ValueError where
    the file holds other weights than the model's.
    """
    if grading():
        return model
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: there are no trained weights yet; run the training cell first")
    try:
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        reason = "was the model changed after training? Then train it again"
        raise ValueError(f"{path} does not hold the weights of this model: {reason}.\n{error}") from None
    return model.eval()


def _turns(batches: Sequence[tuple[Tensor, ...]], steps: int, seed: int) -> Iterator[tuple[Tensor, ...]]:
    """``steps`` batches: all of them in a random order, then again in another."""
    choose = random.Random(seed)
    order: list[int] = []
    for _ in range(steps):
        if not order:
            order = list(range(len(batches)))
            choose.shuffle(order)
        yield batches[order.pop()]


class _Display:
    """A progress bar and, in a notebook, above it, a picture of the losses so far. Ends quietly on an interrupt."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.bar: Any = None  # of tqdm, which has no types
        self.handle: DisplayHandle | None = None
        self.drawn = -math.inf
        self.losses: list[float] = []

    def __enter__(self) -> _Display:
        return self

    def __exit__(self, kind: type | None, *_: object) -> bool:
        if self.bar is not None:
            self.bar.close()
        self._draw()
        if kind is KeyboardInterrupt:
            print(f"Interrupted after {len(self.losses)} steps.")
        return kind is KeyboardInterrupt

    def show(self, loss: float) -> None:
        """Add the loss of one more step."""
        self.losses.append(loss)
        if time.monotonic() - self.drawn > _REDRAW_SECONDS:
            self._draw()
        if self.bar is None:
            from tqdm import tqdm

            # To the ordinary output: a notebook shows the other one as if something were wrong.
            self.bar = tqdm(total=self.steps, file=sys.stdout, unit="step", mininterval=1.0, ncols=90)
        self.bar.update()
        if len(self.losses) % 10 == 0:
            self.bar.set_postfix_str(f"loss {sum(self.losses[-10:]) / 10:.4f}", refresh=False)

    def _draw(self) -> None:
        if not self.losses or not _in_notebook():
            return
        from IPython.display import display

        from .pictures.transformer import loss_curve

        picture = loss_curve(self.losses, self.steps)
        if self.handle is None:
            self.handle = display(picture, display_id=True)
        else:
            self.handle.update(picture)
        self.drawn = time.monotonic()


def _in_notebook() -> bool:
    """Whether somebody watches in a notebook, where a picture can be drawn and drawn again."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return getattr(shell, "kernel", None) is not None
