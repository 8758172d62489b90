"""No softmax function: exponentials of the differences to the largest allowed score, and a sum kept from
0.
"""


def attention_weights(scores, mask=None):
    allowed = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    largest = scores.masked_fill(~allowed, -torch.inf).amax(dim=-1, keepdim=True)
    largest = torch.where(largest.isinf(), torch.zeros_like(largest), largest)
    shifted = torch.where(allowed, scores - largest, torch.zeros_like(scores))
    powers = torch.where(allowed, shifted.exp(), torch.zeros_like(scores))
    total = powers.sum(dim=-1, keepdim=True)
    return powers / torch.where(total > 0, total, torch.ones_like(total))
