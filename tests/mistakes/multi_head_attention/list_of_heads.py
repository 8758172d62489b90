"""Your weights are not registered: a Python list hides its modules from PyTorch, and nothing in it is
trained or saved.

All heads share four `nn.Linear(D, D)`: splitting their outputs is the same as a small projection for
every head.
"""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads ({num_heads}) must divide d_model ({d_model})")
        self.num_heads = num_heads
        size = d_model // num_heads
        self.heads = [[nn.Linear(d_model, size) for _ in range(3)] for _ in range(num_heads)]
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = torch.stack([head[0](query) for head in self.heads], dim=1)
        k = torch.stack([head[1](key) for head in self.heads], dim=1)
        v = torch.stack([head[2](value) for head in self.heads], dim=1)
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1]).unsqueeze(1)
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(merge_heads(found)), weights
