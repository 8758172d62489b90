class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} is no multiple of {num_heads}")
        self.h, self.d = num_heads, d_model // num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = self.W_q(query).unflatten(-1, (self.h, self.d))
        k = self.W_k(key).unflatten(-1, (self.h, self.d))
        v = self.W_v(value).unflatten(-1, (self.h, self.d))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / self.d**0.5
        if mask is not None:
            mask = torch.broadcast_to(mask, (query.shape[0], query.shape[1], key.shape[1]))[:, None]
            scores = scores.masked_fill(~mask, float("-inf"))
            empty = ~mask.any(-1, keepdim=True)
            scores = scores.masked_fill(empty, 0.0)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        out = torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2)
        return self.W_o(out), weights
