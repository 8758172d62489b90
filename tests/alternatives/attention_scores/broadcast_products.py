"""All products by broadcasting, then the sum over the features."""


def attention_scores(query, key):
    products = query.unsqueeze(-2) * key.unsqueeze(-3)
    return products.sum(dim=-1).div(math.sqrt(query.shape[-1]))
