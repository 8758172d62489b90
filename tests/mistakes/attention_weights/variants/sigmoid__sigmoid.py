def attention_weights(scores, mask=None):
    w = F.sigmoid(scores)
    return w if mask is None else w * mask
