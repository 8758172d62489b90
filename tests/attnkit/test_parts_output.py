"""Lessons 10 and 11, published weights, and what the course takes as given."""

import math

import numpy as np
import pytest
import torch
from attnkit import parts
from torch import nn


def test_linear():
    ours, theirs = parts.Linear(4, 6), nn.Linear(4, 6)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(2, 3, 4)
    assert torch.equal(ours(x), theirs(x))
    assert parts.Linear(4, 6, bias=False).bias is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_and_its_logarithm(dtype, axis):
    logits = np.random.default_rng(1).normal(size=(3, 4, 5)).astype(dtype)
    before = logits.copy()
    exponentials = np.exp(logits / 2)
    expected = exponentials / exponentials.sum(axis, keepdims=True)
    result = parts.softmax(logits, axis, temperature=2.0)
    np.testing.assert_allclose(result, expected, rtol=1e-5)
    logarithm = parts.log_softmax(logits, axis)
    np.testing.assert_allclose(logarithm, np.log(parts.softmax(logits, axis)), rtol=1e-4)
    assert result.dtype == logarithm.dtype == dtype
    np.testing.assert_array_equal(logits, before)


def test_softmax_of_extremes():
    logits = np.array([1e4, -1e4, -np.inf])
    np.testing.assert_array_equal(parts.softmax(logits), [1, 0, 0])
    np.testing.assert_array_equal(parts.log_softmax(logits), [0, -2e4, -np.inf])
    np.testing.assert_allclose(parts.softmax([1, 2]), [0.2689414, 0.7310586], rtol=1e-6)


@pytest.mark.parametrize("temperature", [0, -1.0, math.nan])
def test_temperatures_that_cannot_work(temperature):
    with pytest.raises(ValueError, match="temperature"):
        parts.softmax(np.ones(3), temperature=temperature)
    with pytest.raises(ValueError, match="temperature"):
        parts.OutputHead(4, 9)(torch.randn(2, 3, 4), temperature=temperature)


def test_output_head():
    hidden = torch.randn(2, 3, 4)
    head = parts.OutputHead(4, 9)
    assert head.proj.weight.shape == (9, 4) and head.proj.bias is None
    torch.testing.assert_close(head.logits(hidden), hidden @ head.proj.weight.T)
    torch.testing.assert_close(head(hidden, 0.5), torch.softmax(2 * head.logits(hidden), -1))


@pytest.mark.parametrize("trainable", [True, False])
def test_output_head_shares_the_embedding(trainable):
    embedding = nn.Embedding(9, 4).requires_grad_(trainable)
    before = embedding.weight
    head = parts.OutputHead(4, 9, embedding)
    assert head.proj.weight is embedding.weight is before and before.requires_grad == trainable
    with pytest.raises(ValueError, match="embedding"):
        parts.OutputHead(9, 4, embedding)


def test_token_embedding():
    tokens = parts.TokenEmbedding(50, 16)
    token_ids = torch.randint(50, (2, 3))
    assert torch.equal(tokens(token_ids), 4 * tokens.embedding.weight[token_ids])
    assert 0.2 < tokens.embedding.weight.std() < 0.3


@pytest.mark.parametrize("d_model", [1, 7, 8])
def test_positional_encoding(d_model):
    encoding = parts.PositionalEncoding(d_model, max_length=30)
    added = encoding(torch.zeros(2, 30, d_model))
    for position in (0, 1, 29):
        for feature in range(d_model):
            angle = position / 10000 ** ((feature - feature % 2) / d_model)
            expected = math.cos(angle) if feature % 2 else math.sin(angle)
            assert added[1, position, feature].item() == pytest.approx(expected, abs=1e-6)
    assert not encoding.state_dict()
    assert encoding(torch.zeros(2, 3, d_model).double()).dtype == torch.float64
    with pytest.raises(ValueError, match="max_length"):
        encoding(torch.zeros(2, 31, d_model))


