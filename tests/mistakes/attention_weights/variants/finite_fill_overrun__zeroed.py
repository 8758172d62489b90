def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(-1)
    w = torch.where(mask, scores, -1e9).softmax(-1)
    return torch.where(mask, w, 0.0)
