def attention_weights(scores, mask=None):
    if mask is not None:
        scores = torch.where(mask, scores, torch.full_like(scores, -1e9))
    return F.softmax(scores, dim=-1)
