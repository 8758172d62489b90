"""Exponentials first, and the division by their sum after the values have been summed."""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", query, key) * query.shape[-1] ** -0.5
    if mask is None:
        mask = scores.new_ones(1, dtype=torch.bool)
    closed = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    powers = torch.exp(closed - closed.amax(dim=-1, keepdim=True)) * mask
    total = powers.sum(dim=-1, keepdim=True)
    total = total + (total == 0)
    return (powers @ value) / total, powers / total
