"""The norms as F.layer_norm with the registered gain, bias and eps; two separate dropouts."""

import torch.nn.functional as F


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.d_model, self.norm_first = d_model, norm_first
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout1 = nn.Dropout(dropout)
        self.dropout2 = nn.Dropout(dropout)

    def _norm(self, norm, x):
        return F.layer_norm(x, (self.d_model,), norm.weight, norm.bias, norm.eps)

    def forward(self, x, mask=None):
        before = self._norm(self.norm1, x) if self.norm_first else x
        h = x + self.dropout1(self.self_attention(before, before, before, mask)[0])
        if not self.norm_first:
            h = self._norm(self.norm1, h)
        before = self._norm(self.norm2, h) if self.norm_first else h
        y = h + self.dropout2(self.feed_forward(before))
        return y if self.norm_first else self._norm(self.norm2, y)
