"""The lowest number of the dtype instead of -inf, and masked weights set to 0 at the end."""


def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(-1)
    filled = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    return filled.softmax(-1) * mask
