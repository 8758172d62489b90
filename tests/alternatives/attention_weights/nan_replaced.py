"""masked_fill with -inf and NaN replaced afterwards: masked_fill stops the NaN gradient on its way back."""


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), float("-inf"))
    return torch.nan_to_num(F.softmax(scores, dim=-1), nan=0.0)
