def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(0.5 * scores, -1)
    empty = mask.logical_not().all(-1, keepdim=True)
    return F.softmax(torch.where(mask | empty, 0.5 * scores, -math.inf), -1) * mask
