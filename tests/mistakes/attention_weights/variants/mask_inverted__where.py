def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, dim=-1)
    hidden = mask
    s = scores.masked_fill(hidden, float("-inf"))
    s = s.masked_fill(hidden.all(-1, keepdim=True), 0.0)
    return F.softmax(s, dim=-1).masked_fill(hidden, 0.0)
