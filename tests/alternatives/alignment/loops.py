"""One target position at a time, in Python."""


def alignment(weights):
    batch, heads, targets, sources = weights.shape
    result = torch.zeros(batch, targets, dtype=torch.long)
    for b in range(batch):
        for i in range(targets):
            best, position = -1.0, 0
            for j in range(sources):
                weight = sum(weights[b, h, i, j].item() for h in range(heads)) / heads
                if weight > best:
                    best, position = weight, j
            result[b, i] = position
    return result
