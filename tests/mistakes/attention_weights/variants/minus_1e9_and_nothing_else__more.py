def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), -1e10)
    return F.softmax(scores, dim=-1)
