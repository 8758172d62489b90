def attention_weights(scores, mask=None):
    if mask is not None:
        torch.where(mask, scores, -math.inf)
    return F.softmax(scores, dim=-1)
