def attention_weights(scores, mask=None):
    w = scores.square() + 1e-6
    w = w if mask is None else w * mask
    return w / w.sum(-1, keepdim=True).clamp(min=1e-9)
