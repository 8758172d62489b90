"""Einstein summation with the heads as an axis of the weights: nothing is split or merged."""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads > 0:
            raise ValueError("d_model must be a multiple of num_heads")
        self.num_heads = num_heads
        for name in ("query_proj", "key_proj", "value_proj", "out_proj"):
            self.add_module(name, nn.Linear(d_model, d_model))

    def project(self, layer, x):
        weight = layer.weight.view(self.num_heads, -1, x.shape[-1])
        bias = layer.bias.view(self.num_heads, 1, -1)
        return torch.einsum("bld,hid->bhli", x, weight) + bias

    def forward(self, query, key, value, mask=None):
        q = self.project(self.query_proj, query)
        k = self.project(self.key_proj, key)
        v = self.project(self.value_proj, value)
        scores = parts.attention_scores(q, k)
        if mask is not None:
            mask = mask[..., None, :, :] if mask.dim() >= 2 else mask
        weights = parts.attention_weights(scores, mask)
        out = self.out_proj.weight.view(-1, self.num_heads, q.shape[-1])
        return torch.einsum("bhqk,bhki,ohi->bqo", weights, v, out) + self.out_proj.bias, weights
