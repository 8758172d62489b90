# both: softmax_over_queries divides_by_root_of_d_v
def scaled_dot_product_attention(query, key, value, mask=None):
    scores = torch.matmul(query, key.mT) / value.shape[-1] ** 0.5
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=-2).nan_to_num(0.0)
    return torch.matmul(weights, value), weights
