"""Pictures that run a learner's own components: each is drawn, and says in words what the component did."""

import pytest
import torch
from attnkit import parts
from attnkit.data import Vocabulary, dates
from attnkit.pictures import (
    attention_at_work,
    cross_attention,
    decoder,
    encoder,
    feed_forward,
    layer_norm,
    masks,
    multi_head,
    output,
    residual,
    style,
    transformer,
)
from torch import nn


class Translator(nn.Module):
    """The Transformer of lesson 11, of given parts."""

    def __init__(self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, pad_id=0):
        super().__init__()
        self.pad_id = pad_id
        self.read, self.write = parts.TokenEmbedding(source_vocab, d_model), parts.TokenEmbedding(target_vocab, d_model)
        self.place = parts.PositionalEncoding(d_model, max_length)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff)
        self.head = parts.OutputHead(d_model, target_vocab)

    def encode(self, source):
        return self.encoder(self.place(self.read(source)), parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        allowed, padding = parts.decoder_mask(target, self.pad_id), parts.padding_mask(source, self.pad_id)
        return self.head.logits(self.decoder(self.place(self.write(target)), memory, allowed, padding))

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)


class Writer(nn.Module):
    """Says every character with the same probability."""

    def next_token(self, tokens, temperature):
        return torch.full((len(tokens), 12), 1 / 12)


def translator() -> Translator:
    return Translator(len(dates.source_vocabulary()), len(dates.target_vocabulary()), 8, 2, 12, 2, 60)


def embeddings(model, sentences):
    """Vectors that say how long a sentence is."""
    angle = torch.tensor([float(len(sentence)) for sentence in sentences]) / 20
    return torch.stack([angle.cos(), angle.sin()], dim=-1)


