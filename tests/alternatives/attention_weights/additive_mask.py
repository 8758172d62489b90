"""A mask of 0 and -inf that is added, with rows of nothing but -inf opened first and closed after."""


def attention_weights(scores, mask=None):
    if mask is None:
        mask = torch.ones(scores.shape[-1], dtype=torch.bool)
    some = mask.any(dim=-1, keepdim=True)
    bias = torch.zeros(mask.shape, dtype=scores.dtype)
    bias = bias.masked_fill(some & ~mask, -torch.inf)
    return torch.softmax(scores + bias, dim=-1) * some
