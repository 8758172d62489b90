def attention_weights(scores, mask=None):
    weights = F.softmax(scores, dim=-1)
    return weights if mask is None else weights * mask