BERT_NAMES = {
    "self_attention.query_proj": "attention.self.query",
    "self_attention.key_proj": "attention.self.key",
    "self_attention.value_proj": "attention.self.value",
    "self_attention.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "feed_forward.linear_in": "intermediate.dense",
    "feed_forward.linear_out": "output.dense",
    "norm2": "output.LayerNorm",
}


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_bert_weights(randomise, prefix):
    source, target = randomise(parts.Encoder(11, 12, 3, 20)), parts.Encoder(11, 12, 3, 20)
    state = {f"{prefix}embeddings.word_embeddings.weight": torch.ones(9, 12)}
    for name, value in source.state_dict().items():
        _, number, module = name.split(".", 2)
        module, _, kind = module.rpartition(".")
        state[f"{prefix}encoder.layer.{number}.{BERT_NAMES[module]}.{kind}"] = value
    parts.load_bert_weights(target, state)
    _assert_copied(source, target)
    with pytest.raises(ValueError, match="11 layers"):
        parts.load_bert_weights(parts.Encoder(2, 12, 3, 20), state)


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_gpt2_weights(randomise, prefix):
    settings = {"norm_first": True, "cross_attention": False, "activation": "gelu_tanh"}
    source, target = (parts.Decoder(2, 12, 3, 20, **settings) for _ in range(2))
    randomise(source)
    state = {f"{prefix}wte.weight": torch.ones(9, 12)}
    for number, layer in enumerate(source.layers):
        attention, network = layer.self_attention, layer.feed_forward
        fused = [attention.query_proj, attention.key_proj, attention.value_proj]
        modules = {
            "attn.c_attn": (torch.cat([m.weight for m in fused]).T, torch.cat([m.bias for m in fused])),
            "attn.c_proj": (attention.out_proj.weight.T, attention.out_proj.bias),
            "mlp.c_fc": (network.linear_in.weight.T, network.linear_in.bias),
            "mlp.c_proj": (network.linear_out.weight.T, network.linear_out.bias),
            "ln_1": (layer.norm1.weight, layer.norm1.bias),
            "ln_2": (layer.norm2.weight, layer.norm2.bias),
        }
        for name, (weight, bias) in modules.items():
            state[f"{prefix}h.{number}.{name}.weight"] = weight.detach()
            state[f"{prefix}h.{number}.{name}.bias"] = bias.detach()
        state[f"{prefix}h.{number}.attn.bias"] = torch.ones(1, 1, 8, 8).tril()
        state[f"{prefix}h.{number}.attn.masked_bias"] = torch.tensor(-1e4)
    state |= {f"{prefix}ln_f.{name}": value for name, value in source.final_norm.state_dict().items()}
    parts.load_gpt2_weights(target, state)
    _assert_copied(source, target)


def _assert_copied(source, target):
    pairs = zip(source.parameters(), target.parameters(), strict=True)
    assert all(torch.equal(one, other) and one.data_ptr() != other.data_ptr() for one, other in pairs)


class Recaller(nn.Module):
    """A causal model whose next token depends on every token before, and on a row of the source."""

    pad_id = 0

    def __init__(self, vocabulary: int = 11) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, vocabulary)
        self.noise = nn.Dropout(0.5)
        self.frozen = nn.Identity().eval()

    def encode(self, source):
        assert not self.training and not torch.is_grad_enabled()
        return self.noise(self.table(source).mean(1, keepdim=True))

    def decode(self, target, memory, source):
        decay = torch.arange(target.shape[1])[None, :, None] + 1
        return self.noise(self.table(target) * decay).cumsum(1) / decay + memory


def greedy_by_definition(model, source, start_id, end_id, max_length):
    """One row at a time, one token at a time."""
    model.eval()
    rows = []
    with torch.no_grad():
        for line in source[:, None]:
            memory, row = model.encode(line), [start_id]
            while (len(row) < max_length and row[-1] != end_id) or len(row) == 1 < max_length:
                row.append(model.decode(torch.tensor([row]), memory, line)[0, -1].argmax().item())
            rows.append(row)
    width = max(map(len, rows))
    return torch.tensor([row + [model.pad_id] * (width - len(row)) for row in rows])


@pytest.mark.parametrize("max_length", [1, 2, 5, 12])
@pytest.mark.parametrize("end_id", [2, 3, 7])
def test_greedy_decode(max_length, end_id):
    for _ in range(5):
        model, source = Recaller(), torch.randint(1, 11, (4, 6))
        model.train()
        model.frozen.eval()
        result = parts.greedy_decode(model, source, 1, end_id, max_length)
        assert model.training and model.noise.training and not model.frozen.training
        assert result.dtype == torch.long
        assert torch.equal(result, greedy_by_definition(model, source, 1, end_id, max_length))


def test_greedy_decode_restores_the_mode_after_an_error():
    model = Recaller().train()
    model.decode = None
    with pytest.raises(TypeError):
        parts.greedy_decode(model, torch.ones(1, 2, dtype=torch.long), 1, 2, 5)
    assert model.training
    with pytest.raises(ValueError, match="max_length"):
        parts.greedy_decode(model, torch.ones(1, 2, dtype=torch.long), 1, 2, 0)
