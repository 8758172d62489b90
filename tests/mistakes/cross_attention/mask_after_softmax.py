"""The weights of your rows no longer sum to 1 under a mask: it is applied after the softmax. A masked position must take no part in the softmax at all, so hand the mask to the attention."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        output, weights = self.attention(x, memory, memory)
        if memory_mask is not None:
            allowed = memory_mask.expand(x.shape[0], x.shape[1], memory.shape[1])[:, None]
            weights = weights * allowed
            value = parts.split_heads(self.attention.value_proj(memory), weights.shape[1])
            output = self.attention.out_proj(parts.merge_heads(weights @ value))
        return output, weights
