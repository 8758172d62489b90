"""Computed in float64 and cast back."""


def scaled_dot_product_attention(query, key, value, mask=None):
    dtype = value.dtype
    scores = attention_scores(query.double(), key.double())
    weights = attention_weights(scores, mask)
    output = (weights[..., None] * value.double()[..., None, :, :]).sum(-2)
    return output.to(dtype), weights.to(dtype)
