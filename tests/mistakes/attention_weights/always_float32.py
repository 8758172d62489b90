"""Your weights are float32 even where the scores are float64. Leave the dtype as it came in."""


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-1, dtype=torch.float32)
    empty = ~mask.any(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(~(mask | empty), -torch.inf), dim=-1, dtype=torch.float32)
    return weights.masked_fill(~mask, 0.0)
