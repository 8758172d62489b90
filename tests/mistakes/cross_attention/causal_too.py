"""Early positions of x do not see the end of the memory: your layer masks it as if it were the future. The source is there from its first word to its last: nothing is causal in cross-attention."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        causal = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).tril()
        mask = causal if memory_mask is None else memory_mask & causal
        return self.attention(x, memory, memory, mask)
