def attention_weights(scores, mask=None):
    e = scores.exp()
    if mask is None:
        return e / e.sum(-1, keepdim=True)
    e = torch.where(mask, e, 0.0)
    total = e.sum(-1, keepdim=True)
    return e / torch.where(total == 0, 1.0, total)
