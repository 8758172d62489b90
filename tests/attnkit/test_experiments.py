"""Small trainings that show what goes wrong without a norm, with a mask that leaks, and without positions."""

import re

import numpy as np
import pytest
import torch
from attnkit import parts
from attnkit.pictures import layer_norm, leaking, masks, norm_training, output, positions
from torch import nn


class Model(nn.Module):
    """An encoder-decoder Transformer of given parts."""

    def __init__(self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length):
        super().__init__()
        self.read, self.write = parts.TokenEmbedding(source_vocab, d_model), parts.TokenEmbedding(target_vocab, d_model)
        self.place = parts.PositionalEncoding(d_model, max_length)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff)
        self.head = parts.OutputHead(d_model, target_vocab)

    def forward(self, source, target):
        memory = self.encoder(self.place(self.read(source)))
        return self.head.logits(
            self.decoder(self.place(self.write(target)), memory, parts.causal_mask(target.shape[1]))
        )


class Unplaced(Model):
    """One that has no positional encoding to take away."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.place = nn.Identity()


def gradient(logits, right):
    return parts.softmax(logits) - np.eye(len(logits))[right]


EXPERIMENTS = {
    "norm": lambda: layer_norm.train_with_and_without(parts.AddAndNorm),
    "leak": lambda: masks.train_with_a_leak(parts.MaskedSelfAttention),
    "gradient": lambda: output.compare_gradients(parts.softmax, gradient),
    "positions": lambda: positions.without_positions(Model),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_nothing_is_trained_when_nobody_looks(nobody_looks, monkeypatch, name):
    monkeypatch.setattr(torch.Tensor, "backward", None)
    assert EXPERIMENTS[name]() is None


def test_a_deep_network_learns_with_a_norm_and_lags_behind_without():
    ends = [float(end) for end in re.findall(r"ends at ([\d.]+)(?=[;.])", EXPERIMENTS["norm"]().alt)]
    without, post, pre = ends
    assert without > 3 * post and without > 3 * pre


def test_the_same_seed_trains_the_same(monkeypatch):
    monkeypatch.setattr(norm_training, "_STEPS", 3)
    state = torch.get_rng_state()
    assert EXPERIMENTS["norm"]().alt == EXPERIMENTS["norm"]().alt
    assert torch.equal(torch.get_rng_state(), state)


def test_a_mask_that_leaks_makes_a_wonderful_loss_and_no_sentences():
    alt = EXPERIMENTS["leak"]().alt
    (honest, written), (peeking, rubbish) = re.findall(r"ends at ([\d.]+), and (\d+) of 100", alt)
    assert float(peeking) < 0.1 < leaking._FLOOR < float(honest) + 0.05
    assert int(rubbish) < 20 < 80 < int(written)


def test_p_minus_y_is_the_gradient_and_another_formula_is_told_from_it():
    assert "They are the same, up to rounding" in EXPERIMENTS["gradient"]().alt
    assert "up to 1 apart" in output.compare_gradients(parts.softmax, lambda z, right: parts.softmax(z)).alt
    with pytest.raises(ValueError, match="your formula gave a NoneType"):
        output.compare_gradients(parts.softmax, lambda z, right: None)


def test_without_positions_the_letters_are_known_and_their_order_is_not():
    alt = EXPERIMENTS["positions"]().alt
    (placed, _), (unplaced, letters) = re.findall(r"(\d+) of 200 words come out reversed, and (\d+) with", alt)
    assert int(placed) > 180 and int(unplaced) < 40 < 120 < int(letters)
    assert "none to take away" in positions.without_positions(Unplaced).alt


@pytest.mark.parametrize("name", ["norm", "leak", "positions"])
def test_a_picture_is_drawn(monkeypatch, name):
    for module in (norm_training, leaking, positions):
        monkeypatch.setattr(module, "_STEPS", 2)
    assert EXPERIMENTS[name]().png().startswith(b"\x89PNG")
