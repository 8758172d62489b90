"""Lesson 09 against PyTorch's own decoder and Hugging Face's GPT-2."""

import os

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"

import pytest
import torch
import transformers
from attnkit import parts
from attnkit.models import gpt2
from nbjudge import Course, reference_object
from torch import nn

B, LQ, LK, D, H, F = 3, 6, 9, 12, 4, 20


@pytest.fixture(scope="module")
def course():
    return Course()


def as_torch(state):
    """Our names of a decoder's parameters as PyTorch's own layers call them."""
    renamed = {}
    for name, value in state.items():
        for ours, theirs in (("self_attention", "self_attn"), ("cross_attention", "multihead_attn")):
            head, dot, rest = name.partition(f"{ours}.")
            if dot and rest.startswith("query_proj"):
                kind = rest.rpartition(".")[2]
                three = [state[f"{head}{ours}.{part}_proj.{kind}"] for part in ("query", "key", "value")]
                renamed[f"{head}{theirs}.in_proj_{kind}"] = torch.cat(three)
            elif dot and rest.startswith("out_proj"):
                renamed[f"{head}{theirs}.{rest}"] = value
        if "attention" not in name:
            name = name.replace("feed_forward.linear_in", "linear1").replace("final_norm", "norm")
            renamed[name.replace("feed_forward.linear_out", "linear2")] = value
    return renamed


def randomise(module):
    """O(1) weights, and norms with a gain and bias of their own, in float64."""
    module.double()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            value = torch.randn_like(parameter)
            if value.dim() == 2:
                value /= value.shape[1] ** 0.5
            elif ("norm" in name or "ln_" in name) and name.endswith("weight"):
                value = 1 + 0.5 * value
            parameter.copy_(value)
    return module.eval()


RANDOM = torch.Generator().manual_seed(9)


def masks(lead, keys):
    mask = torch.rand(*lead, keys, generator=RANDOM) < 0.6
    mask[..., 0] = True
    return mask


def for_torch(mask, keys):
    """True forbids there, and every head has a mask of its own."""
    return None if mask is None else ~mask.broadcast_to(B, LQ, keys).repeat_interleave(H, dim=0)


CASES = [
    (None, None),
    (torch.ones(LQ, LQ, dtype=torch.bool).tril(), None),
    (masks((B, LQ), LQ), masks((B, LQ), LK)),
    (masks((LQ,), LQ), masks((B, 1), LK)),
]


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("norm_first", [False, True])
def test_decoder_layer(course, norm_first, activation):
    torch.manual_seed(1)
    settings = {"activation": activation, "norm_first": norm_first}
    ours = randomise(reference_object(course.exercise("decoder_layer"))(D, H, F, **settings))
    oracle = nn.TransformerDecoderLayer(D, H, F, dropout=0.0, batch_first=True, **settings).double().eval()
    oracle.load_state_dict(as_torch(ours.state_dict()))
    for own, other in CASES:
        x = torch.randn(B, LQ, D, dtype=torch.float64, requires_grad=True)
        memory = torch.randn(B, LK, D, dtype=torch.float64, requires_grad=True)
        seen = ours(x, memory, own, other)
        wanted = oracle(x, memory, tgt_mask=for_torch(own, LQ), memory_mask=for_torch(other, LK))
        torch.testing.assert_close(seen, wanted)
        cotangent = torch.randn_like(wanted)
        torch.testing.assert_close(
            torch.autograd.grad(seen, (x, memory), cotangent),
            torch.autograd.grad(wanted, (x, memory), cotangent),
        )


@pytest.mark.parametrize("norm_first", [False, True])
def test_decoder_only_layer(course, norm_first):
    """Without cross-attention a decoder layer is PyTorch's encoder layer under a causal mask."""
    torch.manual_seed(2)
    ours = randomise(
        reference_object(course.exercise("decoder_layer"))(D, H, F, norm_first=norm_first, cross_attention=False)
    )
    oracle = nn.TransformerEncoderLayer(D, H, F, dropout=0.0, batch_first=True, norm_first=norm_first)
    oracle.double().eval().load_state_dict(as_torch(ours.state_dict()))
    x = torch.randn(B, LQ, D, dtype=torch.float64)
    for own, _ in CASES:
        torch.testing.assert_close(ours(x, self_mask=own), oracle(x, src_mask=for_torch(own, LQ)))


@pytest.mark.parametrize("norm_first", [False, True])
def test_decoder(course, norm_first):
    torch.manual_seed(3)
    ours = randomise(reference_object(course.exercise("decoder"))(3, D, H, F, norm_first=norm_first))
    layer = nn.TransformerDecoderLayer(D, H, F, dropout=0.0, batch_first=True, norm_first=norm_first)
    oracle = nn.TransformerDecoder(layer, 3, nn.LayerNorm(D) if norm_first else None).double().eval()
    oracle.load_state_dict(as_torch(ours.state_dict()))
    for own, other in CASES:
        x, memory = (torch.randn(B, length, D, dtype=torch.float64) for length in (LQ, LK))
        wanted = oracle(x, memory, tgt_mask=for_torch(own, LQ), memory_mask=for_torch(other, LK))
        torch.testing.assert_close(ours(x, memory, own, other), wanted)


@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize(("number", "d", "h", "f"), [(2, 12, 3, 48), (1, 8, 8, 8), (12, 16, 4, 40)])
def test_gpt2_weights(course, number, d, h, f, head):
    """A random GPT-2 of Hugging Face's, bare or under its head, which puts "transformer." before names."""
    torch.manual_seed(4)
    config = transformers.GPT2Config(
        vocab_size=50,
        n_positions=20,
        n_embd=d,
        n_layer=number,
        n_head=h,
        n_inner=f,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = randomise(transformers.GPT2LMHeadModel(config)).float()
    state = model.state_dict() if head else model.transformer.state_dict()
    settings = {"activation": "gelu_tanh", "norm_first": True, "cross_attention": False}
    ours = reference_object(course.exercise("decoder"))(number, d, h, f, **settings).eval()
    reference_object(course.exercise("gpt2_weights"))(ours, state)
    ids = torch.randint(50, (2, 13))
    with torch.no_grad():
        seen = gpt2.logits(state, ours(gpt2.embed(state, ids), self_mask=parts.causal_mask(13)))
        torch.testing.assert_close(seen, model(ids).logits, atol=1e-4, rtol=0)


def test_random_checkpoint_has_the_names_of_the_real_one():
    config = transformers.GPT2Config(
        vocab_size=20, n_positions=16, n_embd=8, n_layer=2, n_head=2, bos_token_id=None, eos_token_id=None
    )
    real = {name: value.shape for name, value in transformers.GPT2Model(config).state_dict().items()}
    made = {name: value.shape for name, value in gpt2.random_checkpoint(2, 8).items()}
    assert made == real


def test_published_logits_are_those_of_the_reference(course):
    state = gpt2.random_checkpoint(3, 24, vocab_size=30, prefix="transformer.")
    ids = torch.randint(30, (2, 9))
    settings = {"activation": "gelu_tanh", "norm_first": True, "cross_attention": False}
    ours = reference_object(course.exercise("decoder"))(3, 24, 4, 96, **settings).eval()
    reference_object(course.exercise("gpt2_weights"))(ours, state)
    with torch.no_grad():
        seen = gpt2.logits(state, ours(gpt2.embed(state, ids), self_mask=parts.causal_mask(9)))
    torch.testing.assert_close(seen, gpt2.published_logits(state, ids, 4), atol=1e-4, rtol=0)
