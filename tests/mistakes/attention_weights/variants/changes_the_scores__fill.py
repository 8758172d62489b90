def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, -1)
    empty = mask.logical_not().all(-1, keepdim=True)
    scores.masked_fill_(~(mask | empty), -math.inf)
    return F.softmax(scores, -1) * mask
