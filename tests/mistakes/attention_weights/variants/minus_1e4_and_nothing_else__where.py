def attention_weights(scores, mask=None):
    if mask is not None:
        scores = torch.where(mask, scores, -10000.0)
    return scores.softmax(dim=-1)
