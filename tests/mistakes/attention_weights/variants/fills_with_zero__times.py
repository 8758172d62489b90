def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores * mask
    return F.softmax(scores, dim=-1)
