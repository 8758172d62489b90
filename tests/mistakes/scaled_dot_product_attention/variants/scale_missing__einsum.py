def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(torch.einsum("...qd,...kd->...qk", query, key), mask)
    return torch.einsum("...qk,...kd->...qd", weights, value), weights
