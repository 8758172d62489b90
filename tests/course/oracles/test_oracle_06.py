"""Lesson 06 against PyTorch's own encoder, Hugging Face's BERT, and sentence-transformers."""

import os
from functools import partial

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"

import pytest
import torch
import transformers
from attnkit import parts
from attnkit.models import bert, minilm
from nbjudge import Course, reference_object
from torch import nn
from torch.nn import functional

B, L, D, H, F = 3, 7, 12, 4, 20
ACTIVATIONS = {
    "relu": "relu",
    "gelu": "gelu",
    "gelu_tanh": partial(functional.gelu, approximate="tanh"),
}


@pytest.fixture(scope="module")
def course():
    return Course()


def as_torch(state):
    """Our names of an encoder layer's parameters, or of a stack's, as PyTorch's own layers call them."""
    renamed = {}
    for name, value in state.items():
        head, dot, rest = name.partition("self_attention.")
        if not dot:
            name = name.replace("feed_forward.linear_in", "linear1").replace("final_norm", "norm")
            renamed[name.replace("feed_forward.linear_out", "linear2")] = value
        elif rest.startswith("query_proj"):
            kind = rest.rpartition(".")[2]
            three = [state[f"{head}self_attention.{part}_proj.{kind}"] for part in ("query", "key", "value")]
            renamed[f"{head}self_attn.in_proj_{kind}"] = torch.cat(three)
        elif rest.startswith("out_proj"):
            renamed[f"{head}self_attn.{rest}"] = value
    return renamed


def randomise(module):
    """O(1) weights, and norms with a gain and bias of their own, in float64."""
    module.double()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            value = torch.randn_like(parameter)
            if value.dim() == 2:
                value /= value.shape[1] ** 0.5
            elif "norm" in name.lower() and name.endswith("weight"):
                value = 1 + 0.5 * value
            parameter.copy_(value)
    return module.eval()


def masks():
    mask = torch.rand(B, L, L) < 0.6
    mask[..., 0] = True
    return None, mask, mask[:, :1], mask[0]


def for_torch(mask):
    """True forbids there, and every head has a mask of its own."""
    return None if mask is None else ~mask.broadcast_to(B, L, L).repeat_interleave(H, dim=0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("norm_first", [False, True])
def test_encoder_layer(course, norm_first, activation):
    torch.manual_seed(6)
    ours = reference_object(course.exercise("encoder_layer"))(D, H, F, activation=activation, norm_first=norm_first)
    randomise(ours)
    settings = {"activation": ACTIVATIONS[activation], "norm_first": norm_first}
    oracle = nn.TransformerEncoderLayer(D, H, F, dropout=0.0, batch_first=True, **settings).double().eval()
    oracle.load_state_dict(as_torch(ours.state_dict()))
    for mask in masks():
        x = torch.randn(B, L, D, dtype=torch.float64, requires_grad=True)
        seen, wanted = ours(x, mask), oracle(x, src_mask=for_torch(mask))
        torch.testing.assert_close(seen, wanted)
        cotangent = torch.randn_like(wanted)
        torch.testing.assert_close(torch.autograd.grad(seen, x, cotangent), torch.autograd.grad(wanted, x, cotangent))


@pytest.mark.parametrize("norm_first", [False, True])
def test_encoder(course, norm_first):
    torch.manual_seed(7)
    ours = randomise(reference_object(course.exercise("encoder"))(3, D, H, F, norm_first=norm_first))
    layer = nn.TransformerEncoderLayer(D, H, F, dropout=0.0, batch_first=True, norm_first=norm_first)
    norm = nn.LayerNorm(D) if norm_first else None
    oracle = nn.TransformerEncoder(layer, 3, norm, enable_nested_tensor=False).double().eval()
    oracle.load_state_dict(as_torch(ours.state_dict()))
    for mask in masks():
        x = torch.randn(B, L, D, dtype=torch.float64)
        torch.testing.assert_close(ours(x, mask), oracle(x, mask=for_torch(mask)))


@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize(("number", "d", "h", "f"), [(2, 12, 3, 20), (1, 8, 8, 8), (11, 6, 2, 10)])
def test_bert_weights(course, number, d, h, f, head):
    """A random BERT of Hugging Face's, alone or under a head, which puts "bert." before every name."""
    torch.manual_seed(8)
    config = transformers.BertConfig(
        vocab_size=40,
        hidden_size=d,
        num_hidden_layers=number,
        num_attention_heads=h,
        intermediate_size=f,
        max_position_embeddings=16,
    )
    whole = transformers.BertForMaskedLM(config) if head else transformers.BertModel(config)
    randomise(whole).float()
    model = whole.bert if head else whole
    ours = parts.Encoder(number, d, h, f, activation="gelu").eval()
    for layer in ours.layers:
        layer.norm1.eps = layer.norm2.eps = config.layer_norm_eps
    reference_object(course.exercise("bert_weights"))(ours, whole.state_dict())
    ids, real = torch.randint(1, 40, (2, 9)), torch.ones(2, 9, dtype=torch.bool)
    real[1, 6:] = False
    with torch.no_grad():
        wanted = model(ids, attention_mask=real.long()).last_hidden_state
        seen = ours(model.embeddings(ids), mask=real[:, None])
    torch.testing.assert_close(seen[real], wanted[real], atol=1e-4, rtol=1e-4)


def test_random_checkpoint_has_the_names_of_the_real_one():
    real = {name for name in minilm.checkpoint() if not name.endswith("position_ids")}
    assert set(bert.random_checkpoint(6, 8, 12)) == real


def test_minilm(course):
    """The reference encoder, with the published weights, gives the vectors of sentence-transformers."""
    encoder = reference_object(course.exercise("encoder"))(6, 384, 12, 1536, activation="gelu").eval()
    for layer in encoder.layers:
        layer.norm1.eps = layer.norm2.eps = minilm.EPS
    reference_object(course.exercise("bert_weights"))(encoder, minilm.checkpoint())
    sentences = [*minilm.SENTENCES, "Déjà vu, naïve café: 42 €.", "long " * 400]
    ids, real = minilm.tokenize(sentences)
    with torch.no_grad():
        vectors = minilm.pool(encoder(minilm.embed(ids), mask=real[:, None]), real)
    torch.testing.assert_close(vectors, minilm.published(sentences), atol=1e-4, rtol=0)
    bread = vectors[:12] @ vectors[0]
    assert set(bread.topk(3).indices.tolist()) == {0, 1, 2}
