"""Einstein summation on both sides, and the parts called by keyword."""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query=query, key=key)
    weights = attention_weights(scores=scores, mask=mask)
    output = torch.einsum("...qk,...kv->...qv", weights, value)
    return output, weights
