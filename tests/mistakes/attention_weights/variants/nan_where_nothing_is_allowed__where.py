def attention_weights(scores, mask=None):
    if mask is not None:
        scores = torch.where(mask, scores, float("-inf"))
    return scores.softmax(-1)