DRAWINGS = {
    "soft_lookup": (
        lambda: attention_at_work.soft_lookup_at_work(parts.soft_lookup),
        "bus at 297 degrees (weight 0.95)",
    ),
    "attention": (
        lambda: attention_at_work.attention_at_work(parts.scaled_dot_product_attention),
        "towards river, and at",
    ),
    "split": (lambda: multi_head.split_at_work(parts.split_heads), "row 1 of head 0 holds 10 and 11"),
    "heads": (lambda: multi_head.heads_at_work(parts.MultiHeadAttention), "Head 1 looks at “a” at place 3"),
    "residual": (lambda: residual.residual_diagram(), "x plus f(x)"),
    "what_is_kept": (lambda: residual.what_is_kept(parts.Residual, depth=4), "After 4 layers"),
    "gradient_by_depth": (
        lambda: residual.gradient_by_depth(parts.gradient_at_input, (1, 2, 4)),
        "networks of 1 to 4 layers",
    ),
    "rows": (lambda: layer_norm.rows_diagram(), "one mean and one variance for each row"),
    "norm": (lambda: layer_norm.before_and_after(parts.layer_norm), "position 0 has mean 0.0 and deviation 1.0"),
    "eps": (lambda: layer_norm.effect_of_eps(parts.layer_norm), "with eps 1e-05 it passes one half"),
    "order": (lambda: layer_norm.order_diagram(), "Post-norm: x goes through the sublayer"),
    "pre_and_post": (lambda: layer_norm.pre_and_post(parts.AddAndNorm, depth=4), "goes from 1.0 to 1.0"),
    "bends": (lambda: feed_forward.bends(parts.gelu), "lowest value is -0.17"),
    "beyond_attention": (lambda: feed_forward.beyond_attention(parts.FeedForward), "makes a straight line"),
    "width": (lambda: feed_forward.width(parts.FeedForward, sizes=(2,)), "with 2 hidden features"),
    "alone": (lambda: feed_forward.alone(parts.FeedForward), "with the others by at most 0.00"),
    "wiring": (lambda: encoder.layer_diagram(), "Pre-norm: x goes through norm1"),
    "encoder_influence": (lambda: encoder.influence(parts.EncoderLayer), "the largest movement is 0.00"),
    "depth": (lambda: encoder.depth(parts.Encoder, layers=3), "it stays at 1.00 after every layer"),
    "search": (
        lambda: encoder.search(lambda: None, embeddings, "four", ["a long sentence indeed", "five"]),
        "1. five (1.00) 2. a long",
    ),
    "similarity": (
        lambda: encoder.similarity(lambda: None, embeddings, ["one", "two", "twenty"]),
        "“one” is closest to “two” (1.00)",
    ),
    "context": (lambda: encoder.context(lambda: parts.Encoder(1, 384, 12, 8).eval()), "after 0 to 1 layers"),
    "triangle": (lambda: masks.triangle(parts.causal_mask), "query 1 (“cat”) may look at “the”, “cat”"),
    "padding": (lambda: masks.padding_at_work(parts.padding_mask), "sentence 1 has 2"),
    "masks": (
        lambda: masks.masks_together(parts.causal_mask, parts.padding_mask, parts.decoder_mask),
        "the keys that are words, 3 of 6",
    ),
    "leak": (lambda: masks.leak(parts.MaskedSelfAttention), "The layer given: no leak"),
    "masked_weights": (
        lambda: masks.masked_weights(parts.MaskedSelfAttention, parts.padding_mask),
        "later position is 0, the largest on padding 0",
    ),
    "cross_attention": (lambda: cross_attention.diagram(), "both the key and the value"),
    "alignment": (
        lambda: cross_attention.links(parts.CrossAttention, parts.alignment),
        "words in 200 new sentences look at a word",
    ),
    "decoder_wiring": (lambda: decoder.layer_diagram(), "cross_attention, whose keys and values"),
    "decoder_influence": (lambda: decoder.influence(parts.DecoderLayer), "moves by at most 0.00"),
    "prefixes": (lambda: decoder.prefixes(parts.Decoder, length=5), "which is rounding"),
    "against_gpt2": (lambda: decoder.against_gpt2(parts.Decoder, parts.load_gpt2_weights), "Your decoder is GPT-2"),
    "output": (lambda: output.output_diagram(), "the same weight"),
    "linear": (lambda: output.linear_at_work(parts.Linear), "“I stroked the …” has the logits cat 2.99"),
    "temperature": (lambda: output.temperature_at_work(parts.softmax), "At T = 1 they are the frequencies"),
    "log_softmax": (lambda: output.log_softmax_limits(parts.log_softmax, parts.softmax), "from -0.69 to -160.00"),
    "weight_tying": (lambda: output.weight_tying(parts.OutputHead), "1024000 parameters apart and 512000 tied"),
    "architecture": (lambda: transformer.architecture(), "with the lesson that built each part"),
    "who_sees_what": (lambda: transformer.who_sees_what(Translator), "target token 3: 3, 4"),
    "loss_curve": (lambda: transformer.loss_curve([4.0, 2.0, 1.0], 10), "from 4 at the first step to 1 at step 3"),
    "dates_report": (
        lambda: transformer.dates_report(translator(), parts.greedy_decode, dates.examples("train", 5)),
        "0.0 % of 5 dates",
    ),
    "date_alignment": (
        lambda: transformer.date_alignment(translator(), "5. März 2024", parts.greedy_decode),
        "Cross-attention while writing",
    ),
    "next_character": (lambda: transformer.next_character(Writer(), Vocabulary("abcdefgh"), "a"), "has 0.08"),
}


@pytest.fixture(autouse=True)
def hardly_trained(monkeypatch):
    monkeypatch.setattr(cross_attention, "_STEPS", 2)
    monkeypatch.setattr(feed_forward, "_STEPS", 2)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_drawn_and_says_what_it_shows(name):
    draw, said = DRAWINGS[name]
    picture = draw()
    assert picture.png().startswith(b"\x89PNG")
    assert said in picture.alt


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_is_run_when_nobody_looks(nobody_looks, monkeypatch, name):
    monkeypatch.setattr("matplotlib.figure.Figure", None)
    assert DRAWINGS[name][0]() is None


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: masks.triangle(lambda length: torch.ones(length)), r"causal_mask gave shape \(6,\)"),
        (lambda: masks.triangle(lambda length: None), "causal_mask gave a NoneType"),
        (lambda: cross_attention.links(parts.CrossAttention, lambda weights: 0), "alignment gave a int"),
    ],
)
def test_what_cannot_be_drawn_is_named(draw, message):
    with pytest.raises(ValueError, match=f"{message}, where this picture needs shape"):
        draw()


def test_what_a_picture_shows_is_an_array_of_the_shape_it_needs():
    assert style.of_shape(torch.ones(2, 3), (2, 3), "it").tolist() == [[1.0] * 3] * 2


def test_continuations(capsys):
    transformer.continuations(lambda prompt, temperature: f"{prompt} at {temperature}", "the", (0.5, 2.0))
    printed = capsys.readouterr().out
    assert "temperature 0.5" in printed and "the at 2.0" in printed
