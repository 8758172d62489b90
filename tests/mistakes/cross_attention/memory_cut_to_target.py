"""Your layer cuts the memory to the length of x. The two lengths have nothing to do with each other, and the weights are (L_q, L_k): use all of the memory."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        length = min(x.shape[1], memory.shape[1])
        if memory_mask is not None:
            memory_mask = memory_mask[..., :length]
        return self.attention(
            x[:, :length] if length < x.shape[1] else x, memory[:, :length], memory[:, :length], memory_mask
        )
