def attention_weights(scores, mask=None):
    if mask is None:
        return scores.log_softmax(-1)
    empty = ~mask.any(-1, keepdim=True)
    return scores.masked_fill(~(mask | empty), -math.inf).log_softmax(-1).masked_fill(~mask, 0.0)
