def attention_weights(scores, mask=None):
    scores = scores.data
    if mask is None:
        return F.softmax(scores, -1)
    empty = mask.logical_not().all(-1, keepdim=True)
    return F.softmax(torch.where(mask | empty, scores, -math.inf), -1) * mask
