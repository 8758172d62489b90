def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, -2)
    s = scores.masked_fill(~mask, -math.inf).masked_fill(~mask.any(-2, keepdim=True), 0.0)
    return torch.softmax(s, -2).masked_fill(~mask, 0.0)
