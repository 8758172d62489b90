def attention_weights(scores, mask=None):
    if mask is not None:
        scores = torch.where(mask, scores, -10.0)
    return F.softmax(scores, dim=-1)
