"""Lessons 03 to 09: sublayers, encoder and decoder against PyTorch's own."""

import copy

import pytest
import torch
from attnkit import parts
from attnkit.parts._wiring import EMPTY
from torch import nn
from torch.nn import functional

X, MEMORY = (2, 5, 12), (2, 7, 12)
NAMES = {
    "self_attention": "self_attn",
    "cross_attention": "multihead_attn",
    "feed_forward.linear_in": "linear1",
    "feed_forward.linear_out": "linear2",
    "final_norm": "norm",
}


def carry(ours: nn.Module, theirs: nn.Module) -> nn.Module:
    """Put the weights of our layer, or our stack of layers, into PyTorch's."""
    state = {}
    for name, value in ours.state_dict().items():
        for own, other in NAMES.items():
            name = name.replace(own, other)
        state[name] = value
    for name in [name for name in state if "query_proj" in name]:
        rows = [state.pop(name.replace("query", which)) for which in ("query", "key", "value")]
        state[name.replace("query_proj.", "in_proj_")] = torch.cat(rows)
    theirs.double().load_state_dict(state)
    return theirs


def random(*sizes):
    return [torch.randn(size, dtype=torch.float64, requires_grad=True) for size in sizes]


def masks():
    """A causal mask and one for the memory, as ours (True = may attend) and as PyTorch's layers want them."""
    memory = torch.ones(2, 1, 7, dtype=torch.bool)
    memory[0, :, 4:] = False
    return parts.causal_mask(5), memory


def test_residual():
    (x,) = random(X)
    linear = nn.Linear(12, 12).double()
    torch.testing.assert_close(parts.Residual(linear)(x), x + linear(x))
    pair = parts.Residual(lambda x, scale, shift: (scale * x + shift, "weights"))
    torch.testing.assert_close(pair(x, 3.0, shift=1.0), 4 * x + 1)
    dropped = parts.Residual(torch.ones_like, dropout=0.4)
    change = dropped(x) - x
    assert 0.2 < change.isclose(torch.zeros(()).double()).double().mean() < 0.6
    torch.testing.assert_close(dropped.eval()(x), x + 1)


@pytest.mark.parametrize("shape", [(12,), X])
def test_gradient_at_input(shape):
    (x,) = random(shape)
    layers = [nn.Sequential(nn.Linear(12, 12), nn.Tanh()).double() for _ in range(3)]
    for use_residual in (True, False):
        hidden = x
        for layer in layers:
            hidden = layer(hidden) + (hidden if use_residual else 0)
        (expected,) = torch.autograd.grad(hidden.sum(), x)
        result = parts.gradient_at_input(layers, x, use_residual)
        assert isinstance(result, float) and result == pytest.approx(expected.norm().item())
    assert x.grad is None and all(p.grad is None for layer in layers for p in layer.parameters())


def test_layer_norm(randomise):
    (x,) = random(X)
    gamma, beta = random(12, 12)
    expected = gamma * (x - x.mean(-1, keepdim=True)) / (x.var(-1, correction=0, keepdim=True) + 0.1).sqrt()
    torch.testing.assert_close(parts.layer_norm(x, gamma, beta, eps=0.1), expected + beta)
    module, oracle = randomise(parts.LayerNorm(12, eps=0.1).double()), nn.LayerNorm(12, eps=0.1).double()
    oracle.load_state_dict({"weight": module.gamma, "bias": module.beta})
    torch.testing.assert_close(module(x), oracle(x))
    fresh = parts.LayerNorm(12)
    assert fresh.gamma.eq(1).all() and fresh.beta.eq(0).all() and fresh.eps == 1e-5


def test_add_and_norm(randomise):
    (x,) = random(X)
    linear = nn.Linear(12, 12).double()
    post = randomise(parts.AddAndNorm(12).double())
    pre = randomise(parts.AddAndNorm(12, norm_first=True).double())
    torch.testing.assert_close(post(x, linear), post.norm(x + linear(x)))
    torch.testing.assert_close(pre(x, linear), x + linear(pre.norm(x)))
    dropped = parts.AddAndNorm(12, dropout=0.5, norm_first=True).double()
    assert not torch.equal(dropped(x, linear), dropped(x, linear))
    assert torch.equal(dropped.eval()(x, linear), dropped(x, linear))


