"""The norms as F.layer_norm and dropout as F.dropout with training; absent modules registered as None."""

import torch.nn.functional as F


class DecoderLayer(nn.Module):
    def __init__(
        self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False, cross_attention=True
    ):
        super().__init__()
        if activation not in ("relu", "gelu", "gelu_tanh"):
            raise ValueError(f"no such activation: {activation}")
        self.p, self.norm_first = dropout, norm_first
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.register_module("cross_attention", None)
        self.register_module("norm3", None)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        if cross_attention:
            self.cross_attention = parts.MultiHeadAttention(d_model, num_heads)
            self.norm3 = nn.LayerNorm(d_model)

    def _norm(self, norm, x):
        return F.layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)

    def _add(self, norm, x, run):
        before = self._norm(norm, x) if self.norm_first else x
        after = x + F.dropout(run(before), self.p, self.training)
        return after if self.norm_first else self._norm(norm, after)

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        x = self._add(self.norm1, x, lambda y: self.self_attention(y, y, y, self_mask)[0])
        norm = self.norm2
        if self.cross_attention is not None:
            x = self._add(norm, x, lambda y: self.cross_attention(y, memory, memory, memory_mask)[0])
            norm = self.norm3
        return self._add(norm, x, self.feed_forward)