def test_feed_forward():
    (x,) = random(X)
    shapes = {
        "relu": functional.relu,
        "gelu": functional.gelu,
        "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    }
    for activation, function in shapes.items():
        network = parts.FeedForward(12, 20, activation=activation).double()
        torch.testing.assert_close(network(x), network.linear_out(function(network.linear_in(x))))
    torch.testing.assert_close(parts.gelu(x), x * 0.5 * (1 + torch.erf(x / 2**0.5)))
    with pytest.raises(ValueError, match="activation"):
        parts.FeedForward(12, 20, activation="swish")
    dropped = parts.FeedForward(12, 20, dropout=0.5).double()
    assert not torch.equal(dropped(x), dropped(x))
    assert torch.equal(dropped.eval()(x), dropped(x))


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_encoder_agrees_with_pytorch(randomise, activation, norm_first):
    ours = randomise(parts.Encoder(3, 12, 3, 20, activation=activation, norm_first=norm_first).double())
    layer = nn.TransformerEncoderLayer(12, 3, 20, 0.0, activation, batch_first=True, norm_first=norm_first)
    last = nn.LayerNorm(12) if norm_first else None
    theirs = carry(ours, nn.TransformerEncoder(layer, 3, last, enable_nested_tensor=False))
    (x,) = random(X)
    torch.testing.assert_close(ours(x), theirs(x))
    causal, _ = masks()
    torch.testing.assert_close(ours(x, causal), theirs(x, mask=~causal))
    keys = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    torch.testing.assert_close(ours(x, keys[:, None]), theirs(x, src_key_padding_mask=~keys))
    torch.testing.assert_close(ours.layers[0](x, causal), theirs.layers[0](x, src_mask=~causal))
    assert (ours.final_norm is not None) == norm_first


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_decoder_agrees_with_pytorch(randomise, activation, norm_first):
    ours = randomise(parts.Decoder(3, 12, 3, 20, activation=activation, norm_first=norm_first).double())
    layer = nn.TransformerDecoderLayer(12, 3, 20, 0.0, activation, batch_first=True, norm_first=norm_first)
    theirs = carry(ours, nn.TransformerDecoder(layer, 3, nn.LayerNorm(12) if norm_first else None))
    x, memory = random(X, MEMORY)
    causal, keys = masks()
    torch.testing.assert_close(ours(x, memory), theirs(x, memory))
    expected = theirs(x, memory, tgt_mask=~causal, memory_key_padding_mask=~keys[:, 0])
    torch.testing.assert_close(ours(x, memory, causal, keys), expected)
    torch.testing.assert_close(ours.layers[0](x, memory, causal), theirs.layers[0](x, memory, tgt_mask=~causal))


@pytest.mark.parametrize("norm_first", [False, True])
def test_decoder_without_cross_attention_is_a_masked_encoder(randomise, norm_first):
    decoder = randomise(parts.Decoder(2, 12, 3, 20, norm_first=norm_first, cross_attention=False).double())
    encoder = parts.Encoder(2, 12, 3, 20, norm_first=norm_first).double()
    encoder.load_state_dict(decoder.state_dict())
    (x,) = random(X)
    torch.testing.assert_close(decoder(x, self_mask=parts.causal_mask(5)), encoder(x, parts.causal_mask(5)))
    assert decoder.layers[0].cross_attention is None and not hasattr(decoder.layers[0], "norm3")


def test_gradients_agree_with_pytorch(randomise):
    ours = randomise(parts.DecoderLayer(12, 3, 20).double())
    theirs = carry(ours, nn.TransformerDecoderLayer(12, 3, 20, 0.0, batch_first=True))
    x, memory = random(X, MEMORY)
    cotangent = torch.randn_like(x)
    outputs = ours(x, memory), theirs(x, memory)
    results = [torch.autograd.grad((output * cotangent).sum(), (x, memory)) for output in outputs]
    for result, expected in zip(*results, strict=True):
        torch.testing.assert_close(result, expected)


@pytest.mark.parametrize("norm_first", [False, True])
def test_layers_in_which_a_query_may_attend_to_nothing(randomise, norm_first):
    nowhere, nothing = torch.zeros(5, 5, dtype=torch.bool), torch.zeros(2, 1, 7, dtype=torch.bool)
    x, memory = torch.randn(X, requires_grad=True), torch.randn(MEMORY, requires_grad=True)
    encoder = randomise(parts.EncoderLayer(12, 3, 20, norm_first=norm_first))
    decoder = randomise(parts.DecoderLayer(12, 3, 20, norm_first=norm_first))
    for layer, output in ((encoder, encoder(x, nowhere)), (decoder, decoder(x, memory, nowhere, nothing))):
        (output * torch.randn_like(output)).sum().backward()
        assert output.isfinite().all() and x.grad.isfinite().all()
        assert all(parameter.grad.isfinite().all() for parameter in layer.parameters())
    assert not memory.grad.any()


def test_attention_to_nothing_gives_the_bias_of_the_output_projection(randomise):
    x, memory = torch.randn(X, requires_grad=True), torch.randn(MEMORY, requires_grad=True)
    across, causal = randomise(parts.CrossAttention(12, 3)), randomise(parts.MaskedSelfAttention(12, 3))
    results = across(x, memory, torch.zeros(2, 1, 7, dtype=torch.bool)), causal(x, torch.zeros(2, 1, 5).bool())
    for module, (output, weights) in zip((across, causal), results, strict=True):
        assert torch.equal(output, module.attention.out_proj.bias.expand_as(output)) and not weights.any()
        output.square().sum().backward()
        assert all(parameter.grad.isfinite().all() for parameter in module.parameters())


def test_pytorchs_layer_has_the_places_that_are_filled():
    theirs = nn.TransformerDecoderLayer(2, 1, 2)
    places = {"activation", *dict(theirs.named_children())}
    assert places == {"linear1", *EMPTY}, (
        "nn.TransformerDecoderLayer has changed: fill its new places in _wiring.Joined"
    )
    assert isinstance(theirs.norm_first, bool) and callable(theirs.activation)


def test_layers_run_the_modules_that_they_hold(randomise):
    layer = randomise(parts.DecoderLayer(12, 3, 20))
    x, memory = torch.randn(X), torch.randn(MEMORY)
    names, before = {*layer.state_dict()}, layer(x, memory)
    twin = copy.deepcopy(layer)
    assert torch.equal(twin(x, memory), before) and {*twin.state_dict()} == names
    weights = []
    layer.cross_attention.register_forward_hook(lambda _module, _inputs, outputs: weights.append(outputs[1]))
    layer.norm3 = nn.Identity()
    assert not torch.equal(layer(x, memory), before) and weights[0].shape == (2, 3, 5, 7)
    assert torch.equal(twin(x, memory), before)


@pytest.mark.parametrize("make", [parts.Encoder, parts.Decoder])
def test_stacks(make):
    stack = make(2, 12, 3, 20, dropout=0.5)
    first, second = stack.layers
    assert not {id(p) for p in first.parameters()} & {id(p) for p in second.parameters()}
    assert not torch.equal(first.self_attention.query_proj.weight, second.self_attention.query_proj.weight)
    given = [torch.randn(X), torch.randn(MEMORY)] if make is parts.Decoder else [torch.randn(X)]
    assert not torch.equal(stack(*given), stack(*given))
    assert torch.equal(stack.eval()(*given), stack(*given))
    with pytest.raises(ValueError, match="num_layers"):
        make(0, 12, 3, 20)
    with pytest.raises(ValueError, match="divisible"):
        make(1, 12, 5, 20)
    with pytest.raises(ValueError, match="activation"):
        make(1, 12, 3, 20, activation="tanh")


def test_cross_attention_without_memory():
    with pytest.raises(ValueError, match="memory"):
        parts.DecoderLayer(12, 3, 20)(torch.randn(X))


def test_masks():
    assert parts.causal_mask(1).tolist() == [[True]]
    causal = parts.causal_mask(4)
    assert causal.dtype == torch.bool
    assert causal.tolist() == [[column <= row for column in range(4)] for row in range(4)]
    token_ids = torch.tensor([[5, 6, 0, 0], [9, 3, 5, 4]])
    padding = parts.padding_mask(token_ids)
    assert padding.shape == (2, 1, 4) and padding.dtype == torch.bool
    assert padding[:, 0].tolist() == [[True, True, False, False], [True] * 4]
    assert parts.padding_mask(token_ids, pad_id=5)[1, 0].tolist() == [True, True, False, True]
    assert torch.equal(parts.decoder_mask(token_ids), causal & padding)
    assert torch.equal(parts.decoder_mask(token_ids, pad_id=5), causal & parts.padding_mask(token_ids, 5))


def test_masked_self_attention(randomise):
    module = randomise(parts.MaskedSelfAttention(12, 3).double())
    (x,) = random(X)
    padding = torch.ones(2, 1, 5, dtype=torch.bool)
    padding[0, :, 0] = False
    for given, mask in ((None, parts.causal_mask(5)), (padding, parts.causal_mask(5) & padding)):
        for result, expected in zip(module(x, given), module.attention(x, x, x, mask), strict=True):
            assert torch.equal(result, expected)
    (gradient,) = torch.autograd.grad(module(x)[0][:, 2].square().sum(), x)
    assert gradient[:, :3].all() and not gradient[:, 3:].any()


def test_cross_attention(randomise):
    module = randomise(parts.CrossAttention(12, 3).double())
    x, memory = random(X, MEMORY)
    _, mask = masks()
    for given in (None, mask):
        expected = module.attention(x, memory, memory, given)
        for result, other in zip(module(x, memory, given), expected, strict=True):
            assert torch.equal(result, other)


def test_alignment():
    weights = torch.rand(2, 3, 5, 7)
    result = parts.alignment(weights)
    assert result.dtype == torch.long and torch.equal(result, weights.mean(1).argmax(-1))
    assert torch.equal(parts.alignment(weights[:, :1, :1]), weights[:, 0, :1].argmax(-1))
